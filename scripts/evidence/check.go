package evidence

import (
	"fmt"
	"slices"

	"till/shared/order"
)

// Violation is a rule that does not hold. It is safe to log: a canary that leaked is told by its number alone.
type Violation struct {
	Invariant string   // "I1 NoOversell"
	Order     order.ID // "" if it is of no one order.
	What      string
}

// String is one line.
func (v Violation) String() string {
	if v.Order == "" {
		return v.Invariant + ": " + v.What
	}
	return fmt.Sprintf("%s: %s: %s", v.Invariant, v.Order, v.What)
}

// Expect is what is known of how the evidence came to be.
type Expect struct {
	// End says that nothing more happens by itself: what must come to pass in the end has.
	End bool
	// Alarms says that somebody may have been woken: the log may hold errors, and queues messages, dead ones too.
	Alarms bool
	// MailsTwice says that notes of sent mails were lost: a mail may have come again.
	MailsTwice bool
	// MailsUnread says that the evidence lacks the mails.
	MailsUnread bool
	// Stopped says that executions were stopped by hand.
	Stopped bool
	// Canaries are texts that must not be anywhere in the clear: cards, secrets, names, addresses.
	Canaries []string
}

// rule is an invariant: of one order, or of the whole shop. Each gives what is wrong, in words; the rule of an order gives
// "" if nothing is.
type rule struct {
	name  string
	end   bool // It holds in the end only.
	story func(*telling, Expect) string
	shop  func(Evidence, []*telling, Expect) []Violation
}

// rules is every invariant that can be seen in evidence. Numbers and names are those of the design.
func rules() []rule {
	return []rule{
		{name: "I1 NoOversell", shop: stockAddsUp},
		{name: "I1 NoOversell", shop: couponsAddUp},
		{name: "I2 NeverShipUnpaid", story: shippedUnpaid},
		{name: "I3 NeverChargeTwice", story: chargedTwice},
		{name: "I4 LedgerEqualsGateway", story: unlikeGateway, end: true},
		{name: "I4 LedgerEqualsGateway", shop: moneyOfNobody},
		{name: "I5 EventOnce", shop: eventsLost, end: true},
		{name: "I6 Terminal", story: stuck, end: true},
		{name: "I6 Terminal", shop: alarmed, end: true},
		{name: "I7 Totals", story: wrongTotals},
		{name: "I8 LegalMoves", story: illegalMoves},
		{name: "I9 NoLeak", shop: leaks},
		{name: "I10 ReturnedOnce", story: wrongReturn},
		{name: "I11 LateMoney", story: keptLateMoney, end: true},
		{name: "I12 AmountMatch", story: wrongAmount},
		{name: "I14 RefundBounded", story: refundedTooMuch},
		{name: "I15 NothingLost", story: messagesLost, end: true},
		{name: "I15 NothingLost", shop: queuesLeft, end: true},
		{name: "I18 NoStepBack", story: steppedBack},
		{name: "I19 Deadline", story: withoutDue},
		{name: "I19 Deadline", shop: eventsWithoutDue},
		{name: "I20 ChainWhole", story: brokenChain},
		{name: "I21 BooksBalance", story: unbalanced},
		{name: "I21 BooksBalance", shop: refusedBooks},
		{name: "I22 OneChargeable", story: chargeableTwice},
		{name: "I23 EffectsOnce", story: doneTwice},
		{name: "I24 DisputesAnswered", story: answeredWrong},
		{name: "I23 EffectsOnce", shop: namesTwice},
	}
}

// Invariants lists the names of the rules, each once.
func Invariants() []string {
	var out []string
	for _, r := range rules() {
		if !slices.Contains(out, r.name) {
			out = append(out, r.name)
		}
	}
	return out
}

// Check holds evidence against every rule. It takes time in proportion to what there is.
func Check(e Evidence, x Expect) []Violation {
	stories := e.Stories()
	tellings := make([]*telling, len(stories))
	for i, s := range stories {
		tellings[i] = tell(s)
	}
	var out []Violation
	for _, r := range rules() {
		switch {
		case r.end && !x.End:
		case r.shop != nil:
			for _, v := range r.shop(e, tellings, x) {
				v.Invariant = r.name
				out = append(out, v)
			}
		default:
			for _, t := range tellings {
				out = append(out, r.of(t, x)...)
			}
		}
	}
	return out
}

// CheckStory holds one order against the rules of an order: for a simulation, which knows what it has touched.
func CheckStory(s Story, x Expect) []Violation { return tell(s).check(x) }

func (t *telling) check(x Expect) []Violation {
	var out []Violation
	for _, r := range rules() {
		if r.story != nil && (x.End || !r.end) {
			out = append(out, r.of(t, x)...)
		}
	}
	return out
}

// of is the rule of one order.
func (r rule) of(t *telling, x Expect) []Violation {
	what := r.story(t, x)
	if what == "" {
		return nil
	}
	return []Violation{{r.name, t.r.ID, fmt.Sprintf("(%s) %s", t.r.Status, what)}}
}
