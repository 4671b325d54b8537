package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
)

// front stands before the API and lets made-up requests in: an order's id that has the form of one becomes that of an order which is
// there, a token becomes one that opens it, a webhook is signed. Else all that anybody would see is 401 and 404.
type front struct {
	shop     *localshop.Shop
	address  string
	staff    string
	customer string

	mu      sync.Mutex
	asked   int
	orders  []placed
	answers map[string]map[int]int // Statuses by method and route.
}

// placed is an order that is there, with its token and a payment.
type placed struct{ id, token, payment string }

var (
	orderID   = regexp.MustCompile(`ord_[a-z2-7]{26}`)
	paymentID = regexp.MustCompile(`pay_[a-z2-7]{26}`)
	skuPart   = regexp.MustCompile(`^/(staff/)?(products|stock)/[^/]+$`)
)

func newFront(ctx context.Context, shop *localshop.Shop, address string) (*front, error) {
	f := &front{shop: shop, address: address, answers: map[string]map[int]int{}}
	var err error
	if f.staff, err = shop.Cloud.StaffToken(cognito.Person{Username: "mona", Groups: []string{"manager", "admin", "packer", "viewer"}, MFA: true}); err != nil {
		return nil, err
	}
	if f.customer, err = shop.Cloud.CustomerToken(cognito.Customer{Email: "ada@example.com", Verified: true}); err != nil {
		return nil, err
	}
	for i := range 12 {
		if err := f.place(ctx, i); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// place makes an order with a payment; two of three are paid.
func (f *front) place(ctx context.Context, i int) error {
	body := `{"currency":"EUR","lines":[{"sku":"mug-blue","quantity":2}],"email":"ada@example.com","shipping_address":` +
		`{"name":"Ada Byron","line1":"Unter den Linden 1","city":"Berlin","postal_code":"10117","country":"DE"}}`
	var o struct {
		Order struct{ ID string }
		Token string
	}
	if err := f.send(ctx, "/orders", "", fmt.Sprint("order-", i), body, &o); err != nil {
		return err
	}
	var p struct {
		Payment struct {
			ID          string
			RedirectURL string `json:"redirect_url"`
		}
	}
	if err := f.send(ctx, "/orders/"+o.Order.ID+"/payments", o.Token, fmt.Sprint("payment-", i), `{"gateway":"stripe","mode":"hosted"}`, &p); err != nil {
		return err
	}
	f.orders = append(f.orders, placed{o.Order.ID, o.Token, p.Payment.ID})
	if i%3 == 0 {
		return nil
	}
	form := strings.NewReader(url.Values{"card": {"4242424242424242"}, "action": {"pay"}}.Encode())
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, p.Payment.RedirectURL, form)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	f.shop.Gateways.ServeHTTP(w, req)
	if w.Code != http.StatusSeeOther {
		return fmt.Errorf("paying answered %d", w.Code)
	}
	return f.shop.Settle()
}

func (f *front) send(ctx context.Context, path, token, key, body string, into any) error {
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	f.shop.Cloud.API("").ServeHTTP(w, req)
	if w.Code != http.StatusCreated {
		return fmt.Errorf("%s answered %d %s", path, w.Code, w.Body)
	}
	return json.Unmarshal(w.Body.Bytes(), into)
}

// ServeHTTP mends three requests of four and hands all to the API.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked++
	n := f.asked
	f.mu.Unlock()
	if n%4 != 0 {
		f.mend(r, f.orders[n%len(f.orders)])
	}
	answer := httptest.NewRecorder()
	f.shop.Cloud.API("").ServeHTTP(answer, r)
	f.note(r, answer.Code)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // Who asked may have gone.
	_ = f.shop.Settle()                 // What it started; it comes to its end with the next one at the latest.
}

func (f *front) mend(r *http.Request, o placed) {
	r.Header.Del("Origin")
	path := paymentID.ReplaceAllString(orderID.ReplaceAllString(r.URL.Path, o.id), o.payment)
	switch {
	case strings.HasPrefix(path, "/staff"):
		r.Header.Set("Authorization", "Bearer "+f.staff)
	case strings.HasPrefix(path, "/account/"):
		r.Header.Set("Authorization", "Bearer "+f.customer)
	case strings.HasPrefix(path, "/orders/"):
		r.Header.Set("Authorization", "Bearer "+o.token)
	case path == "/webhooks/stripe":
		body, err := io.ReadAll(r.Body)
		if err == nil {
			r.Header.Set("Stripe-Signature", stripesim.Signature(f.shop.Clock.Now(), body, localshop.WebhookSecret))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.URL.Path, r.URL.RawPath = path, ""
	r.RequestURI = r.URL.RequestURI()
}

// note counts an answer under its route.
func (f *front) note(r *http.Request, status int) {
	route := paymentID.ReplaceAllString(orderID.ReplaceAllString(r.URL.Path, "{id}"), "{payment}")
	if skuPart.MatchString(route) {
		route = route[:strings.LastIndexByte(route, '/')] + "/{sku}"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answers[r.Method+" "+route] == nil {
		f.answers[r.Method+" "+route] = map[int]int{}
	}
	f.answers[r.Method+" "+route][status]++
}

// report tells how far the requests came. The error says that hardly any came further than the door.
func (f *front) report(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	all, good := 0, 0
	for _, route := range slices.Sorted(maps.Keys(f.answers)) {
		n, line := 0, ""
		for _, status := range slices.Sorted(maps.Keys(f.answers[route])) {
			n += f.answers[route][status]
			line += fmt.Sprintf("%d×%d ", status, f.answers[route][status])
			if status < http.StatusBadRequest {
				good += f.answers[route][status]
			}
		}
		if all += n; n >= 10 {
			_, _ = fmt.Fprintf(table, "%s\t%s\n", route, line) // Into memory: Flush says whether it went out.
		}
	}
	_, _ = fmt.Fprintf(table, "%d requests, %d succeeded\n", all, good)
	if all < 500 || good < 50 {
		return errors.Join(table.Flush(), errors.New("too few requests came through to say anything"))
	}
	return table.Flush()
}
