package reconcile

import (
	"cmp"
	"slices"

	"till/shared/money"
)

// amount is what an item is to do to the balance.
func (i Item) amount(sign int64) money.Amount { return money.Of(sign*i.Amount, i.Currency) }

func (i Item) difference(code Code, about Subject) Difference {
	return Difference{Code: code, Action: code.Action(), Subject: about, Gateway: i.Gateway, Ref: i.Ref, Order: i.Order, Attempt: i.Attempt, Refund: i.Refund}
}

// compare holds every item of a side against what the files say of it.
func (m *Matcher) compare(r *Result, about Subject, s *side, sign int64) {
	for n, item := range s.items {
		t := s.found[n]
		if t == nil {
			m.absent(r, about, item, sign)
			continue
		}
		r.Settled = append(r.Settled, Settled{about, item.Gateway, item.Ref, item.Order, item.Attempt, item.Refund, t.gross, t.fee})
		correctFee(item, t)
		d := item.difference("", about)
		d.Ours, d.Theirs = item.amount(sign), t.amount()
		got, same := t.in(item.Currency)
		if got += item.Settled; same {
			d.Theirs = money.Of(got, item.Currency)
		}
		switch expected := sign * item.Amount; {
		case !same:
			d.Code = CurrencyDiffers
		case got == expected || item.Open && got == 0:
			if d = fee(item, t, d); d.Code == "" {
				continue
			}
		case about == Payment && t.tookTwice(expected-item.Settled, got-item.Settled):
			d.Code = Duplicate
		case about == Payment && expected == 0:
			d.Code = MissingHere
		case got == 0 || expected == 0:
			d.Code = StateDiffers
		default:
			d.Code = AmountDiffers
		}
		d.Action = d.Code.Action()
		r.Differences = append(r.Differences, d)
	}
}

// fee compares the fee of an item on whose amount both sides agree.
func fee(item Item, t *tally, d Difference) Difference {
	if item.FeeKnown && t.currency == item.Currency && t.fee+item.SettledFee != item.Fee {
		d.Code, d.Ours, d.Theirs = FeeDiffers, money.Of(-item.Fee, item.Currency), money.Of(-t.fee-item.SettledFee, item.Currency)
	}
	return d
}

// absent decides about an item of which the files say nothing.
func (m *Matcher) absent(r *Result, about Subject, item Item, sign int64) {
	switch {
	case sign*item.Amount == item.Settled, !m.gateways[item.Gateway], item.At.Before(m.options.From):
	case item.Open, item.At.After(m.options.AsOf.Add(-m.options.lag())):
		d := item.difference(TooEarlyToSay, about)
		d.Ours = item.amount(sign)
		r.Waiting = append(r.Waiting, d)
	default:
		d := item.difference(MissingThere, about)
		d.Ours = item.amount(sign)
		r.Differences = append(r.Differences, d)
	}
}

// place finds items for what no reference led to: refunds whose own reference we never learned, and disputes that the gateway's file
// does not name, by their payment. It works in an order of its own, so that the rows' order does not matter.
func (m *Matcher) place() {
	for _, k := range sorted(m.refunds.others) {
		t := m.refunds.others[k]
		p, known := m.paymentOf(t)
		if !known {
			continue
		}
		for _, n := range m.refunds.ofPayment[payer(p)] {
			item := m.refunds.items[n]
			if got, same := t.in(item.Currency); item.Ref == "" && m.refunds.found[n] == nil && same && got == -item.Amount {
				m.refunds.found[n] = t
				delete(m.refunds.others, k)
				break
			}
		}
	}
	for _, k := range sorted(m.disputes.others) {
		t := m.disputes.others[k]
		p, known := m.paymentOf(t)
		if !known {
			continue
		}
		n, alone := m.disputeOf(p, t)
		switch {
		case n >= 0 && m.disputes.found[n] == nil:
			m.disputes.found[n] = t
		case n >= 0 && alone: // A chargeback and its end, which the file does not name as one.
			m.disputes.found[n].merge(t)
		default:
			continue
		}
		delete(m.disputes.others, k)
	}
}

// disputeOf picks the dispute of a payment that a tally is about: the only one, or one of the same amount that is not taken. -1 is none.
func (m *Matcher) disputeOf(p Item, t *tally) (n int, alone bool) {
	all := m.disputes.ofPayment[payer(p)]
	if len(all) == 1 {
		return all[0], true
	}
	for _, n := range all {
		item := m.disputes.items[n]
		if got, same := t.in(item.Currency); m.disputes.found[n] == nil && same && got+item.Settled == -item.Amount {
			return n, false
		}
	}
	return -1, false
}

// payer names the payment that an item is, or belongs to.
func payer(i Item) key {
	if i.Attempt != "" {
		return key{i.Gateway, "attempt/" + i.Attempt}
	}
	return key{i.Gateway, "order/" + i.Order}
}

// paymentOf finds the payment that rows belong to. A row may name the row before it instead: a chargeback's end names the chargeback.
func (m *Matcher) paymentOf(t *tally) (Item, bool) {
	r, charge := t.first, t.first.Charge
	for range 3 {
		if i, known := m.payments.of(r.Gateway, charge, r.Payment); known {
			return m.payments.items[i], true
		}
		parent := m.parents[key{r.Gateway, charge}]
		if parent == "" || parent == charge {
			break
		}
		charge = parent
	}
	i, named := m.payments.byOurs[key{r.Gateway, r.Attempt}]
	if !named {
		return Item{}, false
	}
	return m.payments.items[i], true
}

// strangers notes what the gateway has and our books do not.
func (m *Matcher) strangers(r *Result) {
	for _, each := range []struct {
		s     *side
		about Subject
		code  Code
	}{{&m.payments, Payment, MissingHere}, {&m.refunds, Refund, RefundNotOurs}, {&m.disputes, Dispute, DisputeUnknown}} {
		for _, k := range sorted(each.s.others) {
			t := each.s.others[k]
			if t.gross == 0 && t.fee == 0 && !t.mixed {
				continue // Taken and given back: nothing is left to explain.
			}
			r.Differences = append(r.Differences, Difference{Code: each.code, Action: each.code.Action(), Subject: each.about, Gateway: k.gateway,
				Ref: k.ref, Order: t.first.Order, Attempt: t.first.Attempt, Refund: t.first.Refund, Theirs: t.amount(), Line: t.first.Line})
		}
	}
}

func sorted[V any](all map[key]V) []key {
	keys := make([]key, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.gateway, b.gateway), cmp.Compare(a.ref, b.ref)) })
	return keys
}
