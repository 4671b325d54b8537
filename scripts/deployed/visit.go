package deployed

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/catalog"
)

// How long people wait for something to happen, and how often they look. The longest way is the sweep's, which comes each minute and
// takes up what is two minutes late.
const (
	patience = 5 * time.Minute
	look     = 300 * time.Millisecond
	callMost = 40 * time.Second // API Gateway's 30 s, and a cold start of everything.
)

// Do sends a request to the API, over the network.
func (l *Local) Do(r *http.Request) acceptance.Reply { return l.send(r, l.ShopURL) }

// Gateway sends a request to a gateway, over the network.
func (l *Local) Gateway(r *http.Request) acceptance.Reply { return l.send(r, "") }

func (l *Local) send(r *http.Request, base string) acceptance.Reply {
	ctx, stop := context.WithTimeout(r.Context(), callMost)
	defer stop()
	target, err := url.Parse(base + r.URL.String())
	if err != nil {
		return acceptance.Reply{}
	}
	out := r.Clone(ctx)
	out.URL, out.Host, out.RequestURI = target, "", ""
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(out)
	if err != nil {
		return acceptance.Reply{} // No answer came.
	}
	defer func() { _ = res.Body.Close() }() // It was read.
	body, err := io.ReadAll(io.LimitReader(res.Body, answerMax))
	if err != nil {
		return acceptance.Reply{}
	}
	return acceptance.Reply{Status: res.StatusCode, Header: res.Header, Body: body}
}

// Place tells where shop and gateway are.
func (l *Local) Place() acceptance.Place {
	hold, err := time.ParseDuration(l.Stack.processed.parameters["StockHold"])
	if err != nil {
		hold = 0 // The template's pattern has refused it.
	}
	return acceptance.Place{
		Shop: l.ShopURL, Gateway: l.GatewaysURL + gateways.StripePath, PublicKey: gateways.StripePublicKey, Dashboard: gateways.StripeSecretKey,
		StockHold: hold, SweepEvery: time.Minute,
	}
}

// StaffToken signs somebody of the staff in.
func (l *Local) StaffToken(ctx context.Context, group string) (string, error) {
	return l.Stack.StaffToken(ctx, group)
}

// Trouble lets the gateway misbehave.
func (l *Local) Trouble(f stripesim.Faults) error { return l.Stripe.SetFaults(f) }

// Now is the wall's clock.
func (l *Local) Now() time.Time { return time.Now() }

// Later lets no time pass: the functions go by the wall's clock.
func (l *Local) Later(time.Duration) bool { return false }

// Eventually looks again and again.
func (l *Local) Eventually(ctx context.Context, what string, until func() bool) error {
	return l.Within(ctx, patience, what, until)
}

// Within asks again until it is so, or the time is over: then it is an error.
func (l *Local) Within(ctx context.Context, limit time.Duration, what string, until func() bool) error {
	enough, stop := context.WithTimeout(ctx, limit)
	defer stop()
	for !until() {
		if err := clock.Sleep(enough, look); err != nil {
			return fmt.Errorf("%s: not within %s", what, limit)
		}
	}
	return nil
}

// Evidence is what the stack holds, with what the gateways and the mailbox know.
func (l *Local) Evidence(ctx context.Context, parts ...evidence.Part) (evidence.Evidence, error) {
	e, err := l.Stack.Evidence(ctx, l.Began, parts...)
	if err != nil {
		return e, err
	}
	e.Mails, e.Received = l.calls.sent(), map[catalog.SKU]int64{}
	for _, g := range l.Gateways.All() {
		for _, b := range g.Books() {
			if b.Reference != "" {
				e.Books = append(e.Books, localshop.BookOf(g.Name, b))
			}
		}
		for _, d := range g.Deliveries() {
			if d.Status >= 200 && d.Status < 300 && d.Forged == "" {
				e.Deliveries = append(e.Deliveries, evidence.Delivery{Gateway: g.Name, Event: d.Event, Type: d.Type})
			}
		}
	}
	return e, nil
}
