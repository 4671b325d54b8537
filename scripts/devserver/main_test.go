package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// server is a running dev server, and a browser in front of it.
type server struct {
	t              *testing.T
	shop, gateways string
	browser        http.Client
	stop           func() error
}

var addresses = regexp.MustCompile(`http://localhost:\d+`)

// start runs the dev server on free ports.
func start(t *testing.T) *server {
	t.Helper()
	t.Chdir("../..")
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, func(name string) string { return map[string]string{"PORT": "0", "GATEWAYS_PORT": "0"}[name] }, write)
		_ = write.CloseWithError(io.EOF)
		ended <- err
	}()
	s := &server{t: t, browser: http.Client{Timeout: 2 * time.Minute}}
	s.stop = func() error {
		cancel()
		s.browser.CloseIdleConnections()
		err := <-ended
		ended <- err
		return err
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(read)
	for s.gateways == "" && lines.Scan() {
		switch found := addresses.FindString(lines.Text()); {
		case found != "" && strings.Contains(lines.Text(), "/stripe"):
			s.gateways = found
		case found != "" && s.shop == "":
			s.shop = found
		}
	}
	if s.gateways == "" {
		t.Fatal("it did not say where it is")
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	return s
}

// answered is the last answer to a request, redirects followed, and where it came from.
type answered struct {
	status int
	header http.Header
	at     *url.URL
	body   []byte
}

// ask sends a request over the network.
func (s *server) ask(method, target string, header map[string]string, body any) answered {
	s.t.Helper()
	var sent io.Reader = http.NoBody
	media := ""
	switch b := body.(type) {
	case nil:
	case url.Values:
		sent, media = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		sent, media = bytes.NewReader(raw), "application/json"
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, target, sent)
	if err != nil {
		s.t.Fatal(err)
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := s.browser.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header, res.Request.URL, got}
}

// want asks and reads the JSON of an answer that must have this status.
func (s *server) want(status int, method, path string, header map[string]string, body, into any) {
	s.t.Helper()
	got := s.ask(method, s.shop+path, header, body)
	if got.status != status {
		s.t.Fatalf("%s %s: %d %s", method, path, got.status, got.body)
	}
	if into != nil {
		if err := json.Unmarshal(got.body, into); err != nil {
			s.t.Fatalf("%s %s: %s: %v", method, path, got.body, err)
		}
	}
}

func (s *server) advance(span string) {
	s.t.Helper()
	s.want(200, "POST", "/_dev/clock", nil, map[string]string{"advance": span}, nil)
}

type placed struct {
	Order struct{ ID, Status string }
	Token string
}

func (s *server) place(key string) placed {
	s.t.Helper()
	var p placed
	s.want(201, "POST", "/orders", map[string]string{"Idempotency-Key": key}, map[string]any{
		"currency": "EUR", "lines": []map[string]any{{"sku": "mug-blue", "quantity": 2}}, "email": "ada@example.com",
		"shipping_address": map[string]string{"name": "Ada Byron", "line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"},
	}, &p)
	return p
}

type started struct {
	Payment struct {
		RedirectURL  string `json:"redirect_url"`
		ClientSecret string `json:"client_secret"`
		PublicKey    string `json:"public_key"`
	}
}

func (s *server) pay(p placed, gateway, mode string) started {
	s.t.Helper()
	var got started
	s.want(201, "POST", "/orders/"+p.Order.ID+"/payments", map[string]string{"Authorization": "Bearer " + p.Token, "Idempotency-Key": "pay/" + gateway + mode},
		map[string]string{"gateway": gateway, "mode": mode, "return_url": s.shop + "/shop/order.html"}, &got)
	return got
}

type shownOrder struct {
	ID, Status string
	Timeline   []struct{ Kind string }
	Disputes   []struct {
		Status string
		DueBy  time.Time `json:"due_by"`
	}
}

// state is the members that checks from outside count on.
type state struct {
	Now   time.Time
	Stock map[string]struct {
		OnHand   int64 `json:"on_hand"`
		Reserved int64
		Sold     int64
	}
	Orders []shownOrder
	Ledger []struct {
		Account, Currency string
		Balance           int64
	}
	Gateways map[string]map[string]struct {
		Captured, Refunded, Disputed int64
		Charges                      int
	}
	Payments map[string][]struct {
		Reference, Charge, Dispute, Disputed string
		Captured, Refunded                   int64
	}
	Deliveries map[string][]struct{ Status int }
	Faults     map[string]struct{ Webhooks struct{ Duplicate int } }
	Inbox      []struct{ State string }
	Queues     []struct{ Name string }
	Executions []struct{ Status string }
	Mails      []struct{ To, Subject string }
}

func (s *server) state() state {
	s.t.Helper()
	var got state
	s.want(200, "GET", "/_dev/state", nil, nil, &got)
	return got
}

func TestAShopperBuysOverTheNetworkAndStaffShip(t *testing.T) {
	s := start(t)
	hosted, embedded := s.place("one"), s.place("two")
	page := s.pay(hosted, "stripe", "hosted").Payment.RedirectURL
	if !strings.HasPrefix(page, s.gateways+"/stripe/pay/") {
		t.Fatalf("redirected to %s", page)
	}
	if got := s.ask("GET", page, nil, nil); got.status != 200 || !bytes.Contains(got.body, []byte("45.82")) {
		t.Fatalf("the pay page: %d %s", got.status, got.body)
	}
	got := s.ask("POST", page, nil, url.Values{"card": {"4242424242424242"}, "action": {"pay"}})
	if got.status != 200 || got.at.Path != "/shop/order.html" || !bytes.Contains(got.body, []byte("<html")) {
		t.Fatalf("after paying the browser is at %s: %d", got.at, got.status)
	}
	form := s.pay(embedded, "stripe", "embedded").Payment
	intent, _, _ := strings.Cut(form.ClientSecret, "_secret_")
	confirm := s.gateways + "/stripe/v1/payment_intents/" + intent + "/confirm"
	preflight := map[string]string{"Origin": s.shop, "Access-Control-Request-Method": "POST"}
	if got := s.ask("OPTIONS", confirm, preflight, nil); got.header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("a browser may not call the gateway")
	}
	got = s.ask("POST", confirm, map[string]string{"Authorization": "Bearer " + form.PublicKey}, url.Values{"client_secret": {form.ClientSecret},
		"return_url": {s.shop}, "payment_method_data[type]": {"card"}, "payment_method_data[card][number]": {"4242424242424242"}})
	if got.status != 200 {
		t.Fatalf("the gateway answered %d %s", got.status, got.body)
	}
	s.advance("10s")

	var signedIn struct{ Token string }
	s.want(200, "POST", "/_dev/token", nil, map[string]any{"groups": []string{"manager"}, "mfa": true}, &signedIn)
	staff := map[string]string{"Authorization": "Bearer " + signedIn.Token, "Idempotency-Key": "refund"}
	for _, p := range []placed{hosted, embedded} {
		path := "/staff/orders/" + p.Order.ID
		s.want(201, "POST", path+"/shipments", staff, map[string]string{"carrier": "DHL", "tracking_number": "1"}, nil)
		s.want(200, "POST", path+"/shipments/shp_1/delivery", staff, nil, nil)
	}
	s.want(201, "POST", "/staff/orders/"+hosted.Order.ID+"/refunds", staff, map[string]int{"amount": 581}, nil)
	s.advance("15d")
	s.wantDone(s.state(), hosted, embedded)
	if err := s.stop(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func (s *server) wantDone(got state, hosted, embedded placed) {
	s.t.Helper()
	books := got.Gateways["stripe"]
	if stock := got.Stock["mug-blue"]; stock.Sold != 4 || stock.Reserved != 0 || stock.OnHand != 496 {
		s.t.Errorf("stock: %+v", stock)
	}
	if b := books[hosted.Order.ID]; b.Captured != 4582 || b.Refunded != 581 || b.Charges != 1 || books[embedded.Order.ID].Captured != 4582 {
		s.t.Errorf("gateway: %+v", books)
	}
	for _, o := range got.Orders {
		if o.Status != "completed" || len(o.Timeline) == 0 {
			s.t.Errorf("order: %+v", o)
		}
	}
	held := int64(0)
	for _, b := range got.Ledger {
		if b.Currency == "EUR" && b.Account == "gateway_clearing" {
			held += b.Balance
		}
	}
	if held != 2*4582-581 || len(got.Mails) != 5 || len(got.Inbox) == 0 || len(got.Queues) == 0 || len(got.Executions) != 2 || time.Until(got.Now) < 14*24*time.Hour {
		s.t.Errorf("state: %+v", got)
	}
}

func TestPagesAndAPIShareOneAddress(t *testing.T) {
	s := start(t)
	tests := []struct {
		name, path, accept string
		status             int
		media              string
	}{
		{"the shop", "/", "text/html", 200, "text/html"},
		{"the order's page", "/shop/order.html", "text/html", 200, "text/html"},
		{"what is behind it", "/_dev", "text/html", 200, "text/html"},
		{"products are the API's", "/products", "text/html", 200, "application/json"},
		{"a page that is not there", "/nothing", "text/html", 404, "text/html"},
		{"a path that the API does not have", "/nothing", "application/json", 404, "application/problem+json"},
		{"a control that is not there", "/_dev/nothing", "application/json", 404, ""},
		{"a staff route without a token", "/staff/orders", "application/json", 401, "application/json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.ask("GET", s.shop+tt.path, map[string]string{"Accept": tt.accept}, nil)
			if media := got.header.Get("Content-Type"); got.status != tt.status || !strings.HasPrefix(media, tt.media) {
				t.Errorf("%d %s %.200s", got.status, media, got.body)
			}
		})
	}
}

func TestTheControlPageMovesTheClockAndMakesTrouble(t *testing.T) {
	s := start(t)
	for _, bad := range []struct {
		path string
		body any
	}{
		{"/_dev/clock", map[string]string{"advance": "tomorrow"}}, {"/_dev/clock", map[string]string{"advance": "-1m"}},
		{"/_dev/clock", map[string]string{"advance": "91d"}}, {"/_dev/clock", []int{1}}, {"/_dev/clock", nil},
		{"/_dev/faults", map[string]any{"gateway": "adyen"}}, {"/_dev/faults", map[string]any{"webhooks": map[string]any{"duplicate": 101}}},
		{"/_dev/faults", map[string]any{"weather": "bad"}}, {"/_dev/redrive", map[string]string{"queue": "none"}}, {"/_dev/token", "x"},
	} {
		var problem struct{ Error string }
		s.want(400, "POST", bad.path, nil, bad.body, &problem)
		if problem.Error == "" {
			t.Errorf("%s with %v: no reason", bad.path, bad.body)
		}
	}
	before := s.state().Now
	s.advance("31m")
	if moved := s.state().Now.Sub(before); moved < 31*time.Minute || moved > 32*time.Minute {
		t.Errorf("the clock moved by %s", moved)
	}
	s.want(200, "POST", "/_dev/faults", nil, map[string]any{"gateway": "stripe", "webhooks": map[string]any{"duplicate": 3, "delay": "5s", "drop": 0.5},
		"api": map[string]any{"timeout_after_effect": true}}, nil)
	p := s.place("in trouble")
	header := map[string]string{"Authorization": "Bearer " + p.Token, "Idempotency-Key": "k"}
	s.want(503, "POST", "/orders/"+p.Order.ID+"/payments", header, map[string]string{"gateway": "stripe", "mode": "hosted"}, nil)
	s.want(200, "POST", "/_dev/faults", nil, map[string]any{}, nil)
	s.want(201, "POST", "/orders/"+p.Order.ID+"/payments", header, map[string]string{"gateway": "stripe", "mode": "hosted"}, nil)
	s.advance("1h")
	if got := s.state(); got.Orders[0].Status != "expired" || got.Stock["mug-blue"].Reserved != 0 {
		t.Errorf("%+v", got.Orders)
	}
	s.want(200, "POST", "/_dev/redrive", nil, map[string]string{"queue": "EventsDeadLetters"}, nil)
}

func TestATakenPortIsNamed(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, taken, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"PORT", "GATEWAYS_PORT"} {
		err := run(t.Context(), func(asked string) string {
			if asked == name {
				return taken
			}
			return "0"
		}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), name+"=") {
			t.Errorf("%s taken: %v", name, err)
		}
	}
}
