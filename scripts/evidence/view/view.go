// Package view shows evidence as JSON, for people and for checks from outside: the state that the control page reads.
package view

import (
	"slices"
	"strings"
	"time"

	"till/scripts/evidence"
	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/orderview"
)

// State is everything at one moment. It holds mails, and so personal data of shoppers; nothing else in it does.
type State struct {
	Now        time.Time                  `json:"now"`
	Stock      map[catalog.SKU]Stock      `json:"stock"`
	Orders     []Order                    `json:"orders"`
	Ledger     []orderview.Balance        `json:"ledger"`
	Gateways   map[string]map[string]Book `json:"gateways"` // Per gateway, its own books by order.
	Inbox      []Event                    `json:"inbox"`
	Queues     []Queue                    `json:"queues"`
	Executions []Execution                `json:"executions"`
	Mails      []Mail                     `json:"mails"`
	Faults     any                        `json:"faults"`     // Per gateway, how it misbehaves. Neither this nor what follows is told by evidence.
	Payments   any                        `json:"payments"`   // Per gateway, its payments, newest first.
	Deliveries any                        `json:"deliveries"` // Per gateway, the webhooks that it has sent, oldest first.
	Failures   any                        `json:"failures"`   // Calls of functions that failed.
	Health     any                        `json:"health"`     // Per gateway, whether payments begin there, as the shop believes.
	Checked    any                        `json:"checked"`    // What the last comparison of stock with the records of its changes found.
}

// Stock is what is counted of a product.
type Stock struct {
	OnHand   int64 `json:"on_hand"`
	Free     int64 `json:"free"`
	Reserved int64 `json:"reserved"`
	Sold     int64 `json:"sold"`
	LowBelow int64 `json:"low_below,omitempty"` // Staff are told when less is free.
	Bins     []Bin `json:"bins,omitempty"`      // Where it is counted, if that is more than one bin.
}

// Bin is what is counted in one bin.
type Bin struct {
	Location catalog.Location `json:"location"`
	Bin      catalog.Bin      `json:"bin"`
	Open     int64            `json:"open"` // What orders may reserve there: at the main location what may be promised, too.
	Reserved int64            `json:"reserved"`
	Sold     int64            `json:"sold"`
}

// Order is an order with its history.
type Order struct {
	orderview.Staff
	Timeline []orderview.Event `json:"timeline"`
}

// Book is what a gateway knows of an order, in minor units.
type Book struct {
	Currency string `json:"currency"`
	Captured int64  `json:"captured"`
	Refunded int64  `json:"refunded"`
	Disputed int64  `json:"disputed"`
	Fees     int64  `json:"fees"`
	Charges  int    `json:"charges"` // Successful ones.
}

// Event is an event in the inbox.
type Event struct {
	ID         string      `json:"id"`
	Kind       string      `json:"kind"`
	State      inbox.State `json:"state"`
	Reason     string      `json:"reason,omitempty"`
	OrderID    string      `json:"order_id,omitempty"`
	ReceivedAt time.Time   `json:"received_at"`
	Tries      int         `json:"tries"`
}

// Queue is a queue, with how many messages lie in its dead-letter queue.
type Queue struct {
	Name        string `json:"name"`
	Visible     int    `json:"visible"`
	InFlight    int    `json:"in_flight"`
	Delayed     int    `json:"delayed"`
	DeadLetters int    `json:"dead_letters"`
}

// Execution is a run of the fulfillment machine.
type Execution struct {
	Name        string   `json:"name"`
	Status      string   `json:"status"`
	State       string   `json:"state,omitempty"`
	Error       string   `json:"error,omitempty"`
	Transitions int      `json:"transitions"`
	Input       string   `json:"input"`
	History     []string `json:"history"` // The states that it went through.
}

// Mail is one mail as its recipient gets it.
type Mail struct {
	At      time.Time `json:"at"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Key     string    `json:"key"`
}

// What is shown at most, so that a page stays one.
const (
	historyMax    = 500 // Changes of an order.
	executionsMax = 200 // The newest; evidence lists those first.
)

// Of shows evidence. Faults and what stands behind them are the caller's to add.
func Of(e evidence.Evidence) State {
	out := State{
		Now: e.Now, Stock: map[catalog.SKU]Stock{}, Orders: []Order{}, Gateways: map[string]map[string]Book{"stripe": {}, "paypal": {}, "square": {}}, Inbox: []Event{}, Mails: []Mail{},
	}
	for _, s := range e.Stocks {
		out.Stock[s.SKU] = Stock{OnHand: s.OnHand(), Free: s.Free, Reserved: s.Reserved, Sold: s.Sold}
	}
	out.bins(e.Spreads)
	out.orders(e)
	for _, b := range e.Books {
		if out.Gateways[b.Gateway] == nil {
			out.Gateways[b.Gateway] = map[string]Book{}
		}
		out.Gateways[b.Gateway][string(b.Order)] = Book{b.Currency, b.Captured, b.Refunded, b.Disputed, b.Fees, b.Charges}
	}
	for _, i := range e.Inbox {
		out.Inbox = append(out.Inbox, Event{i.Event.ID, i.Event.Type, i.State, i.Reason, i.Event.Order, i.ReceivedAt, i.Tries})
	}
	for _, q := range e.Queues {
		out.Queues = append(out.Queues, Queue{q.Name, q.Visible, q.InFlight, q.Delayed, q.DeadLetters})
	}
	for _, x := range e.Executions[:min(len(e.Executions), executionsMax)] {
		out.Executions = append(out.Executions, Execution{x.Name, x.Status, x.State, x.Error, x.Transitions, x.Input, x.States})
	}
	for _, m := range e.Mails {
		out.Mails = append(out.Mails, Mail{m.At, m.To, m.Subject, m.Text, m.Key()})
	}
	return out
}

// bins shows where stock is counted.
func (s *State) bins(spreads []catalog.Spread) {
	for _, each := range spreads {
		one := s.Stock[each.SKU]
		one.LowBelow = each.Low
		if len(each.Tallies) > 1 {
			for _, t := range each.Tallies {
				one.Bins = append(one.Bins, Bin{t.Bin.Location(), t.Bin, t.Open, t.Reserved, t.Sold})
			}
		}
		s.Stock[each.SKU] = one
	}
}

// orders shows the orders, newest first, and what all of them come to on the books.
func (s *State) orders(e evidence.Evidence) {
	postings := map[money.Currency][]ledger.Posting{}
	for _, o := range e.Orders {
		changes := o.Changes[:min(len(o.Changes), historyMax)]
		one := Order{Staff: orderview.ForStaff(o.Stored), Timeline: orderview.History(changes)}
		one.Balances = orderview.Balances(o.Changes, one.Currency)
		s.Orders = append(s.Orders, one)
		for _, c := range o.Changes {
			postings[one.Currency] = append(postings[one.Currency], c.Postings...)
		}
	}
	slices.SortStableFunc(s.Orders, func(a, b Order) int { return b.CreatedAt.Compare(a.CreatedAt) })
	s.Ledger = balances(postings)
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
