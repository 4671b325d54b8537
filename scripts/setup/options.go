package setup

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
)

// job is what a run is for.
type job int

const (
	making job = iota
	rotating
	finishing
	showing
)

// options are what a command is told.
type options struct {
	stack, region, endpoint, gatewayURL string

	job   job
	apply bool
}

// parse reads arguments, and writes their explanation to out when they are wrong or it is asked for. Errors: flag.ErrHelp, or what
// is wrong.
func parse(g Gateway, args []string, out io.Writer) (options, error) {
	var o options
	var show, rotate, finish, dry bool
	set := flag.NewFlagSet(g.Command, flag.ContinueOnError)
	set.SetOutput(out)
	set.StringVar(&o.stack, "stack", "till-dev", "the stack, as samconfig.toml names it")
	set.StringVar(&o.region, "region", "", "the region, unless your settings name it")
	set.StringVar(&o.endpoint, "endpoint", "", "a local AWS, as http://127.0.0.1:4566")
	set.StringVar(&o.gatewayURL, "gateway-url", "", "a simulated "+g.Title+" on this machine, as http://127.0.0.1:8090/"+g.Name)
	set.BoolVar(&o.apply, "apply", false, "do it; without, only what would be done is shown")
	set.BoolVar(&dry, "dry-run", false, "change nothing, as without -apply")
	set.BoolVar(&show, "show", false, "show what is set up, and what differs from what should be")
	set.BoolVar(&rotate, "rotate", false, "add a second endpoint, so that its signing secret can take the first one's place")
	set.BoolVar(&finish, "finish", false, "end a rotation: remove the first endpoint and its secret, once deliveries of the second arrive")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	var faults []error
	jobs := 0
	for _, each := range []struct {
		asked bool
		job   job
	}{{rotate, rotating}, {finish, finishing}, {show, showing}} {
		if each.asked {
			o.job, jobs = each.job, jobs+1
		}
	}
	if jobs > 1 {
		faults = append(faults, errors.New("only one of -show, -rotate, -finish"))
	}
	if o.apply && (dry || show) {
		faults = append(faults, errors.New("-apply changes things: not with -dry-run or -show"))
	}
	err := errors.Join(append(faults, o.check(set.Args()))...)
	if err != nil {
		fmt.Fprintln(out, err)
		set.Usage()
	}
	return o, err
}

func (o options) check(rest []string) error {
	var faults []error
	if len(rest) > 0 {
		// It may be a key, so it is not repeated.
		faults = append(faults, errors.New("there are no arguments beside the flags; keys come from the environment"))
	}
	if o.stack == "" {
		faults = append(faults, errors.New("-stack is empty"))
	}
	if o.endpoint != "" && !isAddress(o.endpoint) {
		faults = append(faults, errors.New("-endpoint is not http://HOST:PORT"))
	}
	if o.gatewayURL != "" && (!isAddress(o.gatewayURL) || !isLocal(o.gatewayURL)) {
		faults = append(faults, errors.New("-gateway-url is not http://HOST:PORT/… of this machine"))
	}
	return errors.Join(faults...)
}

// command is how this program is called again, for this stack.
func (o options) command(g Gateway, more ...string) string {
	words := []string{"go run ./scripts/" + g.Command, "-stack " + o.stack}
	for _, flag := range [][2]string{{"region", o.region}, {"endpoint", o.endpoint}, {"gateway-url", o.gatewayURL}} {
		if flag[1] != "" {
			words = append(words, "-"+flag[0]+" "+flag[1])
		}
	}
	return strings.Join(append(words, more...), " ")
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Scheme == "http" || u.Scheme == "https")
}

// isLocal tells whether an address is on this machine.
func isLocal(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}
