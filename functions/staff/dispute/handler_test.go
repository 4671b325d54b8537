package dispute_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/cashier"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/vault"
)

const ref = shoptest.Dispute

// disputed makes a shipped order whose payment the shopper says they did not make.
func disputed(s *shoptest.Shop) (shoptest.Opened, payment.AttemptID) { return s.Disputed("order-one") }

type answer struct {
	Dispute  orderview.Dispute
	Evidence orderview.Evidence
}

func request(s *shoptest.Shop, o shoptest.Opened, file, key string) apigw.Request {
	req := s.Staff("dispute", file, o.Words()[:2]...)
	if key != "" {
		req.Headers["idempotency-key"] = key
	}
	return req
}

// ask sends a request that must succeed.
func ask(t *testing.T, s *shoptest.Shop, req apigw.Request) answer {
	t.Helper()
	resp := s.Serve(req)
	var out answer
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil || resp.StatusCode >= 300 {
		t.Fatalf("got %d %s, %v", resp.StatusCode, resp.Body, err)
	}
	return out
}

func refused(t *testing.T, s *shoptest.Shop, code string, req apigw.Request) {
	t.Helper()
	if resp := s.Serve(req); !strings.Contains(resp.Body, `"code":"`+code+`"`) {
		t.Errorf("got %d %s, want %s", resp.StatusCode, resp.Body, code)
	}
}

func TestTheEvidenceIsShownAsItIsSent(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	shown := ask(t, s, request(s, o, "shown", "")).Evidence
	if shown.Reason != payment.ReasonFraud || shown.Name == "" || shown.Email == "" || shown.Shipping == "" || len(shown.Parcels) != 1 ||
		!strings.Contains(shown.Product, string(o.ID)) || !strings.Contains(shown.Timeline, "All goods were sent.") {
		t.Errorf("shown is %+v", shown)
	}
	for range 2 { // A repeat sends it once.
		got := ask(t, s, request(s, o, "sent", "key-one")).Dispute
		if got.Status != payment.DisputeUnderReview || got.Answer == nil || got.Answer.Status != payment.AnswerSent || got.Answer.Accepted {
			t.Errorf("it is %+v", got)
		}
	}
	if len(s.Gateway.Answered) != 1 || s.Gateway.Calls("AnswerDispute") != 1 {
		t.Fatalf("sent %d times", s.Gateway.Calls("AnswerDispute"))
	}
	sent := orderview.EvidenceOf(s.Gateway.Answered[0])
	if sent.Statement != "The parcel was handed over on 3 March." {
		t.Errorf("staff said %q", sent.Statement)
	}
	sent.Statement = ""
	one, two := marshal(t, shown), marshal(t, sent)
	if one != two {
		t.Errorf("shown was %s, sent %s", one, two)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestNothingOfTheEvidenceIsStoredOrLogged(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	shown := ask(t, s, request(s, o, "shown", "")).Evidence
	ask(t, s, request(s, o, "sent", "key-one"))
	changes, err := s.Store.Changes(t.Context(), o.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	kept := marshal(t, changes) + strings.Join(s.Logged.Ever(), "") + strings.Join(s.Metrics.Ever(), "")
	for _, word := range []string{shown.Name, shown.Email, shown.Shipping, "handed over on 3 March"} {
		if strings.Contains(kept, word) {
			t.Errorf("%q is kept", word)
		}
	}
}

func TestOfAnErasedCustomerThereIsNoContactInTheEvidence(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	if err := s.Vault.Shred(t.Context(), vault.CustomerID(s.Order(o).Record().Customer)); err != nil {
		t.Fatal(err)
	}
	shown := ask(t, s, request(s, o, "shown", "")).Evidence
	if shown.Name+shown.Email+shown.Shipping != "" || len(shown.Parcels) != 1 {
		t.Errorf("shown is %+v", shown)
	}
	if got := ask(t, s, request(s, o, "sent", "key-one")).Dispute; got.Answer == nil || got.Answer.Status != payment.AnswerSent {
		t.Errorf("it is %+v", got)
	}
}

func TestGivingIn(t *testing.T) {
	s := shoptest.New(t)
	o, a := disputed(s)
	for range 2 {
		got := ask(t, s, request(s, o, "accepted", "key-one")).Dispute
		if got.Status != payment.DisputeAccepted || got.Answer == nil || !got.Answer.Accepted {
			t.Errorf("it is %+v", got)
		}
	}
	if _, _, err := s.Cashier().Settle(t.Context(), o.ID, a, cashier.Who{Who: "sweep"}); err != nil {
		t.Fatal(err)
	}
	r := s.Order(o).Record()
	if r.Disputes[0].State != payment.DisputeAccepted || len(r.Holds) != 0 {
		t.Errorf("the dispute is %+v, the holds %v", r.Disputes[0], r.Holds)
	}
	refused(t, s, "dispute_closed", request(s, o, "sent", "key-two"))
}

func TestAnAnswerWhoseOutcomeIsLost(t *testing.T) {
	for name, row := range map[string]struct {
		operation string
		then      payment.AnswerState
	}{
		"the gateway has it":       {"after gateway.AnswerDispute", payment.AnswerSent},
		"the gateway never got it": {"gateway.AnswerDispute", payment.AnswerFailed},
	} {
		t.Run(name, func(t *testing.T) {
			s := shoptest.New(t)
			o, _ := disputed(s)
			s.Break(row.operation, shoptest.Lost())
			if got := ask(t, s, request(s, o, "sent", "key-one")).Dispute; got.Answer.Status != payment.AnswerUnknown {
				t.Fatalf("it is %+v", got.Answer)
			}
			s.Mend()
			refused(t, s, "answer_in_progress", request(s, o, "sent", "key-two"))
			s.Wait(2 * time.Minute)
			if err := s.Sweep(); err != nil {
				t.Fatal(err)
			}
			d, _ := s.Order(o).Dispute(ref)
			if d.Answer.State != row.then {
				t.Fatalf("it is %+v", d.Answer)
			}
			if got := ask(t, s, request(s, o, "sent", "key-one")).Dispute; got.Answer.Status != payment.AnswerSent || got.Status != payment.DisputeUnderReview {
				t.Errorf("it is %+v", got)
			}
			if n := len(s.Gateway.Answered); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

func TestAGatewayThatIsDownIsToldAndAskedAgain(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	s.Break("gateway.AcceptDispute", shoptest.Down())
	refused(t, s, "dependency_unavailable", request(s, o, "accepted", "key-one"))
	s.Mend()
	if got := ask(t, s, request(s, o, "accepted", "key-one")).Dispute; got.Status != payment.DisputeAccepted {
		t.Errorf("it is %+v", got)
	}
}

func TestARefusalOfTheGatewayIsSeen(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	s.Break("gateway.AnswerDispute", fault.New(fault.Declined, "gateway", "evidence_too_long", ""))
	if got := ask(t, s, request(s, o, "sent", "key-one")).Dispute; got.Answer.Status != payment.AnswerFailed || got.Answer.LastError != "evidence_too_long" {
		t.Errorf("it is %+v", got.Answer)
	}
	s.Mend()
	if got := ask(t, s, request(s, o, "sent", "key-two")).Dispute; got.Answer.Status != payment.AnswerSent {
		t.Errorf("it is %+v", got.Answer)
	}
}

func TestAfterTheDeadlineNothingIsSent(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	s.Wait(8 * 24 * time.Hour)
	refused(t, s, "dispute_deadline_over", request(s, o, "sent", "key-one"))
	refused(t, s, "dispute_deadline_over", request(s, o, "accepted", "key-two"))
	if s.Gateway.Calls("AnswerDispute")+s.Gateway.Calls("AcceptDispute") != 0 {
		t.Error("it was sent")
	}
}

func TestTheSameKeyForAnotherAnswer(t *testing.T) {
	s := shoptest.New(t)
	o, _ := disputed(s)
	ask(t, s, request(s, o, "sent", "key-one"))
	refused(t, s, "idempotency_key_reused", request(s, o, "sent-without-words", "key-one"))
	refused(t, s, "idempotency_key_reused", request(s, o, "accepted", "key-one"))
	refused(t, s, "dispute_not_answerable", request(s, o, "sent", "key-two"))
}

func TestWhileTheStoreIsDownTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save", "Changes", "LoadCustomer"} {
		s := shoptest.New(t)
		o, _ := disputed(s)
		s.Break(operation, shoptest.Down())
		if resp := s.Serve(request(s, o, "sent", "key-one")); resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: got %d %s", operation, resp.StatusCode, resp.Body)
		}
		s.Mend()
		if got := ask(t, s, request(s, o, "sent", "key-one")).Dispute; got.Answer.Status != payment.AnswerSent {
			t.Errorf("%s: it is %+v", operation, got.Answer)
		}
		if o := s.Order(o); o.Record().Status != order.Shipped {
			t.Errorf("the order is %s", o.Record().Status)
		}
	}
}
