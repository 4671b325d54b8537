package engines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The tools, each a folder in the tools' folder.
const (
	samCLI        = "sam"            // SAM CLI, with a cfn-lint of its own.
	cloud         = "cloud"          // MiniStack, and a second cfn-lint, which agrees with it on every package.
	dynamoDBLocal = "dynamodb-local" // DynamoDB Local, with all that it needs but Java.
	schemathesis  = "schemathesis"   // What makes requests up from infra/openapi.yaml.
)

// Tools lists the names that Install knows.
func Tools() []string { return []string{samCLI, cloud, dynamoDBLocal, schemathesis} }

// marker is the file that is written last. It holds what the tool was made from.
const marker = "installed"

// installLimit bounds the installation of one tool.
const installLimit = 15 * time.Minute

// InstallOptions say what is installed from what.
type InstallOptions struct {
	Tools  string    // The folder of the tools; "" is ToolsFolder.
	Infra  string    // The folder of requirements-*.txt; "" is infra.
	Python string    // The interpreter; "" is python3.
	Log    io.Writer // Lines of progress, and what pip and Maven say; nil is silence.
}

// Install puts tools into their folders. One that is there and made from the same list is kept; an interrupted or an older
// one is made anew. It never needs root. What the tools need of the machine is checked before any work.
func Install(ctx context.Context, o InstallOptions, names ...string) error {
	folder, err := toolsPath(o.Tools)
	if err != nil {
		return err
	}
	if o.Infra == "" {
		o.Infra = "infra"
	}
	if o.Python == "" {
		o.Python = "python3"
	}
	var todo []string
	for _, name := range names {
		if !slices.Contains(Tools(), name) {
			return fmt.Errorf("there is no tool %q; there are %s", name, strings.Join(Tools(), ", "))
		}
		if isThere(ctx, o, folder, name) {
			say(o.Log, "%s is there", filepath.Join(folder, name))
		} else {
			todo = append(todo, name)
		}
	}
	if err := Doctor(ctx, DoctorOptions{Python: o.Python, Log: nil}, needsOf(todo)...); err != nil {
		return err
	}
	for _, name := range todo {
		if err := install(ctx, o, filepath.Join(folder, name), name); err != nil {
			return fmt.Errorf("installing %s: %w", name, err)
		}
	}
	return nil
}

// needsOf gives what must be on the machine to install tools.
func needsOf(names []string) []string {
	var out []string
	for _, name := range names {
		if name == dynamoDBLocal {
			out = append(out, "java", "mvn")
		} else {
			out = append(out, "python")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// isThere tells that a tool is whole, made from today's list, and still runs.
func isThere(ctx context.Context, o InstallOptions, folder, name string) bool {
	source, err := sourceOf(o, name)
	if err != nil {
		return false
	}
	has, err := os.ReadFile(filepath.Join(folder, name, marker))
	if err != nil || string(has) != source {
		return false
	}
	if name == dynamoDBLocal {
		err = checkSums(filepath.Join(folder, name, "lib"))
	} else {
		// The interpreter that it was made with may be gone since, and with it the tool.
		err = exec.CommandContext(ctx, filepath.Join(folder, name, "bin", "python"), "-c", "").Run()
	}
	if err != nil {
		return false
	}
	now := time.Now()
	return os.Chtimes(filepath.Join(folder, name, marker), now, now) == nil // Make compares ages.
}

// sourceOf identifies what a tool is made from.
func sourceOf(o InstallOptions, name string) (string, error) {
	from := slices.Concat(pom, sums)
	if name != dynamoDBLocal {
		var err error
		if from, err = os.ReadFile(requirements(o, name)); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256(from)
	return hex.EncodeToString(sum[:]) + "\n", nil
}

func requirements(o InstallOptions, name string) string {
	return filepath.Join(o.Infra, "requirements-"+name+".txt")
}

func install(ctx context.Context, o InstallOptions, folder, name string) error {
	ctx, cancel := context.WithTimeout(ctx, installLimit)
	defer cancel()
	began := time.Now()
	say(o.Log, "%s is installed into %s", name, folder)
	source, err := sourceOf(o, name)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if name == dynamoDBLocal {
		err = fetchJars(ctx, o, folder)
	} else {
		err = makeEnvironment(ctx, o, folder, name)
	}
	if err != nil {
		return err
	}
	say(o.Log, "%s is ready after %v", name, time.Since(began).Round(time.Second))
	return os.WriteFile(filepath.Join(folder, marker), []byte(source), 0o600)
}

// makeEnvironment installs what a requirements file names: nothing else, nothing without its hash, nothing that would be built
// here by code that has none.
func makeEnvironment(ctx context.Context, o InstallOptions, folder, name string) error {
	if err := run(ctx, o.Log, o.Python, "-m", "venv", folder); err != nil {
		return err
	}
	return run(ctx, o.Log, filepath.Join(folder, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
		"--require-hashes", "--no-deps", "--only-binary", ":all:", "--retries", "5", "--timeout", "60", "--requirement", requirements(o, name))
}

// fetchJars has Maven copy DynamoDB Local and holds it to the list.
func fetchJars(ctx context.Context, o InstallOptions, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	project, lib := filepath.Join(folder, "pom.xml"), filepath.Join(folder, "lib")
	if err := os.WriteFile(project, pom, 0o600); err != nil {
		return err
	}
	if err := run(ctx, o.Log, "mvn", "--quiet", "--batch-mode", "--file", project, "dependency:copy-dependencies", "-DoutputDirectory="+lib); err != nil {
		return err
	}
	return checkSums(lib)
}

// run runs a program to its end and quotes what it said if it fails.
func run(ctx context.Context, log io.Writer, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = 5 * time.Second // Its own children may hold its output open.
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), errors.Join(err, ctx.Err()), plain(string(out)))
	}
	if text := plain(string(out)); text != "" {
		say(log, "%s", text)
	}
	return nil
}

// installed gives the folder of a tool that is whole. Errors say how to get it.
func installed(tools, name string) (string, error) {
	folder, err := toolsPath(tools)
	if err != nil {
		return "", err
	}
	folder = filepath.Join(folder, name)
	if _, err := os.Stat(filepath.Join(folder, marker)); err != nil {
		return "", fmt.Errorf("%s is not installed: run `make tools`", folder)
	}
	return folder, nil
}
