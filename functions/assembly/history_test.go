package assembly_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"till/functions/assembly"
	"till/functions/step/prepare"
	"till/functions/step/requestshipment"
	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/settings"
)

// Sizes of a history: few keys and little stock, so that clients meet.
const (
	clients = 5
	steps   = 40
	keys    = 24
)

var skus = [2]catalog.SKU{"poster-a2", "mug-blue"}

// wants is one step of a client.
type wants struct {
	do      string // place, cancel, sell, count or read.
	key     int    // Of the order.
	variant byte   // Of the request under that key: 'a' or 'b'.
	sku     int
	onHand  int64
}

// units is how much of each product the order of a key has.
func units(key int) [2]int64 { return [2]int64{int64(1 + key%2), int64(key / 2 % 2)} }

// saw is what a client was answered.
type saw struct {
	word  string // "lost": it may have happened or not; "down": it has not.
	short string // Of a shortage, which lines.
	stock shelf
}

// shelf is one product's counters.
type shelf struct{ free, reserved, sold int64 }

// shopState is the naive model of a shop: its shelf, and of each key what became of its order: 0 none, 'a' or 'b' placed by that
// request, 'A' or 'B' sold, and with 128 added cancelled.
type shopState struct {
	shelf  [2]shelf
	orders [keys]byte
}

const cancelled = 128

// after is what a step does to the shop, and what it then is answered.
func (s shopState) after(w wants) (shopState, saw) {
	o, n := s.orders[w.key], units(w.key)
	switch w.do {
	case "read":
		return s, saw{word: "read", stock: s.shelf[w.sku]}
	case "count":
		if w.onHand < s.shelf[w.sku].reserved {
			return s, saw{word: "below"}
		}
		s.shelf[w.sku].free = w.onHand - s.shelf[w.sku].reserved
		return s, saw{word: "counted"}
	case "place":
		return s.placed(w, o, n)
	}
	switch {
	case o == 0:
		return s, saw{word: "absent"}
	case w.do == "cancel" && o < 'a' || w.do == "sell" && o >= cancelled:
		return s, saw{word: "refused"}
	case w.do == "cancel" && o < cancelled:
		s.orders[w.key] += cancelled
		for i := range n {
			s.shelf[i].free, s.shelf[i].reserved = s.shelf[i].free+n[i], s.shelf[i].reserved-n[i]
		}
	case w.do == "sell" && o >= 'a':
		s.orders[w.key] -= 'a' - 'A'
		for i := range n {
			s.shelf[i].reserved, s.shelf[i].sold = s.shelf[i].reserved-n[i], s.shelf[i].sold+n[i]
		}
	}
	return s, saw{word: "done"}
}

func (s shopState) placed(w wants, o byte, n [2]int64) (shopState, saw) {
	if o != 0 {
		if strings.EqualFold(string(rune(o&^cancelled)), string(rune(w.variant))) {
			return s, saw{word: "done"}
		}
		return s, saw{word: "reused"}
	}
	short := ""
	for i := range n {
		if s.shelf[i].free < n[i] {
			short += strconv.Itoa(i)
		}
	}
	if short != "" {
		return s, saw{word: "short", short: short}
	}
	s.orders[w.key] = w.variant
	for i := range n {
		s.shelf[i].free, s.shelf[i].reserved = s.shelf[i].free-n[i], s.shelf[i].reserved+n[i]
	}
	return s, saw{word: "done"}
}

// model allows every answer that one client after the other could have got; of a lost one, that it happened and that it did not. Which
// products are short is looked up one after the other: unless exact, an answer that names several is right if one of them is short.
func model(exact bool) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{shopState{shelf: [2]shelf{{free: 3}, {free: 5}}}} },
		Step: func(state, input, output any) []any {
			s, w, got := state.(shopState), input.(wants), output.(saw)
			next, want := s.after(w)
			switch {
			case got.word == "lost" && next != s:
				return []any{s, next}
			case got.word == "lost", got.word == "down":
				return []any{s}
			case got.word == "busy" && s.orders[w.key] != 0: // Its payment is being made: nothing has happened.
				return []any{s}
			case got == want:
				return []any{next}
			case !exact && got.word == "short" && want.word == "short" && strings.ContainsAny(got.short, want.short):
				return []any{s}
			}
			return nil
		},
	}
	return m.ToModel()
}

// client is one caller with its own view of the store, calling the functions as they are assembled.
type client struct {
	*shaky
	shop     *shoptest.Shop
	requests map[string]apigw.Request
	place    apigw.Func
	cancel   apigw.Func
	count    apigw.Func
	start    apigw.Func
	back     apigw.Func
	ship     apigw.Func
	prepare  func(context.Context, prepare.Input) (prepare.Output, error)
	await    func(context.Context, requestshipment.Input) (requestshipment.Output, error)
}

func newClient(s *shoptest.Shop, view *shaky, requests map[string]apigw.Request) *client {
	accounts := settings.Gateways{SecretsARN: "arn:gateways", ReturnURL: "https://api.shop.example"}
	origins := []string{shoptest.Origin}
	t := s.Tools("history")
	return &client{
		shaky: view, shop: s, requests: requests,
		place:   assembly.PlaceOrder(t, settings.PlaceOrder{Origins: origins, Offered: []string{"stripe"}, StockHold: 30 * time.Minute}, view, s.Vault, s.Links, nil),
		cancel:  assembly.CancelOrder(t, settings.CancelOrder{Gateways: accounts, Origins: origins}, view, s.Links, s.Gateways, s.Machine),
		count:   assembly.SetStock(t, view),
		start:   assembly.StartPayment(t, settings.StartPayment{Gateways: accounts, Offered: []string{"stripe"}, Origins: origins, ReturnOrigins: origins}, view, s.Links, s.Gateways),
		back:    assembly.ReturnPayment(t, settings.ReturnPayment{Gateways: accounts, ShopURL: shoptest.Origin}, view, s.Gateways),
		ship:    assembly.Ship(t, settings.StaffCancel{Gateways: accounts}, view, s.Gateways, s.Machine),
		prepare: assembly.Prepare(t, view),
		await:   assembly.RequestShipment(t, view),
	}
}

// ask sends a request of events/, with another body and key, about an order.
func (c *client) ask(f apigw.Func, name, key, body string, id order.ID) apigw.Response {
	req := c.requests[name]
	req.Headers = maps.Clone(req.Headers)
	if key != "" {
		req.Headers["idempotency-key"] = key
	}
	if body != "" {
		req.Body = body
	}
	if id != "" {
		req.PathParameters = map[string]string{"id": string(id), "payment_id": string(order.AttemptIDFor(id, "pay")), "sku": string(id)}
		req.Headers["authorization"] = "Bearer " + c.token(id)
	}
	resp, err := f(context.Background(), req)
	if err != nil {
		c.shop.Errorf("%s: %v", name, err)
	}
	return resp
}

// token opens an order; of one that is not there, nothing.
func (c *client) token(id order.ID) string {
	if o, err := c.Store.Order(context.Background(), id); err == nil {
		return access.Token(c.shop.Signer, o)
	}
	return "none"
}

// code is the answer's word: the problem's code, or done.
func code(resp apigw.Response) string {
	if resp.StatusCode < http.StatusBadRequest {
		return "done"
	}
	var p struct{ Code string }
	if json.Unmarshal([]byte(resp.Body), &p) != nil {
		return resp.Body
	}
	return p.Code
}

// do takes one step, up to three times while the answer is that something is down. A stock-take is sent once: it has no key, and
// sent again it would undo one that came in between.
func (c *client) do(w wants) saw {
	lost := false
	tries := 3
	if w.do == "count" {
		tries = 1
	}
	for range tries {
		c.struck = false
		got := c.try(w)
		if got.word != "dependency_unavailable" {
			return got
		}
		lost = lost || c.struck
	}
	switch {
	case lost:
		return saw{word: "lost"}
	case c.bins && w.do == "place":
		return saw{word: "down"} // Others were faster at each bin that it chose.
	}
	c.shop.Errorf("%+v is down though nothing has failed", w)
	return saw{word: "down"}
}

func (c *client) try(w wants) saw {
	key := fmt.Sprint("key-", w.key)
	id := order.IDFor(key)
	switch w.do {
	case "read":
		got, err := c.Stock(context.Background(), skus[w.sku])
		if err != nil {
			return saw{word: "dependency_unavailable"}
		}
		return saw{word: "read", stock: shelf{got.Free, got.Reserved, got.Sold}}
	case "count":
		resp := c.ask(c.count, "count", "", fmt.Sprintf(`{"on_hand":%d}`, w.onHand), order.ID(skus[w.sku]))
		word := map[string]string{"done": "counted", "stock_reserved": "below"}
		return named(resp, word)
	case "place":
		return c.places(w, key, id)
	case "cancel":
		return named(c.ask(c.cancel, "cancel", "", "", id), map[string]string{"not_found": "absent", "order_state_conflict": "refused",
			"payment_in_progress": "busy", "payment_not_found": "busy", "idempotency_in_progress": "busy"})
	default:
		return c.sells(id)
	}
}

// named is an answer in the model's words.
func named(resp apigw.Response, words map[string]string) saw {
	word := code(resp)
	if better, there := words[word]; there {
		word = better
	}
	return saw{word: word}
}

func (c *client) places(w wants, key string, id order.ID) saw {
	n := units(w.key)
	body := fmt.Sprintf(`{"sku":%q,"quantity":%d}`, skus[0], n[0])
	if n[1] > 0 {
		body += fmt.Sprintf(`,{"sku":%q,"quantity":%d}`, skus[1], n[1])
	}
	body = fmt.Sprintf(`{"currency":"EUR","lines":[%s],"email":"ada-%c@example.com","shipping_method":"standard","shipping_address":{"name":"Ada Byron",`+
		`"line1":"Unter den Linden 1","city":"Berlin","postal_code":"10117","country":"DE"}}`, body, w.variant)
	resp := c.ask(c.place, "place", key, body, "")
	var p struct {
		Order  struct{ ID order.ID }
		Errors []struct{ Pointer string }
	}
	if err := json.Unmarshal([]byte(resp.Body), &p); err != nil || resp.StatusCode == http.StatusCreated && p.Order.ID != id {
		c.shop.Errorf("%s: %d %s", key, resp.StatusCode, resp.Body)
	}
	got := named(resp, map[string]string{"idempotency_key_reused": "reused", "out_of_stock": "short"})
	if got.word == "short" {
		var lines []string
		for _, e := range p.Errors {
			lines = append(lines, strings.TrimPrefix(e.Pointer, "#/lines/"))
		}
		slices.Sort(lines)
		got.short = strings.Join(lines, "")
	}
	return got
}

// sells pays an order and takes it to the carrier. Only the last step says how it went; those before are repeated by whoever
// comes next.
func (c *client) sells(id order.ID) saw {
	ctx := context.Background()
	c.ask(c.start, "start", "pay", "", id)
	c.shop.Gateway.Tell(order.AttemptIDFor(id, "pay"), func(f *payment.Facts) {
		if f.State == payment.RequiresAction {
			paymenttest.Paid(f)
		}
	})
	c.ask(c.back, "back", "", "", id)
	_, badPrepare := c.prepare(ctx, prepare.Input{OrderID: id, Try: 1})
	_, badAwait := c.await(ctx, requestshipment.Input{OrderID: id, Try: 1, TaskToken: "token"})
	got := named(c.ask(c.ship, "ship", "", "", id), map[string]string{"not_found": "absent", "order_state_conflict": "refused"})
	if got.word == "refused" && (errors.Join(badPrepare, badAwait) != nil || c.struck) {
		got.word = "busy" // Not paid, or not yet in the machine's hands.
	}
	return got
}

// wish draws a step.
func wish(dice *rand.Rand) wants {
	w := wants{do: []string{"place", "place", "place", "cancel", "sell", "count", "read", "read"}[dice.IntN(8)], key: dice.IntN(keys),
		variant: "aaab"[dice.IntN(4)], sku: dice.IntN(2), onHand: dice.Int64N(9)}
	if w.do == "count" || w.do == "read" {
		w.key = 0
	}
	return w
}

// history lets five clients use one shop, and gives what each asked for, was answered, and when.
func history(t *testing.T, requests map[string]apigw.Request, seed uint64, scripted bool, broken defect) []porcupine.Operation {
	t.Helper()
	s := shoptest.New(t)
	for i, onHand := range [2]int64{3, 5} {
		if _, err := catalog.Count(t.Context(), s.Store, skus[i], onHand); err != nil {
			t.Fatal(err)
		}
	}
	var script *rand.Rand
	if scripted {
		script = rand.New(rand.NewPCG(seed, 0))
	}
	on := newStage(clients, script)
	var mu sync.Mutex
	var out []porcupine.Operation
	on.play(func(i int) {
		dice := rand.New(rand.NewPCG(seed, uint64(i)+1))
		c := newClient(s, &shaky{Store: s.Store, stage: on, client: i, dice: dice, calm: seed%4 == 0, broken: broken}, requests)
		for range steps {
			w := wish(dice)
			op := porcupine.Operation{ClientId: i, Input: w, Call: on.clock.Add(1)}
			got := c.do(w)
			op.Output, op.Return = got, on.clock.Add(1)
			mu.Lock()
			out = append(out, op)
			mu.Unlock()
		}
	})
	return out
}

// requests are the events that clients send, signed in.
func requests(t *testing.T) map[string]apigw.Request {
	t.Helper()
	s := shoptest.New(t)
	return map[string]apigw.Request{
		"place":  eventfile.Request(t, "placeorder", "placed"),
		"cancel": eventfile.Request(t, "cancelorder", "cancelled"),
		"start":  eventfile.Request(t, "startpayment", "hosted"),
		"back":   eventfile.Request(t, "returnpayment", "returned"),
		"count":  s.Staff("setstock", "counted"),
		"ship":   s.Staff("ship", "everything"),
	}
}

// histories is how many are checked: HISTORIES, or a few.
func histories(t *testing.T) int {
	t.Helper()
	text := os.Getenv("HISTORIES")
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HISTORIES=%s is no number", text)
	}
	return n
}

// TestHistoriesOfManyClientsAreAsIfOneCameAfterTheOther: stock and keys, with answers lost and requests sent again. Each
// history has a seed; every second one is without a script, on as many processors as there are.
func TestHistoriesOfManyClientsAreAsIfOneCameAfterTheOther(t *testing.T) {
	sent, words := requests(t), map[string]int{}
	for seed := range uint64(histories(t)) {
		all := history(t, sent, seed, seed%2 == 0, defect{})
		if got := porcupine.CheckOperationsTimeout(model(seed%2 == 0), all, 30*time.Second); got != porcupine.Ok {
			t.Fatalf("the history of seed %d is %s:\n%s", seed, got, told(all))
		}
		for _, op := range all {
			words[op.Input.(wants).do+" "+op.Output.(saw).word]++
		}
	}
	for _, each := range []string{"place done", "place reused", "place short", "place lost", "cancel done", "cancel absent", "cancel refused",
		"sell done", "sell absent", "count counted", "count below", "read read"} {
		if words[each] == 0 {
			t.Errorf("no history has %q: %v", each, words)
		}
	}
	t.Log(words)
}

// told is a history as people read it.
func told(all []porcupine.Operation) string {
	slices.SortFunc(all, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var out strings.Builder
	for _, op := range all {
		fmt.Fprintf(&out, "%4d-%4d client %d %+v: %+v\n", op.Call, op.Return, op.ClientId, op.Input, op.Output)
	}
	return out.String()
}
