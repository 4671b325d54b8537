package actors_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/simulate/actors"
	"till/shared/order"
)

// stage lets people act one after the other, answers as it is told to, and keeps what they did.
type stage struct {
	now      time.Time
	answer   func(*http.Request, string) acceptance.Reply
	entries  []entry
	asked    []string // "POST /orders key" …
	broken   []string
	disputed int
	silenced int
	gateways []string
	manual   bool
	signed   map[string]bool // Who has signed in.
}

type entry struct {
	at   time.Time
	work func()
}

func (s *stage) API(r *http.Request) acceptance.Reply {
	body := ""
	if r.Body != nil {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
	}
	s.asked = append(s.asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Idempotency-Key")))
	return s.answer(r, body)
}

func (s *stage) Page(r *http.Request) acceptance.Reply {
	s.asked = append(s.asked, "page "+r.URL.Path)
	return acceptance.Reply{Status: http.StatusOK, Body: []byte("{}")}
}

func (s *stage) Now() time.Time       { return s.now }
func (s *stage) Rest(d time.Duration) { s.now = s.now.Add(d) }
func (s *stage) Enter(at time.Time, _ string, work func()) {
	s.entries = append(s.entries, entry{at, work})
}
func (s *stage) SignIn(who, _ string) (string, error) {
	if s.signed == nil {
		s.signed = map[string]bool{}
	}
	s.signed[who] = true
	return "token", nil
}
func (s *stage) Violated(rule string, _ order.ID, _ string) { s.broken = append(s.broken, rule) }
func (s *stage) StopExecution(order.ID)                     {}
func (s *stage) Dispute(order.ID, bool)                     { s.disputed++ }
func (s *stage) GiveBack(order.ID, int64)                   {}
func (s *stage) Forget(order.ID, bool)                      {}
func (s *stage) Silence(order.ID, time.Duration)            { s.silenced++ }
func (s *stage) Place() acceptance.Place {
	return acceptance.Place{Shop: "http://shop.example", Gateway: "http://pay.example", Gateways: s.gateways, Manual: s.manual}
}

// play lets everybody act to their end. Who ends in the middle, as people do who find something wrong, ends alone.
func play(mix actors.Mix, orders int, seed uint64, answer func(*http.Request, string) acceptance.Reply) *stage {
	return playOn(&stage{answer: answer}, mix, orders, seed)
}

// playOn is play on a stage of one's own.
func playOn(s *stage, mix actors.Mix, orders int, seed uint64) *stage {
	s.now = time.Date(2040, 1, 2, 9, 0, 0, 0, time.UTC)
	actors.Gather(s, mix, orders, seed, []string{"mug", "lamp"})
	for len(s.entries) > 0 {
		next := s.entries[0]
		s.entries = s.entries[1:]
		if next.at.After(s.now) {
			s.now = next.at
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			next.work()
		}()
		<-done
	}
	return s
}

func refuses(status int) func(*http.Request, string) acceptance.Reply {
	return func(*http.Request, string) acceptance.Reply { return acceptance.Reply{Status: status} }
}

// sells is a shop that takes every order and every payment, and is paid at once.
func sells(r *http.Request, _ string) acceptance.Reply {
	reply := func(status int, body string) acceptance.Reply {
		return acceptance.Reply{Status: status, Body: []byte(body)}
	}
	const id = "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	const seen = `{"id":"` + id + `","status":"fulfilling","payment_status":"paid","total":{"amount":1000,"currency":"EUR"}}`
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/orders":
		return reply(http.StatusCreated, `{"order":`+seen+`,"token":"open"}`)
	case strings.HasSuffix(r.URL.Path, "/payments"):
		return reply(http.StatusCreated, `{"payment":{"id":"pay_1","redirect_url":"http://pay.example/c/pay/cs_1","client_secret":"pi_1_secret_2"}}`)
	case strings.HasSuffix(r.URL.Path, "/shipments"), strings.HasSuffix(r.URL.Path, "/refunds"):
		return reply(http.StatusCreated, `{"order":`+seen+`}`)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/returns"):
		return reply(http.StatusCreated, `{"return":{"id":"ret_1","status":"requested"}}`)
	case strings.HasSuffix(r.URL.Path, "/return"):
		return reply(http.StatusSeeOther, "")
	case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/orders/"):
		return reply(http.StatusOK, `{"order":`+seen+`}`)
	}
	return reply(http.StatusOK, `{"order":`+seen+`}`)
}

var mixed = actors.Mix{PerHour: 60, Stay: time.Hour}

func TestPeopleAskAgainWithTheSameKeyAndWalkAwayInTheEnd(t *testing.T) {
	for _, status := range []int{0, http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusGatewayTimeout} {
		s := play(mixed, 1, 1, refuses(status))
		var placed []string
		for _, a := range s.asked {
			if strings.HasPrefix(a, "POST /orders ") {
				placed = append(placed, a)
			}
		}
		if len(placed) != 8 || len(slices.Compact(placed)) != 1 || len(s.broken) > 0 {
			t.Errorf("status %d: they asked %v; broken: %v", status, s.asked, s.broken)
		}
	}
}

func TestWhatAShopMayNotAnswerIsAViolation(t *testing.T) {
	broken := func(*http.Request, string) acceptance.Reply {
		return acceptance.Reply{Status: http.StatusInternalServerError, Body: []byte(`{"code":"internal_error"}`)}
	}
	for what, answer := range map[string]func(*http.Request, string) acceptance.Reply{
		"a refusal of what is right": refuses(http.StatusBadRequest),
		"an error of ours":           broken,
	} {
		if s := play(mixed, 1, 1, answer); !slices.Contains(s.broken, "Answer") {
			t.Errorf("%s: broken: %v after %v", what, s.broken, s.asked)
		}
	}
}

func TestOneSeedsPeopleDoTheSameAgain(t *testing.T) {
	mix := mixed
	mix.Moody = true
	one, two, other := play(mix, 20, 7, sells), play(mix, 20, 7, sells), play(mix, 20, 8, sells)
	if !slices.Equal(one.asked, two.asked) || !one.now.Equal(two.now) {
		t.Errorf("%d requests until %s, then %d until %s", len(one.asked), one.now, len(two.asked), two.now)
	}
	if slices.Equal(one.asked, other.asked) || len(one.asked) < 60 {
		t.Errorf("seed 8 is like seed 7: %d requests", len(other.asked))
	}
}

// routes counts the kinds of requests: ids and keys left out.
func routes(s *stage) map[string]int {
	out := map[string]int{}
	for _, a := range s.asked {
		method, rest, _ := strings.Cut(a, " ")
		path, _, _ := strings.Cut(rest, " ")
		parts := strings.Split(path, "/")
		out[method+" "+parts[len(parts)-1]]++
	}
	return out
}

func TestWorldsDifferInWhatPeopleDo(t *testing.T) {
	mix := mixed
	mix.Moody = true
	low, high := map[string]int{}, map[string]int{}
	disputed, silenced := 0, 0
	for seed := range uint64(12) {
		s := play(mix, 60, seed+1, sells)
		disputed += s.disputed
		silenced += s.silenced
		for _, route := range []string{"POST cancellation", "POST refunds", "POST payments"} {
			n := routes(s)[route]
			if was, seen := low[route]; !seen || n < was {
				low[route] = n
			}
			high[route] = max(high[route], n)
		}
	}
	for _, route := range slices.Sorted(maps.Keys(high)) {
		if high[route] < 2*low[route]+10 && route != "POST payments" || high[route] == 0 {
			t.Errorf("%s: %d to %d times a world", route, low[route], high[route])
		}
	}
	if disputed == 0 || silenced == 0 {
		t.Errorf("%d disputes, %d silences", disputed, silenced)
	}
}

// TestStaffAnswerWhatTheyAreAskedByBanks: with evidence, giving in, and some of them twice.
func TestStaffAnswerWhatTheyAreAskedByBanks(t *testing.T) {
	s := play(mixed, 200, 3, func(r *http.Request, body string) acceptance.Reply {
		if strings.HasPrefix(r.URL.Path, "/staff/orders/") && r.Method == http.MethodGet && r.URL.RawQuery == "" {
			return acceptance.Reply{Status: http.StatusOK, Body: []byte(`{"order":{"disputes":[{"reference":"dp_1","status":"needs_response"}]}}`)}
		}
		if strings.Contains(r.URL.Path, "/disputes/dp_1/") {
			return acceptance.Reply{Status: http.StatusCreated}
		}
		return sells(r, body)
	})
	did := routes(s)
	if sent := did["POST evidence"] + did["POST acceptance"]; s.disputed == 0 || did["POST evidence"] == 0 || did["POST acceptance"] == 0 || sent < s.disputed/2 {
		t.Errorf("%d disputes, %d times evidence, %d times given in", s.disputed, did["POST evidence"], did["POST acceptance"])
	}
}

// promises is a shop where money is promised first, and every refund wants another's yes.
func promises(r *http.Request, body string) acceptance.Reply {
	switch {
	case strings.Contains(body, "other.ada"): // A used key.
		return acceptance.Reply{Status: http.StatusUnprocessableEntity, Body: []byte(`{}`)}
	case strings.HasSuffix(r.URL.Path, "/refunds"):
		return acceptance.Reply{Status: http.StatusCreated, Body: []byte(`{"refund":{"id":"ref_1","status":"awaiting_approval"}}`)}
	case strings.HasSuffix(r.URL.Path, "/payments"):
		gateway := "square"
		if strings.Contains(body, "paypal") {
			gateway = "paypal"
		}
		return acceptance.Reply{Status: http.StatusCreated, Body: []byte(`{"payment":{"id":"pay_1","gateway":"` + gateway + `","mode":"embedded","public_key":"k"}}`)}
	case strings.HasSuffix(r.URL.Path, "/captures"):
		return acceptance.Reply{Status: http.StatusCreated, Body: []byte(`{}`)}
	case strings.HasSuffix(r.URL.Path, "/approval"):
		return acceptance.Reply{Status: http.StatusConflict, Body: []byte(`{}`)}
	}
	return sells(r, body)
}

func TestStaffTakeGiveUpAndApproveWhereThatIsToBeDone(t *testing.T) {
	s := playOn(&stage{answer: promises, gateways: []string{"paypal", "square"}, manual: true}, mixed, 200, 3)
	got := routes(s)
	for _, want := range []string{"POST captures", "POST void", "POST approval", "POST confirm", "POST cancellation"} {
		if got[want] == 0 {
			t.Errorf("no %s in %v", want, got)
		}
	}
	if len(s.broken) > 0 || !s.signed["mona"] || !s.signed["otto"] {
		t.Errorf("broken: %v; there came %v", s.broken, s.signed)
	}
}

func TestWhoeverApprovesTheirOwnRefundIsSeen(t *testing.T) {
	s := playOn(&stage{answer: func(r *http.Request, body string) acceptance.Reply {
		if strings.HasSuffix(r.URL.Path, "/approval") {
			return acceptance.Reply{Status: http.StatusOK, Body: []byte(`{"refund":{"id":"ref_1","status":"requested"}}`)}
		}
		return promises(r, body)
	}, gateways: []string{"paypal"}, manual: true}, mixed, 200, 3)
	if !slices.Contains(s.broken, "I14 RefundBounded") {
		t.Errorf("broken: %v", s.broken)
	}
}

// TestPeopleSendThingsBack: some ask for it, staff decide in every way, and one whose money another must agree to is decided twice.
func TestPeopleSendThingsBack(t *testing.T) {
	said := map[string]int{}
	s := playOn(&stage{answer: func(r *http.Request, body string) acceptance.Reply {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/returns/ret_1") {
			for _, status := range []string{"accepted", "refused", "received", `"refund":0`} {
				if strings.Contains(body, status) {
					said[status]++
				}
			}
			return acceptance.Reply{Status: http.StatusOK, Body: []byte(`{"return":{"id":"ret_1"},"refund":{"id":"ref_1","status":"awaiting_approval"}}`)}
		}
		return promises(r, body)
	}, gateways: []string{"stripe"}}, mixed, 300, 3)
	got := routes(s)
	if got["POST returns"] < 10 || said["accepted"] == 0 || said["refused"] == 0 || said["received"] < 5 || said[`"refund":0`] == 0 || got["POST approval"] == 0 {
		t.Errorf("%v; staff said %v", got, said)
	}
	if len(s.broken) > 0 {
		t.Errorf("broken: %v", s.broken)
	}
}

func TestAnotherPaymentUnderOneKeyIsSeen(t *testing.T) {
	n := 0
	s := playOn(&stage{answer: func(r *http.Request, body string) acceptance.Reply {
		if strings.HasSuffix(r.URL.Path, "/payments") {
			n++
			return acceptance.Reply{Status: http.StatusCreated, Body: fmt.Appendf(nil, `{"payment":{"id":"pay_%d","redirect_url":"http://pay.example/c/pay/cs_1"}}`, n)}
		}
		return sells(r, body)
	}}, mixed, 100, 3)
	if !slices.Contains(s.broken, "I13 SameAnswer") {
		t.Errorf("broken: %v after %d payments", s.broken, n)
	}
}

func TestAnotherReturnUnderOneKeyIsSeen(t *testing.T) {
	n := 0
	s := playOn(&stage{answer: func(r *http.Request, body string) acceptance.Reply {
		if strings.HasSuffix(r.URL.Path, "/returns") {
			n++
			return acceptance.Reply{Status: http.StatusCreated, Body: fmt.Appendf(nil, `{"return":{"id":"ret_%d"}}`, n)}
		}
		return sells(r, body)
	}}, mixed, 300, 3)
	if !slices.Contains(s.broken, "I13 SameAnswer") {
		t.Errorf("broken: %v after %d returns", s.broken, n)
	}
}

// TestStaffLookAtWhatTheShopsRulesHold: holds of rules are lifted, or their order ends; others stay.
func TestStaffLookAtWhatTheShopsRulesHold(t *testing.T) {
	held := func(r *http.Request, body string) acceptance.Reply {
		if strings.HasPrefix(r.URL.Path, "/staff/orders/") && r.Method == http.MethodGet {
			return acceptance.Reply{Status: http.StatusOK, Body: []byte(`{"order":{"holds":[{"key":"dispute:dp_1"},{"key":"fraud_review:dear"},{"key":"gateway_risk:elevated"}]}}`)}
		}
		got := sells(r, body)
		got.Body = []byte(strings.ReplaceAll(string(got.Body), `"status":"fulfilling"`, `"status":"fulfilling","on_hold":true`))
		return got
	}
	mix := mixed
	mix.Guarded = true
	got := routes(playOn(&stage{answer: held}, mix, 60, 3))
	if got["DELETE fraud_review:dear"] == 0 || got["DELETE gateway_risk:elevated"] == 0 || got["DELETE dispute:dp_1"] > 0 || got["POST cancellation"] == 0 {
		t.Errorf("they did %v", got)
	}
}

func TestARefusalByTheShopsRulesIsRightOnlyWhereThereAreSome(t *testing.T) {
	mix := mixed
	for _, mix.Guarded = range []bool{true, false} {
		s := playOn(&stage{answer: func(*http.Request, string) acceptance.Reply {
			return acceptance.Reply{Status: http.StatusUnprocessableEntity, Body: []byte(`{"code":"order_declined"}`)}
		}}, mix, 1, 1)
		if slices.Contains(s.broken, "Answer") == mix.Guarded {
			t.Errorf("with rules %t: broken: %v", mix.Guarded, s.broken)
		}
	}
}

func TestAPathIsWalkedToItsEnd(t *testing.T) {
	for _, p := range actors.Paths() {
		s := play(p.Mix, 1, 1, sells)
		got := fmt.Sprint(routes(s))
		for _, want := range map[string][]string{
			"golden": {"POST payments", "POST shipments", "POST delivery"}, "refund": {"POST refunds"}, "return": {"POST returns", "PUT ret_1"}, "cancel": {"POST cancellation"}, "late-money": {"POST payments"},
		}[p.Name] {
			if routes(s)[want] == 0 {
				t.Errorf("%s: no %s in %s", p.Name, want, got)
			}
		}
	}
}
