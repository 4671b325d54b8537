package engines_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"till/scripts/engines"
)

// A Python that makes environments of itself, and a Maven that makes files. Both write down how they are called.
const (
	fakePython = `#!/bin/sh
echo "python $*" >>"$CALLS"
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") [ -z "$PIP_FAILS" ] || { echo "hashes do not match" >&2; exit 1; } ;;
  "-c import"*) echo 3.12.1 ;;
esac
`
	fakeMaven = `#!/bin/sh
echo "mvn $*" >>"$CALLS"
case "$*" in *--version) echo "Apache Maven 3.9.1"; exit ;; esac
for a in "$@"; do case "$a" in -DoutputDirectory=*) mkdir -p "${a#*=}" && echo forged >"${a#*=}/DynamoDBLocal-2.6.1.jar" ;; esac; done
`
	fakeJava = "#!/bin/sh\necho 'openjdk version \"21.0.1\" 2023-10-17' >&2\n"
)

// machine is a folder of programs that is the whole PATH but for the shell's, and a project's folder.
type machine struct {
	*testing.T
	bin, calls string
	options    engines.InstallOptions
	log        *bytes.Buffer
}

func newMachine(t *testing.T) machine {
	t.Helper()
	folder := t.TempDir()
	m := machine{T: t, bin: filepath.Join(folder, "bin"), calls: filepath.Join(folder, "calls"), log: new(bytes.Buffer)}
	m.options = engines.InstallOptions{Tools: filepath.Join(folder, "tools"), Infra: filepath.Join(folder, "infra"), Log: m.log}
	write(t, filepath.Join(m.bin, "python3"), fakePython)
	write(t, filepath.Join(m.bin, "mvn"), fakeMaven)
	write(t, filepath.Join(m.bin, "java"), fakeJava)
	write(t, filepath.Join(m.options.Infra, "requirements-cloud.txt"), "ministack==1 --hash=sha256:00\n")
	t.Setenv("PATH", m.bin+":/usr/bin:/bin")
	t.Setenv("CALLS", m.calls)
	return m
}

// installs runs Install and gives how often an environment was made so far.
func (m machine) installs(names ...string) (int, error) {
	m.Helper()
	err := engines.Install(m.Context(), m.options, names...)
	calls, bad := os.ReadFile(m.calls)
	if bad != nil && !errors.Is(bad, os.ErrNotExist) {
		m.Fatal(bad)
	}
	return strings.Count(string(calls), "-m venv"), err
}

func TestWhatIsInstalledIsKept(t *testing.T) {
	m := newMachine(t)
	for range 3 {
		if n, err := m.installs("cloud"); n != 1 || err != nil {
			t.Errorf("made %d times, %v", n, err)
		}
	}
	calls, err := os.ReadFile(m.calls)
	if err != nil || !strings.Contains(string(calls), "--require-hashes --no-deps --only-binary :all:") {
		t.Errorf("called %s, %v", calls, err)
	}
}

func TestAnotherListIsInstalledAnew(t *testing.T) {
	m := newMachine(t)
	for i, list := range []string{"ministack==1 --hash=sha256:00\n", "ministack==2 --hash=sha256:00\n"} {
		write(t, filepath.Join(m.options.Infra, "requirements-cloud.txt"), list)
		if n, err := m.installs("cloud"); n != i+1 || err != nil {
			t.Errorf("made %d times, %v", n, err)
		}
	}
}

func TestAnInterruptedInstallationIsDoneAgain(t *testing.T) {
	m := newMachine(t)
	t.Setenv("PIP_FAILS", "1")
	if n, err := m.installs("cloud"); n != 1 || err == nil || !strings.Contains(err.Error(), "hashes do not match") {
		t.Errorf("made %d times, %v", n, err)
	}
	t.Setenv("PIP_FAILS", "")
	if n, err := m.installs("cloud"); n != 2 || err != nil {
		t.Errorf("made %d times, %v", n, err)
	}
}

func TestAnEnvironmentWhosePythonIsGoneIsMadeAnew(t *testing.T) {
	m := newMachine(t)
	if _, err := m.installs("cloud"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(m.options.Tools, "cloud", "bin", "python")); err != nil {
		t.Fatal(err)
	}
	if n, err := m.installs("cloud"); n != 2 || err != nil {
		t.Errorf("made %d times, %v", n, err)
	}
}

func TestAToolThatIsNotKnownIsRefused(t *testing.T) {
	m := newMachine(t)
	if _, err := m.installs("postgres"); err == nil || !strings.Contains(err.Error(), "sam, cloud, dynamodb-local") {
		t.Errorf("got %v", err)
	}
}

func TestWhatTheMachineLacksIsSaidBeforeAnyWork(t *testing.T) {
	m := newMachine(t)
	write(t, filepath.Join(m.bin, "mvn"), "#!/bin/sh\nexit 1\n")
	write(t, filepath.Join(m.bin, "java"), "#!/bin/sh\necho 'java version \"1.8.0_292\"' >&2\n")
	n, err := m.installs("cloud", "dynamodb-local")
	if n != 0 || err == nil || !strings.Contains(err.Error(), "Java") || !strings.Contains(err.Error(), "Maven") {
		t.Errorf("made %d times, %v", n, err)
	}
}

func TestAForgedJarIsNeitherInstalledNorStarted(t *testing.T) {
	m := newMachine(t)
	_, err := m.installs("dynamodb-local")
	wantForged(t, err)
	// Somebody says all the same that it is whole.
	write(t, filepath.Join(m.options.Tools, "dynamodb-local", "installed"), "whole\n")
	_, err = engines.StartDynamoDBLocal(t.Context(), engines.DynamoDBLocalOptions{Tools: m.options.Tools, Dir: t.TempDir()})
	wantForged(t, err)
	write(t, filepath.Join(m.options.Tools, "dynamodb-local", "lib", "evil.jar"), "evil")
	_, err = engines.StartDynamoDBLocal(t.Context(), engines.DynamoDBLocalOptions{Tools: m.options.Tools, Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "evil.jar is there, but not in the list") {
		t.Errorf("got %v", err)
	}
}

func wantForged(t *testing.T, err error) {
	t.Helper()
	for _, want := range []string{"DynamoDBLocal-2.6.1.jar has SHA-256", "guava-33.4.0-jre.jar is in the list, but not there", "make tools"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}
