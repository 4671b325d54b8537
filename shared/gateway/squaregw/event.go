package squaregw

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// kind is what an event type means to Till.
type kind struct {
	subject    payment.Subject
	subscribed bool
}

// kinds is every event type that Till understands. https://developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref. Not
// subscribed to: what payments say as well (orders), evidence, which is ours, and payouts, which settlement files tell.
var kinds = map[string]kind{
	"payment.created": {payment.AboutPayment, true},
	"payment.updated": {payment.AboutPayment, true},

	"refund.created": {payment.AboutRefund, true},
	"refund.updated": {payment.AboutRefund, true},

	"dispute.created":          {payment.AboutDispute, true},
	"dispute.state.updated":    {payment.AboutDispute, true},
	"dispute.state.changed":    {payment.AboutDispute, false}, // Of older API versions.
	"dispute.evidence.added":   {payment.AboutOther, false},
	"dispute.evidence.created": {payment.AboutOther, false},
	"dispute.evidence.deleted": {payment.AboutOther, false},
	"dispute.evidence.removed": {payment.AboutOther, false},

	"order.created": {payment.AboutOther, false},
	"order.updated": {payment.AboutOther, false},

	"payout.sent":   {payment.AboutOther, false},
	"payout.paid":   {payment.AboutOther, false},
	"payout.failed": {payment.AboutOther, false},
}

// Known lists every type that is understood, sorted.
func Known() []payment.Known {
	return payment.KnownTypes(kinds, func(k kind) (payment.Subject, bool) { return k.subject, k.subscribed })
}

// EventTypes lists the types that the webhook subscription asks for, sorted.
func EventTypes() []string { return payment.Subscribed(Known()) }

// read makes Till's event of one that Square told; not ok if it is no event. Of the shop's own merchant the account is "".
// https://developer.squareup.com/docs/webhooks/overview#event-notification-format
func read(raw []byte, merchant, version string, live bool) (payment.Event, bool) {
	var in struct {
		ID       string `json:"event_id"`
		Type     string `json:"type"`
		Merchant string `json:"merchant_id"`
		Created  string `json:"created_at"`
		Data     struct {
			ID     string          `json:"id"`
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if json.Unmarshal(raw, &in) != nil || !payment.IsRef(in.ID, 255) || !payment.IsRef(strings.ReplaceAll(in.Type, ".", "_"), 255) || !payment.IsRef(in.Merchant, 255) {
		return payment.Event{}, false
	}
	created := when(in.Created)
	if created.IsZero() {
		return payment.Event{}, false
	}
	sum := sha256.Sum256(raw)
	e := payment.Event{Gateway: Name, Account: in.Merchant, ID: in.ID, Type: in.Type, Subject: payment.AboutOther, Live: live,
		APIVersion: version, Created: created, BodySHA256: base64.RawURLEncoding.EncodeToString(sum[:])}
	if in.Merchant == merchant {
		e.Account = ""
	}
	if payment.IsRef(in.Data.ID, 255) {
		e.Object = in.Data.ID
	}
	if k, known := kinds[in.Type]; known {
		e.Subject = k.subject
		fill(&e, in.Data.Object)
	}
	return e, true
}

// fill takes what an event's object names. Another API version may have other types in places: what does not fit is left out, since
// the object is fetched again before anything is decided. Refunds and disputes name the payment, which Find knows, too: a refund's
// order is one of its own.
func fill(e *payment.Event, raw json.RawMessage) {
	var in struct {
		Payment *paymentWire `json:"payment"`
		Refund  *refundWire  `json:"refund"`
		Dispute *disputeWire `json:"dispute"`
	}
	var misfit *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &in); err != nil && !errors.As(err, &misfit) {
		return
	}
	amount, id, intent := moneyWire{}, "", ""
	switch {
	case e.Subject == payment.AboutPayment && in.Payment != nil:
		p := in.Payment
		amount, id, intent = p.total(), p.ID, p.Order
		if e.Order, e.Attempt = references(p.Note); e.Attempt == "" && payment.IsRef(p.Reference, 64) {
			e.Attempt = payment.AttemptID(p.Reference)
		}
	case e.Subject == payment.AboutRefund && in.Refund != nil:
		amount, id, intent = in.Refund.Amount, in.Refund.ID, in.Refund.Payment
	case e.Subject == payment.AboutDispute && in.Dispute != nil:
		amount, id, intent = in.Dispute.Amount, in.Dispute.ID, in.Dispute.Disputed.Payment
	}
	if payment.IsRef(id, 255) {
		e.Object = id
	}
	if payment.IsRef(intent, 255) {
		e.Intent = intent
	}
	if counted, err := fromWire("squaregw.Verify", amount); err == nil {
		e.Amount, e.Currency = counted.Minor(), string(counted.Currency())
	}
}

// eventsPage is the most that a page of events holds. https://developer.squareup.com/reference/square/events-api/search-events
const eventsPage = 100

// Events lists events of the types that the subscription asks for. Square keeps them for 28 days, if its application was told to once:
// https://developer.squareup.com/docs/events-api/overview. Errors: as Fetch.
func (g *Gateway) Events(ctx context.Context, since time.Time, cursor string) ([]payment.Event, string, error) {
	const op = "squaregw.Events"
	body := object{"limit": eventsPage, "query": object{"filter": object{
		"event_types": EventTypes(), "merchant_ids": []string{g.merchant}, "created_at": object{"start_at": since.UTC().Format(time.RFC3339Nano)}}}}
	if cursor != "" {
		body["cursor"] = cursor
	}
	var page struct {
		Events   []json.RawMessage `json:"events"`
		Cursor   string            `json:"cursor"`
		Metadata []struct {
			Event   string `json:"event_id"`
			Version string `json:"api_version"`
		} `json:"metadata"`
	}
	if err := g.search(ctx, op, "/v2/events", body, &page); err != nil {
		return nil, "", err
	}
	versions := map[string]string{}
	for _, m := range page.Metadata {
		versions[m.Event] = plain(m.Version)
	}
	var out []payment.Event
	for _, raw := range page.Events {
		e, ok := read(raw, g.merchant, Version, g.live)
		if !ok {
			return nil, "", unreadable(op)
		}
		if v := versions[e.ID]; v != "" {
			e.APIVersion = v
		}
		out = append(out, e)
	}
	if page.Cursor == cursor && cursor != "" || len(page.Cursor) > 4096 {
		return nil, "", fault.New(fault.Unavailable, op, "dependency_unavailable", payment.RefusalText(fault.Unavailable)) // It would never end.
	}
	return out, page.Cursor, nil
}
