// Package startup is what every function's main begins with: settings checked, a log, and AWS's configuration.
package startup

import (
	"errors"
	"os"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/shared/settings"
	"till/shared/telemetry"
)

// Env is what a function's wiring starts from.
type Env struct {
	telemetry.Tools
	Cloud aws.Config
}

// Load reads a function's settings and AWS's configuration. When anything is wrong it reports all of it, a line for each
// fault, and ends the process: a function that is wired wrongly must not take a single request.
func Load[T interface{ Basics() settings.Common }](read func(settings.Getenv) (T, error)) (T, Env) {
	set, badSettings := read(os.Getenv)
	c := set.Basics()
	log := telemetry.Logger(os.Stdout, c.Stage, path.Base(os.Getenv("AWS_LAMBDA_FUNCTION_NAME")), c.LogLevel)
	config, noCloud := cloud(os.Getenv)
	if err := errors.Join(badSettings, noCloud); err != nil {
		for _, each := range single(err) {
			log.Error("cannot_start", "err", each)
		}
		os.Exit(1)
	}
	tools := telemetry.Tools{Log: log, Meter: telemetry.NewMetrics(os.Stdout, c.Stage, time.Now), Now: time.Now}
	return set, Env{Tools: tools, Cloud: config}
}

// single lists the errors that are joined in err: in one line of the log, which bounds what it shows of a value, the last
// of them would be cut off.
func single(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, each := range joined.Unwrap() {
		out = append(out, single(each)...)
	}
	return out
}
