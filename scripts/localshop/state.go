package localshop

import (
	"context"
	"slices"
	"strings"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/stripesim"
	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/orderview"
)

// State is everything at one moment, for people and for checks from outside. It holds mails, and so personal data of the
// shoppers of this process; nothing else in it does.
type State struct {
	Now        time.Time                  `json:"now"`
	Stock      map[catalog.SKU]Stock      `json:"stock"`
	Orders     []OrderState               `json:"orders"`
	Ledger     []orderview.Balance        `json:"ledger"`
	Gateways   map[string]map[string]Book `json:"gateways"` // Per gateway, its own books by order.
	Inbox      []EventState               `json:"inbox"`
	Queues     []QueueState               `json:"queues"`
	Executions []ExecutionState           `json:"executions"`
	Mails      []Mail                     `json:"mails"`
	Faults     map[string]any             `json:"faults"` // Per gateway, how it misbehaves.
	Failures   []invoke.Failure           `json:"failures"`
}

// Stock is what is counted of a product.
type Stock struct {
	OnHand   int64 `json:"on_hand"`
	Free     int64 `json:"free"`
	Reserved int64 `json:"reserved"`
	Sold     int64 `json:"sold"`
}

// OrderState is an order with its history.
type OrderState struct {
	orderview.Staff
	Timeline []orderview.Event `json:"timeline"`
}

// Book is what a gateway knows of an order, in minor units.
type Book struct {
	Currency string `json:"currency"`
	Captured int64  `json:"captured"`
	Refunded int64  `json:"refunded"`
	Disputed int64  `json:"disputed"`
	Charges  int    `json:"charges"` // Successful ones.
}

// EventState is an event in the inbox.
type EventState struct {
	ID         string      `json:"id"`
	Kind       string      `json:"kind"`
	State      inbox.State `json:"state"`
	Reason     string      `json:"reason,omitempty"`
	OrderID    string      `json:"order_id,omitempty"`
	ReceivedAt time.Time   `json:"received_at"`
	Tries      int         `json:"tries"`
}

// QueueState is a queue, with how many messages lie in its dead-letter queue.
type QueueState struct {
	Name        string `json:"name"`
	Visible     int    `json:"visible"`
	InFlight    int    `json:"in_flight"`
	Delayed     int    `json:"delayed"`
	DeadLetters int    `json:"dead_letters"`
}

// ExecutionState is a run of the fulfillment machine.
type ExecutionState struct {
	Name        string     `json:"name"`
	Status      asl.Status `json:"status"`
	State       string     `json:"state,omitempty"`
	Error       string     `json:"error,omitempty"`
	Transitions int        `json:"transitions"`
	Input       string     `json:"input"`
	History     []string   `json:"history"` // The states that it went through.
}

// historyMax is how many changes of an order are shown.
const historyMax = 500

// State takes a snapshot.
func (s *Shop) State(ctx context.Context) (State, error) {
	out := State{
		Now: s.Clock.Now(), Stock: map[catalog.SKU]Stock{}, Orders: []OrderState{}, Inbox: []EventState{}, Mails: s.Mails.All(),
		Gateways: map[string]map[string]Book{"stripe": books(s.Stripe.Books())}, Faults: map[string]any{"stripe": s.Stripe.Faults()},
	}
	for _, stock := range s.Store.AllStocks() {
		out.Stock[stock.SKU] = Stock{stock.OnHand(), stock.Free, stock.Reserved, stock.Sold}
	}
	postings := map[money.Currency][]ledger.Posting{}
	for _, id := range s.Store.AllOrders() {
		one, changes, err := s.order(ctx, id)
		if err != nil {
			return State{}, err
		}
		out.Orders = append(out.Orders, one)
		for _, c := range changes {
			postings[one.Currency] = append(postings[one.Currency], c.Postings...)
		}
	}
	slices.SortStableFunc(out.Orders, func(a, b OrderState) int { return b.CreatedAt.Compare(a.CreatedAt) })
	out.Ledger = balances(postings)
	for _, i := range s.Store.AllEvents() {
		out.Inbox = append(out.Inbox, EventState{i.Event.ID, i.Event.Type, i.State, i.Reason, i.Event.Order, i.ReceivedAt, i.Tries})
	}
	s.cloudState(&out)
	return out, nil
}

func (s *Shop) order(ctx context.Context, id order.ID) (OrderState, []order.Change, error) {
	o, err := s.Store.Order(ctx, id)
	if err != nil {
		return OrderState{}, nil, err
	}
	changes, err := s.Store.Changes(ctx, id, 0, historyMax)
	if err != nil {
		return OrderState{}, nil, err
	}
	v := OrderState{Staff: orderview.ForStaff(o), Timeline: orderview.History(changes)}
	v.Balances = orderview.Balances(changes, o.Record().Currency)
	return v, changes, nil
}

func books(list []stripesim.Book) map[string]Book {
	out := map[string]Book{}
	for _, b := range list {
		if b.Reference != "" {
			out[b.Reference] = Book{b.Currency, b.Captured, b.Refunded, b.Disputed, b.Charges}
		}
	}
	return out
}

func balances(postings map[money.Currency][]ledger.Posting) []orderview.Balance {
	out := []orderview.Balance{}
	for currency, all := range postings {
		for account, sum := range ledger.Balances(all) {
			out = append(out, orderview.Balance{Account: account, Currency: currency, Balance: sum})
		}
	}
	slices.SortFunc(out, func(a, b orderview.Balance) int {
		return strings.Compare(string(a.Currency)+string(a.Account), string(b.Currency)+string(b.Account))
	})
	return out
}

func (s *Shop) cloudState(out *State) {
	cloud := s.Cloud.State()
	out.Failures = cloud.Failures
	dead := map[string]int{}
	for _, q := range s.shop.Queues {
		for _, state := range cloud.Queues {
			if q.DeadARN != "" && state.ARN == q.DeadARN {
				dead[q.Name] = state.Visible + state.InFlight + state.Delayed
			}
		}
	}
	for _, q := range cloud.Queues {
		if !q.Dead {
			out.Queues = append(out.Queues, QueueState{q.Name, q.Visible, q.InFlight, q.Delayed, dead[q.Name]})
		}
	}
	for _, e := range cloud.Executions {
		state := ExecutionState{Name: e.Name, Status: e.Status, State: e.State, Error: e.Error, Transitions: e.Transitions, Input: e.Input}
		for _, h := range e.History {
			if h.Type == "StateEntered" || strings.HasSuffix(h.Type, "StateEntered") {
				state.History = append(state.History, h.State)
			}
		}
		out.Executions = append(out.Executions, state)
	}
}
