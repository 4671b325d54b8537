// Package control is the JSON of the control page: what a shop holds, its clock, and how its gateways misbehave. The page itself
// is one of package web. It is for the machine that the server runs on: it trusts its caller.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"till/scripts/devserver/web"
	"till/scripts/localcloud/gateways"
	"till/shared/person"
)

// Shop is the shop behind the page: in this process, or deployed.
type Shop interface {
	// State is everything at one moment, as the page reads it.
	State(context.Context) (any, error)
	// Advance moves the clock on and gives the time after it. A shop on the wall's clock refuses.
	Advance(context.Context, time.Duration) (time.Time, error)
	// StaffToken signs somebody in, with or without a second factor.
	StaffToken(ctx context.Context, username string, groups []string, mfa bool) (string, error)
	// CustomerToken signs a customer in, whose address is confirmed. A shop without accounts refuses.
	CustomerToken(ctx context.Context, email string) (string, error)
	// Redrive moves a dead-letter queue's messages back to where they came from, and tells how many.
	Redrive(ctx context.Context, queue string) (int, error)
}

// Control answers the page's requests.
type Control struct {
	Shop     Shop
	Gateways *gateways.Gateways
}

// advanceMax is how far the clock can be moved at once: far enough for every deadline in the product.
const advanceMax = 90 * 24 * time.Hour

// bodyBytesMax is far more than any of these requests needs.
const bodyBytesMax = 64 << 10

// Pages serves the API where the API is, the control page, and the demo shop everywhere else.
func Pages(c Control, api http.Handler, shop web.Config) http.Handler {
	site := web.Handler(shop)
	mux := http.NewServeMux()
	c.routes(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if web.IsAPI(r) {
			api.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	})
	return mux
}

func (c Control) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /_dev/state", c.state)
	mux.HandleFunc("POST /_dev/clock", c.clock)
	mux.HandleFunc("POST /_dev/faults", c.faults)
	mux.HandleFunc("POST /_dev/disputes", c.dispute)
	mux.HandleFunc("POST /_dev/disputes/decision", c.decide)
	mux.HandleFunc("POST /_dev/refunds", c.refund)
	mux.HandleFunc("POST /_dev/token", c.token)
	mux.HandleFunc("POST /_dev/customer", c.customer)
	mux.HandleFunc("POST /_dev/redrive", c.redrive)
}

func (c Control) state(w http.ResponseWriter, r *http.Request) {
	state, err := c.Shop.State(r.Context())
	answer(w, state, err)
}

// clock moves time on; everything that falls due on the way has been done when it answers.
func (c Control) clock(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Advance string `json:"advance"`
	}
	err := read(r, &ask)
	var now time.Time
	if err == nil {
		var d time.Duration
		if d, err = span(ask.Advance); err == nil {
			now, err = c.Shop.Advance(r.Context(), d)
		}
	}
	answer(w, map[string]any{"now": now}, err)
}

// span reads a duration; days are understood as well: "1d", "31m".
func span(text string) (time.Duration, error) {
	var days int
	if n, err := fmt.Sscanf(text, "%dd", &days); err == nil && n == 1 && fmt.Sprintf("%dd", days) == text {
		text = fmt.Sprintf("%dh", days*24)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > advanceMax {
		return 0, errors.New(`"advance" must be a span such as "31m" or "1d", at most 90 days`)
	}
	return d, nil
}

// token signs a member of staff in.
func (c Control) token(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Groups   []string `json:"groups"`
		MFA      bool     `json:"mfa"`
		Username string   `json:"username"`
	}
	err := read(r, &ask)
	if ask.Username == "" {
		ask.Username = "local"
	}
	token := ""
	if err == nil {
		token, err = c.Shop.StaffToken(r.Context(), ask.Username, ask.Groups, ask.MFA)
	}
	answer(w, map[string]string{"token": token}, err)
}

// customer signs a customer in. Where the shop is deployed, the user pool's own pages do, and ask for a password.
func (c Control) customer(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Email string `json:"email"`
	}
	token, err := "", read(r, &ask)
	if err == nil {
		if _, err = person.ParseEmail(ask.Email); err == nil {
			token, err = c.Shop.CustomerToken(r.Context(), ask.Email)
		}
	}
	answer(w, map[string]string{"token": token}, err)
}

// redrive moves a dead-letter queue's messages back to where they came from.
func (c Control) redrive(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Queue string `json:"queue"`
	}
	moved, err := 0, read(r, &ask)
	if err == nil {
		moved, err = c.Shop.Redrive(r.Context(), ask.Queue)
	}
	answer(w, map[string]int{"moved": moved}, err)
}

func read(r *http.Request, into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyBytesMax))
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the body is not the JSON that this takes: %w", err)
	}
	return nil
}

func answer(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		value = map[string]string{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(value) // The browser has gone away: nobody is left to tell.
}
