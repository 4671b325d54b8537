package engines_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"till/scripts/engines"
)

func TestTheDoctorReadsVersionsAsProgramsSayThem(t *testing.T) {
	tests := []struct {
		name, program, key, script string
		want                       string // In what it says; with "lacks" it is an error.
	}{
		{"Java says it on standard error", "java", "java", `echo 'openjdk version "17.0.15" 2025-04-15' >&2`, "17.0.15"},
		{"Java of one number", "java", "java", `echo 'openjdk version "17" 2021-09-14' >&2`, "17"},
		{"Java before 9 counted otherwise", "java", "java", `echo 'java version "1.8.0_292"' >&2`, "lacks"},
		{"macOS has a java that is none", "java", "java", `echo 'Unable to locate a Java Runtime.' >&2; exit 1`, "lacks"},
		{"Maven writes in colours", "mvn", "mvn", `printf '\033[1mApache Maven 3.8.7\033[m\n'`, "3.8.7"},
		{"Maven too old by its last number", "mvn", "mvn", `echo Apache Maven 3.6.2`, "lacks"},
		{"Node has a v", "node", "node", `echo v20.20.2`, "20.20.2"},
		{"Node too old", "node", "node", `echo v18.20.4`, "lacks"},
		{"Chromium complains before it speaks", "chromium", "chromium", `echo '/usr/bin/chromium: 9: bad' >&2; echo 'Chromium 156.0.8078.79'`, "156.0.8078.79"},
		{"Python new enough", "python3", "python", `echo 3.11.0`, "3.11.0"},
		{"Python too old", "python3", "python", `echo 3.9.18`, "lacks"},
		{"Python without venv", "python3", "python", `echo "No module named 'ensurepip'" >&2; exit 1`, "lacks"},
		{"gcc of any age", "gcc", "gcc", `echo 'gcc (Debian 4.9) 4.9'`, "4.9"},
		{"a program that says nothing", "mvn", "mvn", `true`, "lacks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bin := t.TempDir()
			write(t, filepath.Join(bin, tt.program), "#!/bin/sh\n"+tt.script+"\n")
			t.Setenv("PATH", bin)
			var log bytes.Buffer
			err := engines.Doctor(t.Context(), engines.DoctorOptions{Log: &log}, tt.key)
			if lacks := tt.want == "lacks"; lacks != (err != nil) || !lacks && !strings.Contains(log.String(), " "+tt.want+"\n") {
				t.Errorf("said %q, %v", log.String(), err)
			}
		})
	}
}

func TestTheDoctorNamesAllThatIsMissingAtOnce(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := engines.Doctor(t.Context(), engines.DoctorOptions{Chromium: "/nowhere/chromium"})
	if err == nil {
		t.Fatal("nothing is missing")
	}
	for _, want := range []string{"gcc", "Python", "Java", "Maven", "Node", "npm", "Chromium", "/nowhere/chromium", "apt-get install maven", "brew install maven"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in:\n%v", want, err)
		}
	}
}

func TestTheDoctorLooksForTheProgramsThatAreNamed(t *testing.T) {
	bin := t.TempDir()
	write(t, filepath.Join(bin, "python3.12"), "#!/bin/sh\necho 3.12.1\n")
	write(t, filepath.Join(bin, "my-browser"), "#!/bin/sh\necho Chromium 150.0\n")
	t.Setenv("PATH", bin)
	if err := engines.Doctor(t.Context(), engines.DoctorOptions{Python: "python3.12", Chromium: "my-browser"}, "python", "chromium"); err != nil {
		t.Error(err)
	}
}
