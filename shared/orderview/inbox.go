package orderview

import (
	"time"

	"till/shared/inbox"
	"till/shared/money"
	"till/shared/payment"
)

// Inbox is a gateway's event as staff see it. Nothing of it is personal.
type Inbox struct {
	ID         string            `json:"id"` // Its name in paths.
	Gateway    string            `json:"gateway"`
	Account    string            `json:"account,omitempty"`
	Event      string            `json:"event"` // The gateway's id of it.
	Type       string            `json:"type"`
	Subject    payment.Subject   `json:"subject"`
	Object     string            `json:"object,omitempty"`
	Order      string            `json:"order_id,omitempty"`
	Payment    payment.AttemptID `json:"payment_id,omitempty"`
	Amount     *money.Amount     `json:"amount,omitempty"`
	APIVersion string            `json:"api_version,omitempty"`
	State      inbox.State       `json:"state"`
	Reason     string            `json:"reason,omitempty"`
	Tries      int               `json:"tries"`
	CreatedAt  time.Time         `json:"created_at"`
	ReceivedAt time.Time         `json:"received_at"`
	Fetched    bool              `json:"fetched,omitempty"` // No webhook brought it.
	SettledAt  time.Time         `json:"settled_at,omitzero"`
	Due        time.Time         `json:"due,omitzero"`
	Forget     time.Time         `json:"forgotten_at"`
	Replays    int               `json:"replays,omitempty"`
	ReplayedBy string            `json:"replayed_by,omitempty"`
	ReplayedAt time.Time         `json:"replayed_at,omitzero"`
}

// InboxOf is an event as staff see it, under its name in paths.
func InboxOf(id string, i inbox.Item) Inbox {
	e := i.Event
	v := Inbox{ID: id, Gateway: e.Gateway, Account: e.Account, Event: e.ID, Type: e.Type, Subject: e.Subject, Object: e.Object, Order: e.Order,
		Payment: e.Attempt, APIVersion: e.APIVersion, State: i.State, Reason: i.Reason, Tries: i.Tries, CreatedAt: e.Created, ReceivedAt: i.ReceivedAt,
		Fetched: i.Fetched, SettledAt: i.SettledAt, Due: i.Due, Forget: i.Forget, Replays: i.Replays, ReplayedBy: i.ReplayedBy, ReplayedAt: i.ReplayedAt}
	if c, err := money.Parse(e.Currency); err == nil {
		amount := money.Of(e.Amount, c)
		v.Amount = &amount
	}
	return v
}
