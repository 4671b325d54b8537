// Command deploylocal deploys Till, as SAM builds it, onto a local AWS, and leaves it up with the demo shop in front: to look at, and to
// debug with the same tools that one would use on AWS.
//
//	make deploy-local                     # the shop is at http://localhost:8080
//	PORT=8081 go run ./scripts/deploylocal   # another address, of what is built already
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"till/scripts/deployed"
	"till/scripts/devserver/control"
	"till/scripts/engines"
)

// Where it listens, on this machine alone.
const (
	shopPort     = 8080 // PORT
	gatewaysPort = 8090 // GATEWAYS_PORT
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "deploylocal:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, getenv func(string) string, out io.Writer) (err error) {
	port, badPort := number(getenv, "PORT", shopPort)
	gateways, badGateways := number(getenv, "GATEWAYS_PORT", gatewaysPort)
	if err := errors.Join(badPort, badGateways); err != nil {
		return err
	}
	dir := filepath.Join(engines.ToolsFolder, "out", "local")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil { // An earlier stack's.
		return err
	}
	log, err := os.Create(filepath.Join(dir, "deploy.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	fmt.Fprintf(out, "Deploying; SAM's output is in %s. It takes half a minute.\n", log.Name())
	shop, err := deployed.Put(ctx, deployed.LocalOptions{
		Root: ".", Dir: dir, Port: port, Gateways: gateways, StockHold: "30m", LogLevel: "debug", Log: log,
	}, pages)
	if err != nil {
		return fmt.Errorf("%w (see %s)", err, log.Name())
	}
	defer func() { err = errors.Join(err, shop.Close(context.WithoutCancel(ctx))) }()
	if err := errors.Join(shop.Seed(ctx), shop.Decide(ctx)); err != nil {
		return err
	}
	fmt.Fprintf(out, welcome, shop.ShopURL, shop.ShopURL, shop.GatewaysURL, shop.Stack.Endpoint, shop.Stack.Name, shop.Engine.LogFile, shop.Stack.Endpoint)
	select {
	case <-ctx.Done():
		return nil
	case <-shop.Engine.Ended():
		return fmt.Errorf("MiniStack has ended; its log is %s", shop.Engine.LogFile)
	}
}

const welcome = `
Till is deployed on this machine.

  the shop      %s
  behind it     %s/_dev   orders, money, queues, mails; the gateways' faults
  the gateways  %s/stripe, and /paypal and /square beside it (simulated)
  AWS           %s  (MiniStack; stack %s; its log is %s)

To look inside as one does on AWS:
  export AWS_ENDPOINT_URL=%s AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws logs tail /till/local/worker/applyevent
  aws dynamodb scan --table-name "$(aws cloudformation describe-stacks --stack-name till-local \
    --query "Stacks[0].Outputs[?OutputKey=='OrdersTableName'].OutputValue" --output text)"

Pay with 4242 4242 4242 4242. 4000 0000 0000 0002 is declined, 4000 0025 0000 3155 asks for
authentication. Any future date, any CVC. Ctrl-C ends it, and forgets everything.
`

// number reads a port of the environment; "0" takes a free one.
func number(getenv func(string) string, name string, fallback int) (int, error) {
	text := getenv(name)
	if text == "" {
		return fallback, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return 0, fmt.Errorf("%s must be a port, 0 for a free one; it is %q", name, text)
	}
	return port, nil
}

// pages lays the address out as the dev server's.
func pages(l *deployed.Local, api http.Handler) http.Handler {
	return control.Pages(control.Control{Shop: behind{l}, Gateways: l.Gateways}, api, control.Browser(l.GatewaysURL))
}

// behind is the deployed shop, as the control page sees it.
type behind struct{ shop *deployed.Local }

// State is control.Shop's.
func (b behind) State(ctx context.Context) (any, error) { return b.shop.State(ctx) }

// Advance is control.Shop's.
func (b behind) Advance(context.Context, time.Duration) (time.Time, error) {
	return time.Time{}, errors.New("the deployed functions go by this machine's clock, which nobody moves; `make run` has one that moves")
}

// StaffToken is control.Shop's.
func (b behind) StaffToken(ctx context.Context, _ string, groups []string, _ bool) (string, error) {
	group := ""
	if len(groups) > 0 {
		group = groups[0]
	}
	return b.shop.StaffToken(ctx, group)
}

// CustomerToken is control.Shop's.
func (b behind) CustomerToken(context.Context, string) (string, error) {
	return "", errors.New("this shop was deployed without customers' accounts")
}

// Redrive is control.Shop's.
func (b behind) Redrive(ctx context.Context, queue string) (int, error) {
	return b.shop.Redrive(ctx, queue)
}
