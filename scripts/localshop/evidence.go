package localshop

import (
	"context"
	"math"
	"strings"
	"time"

	"till/scripts/evidence"
	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/gatewaysim"
	"till/shared/order"
)

// farAhead is later than everything that can be due.
const farAhead = 100 * 365 * 24 * time.Hour

// Evidence is everything that the shop and its gateways hold now, but for what came into the shop and the log: whoever fills
// the shelves and holds the log adds those. Read it while nothing runs.
func (s *Shop) Evidence(ctx context.Context) (evidence.Evidence, error) {
	e := evidence.Evidence{Now: s.Clock.Now(), Stocks: s.Store.AllStocks(), Spreads: s.Store.AllSpreads(), Entered: s.Store.Entered(), Uses: s.Store.AllUses(), Books: s.Books()}
	if err := s.stored(ctx, &e); err != nil {
		return evidence.Evidence{}, err
	}
	for _, g := range s.Gateways.All() {
		for _, d := range g.Deliveries() {
			if d.Status/100 == 2 && d.Forged == "" {
				e.Deliveries = append(e.Deliveries, evidence.Delivery{Gateway: g.Name, Event: d.Event, Type: d.Type})
			}
		}
	}
	for _, x := range s.Cloud.Machines.Executions(math.MaxInt) {
		e.Executions = append(e.Executions, evidence.Execution{Name: x.Name, Status: string(x.Status), State: x.State, Error: x.Error, Input: x.Input,
			Output: x.Output, States: entered(x.History), Transitions: x.Transitions})
	}
	for _, m := range s.Mails.All() {
		e.Mails = append(e.Mails, evidence.Mail{At: m.At, To: m.To, Subject: m.Subject, Text: m.Text}.Keyed(m.Key))
	}
	e.Queues = s.queues()
	return e, nil
}

// stored reads orders with their chains, and the inbox.
func (s *Shop) stored(ctx context.Context, e *evidence.Evidence) error {
	dueOrders, err := s.Store.DueOrders(ctx, e.Now.Add(farAhead), math.MaxInt)
	if err != nil {
		return err
	}
	dueEvents, err := s.Store.DueEvents(ctx, e.Now.Add(farAhead), math.MaxInt)
	if err != nil {
		return err
	}
	orders, events := set(dueOrders), set(dueEvents)
	for _, id := range s.Store.AllOrders() {
		o, changes, err := s.Store.Chain(id)
		if err != nil {
			return err
		}
		e.Orders = append(e.Orders, evidence.Order{Stored: o, Changes: changes, Indexed: orders[id]})
	}
	for _, i := range s.Store.AllEvents() {
		e.Inbox = append(e.Inbox, evidence.Event{Item: i, Indexed: events[i.Event.Key()]})
	}
	return nil
}

func set[K comparable](keys []K) map[K]bool {
	out := make(map[K]bool, len(keys))
	for _, k := range keys {
		out[k] = true
	}
	return out
}

// Books is what the gateways know of orders: their own books, not the shop's. What can be charged only if the shop says so once more
// is not chargeable.
func (s *Shop) Books() []evidence.Book {
	var out []evidence.Book
	for _, g := range s.Gateways.All() {
		for _, b := range g.Books() {
			if b.Reference == "" {
				continue
			}
			out = append(out, BookOf(g.Name, b))
		}
	}
	return out
}

// BookOf is what a simulated gateway knows of an order, as evidence has it.
func BookOf(gateway string, b gatewaysim.Book) evidence.Book {
	out := evidence.Book{Gateway: gateway, Order: order.ID(b.Reference), Currency: b.Currency, Captured: b.Captured, Refunded: b.Refunded,
		RefundsPending: b.RefundsPending, Disputed: b.Disputed, Fees: b.Fees, Charges: b.Charges, Chargeable: b.Chargeable - b.Waiting}
	for _, a := range b.Answers {
		out.Answers = append(out.Answers, evidence.Answer(a))
	}
	return out
}

// entered lists the states that an execution went through.
func entered(history []asl.Event) []string {
	var out []string
	for _, h := range history {
		if strings.HasSuffix(h.Type, stateEntered) {
			out = append(out, h.State)
		}
	}
	return out
}

// stateEntered ends the type of an event that enters a state: TaskStateEntered.
const stateEntered = "StateEntered"

// bodiesMax bounds how many messages are read of each queue.
const bodiesMax = 1000

// queues lists the queues that are not another's dead-letter queue.
func (s *Shop) queues() []evidence.Queue {
	states := s.Cloud.Queues.State(bodiesMax)
	var out []evidence.Queue
	for _, q := range states {
		if q.Dead {
			continue
		}
		one := evidence.Queue{Name: q.Name, Visible: q.Visible, InFlight: q.InFlight, Delayed: q.Delayed}
		for _, m := range q.Messages {
			one.Bodies = append(one.Bodies, m.Body)
		}
		for _, known := range s.shop.Queues {
			for _, d := range states {
				if known.Name != q.Name || known.DeadARN == "" || d.ARN != known.DeadARN {
					continue
				}
				one.DeadLetters = d.Visible + d.InFlight + d.Delayed
				for _, m := range d.Messages {
					one.Bodies = append(one.Bodies, m.Body)
				}
			}
		}
		out = append(out, one)
	}
	return out
}
