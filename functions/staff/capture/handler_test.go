package capture_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"till/functions/staff/capture"
	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
)

func handler(s *shoptest.Shop) capture.Handler {
	return capture.Handler{Cashier: s.Cashier(), Seal: s.Vault.Seal, Now: s.Now}
}

type answer struct {
	Capture orderview.Capture
	Order   orderview.Staff
}

// captured sends a request that must succeed.
func captured(t *testing.T, s *shoptest.Shop, req apigw.Request) answer {
	t.Helper()
	resp, err := handler(s).Handle(t.Context(), req)
	var out answer
	if err == nil {
		err = json.Unmarshal([]byte(resp.Body), &out)
	}
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("got %d %s, %v", resp.StatusCode, resp.Body, err)
	}
	return out
}

func refused(t *testing.T, s *shoptest.Shop, code string, req apigw.Request) {
	t.Helper()
	if resp, err := handler(s).Handle(t.Context(), req); fault.Code(err) != code {
		t.Errorf("got %d %s and %v, want %s", resp.StatusCode, resp.Body, err, code)
	}
}

func TestAllThatIsPromisedIsTaken(t *testing.T) {
	for _, body := range []string{"", "{}", `{"reason":"The goods are packed."}`} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		for range 2 { // A repeat takes it once, and gets the same answer.
			got := captured(t, s, s.Desk(o, body, "key-one"))
			if got.Capture.Status != payment.CaptureSucceeded || got.Capture.Amount.Minor() != 5341 || !got.Capture.Final || got.Order.PaymentStatus != "paid" {
				t.Errorf("%q: got %+v, the order %s", body, got.Capture, got.Order.PaymentStatus)
			}
		}
		if got := s.Gateway.Captured(string(o.ID)); got != 5341 {
			t.Errorf("%q: the gateway has %d", body, got)
		}
	}
}

func TestAPartIsTakenAndTheRestStaysPromisedOrIsGivenUp(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Promised("order-one")
	if got := captured(t, s, s.Desk(o, `{"amount":1000}`, "key-one")); got.Order.PaymentStatus != "authorized" || len(got.Order.Captures) != 1 {
		t.Errorf("the order is %s with %+v", got.Order.PaymentStatus, got.Order.Captures)
	}
	if got := captured(t, s, s.Desk(o, `{"amount":500,"final":true}`, "key-two")); got.Order.PaymentStatus != "paid" {
		t.Errorf("the order is %s", got.Order.PaymentStatus)
	}
	if r := s.Order(o).Record(); r.Price() != 1500 || s.Gateway.Captured(string(o.ID)) != 1500 {
		t.Errorf("the price is %d", r.Price())
	}
	refused(t, s, "payment_not_authorized", s.Desk(o, "{}", "key-three"))
}

func TestRequestsThatAreRefused(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Promised("order-one")
	for body, code := range map[string]string{
		`{"amount":5342}`: "capture_exceeds_authorized", `{"amount":0}`: "capture_invalid", `{"amount":-1}`: "capture_invalid",
		`{"amount":1.5}`: "capture_invalid", `{"amount":"1"}`: "capture_invalid", `{"final":1}`: "capture_invalid",
		`{"reason":"a\nb"}`: "reason_invalid", `{"order":1}`: "unknown_field", `[`: "invalid_json",
	} {
		t.Run(body, func(t *testing.T) { refused(t, s, code, s.Desk(o, body, "key-one")) })
	}
	refused(t, s, "idempotency_key_missing", s.Desk(o, "{}", ""))
	for name, req := range s.Refusals(o) {
		if resp, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unauthorized, fault.Forbidden, fault.NotFound) {
			t.Errorf("%s: got %d %v", name, resp.StatusCode, err)
		}
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 0 {
		t.Errorf("the gateway has %d", got)
	}
	paid, _ := s.Paid("order-two")
	refused(t, s, "payment_not_authorized", s.Desk(paid, "{}", "key-one"))
	refused(t, s, "payment_not_authorized", s.Desk(s.Place("order-three"), "{}", "key-one"))
}

func TestACaptureWhoseAnswerIsLostIsThereAndGoesOn(t *testing.T) {
	for _, err := range []error{shoptest.Lost(), shoptest.Down()} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		s.Break("after gateway.Capture", err)
		if got := captured(t, s, s.Desk(o, "{}", "key-one")); !got.Capture.Status.Open() {
			t.Errorf("it is %+v", got.Capture)
		}
		s.Mend()
		if got := captured(t, s, s.Desk(o, "{}", "key-one")); got.Capture.Status != payment.CaptureSucceeded {
			t.Errorf("it is %+v", got.Capture)
		}
		if got := s.Gateway.Captured(string(o.ID)); got != 5341 {
			t.Errorf("the gateway has %d", got)
		}
	}
}

func TestACaptureThatTheGatewayRefusesIsSeen(t *testing.T) {
	s := shoptest.New(t)
	o, a := s.Promised("order-one")
	s.Tell(a, func(f *payment.Facts) { f.State = payment.Expired })
	got := captured(t, s, s.Desk(o, "{}", "key-one"))
	if got.Capture.Status != payment.CaptureFailed || got.Capture.LastError != "authorization_over" || got.Order.Status != order.Cancelled {
		t.Errorf("it is %+v, the order %s", got.Capture, got.Order.Status)
	}
}

func TestTwentyCapturesAtOnceTakeNoMoreThanThereIs(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Promised("order-one")
	var all sync.WaitGroup
	var taken atomic.Int64
	for i := range 20 {
		req := s.Desk(o, `{"amount":1000}`, fmt.Sprint("key-", i))
		all.Go(func() {
			_, err := handler(s).Handle(t.Context(), req)
			switch {
			case err == nil:
				taken.Add(1000)
			case fault.Code(err) != "capture_in_progress" && fault.Code(err) != "capture_exceeds_authorized":
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if got := s.Gateway.Captured(string(o.ID)); got != taken.Load() || got == 0 || got > 5341 {
		t.Errorf("%d were taken, the gateway has %d", taken.Load(), got)
	}
}

func TestWhileTheStoreIsDownTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "LoadCustomer"} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		req := s.Desk(o, `{"reason":"The goods are packed."}`, "key-one")
		s.Break(operation, shoptest.Down())
		if _, err := handler(s).Handle(t.Context(), req); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: got %v", operation, err)
		}
		s.Mend()
		captured(t, s, req)
	}
}
