package stripegw

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/stripe/stripe-go/v76"
)

// What is read of Stripe's answers, and nothing else: no person's data gets further than the bytes that came. The SDK's own
// types reach every object of the API, and preparing encoding/json for them costs a cold function 6 ms of a whole
// processor at its first answer.
type (
	sessionWire struct {
		ID            string                       `json:"id"`
		Status        stripe.CheckoutSessionStatus `json:"status"`
		URL           string                       `json:"url"`
		AmountTotal   int64                        `json:"amount_total"`
		Currency      stripe.Currency              `json:"currency"`
		Metadata      map[string]string            `json:"metadata"`
		PaymentIntent *intentWire                  `json:"payment_intent"`
	}
	intentWire struct {
		ID               string                     `json:"id"`
		Status           stripe.PaymentIntentStatus `json:"status"`
		ClientSecret     string                     `json:"client_secret"`
		Amount           int64                      `json:"amount"`
		AmountReceived   int64                      `json:"amount_received"`
		Currency         stripe.Currency            `json:"currency"`
		Metadata         map[string]string          `json:"metadata"`
		LastPaymentError *struct {
			Code        stripe.ErrorCode   `json:"code"`
			DeclineCode stripe.DeclineCode `json:"decline_code"`
		} `json:"last_payment_error"`
		LatestCharge *chargeWire `json:"latest_charge"`
	}
	chargeWire struct {
		ID                 string                `json:"id"`
		Amount             int64                 `json:"amount"`
		AmountCaptured     int64                 `json:"amount_captured"`
		Disputed           bool                  `json:"disputed"`
		Refunds            *listWire[refundWire] `json:"refunds"`
		BalanceTransaction *movementWire         `json:"balance_transaction"`
		Details            struct {
			Card struct {
				CaptureBefore int64 `json:"capture_before"`
			} `json:"card"`
		} `json:"payment_method_details"`
		Outcome struct {
			RiskLevel string `json:"risk_level"`
		} `json:"outcome"`
	}
	// movementWire is what a charge or a dispute did to the balance, in the currency that it is paid out in.
	movementWire struct {
		ID       string          `json:"id"`
		Amount   int64           `json:"amount"`
		Fee      int64           `json:"fee"`
		Currency stripe.Currency `json:"currency"`
	}
	refundWire struct {
		ID       string              `json:"id"`
		Status   stripe.RefundStatus `json:"status"`
		Amount   int64               `json:"amount"`
		Currency stripe.Currency     `json:"currency"`
		Metadata map[string]string   `json:"metadata"`
	}
	disputeWire struct {
		ID       string               `json:"id"`
		Status   stripe.DisputeStatus `json:"status"`
		Amount   int64                `json:"amount"`
		Currency stripe.Currency      `json:"currency"`
		Reason   stripe.DisputeReason `json:"reason"`
		Evidence struct {
			DueBy int64 `json:"due_by"`
		} `json:"evidence_details"`
		BalanceTransactions []*movementWire `json:"balance_transactions"`
	}
	warningWire struct {
		ID string `json:"id"`
	}
	fileWire struct {
		ID string `json:"id"`
	}
	listWire[T any] struct {
		HasMore bool `json:"has_more"`
		Data    []*T `json:"data"`
	}
)

// UnmarshalJSON reads an intent, or the id of one that is not expanded.
func (w *intentWire) UnmarshalJSON(data []byte) error {
	type plain intentWire
	return idOr(data, &w.ID, (*plain)(w))
}

// UnmarshalJSON reads a charge, or the id of one that is not expanded.
func (w *chargeWire) UnmarshalJSON(data []byte) error {
	type plain chargeWire
	return idOr(data, &w.ID, (*plain)(w))
}

// UnmarshalJSON reads a movement, or the id of one that is not expanded.
func (w *movementWire) UnmarshalJSON(data []byte) error {
	type plain movementWire
	return idOr(data, &w.ID, (*plain)(w))
}

// wholeIntent is an intent that is an answer by itself: encoding/json would read it three times to find that it is no id.
type wholeIntent intentWire

func (w *wholeIntent) intent() *stripe.PaymentIntent { return (*intentWire)(w).intent() }

func idOr(data []byte, id *string, whole any) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, id)
	}
	return json.Unmarshal(data, whole)
}

// decode reads an answer into the SDK's type; false if it cannot be read, or is a list that the SDK could not go through:
// it trusts that a page with more behind it has items, and that none is null.
func decode(body []byte, v any) bool {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return false
	}
	switch v := v.(type) {
	case *stripe.CheckoutSession:
		return into(body, v, (*sessionWire).session)
	case *stripe.PaymentIntent:
		return into(body, v, (*wholeIntent).intent)
	case *stripe.Refund:
		return into(body, v, (*refundWire).refund)
	case *stripe.Dispute:
		return into(body, v, (*disputeWire).dispute)
	case *stripe.File:
		return into(body, v, (*fileWire).file)
	case *stripe.CheckoutSessionList:
		return all(body, &v.ListMeta, &v.Data, (*sessionWire).session)
	case *stripe.PaymentIntentList:
		return all(body, &v.ListMeta, &v.Data, (*intentWire).intent)
	case *stripe.RefundList:
		return all(body, &v.ListMeta, &v.Data, (*refundWire).refund)
	case *stripe.DisputeList:
		return all(body, &v.ListMeta, &v.Data, (*disputeWire).dispute)
	case *stripe.RadarEarlyFraudWarningList:
		return all(body, &v.ListMeta, &v.Data, (*warningWire).warning)
	case *eventPage:
		return json.Unmarshal(body, v) == nil && (!v.HasMore || len(v.Data) > 0)
	default:
		return false
	}
}

func into[W, T any](body []byte, v *T, convert func(*W) *T) bool {
	var w W
	if json.Unmarshal(body, &w) != nil {
		return false
	}
	*v = *convert(&w)
	return true
}

func all[W, T any](body []byte, meta *stripe.ListMeta, data *[]*T, convert func(*W) *T) bool {
	var w listWire[W]
	if json.Unmarshal(body, &w) != nil || w.HasMore && len(w.Data) == 0 {
		return false
	}
	if slices.Contains(w.Data, nil) {
		return false // Before anything is noted: the SDK would go on behind a page that it does not have.
	}
	for _, item := range w.Data {
		*data = append(*data, convert(item))
	}
	meta.HasMore = w.HasMore
	return true
}

func (w *sessionWire) session() *stripe.CheckoutSession {
	return &stripe.CheckoutSession{ID: w.ID, Status: w.Status, URL: w.URL, AmountTotal: w.AmountTotal, Currency: w.Currency, Metadata: w.Metadata,
		PaymentIntent: w.PaymentIntent.intent()}
}

func (w *intentWire) intent() *stripe.PaymentIntent {
	if w == nil {
		return nil
	}
	pi := &stripe.PaymentIntent{ID: w.ID, Status: w.Status, ClientSecret: w.ClientSecret, Amount: w.Amount, AmountReceived: w.AmountReceived,
		Currency: w.Currency, Metadata: w.Metadata}
	if e := w.LastPaymentError; e != nil {
		pi.LastPaymentError = &stripe.Error{Code: e.Code, DeclineCode: e.DeclineCode}
	}
	if ch := w.LatestCharge; ch != nil {
		pi.LatestCharge = ch.charge()
	}
	return pi
}

func (w *chargeWire) charge() *stripe.Charge {
	ch := &stripe.Charge{ID: w.ID, Amount: w.Amount, AmountCaptured: w.AmountCaptured, Disputed: w.Disputed, BalanceTransaction: w.BalanceTransaction.movement(),
		Outcome:              &stripe.ChargeOutcome{RiskLevel: w.Outcome.RiskLevel},
		PaymentMethodDetails: &stripe.ChargePaymentMethodDetails{Card: &stripe.ChargePaymentMethodDetailsCard{CaptureBefore: w.Details.Card.CaptureBefore}}}
	if w.Refunds != nil {
		ch.Refunds = &stripe.RefundList{ListMeta: stripe.ListMeta{HasMore: w.Refunds.HasMore}}
		for _, r := range w.Refunds.Data {
			ch.Refunds.Data = append(ch.Refunds.Data, r.refund())
		}
	}
	return ch
}

func (w *movementWire) movement() *stripe.BalanceTransaction {
	if w == nil {
		return nil
	}
	return &stripe.BalanceTransaction{ID: w.ID, Amount: w.Amount, Fee: w.Fee, Currency: w.Currency}
}

func (w *warningWire) warning() *stripe.RadarEarlyFraudWarning {
	return &stripe.RadarEarlyFraudWarning{ID: w.ID}
}

func (w *fileWire) file() *stripe.File { return &stripe.File{ID: w.ID} }

func (w *refundWire) refund() *stripe.Refund {
	if w == nil {
		return nil
	}
	return &stripe.Refund{ID: w.ID, Status: w.Status, Amount: w.Amount, Currency: w.Currency, Metadata: w.Metadata}
}

func (w *disputeWire) dispute() *stripe.Dispute {
	d := &stripe.Dispute{ID: w.ID, Status: w.Status, Amount: w.Amount, Currency: w.Currency, Reason: w.Reason,
		EvidenceDetails: &stripe.DisputeEvidenceDetails{DueBy: w.Evidence.DueBy}}
	for _, m := range w.BalanceTransactions {
		d.BalanceTransactions = append(d.BalanceTransactions, m.movement())
	}
	return d
}
