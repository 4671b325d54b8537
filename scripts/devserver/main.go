// Command devserver runs the whole shop on this machine: its pages, its API and its functions as they are deployed, queues,
// stream, schedules and state machine, and simulated gateways: Stripe, PayPal and Square. It needs no account and no network.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"till/scripts/devserver/control"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localshop"
)

// Where it listens. localhost only: the control page is for whoever sits at this machine.
const (
	shopPort     = "8080" // PORT
	gatewaysPort = "8090" // GATEWAYS_PORT
	closeLimit   = 5 * time.Second
	readLimit    = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "devserver:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, getenv func(string) string, out io.Writer) error {
	shopAt, err := listen(ctx, getenv, "PORT", shopPort)
	if err != nil {
		return err
	}
	defer func() { _ = shopAt.Close() }() // Closed already, if it was served.
	gatewaysAt, err := listen(ctx, getenv, "GATEWAYS_PORT", gatewaysPort)
	if err != nil {
		return err
	}
	defer func() { _ = gatewaysAt.Close() }()
	logs, level := io.Discard, getenv("LOG_LEVEL")
	if level != "" {
		logs = out
	}
	shopURL, gatewaysURL := address(shopAt), address(gatewaysAt)
	time := clock.New(time.Now(), clock.NewPool())
	shop, err := localshop.New(localshop.Options{
		Files: os.DirFS("."), Clock: time, Seed: fmt.Sprint(os.Getpid(), time.Now().UnixNano()), ShopURL: shopURL, Gateways: gatewaysURL,
		Log: logs, LogLevel: level, Wait: true, Parameters: map[string]string{"CustomerAccounts": "yes"},
	})
	if err != nil {
		return err
	}
	if err := errors.Join(shop.Seed(ctx), shop.Decide(ctx)); err != nil {
		return err
	}
	go time.Follow(ctx, wall)
	pages := control.Pages(control.Control{Shop: inside{shop}, Gateways: shop.Gateways}, shop.Cloud.API(""), control.Browser(gatewaysURL))
	fmt.Fprintf(out, welcome, shopURL, shopURL, gatewaysURL, gatewaysURL, gatewaysURL)
	return serve(ctx,
		serving{shopAt, pages},
		serving{gatewaysAt, shop.Gateways},
	)
}

const welcome = `
Till is open.

  the shop      %s
  behind it     %s/_dev   orders, money, queues, mails; faults and the clock
  the gateways  %s/stripe, %s/paypal and %s/square (simulated)

Pay with 4242 4242 4242 4242. 4000 0000 0000 0002 is declined, 4000 0025 0000 3155 asks for
authentication. Any future date, any CVC. LOG_LEVEL=info shows what the functions log. Ctrl-C ends it.
`

func wall() time.Time { return time.Now() }

// listen takes a port of the environment; "0" takes a free one.
func listen(ctx context.Context, getenv func(string) string, name, fallback string) (net.Listener, error) {
	port := getenv(name)
	if port == "" {
		port = fallback
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("localhost", port))
	if err != nil {
		return nil, fmt.Errorf("%w; is another one running? Choose another port with %s=…", err, name)
	}
	return l, nil
}

func address(l net.Listener) string {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	return "http://localhost:" + port
}

// inside is the shop in this process, as the control page sees it.
type inside struct{ shop *localshop.Shop }

// State is control.Shop's.
func (i inside) State(ctx context.Context) (any, error) { return i.shop.State(ctx) }

// Advance is control.Shop's.
func (i inside) Advance(_ context.Context, d time.Duration) (time.Time, error) {
	err := i.shop.Advance(d)
	return i.shop.Clock.Now(), err
}

// StaffToken is control.Shop's.
func (i inside) StaffToken(_ context.Context, username string, groups []string, mfa bool) (string, error) {
	return i.shop.Cloud.StaffToken(cognito.Person{Username: username, Groups: groups, MFA: mfa})
}

// CustomerToken is control.Shop's.
func (i inside) CustomerToken(_ context.Context, email string) (string, error) {
	return i.shop.Cloud.CustomerToken(cognito.Customer{Email: email, Verified: true})
}

// Redrive is control.Shop's.
func (i inside) Redrive(_ context.Context, queue string) (int, error) {
	return i.shop.Cloud.Redrive(queue)
}

type serving struct {
	at      net.Listener
	handler http.Handler
}

// serve serves all until ctx ends, then lets what runs come to its end.
func serve(ctx context.Context, all ...serving) error {
	failed := make(chan error, len(all))
	var servers []*http.Server
	for _, s := range all {
		server := &http.Server{Handler: s.handler, ReadHeaderTimeout: readLimit}
		servers = append(servers, server)
		go func() { failed <- server.Serve(s.at) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	enough, stop := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer stop()
	for _, server := range servers {
		if closing := server.Shutdown(enough); closing != nil && err == nil && !errors.Is(closing, context.DeadlineExceeded) {
			err = closing
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
