// Package evidence is everything a shop holds at one moment, from wherever it was read, and the rules that it must keep:
// the same for the shop in one process and for a deployed one.
package evidence

import (
	"encoding/json"
	"time"

	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/pricing"
)

// Evidence is what a shop and its gateways hold. Read it while nothing runs: stock and orders are compared with each
// other, and a write between two reads looks like a loss. It holds mails, and so personal data.
type Evidence struct {
	Now    time.Time
	Orders []Order
	Stocks []catalog.Stock
	// Spreads are the same bin by bin, if they were read.
	Spreads []catalog.Spread
	Uses    map[pricing.UseKey]int64 // Counters of coupons' uses: at least those of every coupon that an order used.
	// Received is how many units came into the shop, stock-takes included, by SKU, as whoever counted them says. A SKU that
	// is not in it is not compared.
	Received map[catalog.SKU]int64
	// Entered is the same as the shop's own history of stock says: the sum of each SKU's entries, by location. A SKU that has none is not
	// in it.
	Entered    map[catalog.SKU]map[catalog.Location]int64
	Inbox      []Event
	Books      []Book
	Deliveries []Delivery
	Executions []Execution
	Queues     []Queue
	Mails      []Mail
	Logs       []string // Lines of the functions' logs, if they were read.
	Stored     []Text   // Plaintext of tables that stands in no order, change or event: attributes, customers' rows.
}

// Order is an order as it is stored.
type Order struct {
	Stored  *order.Order
	Changes []order.Change // The whole chain, from CHANGE#1.
	Indexed bool           // It stands in the index of what is due.
}

// Event is a gateway's event in the inbox.
type Event struct {
	inbox.Item
	Indexed bool // It stands in the index of what is due.
}

// Book is what one gateway knows of one order in one currency, in minor units: its own books, not ours.
type Book struct {
	Gateway        string
	Order          order.ID
	Currency       string // "EUR"
	Captured       int64
	Refunded       int64 // By refunds that succeeded, and have not failed since.
	RefundsPending int64
	Disputed       int64 // Taken by disputes that are open or lost.
	Fees           int64 // What the gateway kept: of payments, and of disputes beside their amounts.
	Charges        int   // Successful ones: captured or authorized.
	Chargeable     int   // Payments that are or can still be charged.
	Answers        []Answer
}

// Answer is what a gateway has heard of the shop to a dispute, or to its present stage.
type Answer struct {
	Dispute  string // The gateway's reference.
	Times    int    // How often evidence was submitted.
	Late     bool   // After the time to answer.
	Names    bool   // What was submitted last names the order: it is of the shop's own pack.
	Accepted bool   // The shop has given in.
	Files    int    // Documents with what was submitted last.
}

// Delivery is a webhook that was answered with 2xx.
type Delivery struct {
	Gateway string
	Event   string // The gateway's id of the event.
	Type    string
}

// The statuses of executions, in AWS's words.
const (
	Running   = "RUNNING"
	Succeeded = "SUCCEEDED"
	Failed    = "FAILED"
	TimedOut  = "TIMED_OUT"
	Aborted   = "ABORTED"
)

// Execution is a run of the fulfillment machine.
type Execution struct {
	Name        string
	Status      string
	State       string // The one that it is in, or was in last.
	Error       string
	Input       string   // JSON.
	Output      string   // JSON; "" if there is none.
	States      []string // Entered, in order.
	Transitions int      // States entered and retried, as AWS bills them.
}

// Order is the order that the execution carries; "" if its input names none.
func (e Execution) Order() order.ID {
	var input struct {
		Order order.ID `json:"order_id"`
	}
	if json.Unmarshal([]byte(e.Input), &input) != nil {
		return ""
	}
	return input.Order
}

// Queue is a queue, with how many messages lie in its dead-letter queue.
type Queue struct {
	Name        string
	Visible     int
	InFlight    int
	Delayed     int
	DeadLetters int
	Bodies      []string // Of the messages, dead ones included, as far as they were read.
}

// Mail is a mail that was sent. Order, Kind and Version name it; the rest is personal data.
type Mail struct {
	Order   order.ID
	Kind    string
	Version string // The beginning of the hash of the change that caused it.

	At      time.Time
	To      string
	Subject string
	Text    string
}

// Key is the mail's name as the mailer is given it.
func (m Mail) Key() string { return string(m.Order) + "#" + m.Kind + "#" + m.Version }

// Keyed gives a mail the name that the mailer was given. Order and version are of one length always, so what stands between
// the three does not matter: tags of mails may not hold every character.
func (m Mail) Keyed(key string) Mail {
	if len(key) < idLength+versionLength+len("##") {
		m.Kind = key
		return m
	}
	m.Order, m.Kind, m.Version = order.ID(key[:idLength]), key[idLength+1:max(idLength+1, len(key)-versionLength-1)], key[len(key)-versionLength:]
	return m
}

const (
	idLength      = 30 // Of an order's id.
	versionLength = 12 // How much of a change's hash names a mail.
)

// Text is something stored in the clear, with where it stands.
type Text struct {
	Where string // "customers CUSTOMER#…". Shown in violations.
	Text  string
}

// Order finds an order, false if it is not there.
func (e Evidence) Order(id order.ID) (Order, bool) {
	for _, o := range e.Orders {
		if o.Stored.ID() == id {
			return o, true
		}
	}
	return Order{}, false
}

// Mailed counts the mails of a kind about an order.
func (e Evidence) Mailed(id order.ID, kind string) int {
	n := 0
	for _, m := range e.Mails {
		if m.Order == id && m.Kind == kind {
			n++
		}
	}
	return n
}

// Part is a part of the evidence, for whoever needs no more of a shop that takes long to read.
type Part int

// The parts.
const (
	Store    Part = iota + 1 // Orders, stocks, the inbox, and what is stored in the clear.
	Gateways                 // Books and deliveries.
	Machines                 // Executions.
	Queues
	Mails
	Logs
)
