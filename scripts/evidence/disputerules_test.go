package evidence_test

import (
	"cmp"
	"strings"
	"testing"

	"till/scripts/evidence"
	"till/shared/payment"
)

// TestAnAnswerToADisputeIsAtTheGatewayOnceInTimeAndOurs holds what the shop says of its answers against the gateway's books.
func TestAnAnswerToADisputeIsAtTheGatewayOnceInTimeAndOurs(t *testing.T) {
	heard := evidence.Answer{Dispute: "dp_1", Times: 1, Names: true}
	given := evidence.Answer{Dispute: "dp_1", Accepted: true}
	ours := payment.DisputeAnswer{ID: "ans_1", State: payment.AnswerSent}
	in := func(a payment.DisputeAnswer, s payment.AnswerState) payment.DisputeAnswer {
		a.State = s
		return a
	}
	accepts := payment.DisputeAnswer{ID: "ans_1", State: payment.AnswerSent, Accept: true}
	unheard := func(a payment.DisputeAnswer) payment.DisputeAnswer {
		a.State, a.LastError = payment.AnswerFailed, "answer_not_received"
		return a
	}
	late := unheard(accepts)
	edit := func(change func(*evidence.Answer)) []evidence.Answer {
		a := heard
		change(&a)
		return []evidence.Answer{a}
	}
	for name, tt := range map[string]struct {
		said  payment.DisputeAnswer
		heard []evidence.Answer
		wrong bool
		state payment.DisputeState // Won unless set.
	}{
		"sent, and heard":                                    {ours, []evidence.Answer{heard}, false, ""},
		"given in, and heard":                                {accepts, []evidence.Answer{given}, false, ""},
		"nothing said, and nothing heard":                    {payment.DisputeAnswer{}, nil, false, ""},
		"not known, and heard":                               {in(ours, payment.AnswerUnknown), []evidence.Answer{heard}, false, ""},
		"not known, and not heard":                           {in(ours, payment.AnswerUnknown), nil, false, ""},
		"failed, and not heard":                              {in(ours, payment.AnswerFailed), nil, false, ""},
		"sent, and not heard":                                {ours, nil, true, ""},
		"sent, and heard of another dispute":                 {ours, edit(func(a *evidence.Answer) { a.Dispute = "dp_2" }), true, ""},
		"sent once, and heard twice":                         {ours, edit(func(a *evidence.Answer) { a.Times = 2 }), true, ""},
		"not known, and heard twice":                         {in(ours, payment.AnswerUnknown), edit(func(a *evidence.Answer) { a.Times = 2 }), true, ""},
		"heard with a document":                              {ours, edit(func(a *evidence.Answer) { a.Files = 1 }), false, ""},
		"heard with its document twice":                      {ours, edit(func(a *evidence.Answer) { a.Files = 2 }), true, ""},
		"heard too late":                                     {ours, edit(func(a *evidence.Answer) { a.Late = true }), true, ""},
		"heard, and made of another order":                   {ours, edit(func(a *evidence.Answer) { a.Names = false }), true, ""},
		"heard, and given in beside it":                      {ours, edit(func(a *evidence.Answer) { a.Accepted = true }), true, ""},
		"sent, and the gateway has it as given in":           {ours, []evidence.Answer{given}, true, ""},
		"given in, and the gateway has evidence":             {accepts, []evidence.Answer{heard}, true, ""},
		"given in, and not heard":                            {accepts, nil, true, ""},
		"failed, and heard":                                  {in(ours, payment.AnswerFailed), []evidence.Answer{heard}, true, ""},
		"nothing said, and heard":                            {payment.DisputeAnswer{}, []evidence.Answer{heard}, true, ""},
		"given in, not received, and heard as it was lost":   {late, []evidence.Answer{given}, false, payment.DisputeLost},
		"given in, not received, and heard though it is won": {late, []evidence.Answer{given}, true, payment.DisputeWon},
		"given in, refused, and heard as it was lost":        {in(accepts, payment.AnswerFailed), []evidence.Answer{given}, true, payment.DisputeLost},
		"evidence that was not received, and given in":       {unheard(ours), []evidence.Answer{given}, true, payment.DisputeLost},
	} {
		t.Run(name, func(t *testing.T) {
			e := sound(t)
			d := payment.Dispute{DisputeFacts: payment.DisputeFacts{Ref: "dp_1", State: cmp.Or(tt.state, payment.DisputeWon), Amount: 1}, Answer: tt.said,
				Attempt: e.Orders[delivered].Stored.Record().PaidBy, At: opened}
			forge(t, &e, delivered, appended(map[string]any{"disputes": []payment.Dispute{d}}))
			e.Books[delivered].Answers = tt.heard
			wrong := false
			for _, v := range evidence.Check(e, evidence.Expect{}) {
				wrong = wrong || strings.HasPrefix(v.Invariant, "I24 ")
			}
			if wrong != tt.wrong {
				t.Errorf("wrong: %v", wrong)
			}
		})
	}
}
