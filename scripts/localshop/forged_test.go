package localshop_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
)

func TestForgedWebhooksAreNeverBelieved(t *testing.T) {
	w := open(t)
	w.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Forge: true, Delay: stripesim.Duration(time.Minute)}})
	for range 10 {
		w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "embedded")
		w.Confirm(w.Pay(w.Place(acceptance.Of("mug-blue", 1, "EUR")).ID, "embedded"), acceptance.Declined)
	}
	w.pass(day)
	if s := w.Stripe.Stats(); s.Forged < 20 || s.ForgedAccepted != 0 || s.Accepted != s.Sent {
		t.Errorf("%+v", s)
	}
	for _, s := range w.stories() {
		if paid := s.book.Captured > 0; paid != (s.r.Captured() > 0) {
			t.Errorf("%s: captured %d, gateway %d", s.r.ID, s.r.Captured(), s.book.Captured)
		}
	}
	w.settled()
}

func TestAnEventOfAnotherVersionIsAppliedAndTold(t *testing.T) {
	w := open(t)
	w.alarms = true // The endpoint is set wrong: people must know.
	w.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Version: "2099-01-01"}})
	o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "embedded")
	w.pass(time.Minute)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	told := 0
	for _, i := range w.Store.AllEvents() {
		if i.Reason == "api_version_mismatch" {
			told++
		}
	}
	if told == 0 || !strings.Contains(w.log.errors(), "api_version_mismatch") {
		t.Errorf("inbox: %+v", w.Store.AllEvents())
	}
	w.settled()
}

func TestAnEventOfLiveModeIsRefused(t *testing.T) {
	w := open(t)
	w.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Livemode: true}})
	o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "embedded")
	w.pass(time.Minute)
	w.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	if s := w.Stripe.Stats(); s.Accepted != 0 || s.Sent == 0 {
		t.Errorf("%+v", s)
	}
	w.pass(time.Hour) // The sweep asks the gateway itself, and does not need to be told.
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	w.Trouble(stripesim.Faults{})
	w.pass(4 * day)
	w.settled()
}

// sign sends a webhook as Stripe would, with the local secret.
func (w *world) sign(body string, header map[string]string) acceptance.Reply {
	if header == nil {
		header = map[string]string{"Stripe-Signature": stripesim.Signature(w.Clock.Now(), []byte(body), "whsec_till_local_0123456789abcdef")}
	}
	return w.Call(http.MethodPost, "/webhooks/stripe", header, []byte(body))
}

func TestWhatComesInAsAWebhookIsAnsweredByItsFormAlone(t *testing.T) {
	w := open(t)
	event := func(id, kind, object string) string {
		return `{"id":"` + id + `","object":"event","type":"` + kind + `","api_version":"2023-10-16","created":1772442000,"livemode":false,"data":{"object":` + object + `}}`
	}
	good := event("evt_1", "payment_intent.succeeded", `{"id":"pi_of_nobody","object":"payment_intent","metadata":{"order_id":"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa","attempt_id":"pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"}}`)
	tests := []struct {
		name, body string
		header     map[string]string
		status     int
		code       string
	}{
		{"of an order that nobody knows", good, nil, 200, ""},
		{"the same again", good, nil, 200, ""},
		{"of a type that nobody knows", event("evt_2", "invoice.paid", `{"id":"in_1"}`), nil, 200, ""},
		{"of a payment that nobody knows", event("evt_3", "charge.dispute.created", `{"id":"dp_1","payment_intent":"pi_gone"}`), nil, 200, ""},
		{"without a signature", good, map[string]string{}, 400, "signature_invalid"},
		{"with one that is none", good, map[string]string{"Stripe-Signature": "t=1,v1=zz"}, 400, "signature_invalid"},
		{"signed, but no JSON", "{", nil, 400, "invalid_event"},
		{"signed, but no event", `{"id":"evt_4"}`, nil, 400, "invalid_event"},
		{"signed, but a list", `[]`, nil, 400, "invalid_event"},
		{"empty", "", map[string]string{}, 400, "signature_invalid"},
		{"257 KiB", strings.Repeat(" ", 257<<10), nil, 413, "body_too_large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.sign(tt.body, tt.header).Want(t, tt.status, tt.code)
		})
	}
	w.pass(time.Hour)
	states := map[string]string{}
	for _, i := range w.Store.AllEvents() {
		states[i.Event.ID] = string(i.State) + " " + i.Reason
	}
	got, err := json.Marshal(states)
	if want := `{"evt_1":"parked unmatched_event","evt_2":"ignored ignored","evt_3":"parked unmatched_event"}`; err != nil || string(got) != want {
		t.Errorf("inbox %s, want %s", got, want)
	}
	w.settled()
}

func TestAMoneyMismatchIsNeverPaid(t *testing.T) {
	w := open(t)
	w.alarms = true
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	p := w.Pay(o.ID, "embedded")
	intent, _, _ := strings.Cut(p.ClientSecret, "_secret_")
	w.AsShop("/v1/payment_intents/"+intent, "amount", "100").Want(t, http.StatusOK) // On the dashboard, by mistake.
	w.Confirm(p, acceptance.Pays).Want(t, http.StatusOK)
	w.pass(time.Hour)
	got := w.StaffView(o.ID)
	if got.Status != "awaiting_payment" || len(got.Holds) != 1 || got.Holds[0].Key != "amount_mismatch" {
		t.Fatalf("%+v", got)
	}
	_, r := w.TryPay(o.ID, "hosted", w.Key())
	r.Want(t, http.StatusConflict, "order_state_conflict")
	w.settled()
	w.Refund(o.ID, 100, w.Key()).Want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.Is(o, "cancelled", "refunded", "unfulfilled")
	w.settled()
}
