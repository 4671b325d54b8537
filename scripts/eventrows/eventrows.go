// Package eventrows says of every event type of the gateways what it does to an order, in scenes: infra/events.md is made of it, and a
// test plays each row with a whole shop.
package eventrows

// Scene is what has happened at the gateway when the event comes. Of all that the gateway told of it, that event alone arrives.
type Scene string

// The scenes.
const (
	Paid         Scene = "the shopper has paid on the gateway's page"
	Declined     Scene = "the card was declined"
	Proof        Scene = "the bank asks the shopper for proof"
	Begun        Scene = "the payment has begun, and nothing more"
	DebitBegun   Scene = "a bank debit has begun"
	DebitPaid    Scene = "a bank debit has come"
	DebitFailed  Scene = "a bank debit has failed"
	PageClosed   Scene = "the page was closed at the gateway"
	Cancelled    Scene = "the payment was cancelled at the gateway"
	Unanswered   Scene = "the money was taken, and the answer lost"
	Promised     Scene = "the money was promised"
	TakenThere   Scene = "what was promised was taken at the gateway"
	GivenUp      Scene = "what was promised was given up"
	RefundThere  Scene = "a part was refunded at the gateway"
	RefundOnWay  Scene = "a refund at the gateway is on its way"
	RefundNot    Scene = "a refund at the gateway was refused"
	RefundFailed Scene = "a refund of ours has failed later"
	Disputed     Scene = "the shopper's bank has disputed the payment"
	Reviewed     Scene = "our evidence is looked at, and the answer to it was lost"
	Won          Scene = "a dispute was won"
	Lost         Scene = "a dispute was lost"
	Warned       Scene = "the card's issuer warns of fraud"
	Withdrawn    Scene = "the shopper's approval was taken back"
)

// Effect is what an event does to its order; "" where it leaves that as it was.
type Effect struct {
	Attempt string // "requires_action → captured"
	Order   string // "awaiting_payment, unpaid → fulfilling, paid"
	Books   string // The accounts debited (+) and credited (-).
	Holds   string // "+dispute"
	Inbox   string // How the event ends there: "applied", "ignored", "parked".
}

// Row is an event type in a scene.
type Row struct {
	Gateway, Type string
	Scene         Scene
	// As is the type whose object it carries, where the simulated gateway does not tell it by itself.
	As string
	Effect
}
