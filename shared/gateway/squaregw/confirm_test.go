package squaregw_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/payment"
)

const goodToken = "cnon:made-up-for-the-tests" //nolint:gosec // As it says.

// openScript is an order nobody has paid; what a payment is answered with is added.
func openScript(metadata, paid string) *script {
	return &script{lines: map[string]string{"GET /v2/orders/o1": anOrder("OPEN", metadata, ""), "POST /v2/payments": paid}}
}

func TestNothingThatABrowserMayBringPaysButATokenOfTheForm(t *testing.T) {
	for _, token := range []string{"", "CASH", "EXTERNAL", "cash", "ccof:GaJGNaZa8x4OgDJn4GB", "gftc:abc", "cnon:", "cnon: x", "cnon:a/b", "xcnon:abc", "CNON:abc",
		"cnon:" + strings.Repeat("a", 300), "cnon:ü", "cnon:a\n"} {
		s := openScript("", aPayment("COMPLETED", ""))
		_, err := newGateway(t, s).Confirm(t.Context(), embedded, token)
		check(t, err, fault.Invalid, "token_invalid")
		if slices.Contains(s.asked, "POST /v2/payments") {
			t.Errorf("%.40q was sent", token)
		}
		if all := fault.All(err); len(all) != 1 || all[0].At != "#/token" {
			t.Errorf("%.40q: got %v", token, all)
		}
	}
	for _, token := range []string{goodToken, "cnon:card-nonce-ok", "wnon:abc.def=", "bnon:bank-nonce-ok", "bauth:abc"} {
		f, err := newGateway(t, openScript("", aPayment("COMPLETED", ""))).Confirm(t.Context(), embedded, token)
		if err != nil || f.State != payment.Captured || f.Captured != 1999 {
			t.Errorf("%q: got %+v, %v", token, f, err)
		}
	}
}

// sentPayment is what was asked of Square.
type sentPayment struct {
	Source    string `json:"source_id"`
	Key       string `json:"idempotency_key"`
	Order     string `json:"order_id"`
	Location  string `json:"location_id"`
	Reference string `json:"reference_id"`
	Note      string `json:"note"`
	Complete  *bool  `json:"autocomplete"`
	Partial   *bool  `json:"accept_partial_authorization"`
	Amount    struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	} `json:"amount_money"`
}

func confirmed(t *testing.T, a payment.Attempt, metadata, token string) sentPayment {
	t.Helper()
	s := openScript(metadata, aPayment("COMPLETED", ""))
	if _, err := newGateway(t, s).Confirm(t.Context(), a, token); err != nil {
		t.Fatal(err)
	}
	var sent sentPayment
	if err := json.Unmarshal([]byte(s.sent["POST /v2/payments"]), &sent); err != nil {
		t.Fatal(err)
	}
	return sent
}

func TestAPaymentIsOfTheOrderAndItsKeyOfAttemptAndToken(t *testing.T) {
	sent := confirmed(t, embedded, "", goodToken)
	if sent.Source != goodToken || sent.Order != "o1" || sent.Location != "L1" || sent.Reference != "pay_1" || sent.Note != "ord_1/pay_1" ||
		sent.Complete == nil || !*sent.Complete || sent.Partial == nil || *sent.Partial || sent.Amount.Amount != 1999 || sent.Amount.Currency != "EUR" {
		t.Errorf("got %+v", sent)
	}
	if held := confirmed(t, embedded, `,"capture":"manual"`, goodToken); held.Complete == nil || *held.Complete {
		t.Errorf("a Manual start gives %+v", held)
	}
	other := embedded
	other.ID = payment.AttemptID("pay_" + strings.Repeat("9", 26))
	keys := []string{sent.Key, confirmed(t, embedded, "", goodToken+"2").Key, confirmed(t, other, "", goodToken).Key}
	for i, key := range keys {
		if len(key) > 45 || key == "" || slices.Index(keys, key) != i {
			t.Errorf("the keys are %q", keys)
		}
	}
	if again := confirmed(t, embedded, "", goodToken); again.Key != sent.Key {
		t.Errorf("a repeat has the key %q, not %q", again.Key, sent.Key)
	}
}

func TestAnOrderThatIsNotForTheAttemptsAmountIsNotPaid(t *testing.T) {
	s, a := openScript("", aPayment("COMPLETED", "")), embedded
	a.Amount = 1998
	_, err := newGateway(t, s).Confirm(t.Context(), a, goodToken)
	check(t, err, fault.Internal, "amount_differs")
	if slices.Contains(s.asked, "POST /v2/payments") {
		t.Error("it was paid")
	}
}

func TestWhatATokensRefusalMeans(t *testing.T) {
	for name, tt := range map[string]struct {
		status                int
		category, code, field string
		want                  fault.Kind
		wantCode              string
	}{
		"a token that was used":     {400, "INVALID_REQUEST_ERROR", "CARD_TOKEN_USED", "source_id", fault.Invalid, "token_invalid"},
		"a token that is too old":   {400, "INVALID_REQUEST_ERROR", "CARD_TOKEN_EXPIRED", "", fault.Invalid, "token_invalid"},
		"a source that was used":    {400, "INVALID_REQUEST_ERROR", "SOURCE_USED", "source_id", fault.Invalid, "token_invalid"},
		"a source that has expired": {400, "INVALID_REQUEST_ERROR", "SOURCE_EXPIRED", "source_id", fault.Invalid, "token_invalid"},
		"a token nobody knows":      {404, "INVALID_REQUEST_ERROR", "NOT_FOUND", "source_id", fault.Invalid, "token_invalid"},
		"a source of no kind":       {400, "INVALID_REQUEST_ERROR", "INVALID_VALUE", "source_id", fault.Invalid, "token_invalid"},
		"a card that is declined":   {400, "PAYMENT_METHOD_ERROR", "GENERIC_DECLINE", "", fault.Declined, "generic_decline"},
		"a card without money":      {400, "PAYMENT_METHOD_ERROR", "INSUFFICIENT_FUNDS", "", fault.Declined, "insufficient_funds"},
		"a card that is not there":  {400, "INVALID_REQUEST_ERROR", "INVALID_CARD_DATA", "source_id", fault.Declined, "invalid_card_data"},
		"an order nobody knows":     {404, "INVALID_REQUEST_ERROR", "NOT_FOUND", "order_id", fault.Internal, "answer_unreadable"},
		"a field we have not sent":  {400, "INVALID_REQUEST_ERROR", "MISSING_REQUIRED_PARAMETER", "amount_money", fault.Internal, "missing_required_parameter"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, refusing(openScript("", ""), "POST /v2/payments", tt.status, errorBody(tt.category, tt.code, tt.field)))
			_, err := g.Confirm(t.Context(), embedded, goodToken)
			check(t, err, tt.want, tt.wantCode)
		})
	}
}

func TestAnAnswerThatNamesNoPaymentMayBeOne(t *testing.T) {
	for _, answer := range []string{`{}`, `{"payment":{}}`, `{"payment":{"id":"p/1","status":"COMPLETED"}}`, `{"payment":7}`, `<html>`} {
		_, err := newGateway(t, openScript("", answer)).Confirm(t.Context(), embedded, goodToken)
		check(t, err, fault.Unknown, "outcome_unknown")
	}
}

func TestAnOrderThatWasPaidMeanwhileIsTold(t *testing.T) {
	asked := 0
	g := newGateway(t, answerer(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodPost:
			return answers(400, errorBody("INVALID_REQUEST_ERROR", "BAD_REQUEST", "order_id"))(r)
		case r.URL.Path == "/v2/orders/o1":
			if asked++; asked == 1 {
				return answers(200, anOrder("OPEN", "", ""))(r)
			}
		}
		return paidScript().RoundTrip(r)
	}))
	f, err := g.Confirm(t.Context(), embedded, goodToken)
	if err != nil || f.State != payment.Captured {
		t.Errorf("got %+v, %v", f, err)
	}
}
