package engines_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"till/scripts/engines"
)

func start(t *testing.T, how string) (*engines.MiniStack, string) {
	t.Helper()
	dir := t.TempDir()
	m, err := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: tools(t, how), Dir: dir, Env: []string{"MORE=1", "LOG_LEVEL=DEBUG"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Kill)
	return m, dir
}

func TestAnEngineStopsWithAllThatItStarted(t *testing.T) {
	m, dir := start(t, "well")
	child := childOf(t, dir)
	if err := m.Healthy(t.Context()); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := m.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if m.Healthy(t.Context()) == nil {
		t.Error("it still answers")
	}
	until(t, "its child is gone", func() bool { return !lives(child) })
}

func TestAnEngineStartsAgainWhereItWas(t *testing.T) {
	for name, end := range map[string]func(*engines.MiniStack){
		"while it runs": func(*engines.MiniStack) {},
		"after Kill":    (*engines.MiniStack).Kill,
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := start(t, "well")
			end(m)
			endpoint, pid := m.Endpoint, m.PID
			if err := m.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := m.Healthy(t.Context()); err != nil || m.Endpoint != endpoint || m.PID == pid || lives(pid) {
				t.Errorf("%s, was %s; process %d, was %d; %v", m.Endpoint, endpoint, m.PID, pid, err)
			}
		})
	}
}

func TestKillLeavesNothing(t *testing.T) {
	m, dir := start(t, "stubborn")
	child := childOf(t, dir)
	m.Kill()
	if lives(m.PID) {
		t.Error("it lives")
	}
	until(t, "its child is gone", func() bool { return !lives(child) })
	select {
	case <-m.Ended():
	default:
		t.Error("it is not told to have ended")
	}
}

func TestAnEngineThatDoesNotEndIsKilled(t *testing.T) {
	m, dir := start(t, "stubborn")
	child := childOf(t, dir)
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := m.Stop(short); err == nil || !strings.Contains(err.Error(), "was killed") || !strings.Contains(err.Error(), "says: stubborn") {
		t.Errorf("got %v", err)
	}
	until(t, "it and its child are gone", func() bool { return !lives(m.PID) && !lives(child) })
}

func TestAStartThatFailsSaysWhatTheEngineSaid(t *testing.T) {
	_, err := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: tools(t, "broken"), Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "the fake engine says: broken") {
		t.Errorf("got %v", err)
	}
}

func TestAStartEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	mute, ended := tools(t, "mute"), make(chan error, 1)
	go func() {
		_, err := engines.StartMiniStack(ctx, engines.MiniStackOptions{Tools: mute, Dir: dir})
		ended <- err
	}()
	until(t, "it has a child", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "tmp", "child"))
		return err == nil && len(text) > 0
	})
	cancel()
	err := <-ended
	if err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("got %v", err)
	}
	child := childOf(t, dir)
	until(t, "nothing is left of it", func() bool { return !lives(child) })
}

func TestAPortThatIsTakenIsRefused(t *testing.T) {
	_, err := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: tools(t, "well"), Dir: t.TempDir(), Port: listen(t)})
	if err == nil || !strings.Contains(err.Error(), "listens on port") {
		t.Errorf("got %v", err)
	}
}

func TestAnEngineThatIsNotInstalledSaysHowToGetIt(t *testing.T) {
	_, noMini := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: t.TempDir(), Dir: t.TempDir()})
	_, noLocal := engines.StartDynamoDBLocal(t.Context(), engines.DynamoDBLocalOptions{Tools: t.TempDir(), Dir: t.TempDir()})
	for _, err := range []error{noMini, noLocal} {
		if err == nil || !strings.Contains(err.Error(), "make tools") {
			t.Errorf("got %v", err)
		}
	}
}

func TestAnEngineSeesNothingOfOurEnvironment(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "real")
	t.Setenv("HTTPS_PROXY", "http://proxy")
	m, dir := start(t, "well")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.Endpoint+"/environment", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	env := "\n" + string(body) + "\n"
	for _, secret := range []string{"production", "real", "proxy"} {
		if strings.Contains(env, secret) {
			t.Errorf("it sees %s", secret)
		}
	}
	for _, want := range []string{"BIND_HOST=127.0.0.1", "IOT_MTLS_ENABLED=0", "STATE_DIR=" + dir + "/state", "TMPDIR=" + dir + "/tmp", "MORE=1",
		"LOG_LEVEL=DEBUG", "AWS_ENDPOINT_URL=" + m.Endpoint, "MINISTACK_REGION=eu-central-1"} {
		if !strings.Contains(env, "\n"+want+"\n") {
			t.Errorf("%s is not in%s", want, env)
		}
	}
	if strings.Contains(env, "PERSIST_STATE") {
		t.Error("it persists without being asked to")
	}
}
