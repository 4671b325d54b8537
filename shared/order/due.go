package order

import (
	"slices"
	"time"

	"till/shared/payment"
	"till/shared/planted"
)

// patience is how long an order may stay in a status before somebody must look.
var patience = map[Status]time.Duration{
	Confirmed:  5 * time.Minute,     // The machine should have begun.
	Fulfilling: 5 * time.Minute,     // The machine should be waiting for staff; then they have shipWithin.
	Shipped:    30 * 24 * time.Hour, // The carrier should have delivered.
	Delivered:  14 * 24 * time.Hour, // Nothing comes back any more: then it is completed.
}

const (
	// shipWithin is how long staff have to ship.
	shipWithin = 3 * 24 * time.Hour
	// firstLook is when the sweep first looks at a new order and at a payment page that is open. Most orders are paid by
	// then.
	firstLook = 5 * time.Minute
	// dueSlack is how much too early a deadline may stand in the index. Most orders have moved on before it comes, and cost
	// nothing; one that has not is looked at, and marked as such, once more. Moving the entry each time would cost every
	// order two write units.
	dueSlack = 10 * time.Minute
	// answerWait is how long a machine may take to notice that its task was answered.
	answerWait = 2 * time.Minute
	// daily is how often a gateway is asked about what takes it days.
	daily = 24 * time.Hour
	// weekly is how often something that waits for people is looked at. What they do is a change, which works out its own deadlines; a look
	// finds nothing then, and costs a transaction and a record.
	weekly = 7 * daily
)

// backoff is how long to wait before question n (from 0) about something whose outcome is not known.
func backoff(n int) time.Duration {
	steps := [...]time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour}
	return steps[min(n, len(steps)-1)]
}

// mailWait is how long a mail may be under way before it is sent again, after so many tries (from 0): at first a message may only be
// late, later somebody has to mend something.
func mailWait(tries int) time.Duration {
	steps := [...]time.Duration{10 * time.Minute, 20 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, daily}
	return steps[min(tries, len(steps)-1)]
}

const (
	// mailTriesLate is after how many tries people are to know of a mail: half an hour.
	mailTriesLate = 2
	// mailTriesMax is after how many tries a mail is given up: two weeks. What it says is old then, and the order's page says it too.
	mailTriesMax = 18
)

// UnsentMails are the mails that were tried in vain for longer than a delay explains. given are those that are tried no more from the
// next Asked on.
func (o *Order) UnsentMails(now time.Time) (late, given []Message) {
	for _, m := range o.r.Owed {
		switch {
		case m.Tries >= mailTriesMax && !m.At.Add(mailWait(m.Tries)).After(now):
			given = append(given, m)
		case m.Tries >= mailTriesLate:
			late = append(late, m)
		}
	}
	return late, given
}

// DueMails are the mails that are owed and should have left by now.
func (o *Order) DueMails(now time.Time) []Message {
	var out []Message
	for _, m := range o.r.Owed {
		if !m.At.Add(mailWait(m.Tries)).After(now) {
			out = append(out, m)
		}
	}
	return out
}

// Task is what the sweep does about an overdue order.
type Task string

// The tasks.
const (
	AskPayment  Task = "ask_payment"   // Ask the gateway about the open attempt.
	AskCapture  Task = "ask_capture"   // Ask the gateway about the open capture; submit one never submitted.
	WarnOfLapse Task = "warn_of_lapse" // Hold the order: money that was promised lapses within a day.
	Renew       Task = "renew"         // Have the gateway keep promised money aside anew.
	AskRefund   Task = "ask_refund"    // Ask the gateway about open refunds; submit those never submitted.
	AskDispute  Task = "ask_dispute"   // Ask the gateway about open disputes.
	EndUnpaid   Task = "end_unpaid"    // Close the open attempt, then expire the order.
	BeginAgain  Task = "begin_again"   // Start the fulfillment machine.
	AnswerTask  Task = "answer_task"   // Answer the machine's waiting task again.
	FinishOrder Task = "finish_order"  // Complete a delivered order.
	MailAgain   Task = "mail_again"    // Send what is owed to the mail queue.
)

type deadline struct {
	task Task // "" means only to look, and to be seen on the list.
	at   time.Time
}

// deadlines lists everything unfinished with the time by which something must have happened. What waits for people is
// looked at a week from now.
func (r *Record) deadlines(now time.Time) []deadline {
	var out []deadline
	for _, a := range r.Attempts {
		if a.State.Open() {
			out = append(out, deadline{AskPayment, askAt(a)})
		}
		if at, can := renewAt(a); can && !r.Status.Ended() {
			out = append(out, deadline{Renew, at})
		}
		if a.ID == r.PaidBy && a.State == payment.Authorized && !a.CaptureBefore.IsZero() && !r.Status.Ended() && !r.held(captureExpiring) {
			out = append(out, deadline{WarnOfLapse, a.CaptureBefore.Add(-captureExpiresIn)})
		}
	}
	for _, t := range r.Captures {
		if t.State.Open() {
			out = append(out, deadline{AskCapture, askCaptureAt(t)})
		}
	}
	for _, f := range r.Refunds {
		switch {
		case f.State.Open():
			out = append(out, deadline{AskRefund, askRefundAt(f)})
		case f.State == payment.RefundAwaiting:
			out = append(out, deadline{"", now.Add(weekly)})
		}
	}
	for _, d := range r.Disputes {
		if d.Open() {
			out = append(out, deadline{AskDispute, askDisputeAt(d)})
		}
	}
	for _, b := range r.Returns {
		if b.State.Open() {
			out = append(out, deadline{"", now.Add(weekly)})
		}
	}
	for _, l := range r.limbo() {
		out = append(out, deadline{"", l.Since.Add(LimboAfter)}) // People are to know then.
	}
	out = append(out, r.statusDeadlines(now)...)
	if r.TaskIn > 0 && r.Status != Fulfilling {
		out = append(out, deadline{AnswerTask, r.AnswerBy})
	}
	for _, m := range r.Owed {
		out = append(out, deadline{MailAgain, m.At.Add(mailWait(m.Tries))})
	}
	if len(r.Holds) > 0 {
		out = append(out, deadline{"", now.Add(weekly)})
	}
	return out
}

// statusDeadlines lists what the order's status waits for. What people are late with is looked at again a week from now.
func (r *Record) statusDeadlines(now time.Time) []deadline {
	unmoved := r.unmoved()
	switch {
	case r.Status.Payable() && r.HoldsMoney():
		return []deadline{{"", now.Add(weekly)}} // Money with a mismatch: people decide.
	case r.Status.Payable():
		return []deadline{{EndUnpaid, later(r.ExpiresAt, r.ShouldBy)}, {"", r.PlacedAt.Add(firstLook)}}
	case unmoved && r.held(fulfillmentFailed):
		return nil // Lifting the hold begins anew.
	case unmoved:
		return []deadline{{BeginAgain, r.ShouldBy}}
	case r.Status == Delivered:
		return []deadline{{FinishOrder, r.ShouldBy}}
	case r.ShouldBy.IsZero():
		return nil
	case r.ShouldBy.After(now):
		return []deadline{{"", r.ShouldBy}}
	default:
		return []deadline{{"", now.Add(weekly)}}
	}
}

// unmoved tells whether the machine should have begun with the order, and has not come to wait for staff.
func (r *Record) unmoved() bool {
	return r.Status == Confirmed || (r.Status == Fulfilling && r.TaskIn == 0)
}

// waitsForPeople tells whether nothing but people moves the order on: staff who ship, a carrier who delivers. To ask again soon would bring
// nothing; it is looked at each week.
func (r *Record) waitsForPeople() bool {
	return !r.Status.Payable() && !r.unmoved() && r.Status != Delivered
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func askAt(a payment.Attempt) time.Time {
	switch {
	case a.State == payment.Unknown || a.Void || !a.Try.IsZero():
		return later(later(a.At, a.Try), a.Asked).Add(backoff(a.Asks))
	case a.State == payment.Authorized && a.Paid:
		return askPromiseAt(a)
	case a.Asks == 0:
		return a.At.Add(firstLook)
	default:
		return a.Asked.Add(backoff(a.Asks + 2))
	}
}

// askPromiseAt is when to ask about money that is promised to the order: each day, each hour while it is about to lapse, and
// right after that.
func askPromiseAt(a payment.Attempt) time.Time {
	last, lapse := later(a.At, a.Asked), a.CaptureBefore
	next := last.Add(daily)
	for _, at := range [...]time.Time{lapse.Add(-captureExpiresIn), lapse.Add(time.Minute)} {
		if !lapse.IsZero() && last.Before(at) && at.Before(next) {
			next = at
		}
	}
	if !lapse.IsZero() && !last.Before(lapse.Add(-captureExpiresIn)) {
		return earlier(next, last.Add(time.Hour))
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func askCaptureAt(t payment.Capture) time.Time {
	if t.Asks == 0 && t.State == payment.CaptureRequested {
		return t.At.Add(time.Minute)
	}
	return t.Asked.Add(backoff(t.Asks))
}

// disputeDueIn is how long before the end of its time to answer a dispute is urgent.
const disputeDueIn = 48 * time.Hour

// askDisputeAt is when to ask about a dispute: each day, and when its time to answer is nearly over; about one whose answer may have
// got lost, soon.
func askDisputeAt(d payment.Dispute) time.Time {
	if d.Answer.State.Open() {
		return later(d.Answer.At, d.Answer.Asked).Add(max(answerWithin, backoff(d.Answer.Asks)))
	}
	last := later(d.At, d.Asked)
	if urgent := d.DueBy.Add(-disputeDueIn); !d.DueBy.IsZero() && last.Before(urgent) {
		return earlier(urgent, last.Add(daily))
	}
	return last.Add(daily)
}

// Unanswered tells whether a dispute is open whose time to answer is over within two days.
func (o *Order) Unanswered(now time.Time) bool {
	return slices.ContainsFunc(o.r.Disputes, func(d payment.Dispute) bool {
		return d.Answerable() && !d.DueBy.IsZero() && !now.Before(d.DueBy.Add(-disputeDueIn))
	})
}

func askRefundAt(f payment.Refund) time.Time {
	switch {
	case f.State == payment.RefundPending && f.Asks == 0:
		return f.At.Add(daily)
	case f.State == payment.RefundPending:
		return f.Asked.Add(daily)
	case f.Asks == 0:
		return f.At.Add(time.Minute)
	default:
		return f.Asked.Add(backoff(f.Asks))
	}
}

// nextDue is the earliest deadline that is not over: the one that the index holds. An earlier entry is left where it
// stands while it is near enough.
func (r *Record) nextDue(now time.Time) time.Time {
	next := time.Time{}
	if planted.Bug(17) && r.Status == PaymentProcessing {
		return next
	}
	for _, d := range r.deadlines(now) {
		at := d.at.UTC().Truncate(time.Second)
		if d.task == "" && !at.After(now) {
			continue // Only a look, and this was one.
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if !next.IsZero() && r.Due.After(now) && !r.Due.After(next) && next.Sub(r.Due) <= dueSlack {
		return r.Due
	}
	return next
}

// Overdue lists what must be done about the order now. An order that is due with nothing overdue is only to be marked as
// looked at (Asked).
func (o *Order) Overdue(now time.Time) []Task {
	var out []Task
	for _, d := range o.r.deadlines(now) {
		if d.task != "" && !d.at.After(now) && !slices.Contains(out, d.task) {
			out = append(out, d.task)
		}
	}
	return out
}

// Asked notes that the sweep looked: what was overdue and brought no news is looked at again later; what was not overdue
// keeps its deadline. Each call is a change.
func (o *Order) Asked(by By) (Change, error) {
	at := by.At.UTC().Truncate(time.Second)
	over := func(t time.Time) bool { return !t.After(by.At) }
	o.r.Attempts, o.r.Refunds, o.r.Owed = slices.Clone(o.r.Attempts), slices.Clone(o.r.Refunds), slices.Clone(o.r.Owed)
	o.r.Captures, o.r.Disputes = slices.Clone(o.r.Captures), slices.Clone(o.r.Disputes)
	for i := range o.r.Attempts {
		if a := &o.r.Attempts[i]; a.State.Open() && over(askAt(*a)) {
			a.Asks, a.Asked = a.Asks+1, at
		}
		if next, can := renewAt(o.r.Attempts[i]); can && over(next) {
			n := &o.r.Attempts[i].Renewal
			n.Last, n.Tries = at, n.Tries+1
		}
	}
	for i := range o.r.Refunds {
		if r := &o.r.Refunds[i]; r.State.Open() && over(askRefundAt(*r)) {
			r.Asks, r.Asked = r.Asks+1, at
		}
	}
	for i := range o.r.Captures {
		if t := &o.r.Captures[i]; t.State.Open() && over(askCaptureAt(*t)) {
			t.Asks, t.Asked = t.Asks+1, at
		}
	}
	for i := range o.r.Disputes {
		if d := &o.r.Disputes[i]; d.Open() && over(askDisputeAt(*d)) {
			d.Asks, d.Asked = d.Asks+1, at
			if d.Answer.State.Open() {
				d.Answer.Asks, d.Answer.Asked = d.Answer.Asks+1, at
			}
		}
	}
	kind := "checked"
	if _, given := o.UnsentMails(by.At); len(given) > 0 {
		kind = "mail_given_up"
		o.r.Owed = slices.DeleteFunc(o.r.Owed, func(m Message) bool { return slices.Contains(given, m) })
	}
	for i := range o.r.Owed {
		if m := &o.r.Owed[i]; over(m.At.Add(mailWait(m.Tries))) {
			m.At, m.Tries = at, m.Tries+1
		}
	}
	unpaid := o.r.Status.Payable() && !o.r.HoldsMoney() && over(later(o.r.ExpiresAt, o.r.ShouldBy))
	if unpaid || (!o.r.ShouldBy.IsZero() && over(o.r.ShouldBy) && !o.r.waitsForPeople()) {
		o.r.Asks++
		o.r.ShouldBy = at.Add(backoff(o.r.Asks))
	}
	if o.r.TaskIn > 0 && o.r.Status != Fulfilling && over(o.r.AnswerBy) {
		o.r.Asks++
		o.r.AnswerBy = at.Add(backoff(o.r.Asks + 1)) // It could not be answered, and waits for nothing else.
	}
	return o.seal(kind, by, Change{})
}

// MailSent notes that an owed mail has left. A repeat changes nothing.
func (o *Order) MailSent(kind string, n int, by By) (Change, error) {
	i := slices.IndexFunc(o.r.Owed, func(m Message) bool { return m.Kind == kind && m.N == n })
	if i < 0 {
		return Change{}, nil
	}
	o.r.Owed = slices.Delete(slices.Clone(o.r.Owed), i, i+1)
	return o.seal("mail_sent", by, Change{})
}

// Owes tells whether the mail is still owed.
func (o *Order) Owes(kind string, n int) bool {
	return slices.ContainsFunc(o.r.Owed, func(m Message) bool { return m.Kind == kind && m.N == n })
}
