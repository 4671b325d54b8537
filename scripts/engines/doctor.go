package engines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DoctorOptions name the programs that have no one name.
type DoctorOptions struct {
	Python   string    // The interpreter; "" is python3.
	Chromium string    // The browser; "" looks for one.
	Log      io.Writer // A line per program; nil is silence.
}

// need is a program that some targets need.
type need struct {
	key, name string
	use       string   // What needs it.
	least     []int    // The oldest version that will do; nil is any.
	programs  []string // Any of these.
	arguments []string // That make it say its version.
	debian    string
	macOS     string
}

// needs lists all programs, for these options.
func needs(o DoctorOptions) []need {
	python, chromium := o.Python, []string{"chromium", "chromium-browser", "google-chrome",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
	if python == "" {
		python = "python3"
	}
	if o.Chromium != "" {
		chromium = []string{o.Chromium}
	}
	version := []string{"--version"}
	return []need{
		{key: "gcc", name: "gcc", use: "make race", programs: []string{"gcc", "cc"}, arguments: version,
			debian: "apt-get install gcc libc6-dev", macOS: "xcode-select --install"},
		{key: "python", name: "Python with venv", use: "make tools", least: []int{3, 11}, programs: []string{python},
			arguments: []string{"-c", "import venv, ensurepip, platform; print(platform.python_version())"},
			debian:    "apt-get install python3 python3-venv, then if that is older: make PYTHON=python3.11 …",
			macOS:     "brew install python@3.13, then make PYTHON=python3.13 …"},
		{key: "java", name: "Java", use: "make contract", least: []int{17}, programs: []string{"java"}, arguments: []string{"-version"},
			debian: "apt-get install default-jre-headless", macOS: "brew install openjdk@17, and what it says about PATH"},
		{key: "mvn", name: "Maven", use: "make tools", least: []int{3, 6, 3}, programs: []string{"mvn"}, arguments: version,
			debian: "apt-get install maven", macOS: "brew install maven"},
		{key: "node", name: "Node", use: "make browser", least: []int{20}, programs: []string{"node"}, arguments: version,
			debian: "apt-get install nodejs npm; Debian 12 has only 18: then from https://nodejs.org/", macOS: "brew install node"},
		{key: "npm", name: "npm", use: "make browser", least: []int{9}, programs: []string{"npm"}, arguments: version,
			debian: "it comes with Node", macOS: "it comes with Node"},
		{key: "chromium", name: "Chromium", use: "make browser", programs: chromium, arguments: version,
			debian: "apt-get install chromium", macOS: "brew install --cask google-chrome"},
	}
}

// Doctor says which of the programs that are not Go are missing or too old, all at once, each with how to get it. names are
// gcc, python, java, mvn, node, npm and chromium; none is all.
func Doctor(ctx context.Context, o DoctorOptions, names ...string) error {
	var missing []string
	for _, n := range needs(o) {
		if len(names) > 0 && !slices.Contains(names, n.key) {
			continue
		}
		found, err := n.check(ctx)
		if err == nil {
			say(o.Log, "%-18s %s", n.name, found)
			continue
		}
		say(o.Log, "%-18s %v", n.name, err)
		missing = append(missing, fmt.Sprintf("%s, for %s: %v\n  Debian: %s\n  macOS:  %s", n.name, n.use, err, n.debian, n.macOS))
	}
	if len(missing) > 0 {
		return errors.New("this machine lacks:\n" + strings.Join(missing, "\n"))
	}
	return nil
}

// askLimit bounds a program's saying its version.
const askLimit = 30 * time.Second

// check gives the version of the first of the programs that is there, or what is wrong with it.
func (n need) check(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	for _, program := range n.programs {
		path, err := exec.LookPath(program)
		if err != nil {
			continue
		}
		said, err := n.ask(ctx, path)
		if err != nil {
			return "", err
		}
		got := versionIn(said)
		if slices.Compare(got, n.least) < 0 {
			return "", fmt.Errorf("%s is version %s, but %s is needed", path, dotted(got), dotted(n.least))
		}
		return dotted(got), nil
	}
	return "", fmt.Errorf("there is no %s", strings.Join(n.programs, ", no "))
}

// ask has a program say its version. Java says it on standard error; there, others only complain.
func (n need) ask(ctx context.Context, path string) (string, error) {
	var out, complaints strings.Builder
	cmd := exec.CommandContext(ctx, path, n.arguments...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &complaints, time.Second
	if err := cmd.Run(); err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(complaints.String()), "\n")
		return "", fmt.Errorf("%s does not run: %w: %s", path, err, line)
	}
	if out.Len() == 0 {
		return complaints.String(), nil
	}
	return out.String(), nil
}

// plain takes out a terminal's colours, which Maven writes even into files.
func plain(text string) string {
	return strings.TrimSpace(regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(text, ""))
}

// versionIn finds the first number, dots and all, in what a program says of itself; nil if there is none.
func versionIn(text string) []int {
	var out []int
	for part := range strings.SplitSeq(regexp.MustCompile(`\d+(\.\d+)*`).FindString(plain(text)), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return out
		}
		out = append(out, n)
	}
	return out
}

func dotted(version []int) string {
	parts := make([]string, len(version))
	for i, n := range version {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}
