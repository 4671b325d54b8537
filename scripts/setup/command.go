package setup

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Exit codes.
const (
	Done   = 0
	Failed = 1 // Something failed, or differs from what should be.
	Usage  = 2
)

// stepLimit is for one step, which is finished even when the program is interrupted: an endpoint that is made and not stored would
// be of no use.
const stepLimit = 2 * time.Minute

// tokenLength suits Secrets Manager, which takes 32 to 64, and Square, which takes 45 at most.
const tokenLength = 32

// Command is a program that sets up one gateway, without its surroundings. Every field but Transport is required.
type Command struct {
	Gateway  Gateway
	Out, Err io.Writer
	Getenv   func(string) string
	// Load finds the credentials and the region; both arguments may be empty.
	Load      func(ctx context.Context, region, endpoint string) (aws.Config, error)
	Transport http.RoundTripper // Leads to the gateway; nil is the network.
	NewToken  func() string     // Another one each time, of 32 letters and digits.
}

// Main runs the command as a program: with this process's environment, streams and signals.
func Main(g Gateway, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once; the next run finds what was left.
	context.AfterFunc(ctx, stop)
	c := Command{Gateway: g, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Load: Load, NewToken: func() string { return (rand.Text() + rand.Text())[:tokenLength] }}
	return c.Run(ctx, args)
}

// Run does what the arguments say and gives the exit code.
func (c Command) Run(ctx context.Context, args []string) int {
	o, err := parse(c.Gateway, args, c.Err)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Done
	case err != nil:
		return Usage
	}
	hide := &veil{}
	c.Out, c.Err = hide.over(c.Out), hide.over(c.Err)
	r, err := c.open(ctx, o, hide)
	if err != nil {
		fmt.Fprintf(c.Err, "%s: %v\n", c.Gateway.Command, err)
		return Failed
	}
	fmt.Fprintf(c.Out, "%s for the stack %s, stage %s, %s mode; webhooks go to %s\n", c.Gateway.Title, o.stack, plain(r.target.stage), r.want.Mode, r.want.URL)
	if o.job == showing {
		return r.show(ctx)
	}
	p, err := r.plan()
	if err != nil {
		fmt.Fprintf(c.Err, "%s: %v\n", c.Gateway.Command, err)
		return Failed
	}
	return r.do(ctx, p)
}

// run is one run, with what it found.
type run struct {
	Command
	o      options
	hide   *veil
	target target
	want   Wanted
	vault  vault
	before snapshot
	keys   keyring
	hooks  Hooks
	facts  map[string]string
	at     picture
}

// open reads all there is to know, and changes nothing.
func (c Command) open(ctx context.Context, o options, hide *veil) (run, error) {
	r := run{Command: c, o: o, hide: hide}
	cloud, err := c.Load(ctx, o.region, o.endpoint)
	if err == nil && cloud.Region == "" {
		err = errors.New("no region: give -region, or set AWS_REGION")
	}
	if err != nil {
		return r, errors.New(plain(err.Error()))
	}
	if r.target, err = find(ctx, cloud, o.stack); err != nil {
		return r, err
	}
	mode := r.target.mode()
	r.want = Wanted{URL: r.target.apiURL + c.Gateway.Path, Events: c.Gateway.Events, Version: c.Gateway.Version, Mode: mode}
	switch {
	case o.gatewayURL != "" && mode == Live:
		return r, fmt.Errorf("-gateway-url is for simulated gateways, and the stage %s takes real money", r.target.stage)
	case o.gatewayURL == "" && !strings.HasPrefix(r.want.URL, "https:"):
		return r, fmt.Errorf("%s sends webhooks to https addresses only, and the stack's is %s", c.Gateway.Title, r.target.apiURL)
	}
	r.vault = vault{client: secretsmanager.NewFromConfig(cloud), arn: r.target.secret, member: c.Gateway.Name, newToken: c.NewToken}
	if r.before, err = r.vault.read(ctx); err != nil {
		return r, err
	}
	hide.add(r.before.account.list(c.Gateway.Secrets)...)
	if r.keys, err = collect(c.Gateway, r.before.account, r.target.stage, mode, c.Getenv); err != nil {
		return r, err
	}
	for _, key := range c.Gateway.Keys {
		if !key.Public {
			hide.add(r.keys.values[key.name()])
		}
	}
	if r.hooks, err = c.Gateway.Open(Access{Keys: r.keys.values, Mode: mode, BaseURL: o.gatewayURL, Transport: c.Transport}); err != nil {
		return r, err
	}
	return r, r.ask(ctx)
}

// ask asks the gateway.
func (r *run) ask(ctx context.Context) error {
	all, err := r.hooks.Endpoints(ctx)
	if err == nil && !sound(all) {
		err = errors.New("the list of endpoints that the gateway gave cannot be read")
	}
	if err == nil {
		r.facts, err = r.hooks.Facts(ctx)
	}
	if err != nil {
		return r.blame(err)
	}
	slices.Sort(r.want.Events)
	r.at = look(r.Gateway, r.want, r.before.account, all)
	return nil
}

// blame says what a refusal of the gateway's may come from.
func (r *run) blame(err error) error {
	var refused *Refusal
	if errors.As(err, &refused) && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden) {
		var names []string
		for _, key := range r.Gateway.Keys {
			names = append(names, key.Env)
		}
		return fmt.Errorf("%w\n%s does not take the keys: are they of %s mode, whole, and allowed to manage webhooks? They are %s, or what the secret holds",
			err, r.Gateway.Title, r.want.Mode, list(names))
	}
	return err
}
