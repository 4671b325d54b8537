package evidence

import (
	"fmt"
	"slices"

	"till/shared/payment"
)

// answeredWrong holds what the shop says that it has answered to disputes against what the gateways have heard: an answer that was sent is
// there once, in time, and made of this order; one that failed is not there, unless its dispute has ended as lost since; and nothing is there that nobody decided. While an answer's
// outcome is not known, it may be there or not.
func answeredWrong(t *telling, _ Expect) string {
	var heard []Answer
	for _, b := range t.Books {
		heard = append(heard, b.Answers...)
	}
	for _, h := range heard {
		if !slices.ContainsFunc(t.r.Disputes, func(d payment.Dispute) bool { return d.Ref == h.Dispute && d.Answer.ID != "" }) {
			return fmt.Sprintf("dispute %s is answered, and nobody decided that", h.Dispute)
		}
	}
	for _, d := range t.r.Disputes {
		if d.Answer.ID == "" {
			continue
		}
		var h Answer
		if i := slices.IndexFunc(heard, func(h Answer) bool { return h.Dispute == d.Ref }); i >= 0 {
			h = heard[i]
		}
		sent := d.Answer.State == payment.AnswerSent
		switch {
		case h.Times > 1, h.Times > 0 && h.Accepted:
			return fmt.Sprintf("dispute %s is answered %d times, given in: %v", d.Ref, h.Times, h.Accepted)
		case h.Times > 0 && (h.Late || !h.Names):
			return fmt.Sprintf("the answer to dispute %s is late: %v, names the order: %v", d.Ref, h.Late, h.Names)
		case h.Files > 1:
			return fmt.Sprintf("the answer to dispute %s came with %d documents", d.Ref, h.Files)
		case sent && h.Accepted != d.Answer.Accept, sent && h.Times == 0 && !d.Answer.Accept:
			return fmt.Sprintf("dispute %s: the shop says %+v, the gateway has heard %+v", d.Ref, d.Answer, h)
		case d.Answer.State == payment.AnswerFailed && (h.Times > 0 || h.Accepted && !cameLate(d)):
			return fmt.Sprintf("dispute %s: the answer failed, and the gateway has heard it", d.Ref)
		}
	}
	return ""
}

// cameLate tells whether what the shop gave in to, and held for not received as the bank waited still, may have come after that: gateways do
// not tell who ended a dispute that is lost.
func cameLate(d payment.Dispute) bool {
	return d.Answer.Accept && d.Answer.LastError == "answer_not_received" && d.Lost()
}
