//go:build engines

package machinepaths_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"till/scripts/machinepaths"
)

// bootstrap is the puppet's program as Lambda takes it.
func bootstrap(t *testing.T) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-tags=lambda.norpc", "-ldflags=-s -w", "-o", file, "./puppet")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err == nil {
		_, err = entry.Write(program)
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func (e *engine) makePuppets(t *testing.T) {
	t.Helper()
	client, code := lambda.NewFromConfig(e.cloud), bootstrap(t)
	for _, task := range machinepaths.Tasks() {
		name := e.prefix + "-" + task
		out, err := client.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
			FunctionName: &name, Role: aws.String(role), Runtime: lambdatypes.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
			Code: &lambdatypes.FunctionCode{ZipFile: code}, Timeout: aws.Int32(functionSeconds), MemorySize: aws.Int32(128),
			Environment: &lambdatypes.Environment{Variables: map[string]string{"PUPPET_URL": e.server.URL + "/" + task}},
		})
		if err != nil {
			t.Fatal(err)
		}
		e.arns[task] = *out.FunctionArn
		t.Cleanup(func() {
			if _, err := client.DeleteFunction(context.Background(), &lambda.DeleteFunctionInput{FunctionName: &name}); err != nil {
				t.Error(err)
			}
		})
	}
}

// deploy makes a machine of a definition, with the puppets' ARNs for ${…Arn}.
func (e *engine) deploy(t *testing.T, name, definition string) string {
	t.Helper()
	for task, arn := range e.arns {
		definition = strings.ReplaceAll(definition, "${"+task+"Arn}", arn)
	}
	out, err := e.states.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String(e.prefix + "-" + name), Definition: &definition, RoleArn: aws.String(role), Type: types.StateMachineTypeStandard,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := e.states.DeleteStateMachine(context.Background(), &sfn.DeleteStateMachineInput{StateMachineArn: out.StateMachineArn}); err != nil {
			t.Error(err)
		}
	})
	return *out.StateMachineArn
}

// orders tells a puppet what to do. It is asked under the task's name.
func (e *engine) orders(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var in struct {
		Order string `json:"order_id"`
	}
	if err == nil {
		err = json.Unmarshal(payload, &in)
	}
	task := strings.TrimPrefix(r.URL.Path, "/")
	e.mu.Lock()
	play := e.plays[in.Order]
	e.mu.Unlock()
	if err != nil || play == nil {
		http.Error(w, fmt.Sprintf("no case for %q: %v", in.Order, err), http.StatusNotFound)
		return
	}
	call := play.Next(task)
	token := play.Saw(task, payload)
	play.called(time.Now(), token)
	if token != "" {
		for _, reply := range call.Then {
			e.reply(play, token, reply)
		}
	}
	switch call.Does {
	case machinepaths.Hangs, machinepaths.Outlasts:
		select {
		case <-r.Context().Done():
		case <-e.over:
		}
	case machinepaths.Fails:
		fmt.Fprintf(w, `{"error":%q}`, call.Error)
	case machinepaths.Exits:
		fmt.Fprint(w, `{"exit":true}`)
	default:
		fmt.Fprint(w, `{"answer":{"answer":"that nobody keeps"}}`)
	}
}

// reply answers a token now, or when its shortened time has come.
func (e *engine) reply(play *running, token string, r machinepaths.Reply) {
	play.replies.Add(1)
	send := func() {
		defer play.replies.Done()
		err := e.send(token, r.Error)
		var over *types.TaskTimedOut
		var missing *types.TaskDoesNotExist
		switch {
		case err == nil:
		case errors.As(err, &over) || errors.As(err, &missing):
			play.Gone()
		default:
			play.Blame("a reply is refused: %v", err)
		}
	}
	if r.After == machinepaths.Early {
		send()
		return
	}
	time.AfterFunc(hurry(r.After), send)
}

func (e *engine) send(token, failure string) error {
	ctx, stop := context.WithTimeout(context.Background(), runLimit)
	defer stop()
	if failure != "" {
		_, err := e.states.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: &failure})
		return err
	}
	_, err := e.states.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	return err
}

func hurry(d time.Duration) time.Duration { return d / (daysPerSecond * 24 * 3600) }
