package stripegw_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v76/webhook"

	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

var arrived = time.Unix(1_770_000_000, 0).UTC()

func newVerifier(t testing.TB, change ...func(*stripegw.VerifierConfig)) *stripegw.Verifier {
	t.Helper()
	c := stripegw.VerifierConfig{Secrets: []string{secretNew, secretOld}, Now: func() time.Time { return arrived }}
	for _, f := range change {
		f(&c)
	}
	v, err := stripegw.NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// header is signed by the SDK's own code, which is not that of the simulation.
func header(at time.Time, body, secret string) string {
	return fmt.Sprintf("t=%d,v1=%x", at.Unix(), webhook.ComputeSignature(at, []byte(body), secret))
}

func event(kind, object string) string {
	return fmt.Sprintf(`{"id":"evt_1","object":"event","type":%q,"api_version":"2023-10-16","created":1769999000,"livemode":false,"data":{"object":%s}}`, kind, object)
}

func TestAVerifierNeedsSecretsThatAreSecret(t *testing.T) {
	now := func() time.Time { return arrived }
	for name, c := range map[string]stripegw.VerifierConfig{
		"none": {Now: now}, "an empty one": {Secrets: []string{""}, Now: now}, "a short one": {Secrets: []string{"whsec_0123456789abcdef0"}, Now: now},
		"a short one beside a good one": {Secrets: []string{secretNew, "whsec_"}, Now: now}, "no clock": {Secrets: []string{secretNew}},
	} {
		if _, err := stripegw.NewVerifier(c); !fault.Is(err, fault.Internal) || fault.Code(err) != "config_invalid" || strings.Contains(err.Error(), "whsec") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSignatureHeaders(t *testing.T) {
	body := event("payment_intent.succeeded", `{"id":"pi_1"}`)
	good := header(arrived, body, secretNew)
	at, v1, _ := strings.Cut(good, ",")
	other := header(arrived, body, secretFake)[len(at)+1:]
	tests := []struct {
		name, header string
		ok           bool
	}{
		{"current secret", good, true},
		{"previous secret", header(arrived, body, secretOld), true},
		{"one good signature of two", at + "," + other + "," + v1, true},
		{"with a v0 of test mode", good + ",v0=" + strings.Repeat("0", 64), true},
		{"299 s old", header(arrived.Add(-299*time.Second), body, secretNew), true},
		{"300 s old", header(arrived.Add(-300*time.Second), body, secretNew), true},
		{"299 s ahead", header(arrived.Add(299*time.Second), body, secretNew), true},
		{"301 s old", header(arrived.Add(-301*time.Second), body, secretNew), false},
		{"301 s ahead", header(arrived.Add(301*time.Second), body, secretNew), false},
		{"a year ahead", header(arrived.Add(8760*time.Hour), body, secretNew), false},
		{"no header", "", false},
		{"no time", v1, false},
		{"no signature", at, false},
		{"v0 only", at + ",v0=" + v1[3:], false},
		{"not hexadecimal", at + ",v1=" + strings.Repeat("x", 64), false},
		{"capital letters", at + ",v1=" + strings.ToUpper(v1[3:]), false},
		{"half a signature", at + "," + v1[:35], false},
		{"an empty signature", at + ",v1=", false},
		{"a good signature after a broken one", at + ",v1=00," + v1, false},
		{"another's secret", at + "," + other, false},
		{"an empty secret", header(arrived, body, ""), false},
		{"two times", at + "," + at + "," + v1, false},
		{"a time that is no number", "t=now," + v1, false},
		{"a time with a nought before it", "t=0" + at[2:] + "," + v1, false},
		{"a time with a sign", "t=+" + at[2:] + "," + v1, false},
		{"a time before all time", "t=-62135596800," + v1, false},
		{"a time beyond all time", "t=9223372036854775807," + v1, false},
		{"a comma too many", good + ",", false},
		{"spaces", "t=1770000000, " + v1, false},
		{"5 KB", good + strings.Repeat(",v0=1", 1000), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newVerifier(t).Verify([]byte(body), tt.header)
			if tt.ok != (err == nil) || err != nil && (!fault.Is(err, fault.Unreadable) || fault.Code(err) != "signature_invalid" ||
				err.Error() != "stripegw.Verify unreadable signature_invalid") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestModesAndAccounts(t *testing.T) {
	live := strings.Replace(event("charge.updated", "{}"), "false", "true", 1)
	with := func(account string) string {
		return strings.Replace(event("charge.updated", "{}"), "{", `{"account":"`+account+`",`, 1)
	}
	own := func(c *stripegw.VerifierConfig) { c.Account = "acct_1" }
	tests := []struct {
		name, body string
		change     func(*stripegw.VerifierConfig)
		code       string
		account    string
	}{
		{"a test event for tests", event("charge.updated", "{}"), own, "", ""},
		{"a live event for tests", live, own, "mode_mismatch", ""},
		{"a live event for a live shop", live, func(c *stripegw.VerifierConfig) { c.WantLive = true }, "", ""},
		{"a test event for a live shop", event("charge.updated", "{}"), func(c *stripegw.VerifierConfig) { c.WantLive = true }, "mode_mismatch", ""},
		{"an event without a mode", strings.Replace(event("charge.updated", "{}"), `"livemode":false,`, "", 1), own, "invalid_event", ""},
		{"the shop's own account", with("acct_1"), own, "", ""},
		{"another account", with("acct_2"), own, "", "acct_2"},
		{"an account that would break the inbox's keys", with("acct_1#evt_1"), own, "invalid_event", ""},
		{"an id that would break the inbox's keys", strings.Replace(event("x.y", "{}"), "evt_1", "evt#1", 1), own, "invalid_event", ""},
		{"no id", strings.Replace(event("x.y", "{}"), "evt_1", "", 1), own, "invalid_event", ""},
		{"no type", event("", "{}"), own, "invalid_event", ""},
		{"no object", event("x.y", "null"), own, "invalid_event", ""},
		{"a list for an object", event("x.y", "[]"), own, "invalid_event", ""},
		{"a time after the year 9999", strings.Replace(event("x.y", "{}"), "1769999000", "253402300800", 1), own, "invalid_event", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := newVerifier(t, tt.change).Verify([]byte(tt.body), header(arrived, tt.body, secretNew))
			if fault.Code(err) != tt.code || e.Account != tt.account {
				t.Errorf("got %+v, %v", e, err)
			}
		})
	}
}

const person = `"billing_details":{"email":"nobody@example.test","name":"Nobody"},"receipt_email":"nobody@example.test","description":"Nobody"`

// objects are the objects of events as Stripe sends them, cut to what matters, with people in them.
var objects = map[string]string{
	"intent":  `{"id":"pi_1","object":"payment_intent","amount":1999,"currency":"eur","metadata":{"order_id":"ord_1","attempt_id":"pay_1"},` + person + `}`,
	"session": `{"id":"cs_1","object":"checkout.session","amount_total":1999,"currency":"eur","payment_intent":{"id":"pi_1"},"client_reference_id":"ord_1","metadata":{"attempt_id":"pay_1"},` + person + `}`,
	"charge":  `{"id":"ch_1","object":"charge","amount":1999,"amount_refunded":700,"currency":"eur","payment_intent":"pi_1","metadata":{"order_id":"ord_1","attempt_id":"pay_1"},` + person + `}`,
	"refund":  `{"id":"re_1","object":"refund","amount":700,"currency":"eur","payment_intent":"pi_1","metadata":{"order_id":"ord_1","attempt_id":"pay_1","refund_id":"ref_1"},` + person + `}`,
	"dispute": `{"id":"dp_1","object":"dispute","amount":1999,"currency":"eur","payment_intent":"pi_1","metadata":{},"evidence":{"customer_name":"Nobody"}}`,
	"signal":  `{"id":"issfr_1","object":"radar.early_fraud_warning","payment_intent":"pi_1","charge":"ch_1"}`,
}

func TestEveryKindOfEvent(t *testing.T) {
	type want struct {
		subject    payment.Subject
		object     string
		amount     int64
		subscribed bool
	}
	paid := func(object string, amount int64, subscribed bool) want {
		return want{payment.AboutPayment, object, amount, subscribed}
	}
	wants := map[string]want{
		"payment_intent.succeeded": paid("intent", 1999, true), "payment_intent.payment_failed": paid("intent", 1999, true),
		"payment_intent.processing": paid("intent", 1999, true), "payment_intent.requires_action": paid("intent", 1999, true),
		"payment_intent.amount_capturable_updated": paid("intent", 1999, true), "payment_intent.canceled": paid("intent", 1999, true),
		"payment_intent.partially_funded": paid("intent", 1999, true),
		"payment_intent.created":          {payment.AboutOther, "intent", 1999, false},
		"checkout.session.expired":        paid("session", 1999, true), "checkout.session.completed": paid("session", 1999, false),
		"checkout.session.async_payment_succeeded": paid("session", 1999, false), "checkout.session.async_payment_failed": paid("session", 1999, false),
		"charge.captured": paid("charge", 1999, false), "charge.expired": paid("charge", 1999, false), "charge.failed": paid("charge", 1999, false),
		"charge.pending": paid("charge", 1999, false), "charge.succeeded": paid("charge", 1999, false),
		"charge.updated":        {payment.AboutOther, "charge", 1999, false},
		"charge.refunded":       {payment.AboutRefund, "charge", 700, true},
		"charge.refund.updated": {payment.AboutRefund, "refund", 700, true}, "refund.created": {payment.AboutRefund, "refund", 700, true},
		"refund.updated": {payment.AboutRefund, "refund", 700, true}, "refund.failed": {payment.AboutRefund, "refund", 700, false},
		"charge.dispute.created": {payment.AboutDispute, "dispute", 1999, true}, "charge.dispute.updated": {payment.AboutDispute, "dispute", 1999, true},
		"charge.dispute.closed": {payment.AboutDispute, "dispute", 1999, true}, "charge.dispute.funds_withdrawn": {payment.AboutDispute, "dispute", 1999, true},
		"charge.dispute.funds_reinstated":   {payment.AboutDispute, "dispute", 1999, true},
		"radar.early_fraud_warning.created": {payment.AboutPayment, "signal", 0, true}, "radar.early_fraud_warning.updated": {payment.AboutPayment, "signal", 0, false},
		"review.opened": {payment.AboutOther, "signal", 0, false}, "review.closed": {payment.AboutOther, "signal", 0, false},
	}
	ids := map[string]string{"intent": "pi_1", "session": "cs_1", "charge": "ch_1", "refund": "re_1", "dispute": "dp_1", "signal": "issfr_1"}
	var subscribed []string
	for kind, w := range wants {
		t.Run(kind, func(t *testing.T) {
			body := event(kind, objects[w.object])
			got, err := newVerifier(t).Verify([]byte(body), header(arrived, body, secretNew))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256([]byte(body))
			want := payment.Event{Gateway: "stripe", ID: "evt_1", Type: kind, Subject: w.subject, Object: ids[w.object], Intent: "pi_1", Order: "ord_1",
				Attempt: "pay_1", Amount: w.amount, Currency: "EUR", APIVersion: "2023-10-16", Created: time.Unix(1769999000, 0).UTC(),
				BodySHA256: base64.RawURLEncoding.EncodeToString(sum[:])}
			switch w.object {
			case "session":
				want.Session = "cs_1"
			case "dispute":
				want.Order, want.Attempt = "", ""
			case "signal":
				want.Order, want.Attempt, want.Currency = "", "", ""
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(fmt.Sprintf("%+v", got), "obody") {
				t.Error("the event names a person")
			}
		})
		if w.subscribed {
			subscribed = append(subscribed, kind)
		}
	}
	slices.Sort(subscribed)
	if diff := cmp.Diff(subscribed, stripegw.EventTypes()); diff != "" {
		t.Error(diff)
	}
}

func TestObjectsOfAnotherShapeAreKeptWithWhatFits(t *testing.T) {
	for object, want := range map[string]payment.Event{
		`{"id":"pi_1","amount":"lots","currency":"eur"}`:                    {Object: "pi_1", Intent: "pi_1"},
		`{"id":["pi_1"],"amount":5}`:                                        {Amount: 0},
		`{"id":"pi_1","metadata":{"order_id":7}}`:                           {Object: "pi_1", Intent: "pi_1"},
		`{"id":"pi_1","metadata":{"order_id":"a#b","attempt_id":"pay_1 "}}`: {Object: "pi_1", Intent: "pi_1"},
		`{"id":"pi_1","amount":15.5,"currency":"eur"}`:                      {Object: "pi_1", Intent: "pi_1"},
		`{"id":"pi_1","amount":1500,"currency":"isk"}`:                      {Object: "pi_1", Intent: "pi_1", Amount: 15, Currency: "ISK"},
		`{"id":"pi_1","amount":1500,"currency":"isk","metadata":null}`:      {Object: "pi_1", Intent: "pi_1", Amount: 15, Currency: "ISK"},
		`{"id":"` + strings.Repeat("x", 300) + `"}`:                         {},
	} {
		body := event("payment_intent.succeeded", object)
		e, err := newVerifier(t).Verify([]byte(body), header(arrived, body, secretNew))
		if err != nil || e.Object != want.Object || e.Intent != want.Intent || e.Order != "" || e.Attempt != "" || want.Currency != "" && (e.Amount != want.Amount || e.Currency != want.Currency) {
			t.Errorf("%s gives %+v, %v", object, e, err)
		}
	}
}

// FuzzVerify feeds bodies and headers of strangers, and the same bodies rightly signed. No stranger's is accepted, no
// signed one breaks anything.
func FuzzVerify(f *testing.F) {
	for _, object := range objects {
		body := event("payment_intent.succeeded", object)
		f.Add([]byte(body), header(arrived, body, secretFake))
	}
	f.Add([]byte("{}"), "t=1770000000,v1=00")
	f.Add([]byte(`{"data":{"object":{"payment_intent":{"id":{"id":[]}}}}}`), "t=,v1=,v0=")
	examples, err := filepath.Glob("../../../events/stripe/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range examples {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, "")
	}
	v := newVerifier(f)
	f.Fuzz(func(t *testing.T, body []byte, head string) {
		if _, err := v.Verify(body, head); err == nil {
			t.Errorf("a stranger's delivery was accepted: %q", head)
		}
		e, err := v.Verify(body, header(arrived, string(body), secretNew))
		switch {
		case err != nil && !fault.Is(err, fault.Unreadable, fault.TooLarge):
			t.Errorf("got %v", err)
		case err == nil && (e.ID == "" || e.Type == "" || strings.Contains(e.ID+e.Account, "#") || e.Subject == ""):
			t.Errorf("got %+v", e)
		}
	})
}
