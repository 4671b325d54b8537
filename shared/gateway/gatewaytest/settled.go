package gatewaytest

import (
	"time"

	"till/shared/fault"
	"till/shared/payment"
	"till/shared/settlement"
)

var settledCases = []testCase{
	{name: "what was settled can be asked for: the payment, its fee, its refund", run: inModes(func(b *bench, mode payment.Mode) {
		since := b.Now().Truncate(time.Second)
		a, _ := b.paid(mode, Pays)
		b.Advance(time.Hour)
		f := b.fetch(a)
		made := b.refund(a, "ref_1", 700)
		b.Advance(48 * time.Hour)
		var charges, refunds int
		var net int64
		for _, r := range b.settled(since, b.Now()) {
			switch r.Kind {
			case settlement.Charge:
				charges++
				equal(b, "gross", r.Gross, euros.Minor())
				equal(b, "currency", r.Currency, euros.Currency())
				if r.Payment != f.Intent && (r.Charge == "" || r.Charge != f.Charge) {
					b.Errorf("%+v does not lead to the payment %+v", r, f)
				}
			case settlement.Refund:
				refunds++
				equal(b, "refunded", r.Gross, int64(-700))
				equal(b, "the refund's reference", r.Ref, made.Ref)
			case settlement.Payout:
				continue
			case settlement.RefundFailed, settlement.Dispute, settlement.DisputeReversed, settlement.Fee, settlement.Hold, settlement.Conversion, settlement.Adjustment:
				b.Errorf("%s moved %d", r.Code, r.Gross)
			}
			net += r.Net
		}
		if charges != 1 || refunds != 1 {
			b.Errorf("%d charges and %d refunds are settled", charges, refunds)
		}
		equal(b, "net", net, euros.Minor()-700-f.Fee)
	})},
	{name: "each row is of one time, and has one name", run: func(b *bench) {
		since := b.Now().Truncate(time.Second)
		b.paid(payment.Hosted, Pays)
		b.Advance(48 * time.Hour)
		middle := b.Now().Truncate(time.Second)
		b.paidAs("pay_2", payment.Hosted, Pays)
		b.Advance(48 * time.Hour)
		all, names := b.settled(since, b.Now()), map[string]bool{}
		for _, r := range all {
			names[r.ID] = true
		}
		early, late := b.settled(since, middle), b.settled(middle, b.Now())
		if len(names) != len(all) || len(early) == 0 || len(late) == 0 || len(early)+len(late) != len(all) {
			b.Errorf("%d rows of %d names; %d before and %d after", len(all), len(names), len(early), len(late))
		}
		equal(b, "rows of tomorrow", len(b.settled(b.Now(), b.Now().Add(24*time.Hour))), 0)
	}},
	{name: "what cannot be asked for is an error, not an empty list", run: func(b *bench) {
		for trouble, kind := range map[Fault]fault.Kind{Down: fault.Unavailable, Busy: fault.Unavailable, Denied: fault.Internal, CutReply: fault.Unavailable} {
			b.Break(trouble)
			_, err := b.teller().Settled(b.Context(), b.Now().Add(-time.Hour), b.Now(), "")
			b.Break(Working)
			if !fault.Is(err, kind) {
				b.Errorf("%s: %v", trouble, err)
			}
		}
	}},
}

func (b *bench) teller() settlement.Teller {
	b.Helper()
	t, can := b.Gateway.(settlement.Teller)
	if !can {
		b.Fatalf("the gateway does not say what it settled")
	}
	return t
}

// settled lists all that was settled in a time.
func (b *bench) settled(from, to time.Time) []settlement.Record {
	b.Helper()
	var out []settlement.Record
	for cursor, first := "", true; first || cursor != ""; first = false {
		page, err := b.teller().Settled(b.Context(), from, to, cursor)
		if err != nil || len(page.Faults) > 0 {
			b.Fatalf("settled: %+v, %v", page.Faults, err)
		}
		out, cursor = append(out, page.Records...), page.Next
	}
	return out
}
