package refund_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// roles are who may.
var roles = append(shoptest.Roles(201, "manager", "admin"),
	shoptest.Row{Name: "money needs a fresh sign-in", File: "signed-in-16-minutes-ago", Status: 403, Code: "sign_in_again"})

var rows = []shoptest.Row{
	{Name: "a part of the money goes back", File: "a-part", Status: 201},
	{Name: "exactly the rest goes back", File: "all-of-it", Status: 201},
	{Name: "the order's currency may be named", File: "with-the-currency", Status: 201},
	{Name: "more than is left", File: "more-than-is-left", Status: 409, Code: "refund_exceeds_captured", At: []string{"#/amount"}},
	{Name: "a refund of nothing", File: "nothing", Status: 422, Code: "refund_invalid", At: []string{"#/amount"}},
	{Name: "a refund below 0", File: "less-than-nothing", Status: 422, Code: "refund_invalid", At: []string{"#/amount"}},
	{Name: "a refund of a fraction", File: "a-fraction", Status: 422, Code: "refund_invalid", At: []string{"#/amount"}},
	{Name: "no amount", File: "no-amount", Status: 422, Code: "refund_invalid", At: []string{"#/amount"}},
	{Name: "a refund in another currency", File: "of-another-currency", Status: 422, Code: "refund_invalid", At: []string{"#/currency"}},
	{Name: "an amount as an object", File: "amount-as-object", Status: 422, Code: "refund_invalid", At: []string{"#/amount"}},
	{Name: "a reason that is too long", File: "reason-too-long", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a new line in the reason", File: "reason-with-a-new-line", Status: 422, Code: "reason_invalid", At: []string{"#/reason"}},
	{Name: "a card number in the reason", File: "card-in-the-reason", Status: 422, Code: "card_data_rejected", At: []string{"#/reason"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/amount", "#/order", "#/reason"}},
	{Name: "no key", File: "no-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Paid("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "refund", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "refund", rows, ready)
	eventfile.AllIn(t, "refund", shoptest.Files(roles, rows))
}

// ask is a request to refund of a file, under a key.
func ask(s *shoptest.Shop, words []string, file, key string) apigw.Request {
	req := s.Staff("refund", file, words[:2]...)
	req.Headers["idempotency-key"] = key
	return req
}

var (
	given   = shoptest.Row{Status: http.StatusCreated}
	tooMuch = shoptest.Row{Status: http.StatusConflict, Code: "refund_exceeds_captured", At: []string{"#/amount"}}
)

func only(t *testing.T, s *shoptest.Shop) *order.Order {
	t.Helper()
	o, err := s.Store.Order(t.Context(), s.Store.AllOrders()[0])
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestARepeatGivesTheMoneyOnce(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	first := s.Try(given, ask(s, words, "a-part", "key-one"))
	if again := s.Try(given, ask(s, words, "a-part", "key-one")); again.Body != first.Body {
		t.Errorf("two answers:\n%s\n%s", first.Body, again.Body)
	}
	if got := s.Gateway.Captured(string(only(t, s).ID())); got != 4341 {
		t.Errorf("the gateway keeps %d", got)
	}
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused", At: []string{"Idempotency-Key"}},
		ask(s, words, "all-of-it", "key-one"))
}

func TestExactlyTheRestIsTheLast(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Try(given, ask(s, words, "a-part", "key-one"))
	s.Try(tooMuch, ask(s, words, "all-of-it", "key-two"))
	rest := ask(s, words, "a-part", "key-three")
	rest.Body = `{"amount":4341}`
	s.Try(given, rest)
	s.Try(tooMuch, ask(s, words, "a-part", "key-four"))
	if got := only(t, s).Record(); got.PaymentStatus() != "refunded" {
		t.Errorf("the order is %s", got.PaymentStatus())
	}
}

func TestTwentyRefundsAtOnceGiveNoMoreThanThereIs(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	var all sync.WaitGroup
	var accepted atomic.Int64
	for i := range 20 {
		all.Go(func() {
			req := ask(s, words, "a-part", fmt.Sprintf("key-%d", i))
			for {
				resp := s.Serve(req)
				switch {
				case resp.StatusCode == http.StatusCreated:
					accepted.Add(1)
				case resp.StatusCode != http.StatusConflict:
					t.Errorf("%d %s", resp.StatusCode, resp.Body)
				case s.Problem(resp).Code == "version_conflict":
					continue // The others were faster: the same key asks again.
				case s.Problem(resp).Code != "refund_exceeds_captured":
					t.Errorf("%s", resp.Body)
				}
				return
			}
		})
	}
	all.Wait()
	if got := s.Gateway.Captured(string(only(t, s).ID())); got != 341 || accepted.Load() != 5 {
		t.Errorf("%d were accepted and the gateway keeps %d", accepted.Load(), got)
	}
}

func TestAnOrderThatIsNotPaidHasNothingToGiveBack(t *testing.T) {
	s := shoptest.New(t)
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "refund_invalid", At: []string{"#/amount"}},
		ask(s, s.Place("order-one").Words(), "a-part", "key-one"))
}

func TestARefundWhoseAnswerIsLostIsThereAndGoesOn(t *testing.T) {
	for _, err := range []error{shoptest.Lost(), shoptest.Down()} {
		s := shoptest.New(t)
		words := ready(s)
		s.Break("after gateway.Refund", err)
		s.Try(given, ask(s, words, "a-part", "key-one"))
		s.Mend()
		resp := s.Try(given, ask(s, words, "a-part", "key-one"))
		var out struct {
			Refund struct{ Status payment.RefundState }
		}
		if err := json.Unmarshal([]byte(resp.Body), &out); err != nil || out.Refund.Status != payment.RefundSucceeded {
			t.Errorf("the repeat says %s, %v", resp.Body, err)
		}
		if got := s.Gateway.Captured(string(only(t, s).ID())); got != 4341 {
			t.Errorf("the gateway keeps %d", got)
		}
	}
}

func TestARefundThatTheGatewayRefusesFreesItsAmountAndIsSeen(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Break("gateway.Refund", fault.New(fault.Declined, "paymenttest", "charge_not_refundable", ""))
	resp := s.Try(given, ask(s, words, "all-of-it", "key-one"))
	var out struct {
		Refund struct{ Status payment.RefundState }
	}
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil || out.Refund.Status != payment.RefundFailed {
		t.Errorf("got %s, %v", resp.Body, err)
	}
	if got := only(t, s).Record(); len(got.Holds) != 1 {
		t.Errorf("held %v", got.Holds)
	}
	s.Mend()
	s.Try(given, ask(s, words, "all-of-it", "key-two"))
}

func TestWhileADependencyIsDownTheAnswerIs503AndTheSameKeySucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "LoadCustomer"} {
		s := shoptest.New(t)
		words := ready(s)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, ask(s, words, "a-part", "key-one"))
		s.Mend()
		s.Try(given, ask(s, words, "a-part", "key-one"))
		if got := s.Gateway.Captured(string(only(t, s).ID())); got != 4341 {
			t.Errorf("the gateway keeps %d", got)
		}
	}
}
