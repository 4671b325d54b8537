// Command tools looks after what is not Go: `doctor` says what the machine lacks, `install` puts tools into .tools/.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"till/scripts/engines"
)

func main() {
	folder := flag.String("tools", engines.ToolsFolder, "the folder of the tools")
	python := flag.String("python", "python3", "the Python interpreter")
	chromium := flag.String("chromium", "", "the browser; without it, one is looked for")
	flag.Usage = func() {
		fmt.Fprintf(os.Stderr, "tools [flags] doctor [PROGRAM …]\ntools [flags] install [%s …]\n", strings.Join(engines.Tools(), "|"))
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch names := flag.Args(); {
	case len(names) > 0 && names[0] == "doctor":
		err = engines.Doctor(ctx, engines.DoctorOptions{Python: *python, Chromium: *chromium, Log: os.Stdout}, names[1:]...)
	case len(names) > 0 && names[0] == "install":
		if names = names[1:]; len(names) == 0 {
			names = slices.Clone(engines.Tools())
		}
		err = engines.Install(ctx, engines.InstallOptions{Tools: *folder, Python: *python, Log: os.Stdout}, names...)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // stop has nothing left to do.
	}
}
