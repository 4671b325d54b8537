package letters

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options are what the program is told.
type Options struct {
	Stack, Region, Endpoint string
	Queues                  []string
	Every                   time.Duration // Between two letters.
	Plan                    Plan          // Began is not set yet.
}

const rateMax = 1000

// Parse reads arguments, and writes their explanation to out when they are wrong or it is asked for. Errors: flag.ErrHelp, or what
// is wrong.
func Parse(args []string, out io.Writer) (Options, error) {
	var o Options
	var queue, rate string
	set := flag.NewFlagSet("redrive", flag.ContinueOnError)
	set.SetOutput(out)
	set.StringVar(&o.Stack, "stack", "till-dev", "the stack, as samconfig.toml names it")
	set.StringVar(&queue, "queue", "all", "whose dead letters: "+strings.Join(Queues(), ", ")+" or all")
	set.StringVar(&rate, "rate", "10/s", "how many letters a second at most")
	set.StringVar(&o.Region, "region", "", "the region, unless your settings name it")
	set.StringVar(&o.Endpoint, "endpoint", "", "a local AWS, as http://127.0.0.1:4566")
	set.BoolVar(&o.Plan.DryRun, "dry-run", false, "only show the letters")
	set.IntVar(&o.Plan.Max, "max", 0, "at most so many letters of each queue; 0 for all")
	set.DurationVar(&o.Plan.Older, "older", 0, "only letters whose message was first sent so long ago, as 2h")
	set.BoolVar(&o.Plan.Forget, "forget", false, "delete letters that can never be used: records that the stream has forgotten, and what is no message of ours")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	err := o.check(set.Args(), queue, rate)
	if err != nil {
		fmt.Fprintln(out, err)
		set.Usage()
	}
	return o, err
}

func (o *Options) check(rest []string, queue, rate string) error {
	var faults []error
	if len(rest) > 0 {
		faults = append(faults, fmt.Errorf("there are no arguments beside the flags, so not %q", rest[0]))
	}
	if o.Stack == "" {
		faults = append(faults, errors.New("-stack is empty"))
	}
	o.Queues = Queues()
	if queue != "all" {
		o.Queues = []string{queue}
		if !slices.Contains(Queues(), queue) {
			faults = append(faults, fmt.Errorf("-queue %q is none of %s, all", queue, strings.Join(Queues(), ", ")))
		}
	}
	n, err := strconv.Atoi(strings.TrimSuffix(rate, "/s"))
	if err != nil || n < 1 || n > rateMax {
		faults = append(faults, fmt.Errorf("-rate %q is not 1/s to %d/s", rate, rateMax))
	} else {
		o.Every = time.Second / time.Duration(n)
	}
	if o.Plan.Max < 0 || o.Plan.Older < 0 {
		faults = append(faults, errors.New("-max and -older are not negative"))
	}
	if u, err := url.Parse(o.Endpoint); o.Endpoint != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		faults = append(faults, fmt.Errorf("-endpoint %q is not http://HOST:PORT", o.Endpoint))
	}
	return errors.Join(faults...)
}
