package order

import (
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

// AnswerIDFor gives the id of the answer to a dispute that an Idempotency-Key sends.
func AnswerIDFor(id ID, dispute, key string) payment.AnswerID {
	return payment.AnswerID(derived("ans_", "answer", string(id), dispute, key))
}

// NewAnswer is what staff say to a dispute.
type NewAnswer struct {
	Dispute string // The gateway's reference.
	Key     string // The Idempotency-Key.
	Print   string // Fingerprint of the request.
	Accept  bool   // They give in.
	Note    []byte // Their words, sealed.
}

// notReceived is the code of an answer that the gateway did not get.
const notReceived = "answer_not_received"

// answerWithin is after which time an answer that a gateway does not show has not arrived: calls take seconds.
const answerWithin = time.Minute

// AnswerDispute notes an answer before the gateway is called. A repeat of the key gives the zero Change; one that was not received is
// to be sent once more. Errors: fault.NotFound, no such dispute. fault.Conflict: dispute_closed, decided already;
// dispute_not_answerable, answered already, or the bank takes no answer; dispute_deadline_over; answer_in_progress, another is being
// sent. fault.Invalid, idempotency_key_reused.
func (o *Order) AnswerDispute(n NewAnswer, by By) (Change, error) {
	const op = "order.AnswerDispute"
	i := slices.IndexFunc(o.r.Disputes, func(d payment.Dispute) bool { return d.Ref == n.Dispute })
	if i < 0 {
		return Change{}, NotFound(op)
	}
	o.r.Disputes = slices.Clone(o.r.Disputes)
	d, id := &o.r.Disputes[i], AnswerIDFor(o.r.ID, n.Dispute, n.Key)
	if again := d.Answer; again.ID == id {
		if again.Print != n.Print || again.Accept != n.Accept {
			return Change{}, keyReused(op)
		}
		if again.State != payment.AnswerFailed || again.LastError != notReceived {
			return Change{}, nil
		}
	}
	switch {
	case !d.Open():
		return Change{}, fault.New(fault.Conflict, op, "dispute_closed", "This dispute is decided.")
	case d.Answer.State.Open():
		return Change{}, fault.New(fault.Conflict, op, "answer_in_progress", "An answer to this dispute is being sent. Wait for its outcome.")
	case !d.Answerable():
		return Change{}, fault.New(fault.Conflict, op, "dispute_not_answerable", "The bank waits for no answer to this dispute, or has one.")
	case !d.DueBy.IsZero() && !by.At.Before(d.DueBy):
		return Change{}, fault.New(fault.Conflict, op, "dispute_deadline_over", "The time to answer this dispute is over.")
	}
	d.Answer = payment.DisputeAnswer{ID: id, State: payment.AnswerRequested, Accept: n.Accept, Print: n.Print, At: by.At.UTC().Truncate(time.Millisecond)}
	kind := "dispute_answer_requested"
	if n.Accept {
		kind = "dispute_acceptance_requested"
	}
	return o.seal(kind, by, Change{Note: n.Note})
}

// AnswerUnknown notes that the outcome of an answer's call is not known. A repeat changes nothing.
func (o *Order) AnswerUnknown(dispute string, id payment.AnswerID, by By) (Change, error) {
	d := o.answering(dispute, id)
	if d == nil || !d.Answer.State.CanBecome(payment.AnswerUnknown) {
		return Change{}, nil
	}
	d.Answer.State, d.Answer.Asks, d.Answer.Asked = payment.AnswerUnknown, 0, by.At.UTC().Truncate(time.Second)
	return o.seal("dispute_answer_unknown", by, Change{})
}

// ApplyAnswer takes in what became of an answer: the gateway has it, with how the dispute stands then, or refused it with a code.
// A repeat brings the facts alone. What the gateway says of anything but the dispute is left to the gateway's own events.
func (o *Order) ApplyAnswer(dispute string, id payment.AnswerID, refusal string, f payment.DisputeFacts, by By) (Change, error) {
	c, kind := Change{}, ""
	d := o.answering(dispute, id)
	if d == nil {
		return Change{}, nil
	}
	next := payment.AnswerSent
	if refusal != "" {
		next = payment.AnswerFailed
	}
	if d.Answer.State.CanBecome(next) {
		kind = d.answered(next, refusal)
	}
	if a := o.attempt(d.Attempt); refusal == "" && f.Ref == dispute && a != nil {
		if news := o.applyDispute(&c, *a, f, by); kind == "" {
			kind = news
		}
	}
	if kind == "" {
		return Change{}, nil
	}
	return o.seal(kind, by, c)
}

// answering finds the dispute that an answer is to, nil if it is not the latest one to it.
func (o *Order) answering(dispute string, id payment.AnswerID) *disputed {
	o.r.Disputes = slices.Clone(o.r.Disputes)
	i := slices.IndexFunc(o.r.Disputes, func(d payment.Dispute) bool { return d.Ref == dispute && d.Answer.ID == id })
	if i < 0 {
		return nil
	}
	return (*disputed)(&o.r.Disputes[i])
}

// disputed is a dispute that is being answered.
type disputed payment.Dispute

// answered ends an answer, and gives the kind of the change.
func (d *disputed) answered(next payment.AnswerState, refusal string) string {
	d.Answer.State, d.Answer.LastError, d.Answer.Asks, d.Answer.Asked = next, refusal, 0, time.Time{}
	switch {
	case next == payment.AnswerFailed:
		return "dispute_answer_failed"
	case d.Answer.Accept:
		return "dispute_accepted"
	default:
		return "dispute_answered"
	}
}

// heard takes what a gateway says of a dispute for what became of the answer to it, if that was not known: the gateway waits for one no
// more, or it does so still, long after the call. One that was held for not received has come all the same where the bank looks into the
// dispute. It gives the change's kind, "" if that is not known yet.
func (d *disputed) heard(f payment.DisputeFacts, now time.Time) string {
	late := d.Answer.State == payment.AnswerFailed && d.Answer.LastError == notReceived && !d.Answer.Accept
	switch {
	case late && f.State == payment.DisputeUnderReview:
		return d.answered(payment.AnswerSent, "")
	case !d.Answer.State.Open():
		return ""
	case !f.Answerable():
		return d.answered(payment.AnswerSent, "")
	case now.Before(later(d.Answer.At, d.Answer.Asked).Add(answerWithin)) && d.Answer.Asks == 0:
		return ""
	default:
		return d.answered(payment.AnswerFailed, notReceived)
	}
}

// ofAnswer is what a gateway says of a dispute, in the light of what the shop said to it: one that the shop gave in to was not lost.
func ofAnswer(d payment.Dispute, f payment.DisputeFacts) payment.DisputeFacts {
	if d.Answer.Accept && d.Answer.State != payment.AnswerFailed && f.State == payment.DisputeLost {
		f.State = payment.DisputeAccepted
	}
	if f.Reason == "" {
		f.Reason = d.Reason
	}
	return f
}
