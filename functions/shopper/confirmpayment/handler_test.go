package confirmpayment_test

import (
	"net/http"
	"strings"
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

var rows = []shoptest.Row{
	{Name: "what the form brought is taken", File: "token", Status: 200},
	{Name: "a form that has nothing to bring", File: "no-body", Status: 200},
	{Name: "no body has no media type", File: "no-body-and-no-media-type", Status: 200},
	{Name: "a form that brings nothing", File: "no-token-in-the-body", Status: 200},
	{Name: "a token that is refused", File: "token-refused", Status: 422, Code: "card_declined"},
	{Name: "a token with a space", File: "token-with-a-space", Status: 422, Code: "token_invalid", At: []string{"#/token"}},
	{Name: "a token that is too long", File: "token-too-long", Status: 422, Code: "token_invalid", At: []string{"#/token"}},
	{Name: "a number for a token", File: "token-a-number", Status: 422, Code: "token_invalid", At: []string{"#/token"}},
	{Name: "a member that does not exist", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/source_id"}},
	{Name: "a card sent to us", File: "card-in-the-body", Status: 422, Code: "card_data_rejected", At: []string{"#/token"}},
	{Name: "no token of the order's", File: "no-order-token", Status: 401, Code: "unauthorized"},
	{Name: "an altered token of the order's", File: "order-token-altered", Status: 404, Code: "not_found"},
	{Name: "a payment of no order", File: "payment-unknown", Status: 404, Code: "not_found"},
	{Name: "a path that is no payment", File: "payment-malformed", Status: 404, Code: "not_found"},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
	{Name: "no media type", File: "no-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
}

func TestConfirmations(t *testing.T) {
	shoptest.Rows(t, "confirmpayment", rows, func(s *shoptest.Shop) []string {
		o := s.Place("order-one")
		return append(o.Words(), "PAYMENT_ID", string(s.Pay(o, "key-one")))
	})
	eventfile.AllIn(t, "confirmpayment", shoptest.Files(rows))
}

func confirm(t *testing.T, o shoptest.Opened, id payment.AttemptID, file string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "confirmpayment", file, append(o.Words(), "PAYMENT_ID", string(id))...)
}

// agreed is a shopper who has agreed to pay; the gateway waits to be told.
func agreed(f *payment.Facts) { f.Ready = true }

func TestWhatTheShopperAgreedToIsTakenOnce(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, agreed)
	for range 3 {
		if resp := s.Serve(confirm(t, o, id, "token")); resp.StatusCode != http.StatusOK || !strings.Contains(resp.Body, `"status":"captured"`) {
			t.Fatalf("%d %s", resp.StatusCode, resp.Body)
		}
	}
	if r := s.Order(o).Record(); r.Status != order.Confirmed || s.Gateway.Calls("Confirm") != 1 {
		t.Errorf("the order is %s, and the gateway was told %d times", r.Status, s.Gateway.Calls("Confirm"))
	}
}

func TestManyAtOnceConfirmOneOrder(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, agreed)
	var all sync.WaitGroup
	var paid atomic.Int64
	for range 10 {
		all.Go(func() {
			switch resp := s.Serve(confirm(t, o, id, "token")); {
			case resp.StatusCode == http.StatusOK:
				paid.Add(1)
			case resp.StatusCode != http.StatusConflict || !strings.Contains(resp.Body, "payment_in_progress"): // Another's try runs.
				t.Errorf("%d %s", resp.StatusCode, resp.Body)
			}
		})
	}
	all.Wait()
	if r := s.Order(o).Record(); r.Status != order.Confirmed || r.Captured() != r.Total || paid.Load() == 0 {
		t.Errorf("the order is %s with %d of %d; %d were told so", r.Status, r.Captured(), r.Total, paid.Load())
	}
}

func TestARefusedTokenLeavesThePaymentOpenForAnother(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "card_declined"}, confirm(t, o, id, "token-refused"))
	s.Tell(id, agreed)
	s.Serve(confirm(t, o, id, "token"))
	if r := s.Order(o).Record(); r.Status != order.Confirmed {
		t.Errorf("the order is %s", r.Status)
	}
}

func TestAnAnswerThatIsLostIsAskedFor(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, agreed)
	s.Gateway.Fault = func(call string, after bool) error {
		if call == "Confirm" && after {
			return fault.New(fault.Unknown, "gateway", "no_answer", "")
		}
		return nil
	}
	s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, confirm(t, o, id, "token"))
	s.Gateway.Fault = nil
	s.Return(o, id)
	if r := s.Order(o).Record(); r.Status != order.Confirmed || s.Gateway.Calls("Confirm") != 1 {
		t.Errorf("the order is %s, and the gateway was told %d times", r.Status, s.Gateway.Calls("Confirm"))
	}
}

func TestAPaymentThatHasEndedIsNotConfirmed(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, agreed)
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
	s.Try(shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}, confirm(t, o, id, "token"))
	if r := s.Order(o).Record(); s.Gateway.Calls("Confirm") != 0 || r.Captured() != 0 {
		t.Errorf("the gateway was told %d times", s.Gateway.Calls("Confirm"))
	}
}

func TestThePaymentOfAnotherOrderIsNotThere(t *testing.T) {
	s := shoptest.New(t)
	mine, other := s.Place("order-one"), s.Place("order-two")
	s.Try(shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}, confirm(t, mine, s.Pay(other, "key-one"), "token"))
}
