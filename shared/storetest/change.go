package storetest

import (
	"bytes"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

var changeRows = []row{
	{"a change on the version before it is stored", changeNext},
	{"no change is no write", changeNone},
	{"a change made on a stale order loses and leaves nothing", changeStale},
	{"a change of an order that was never stored loses", changeOfNothing},
	{"our own earlier write found again is success", changeOwn},
	{"our own earlier write below a later one is success", changeOwnBelow},
	{"stock moves once, however often its change is saved", changeOwnStock},
	{"a reference leads to its order at once", refLeads},
	{"a reference of another order refuses everything", refTaken},
	{"a reference that is the order's already is kept", refAgain},
	{"one reference twice in a change is kept once", refTwice},
	{"postings that do not sum to zero are refused", changeUnbalanced},
	{"a change that is not what the head is the hash of is refused", changeWrongHash},
	{"a change of another order is refused", changeOfAnother},
	{"an older change of the order is refused", changeOlder},
	{"members that a newer version wrote are kept", changeUnknownMember},
	{"a change comes back byte for byte", changeBytes},
	{"an order's whole life replays to what is stored", changeLife},
}

func changeNext(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	o = load(t, s, o.ID())
	mustSave(t, s, o, next(t, o, nil))
	wantVersion(t, s, o.ID(), 2)
}

func changeNone(t *testing.T, s Store) {
	o, _ := place(t, "k1", noon, line("mug", 1))
	mustSave(t, s, o, order.Change{})
	wantAbsent(t, s, o.ID())
}

func changeStale(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	id := bare(t, s, "k1").ID()
	mine, theirs := load(t, s, id), load(t, s, id)
	mustSave(t, s, theirs, next(t, theirs, nil))
	c, err := mine.Cancel(by("shopper", noon.Add(time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	c.Stock, c.Refs = []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 1}}, []order.Ref{{Gateway: "stripe", Ref: "pi_1"}}
	wantFault(t, "the stale change", s.Save(t.Context(), mine, c), fault.Conflict, "version_conflict")
	wantVersion(t, s, id, 2)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 5})
	_, err = s.OrderByRef(t.Context(), "stripe", "pi_1")
	wantFault(t, "its reference", err, fault.NotFound, "")
}

func changeOfNothing(t *testing.T, s Store) {
	o, _ := place(t, "k1", noon, line("mug", 1))
	wantFault(t, "version 2 of nothing", s.Save(t.Context(), o, next(t, o, nil)), fault.Conflict, "version_conflict")
	wantAbsent(t, s, o.ID())
}

func changeOwn(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	c := next(t, o, nil)
	mustSave(t, s, o, c)
	mustSave(t, s, o, c)
	wantVersion(t, s, o.ID(), 2)
}

func changeOwnBelow(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	mine := load(t, s, o.ID())
	c := next(t, mine, nil)
	mustSave(t, s, mine, c)
	later := load(t, s, o.ID())
	mustSave(t, s, later, next(t, later, nil))
	mustSave(t, s, mine, c)
	wantVersion(t, s, o.ID(), 3)
}

func changeOwnStock(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	o := bare(t, s, "k1")
	c := next(t, o, []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 2}})
	for range 3 {
		mustSave(t, s, o, c) // The third unit would not do for a second time.
	}
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1, Reserved: 2})
}

func refLeads(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	mustSave(t, s, o, next(t, o, nil, order.Ref{Gateway: "stripe", Ref: "pi_1"}, order.Ref{Gateway: "stripe", Ref: "ch_1"}))
	for _, ref := range []string{"pi_1", "ch_1"} {
		if got, err := s.OrderByRef(t.Context(), "stripe", ref); err != nil || got != o.ID() {
			t.Errorf("%s leads to %q, %v", ref, got, err)
		}
	}
	_, err := s.OrderByRef(t.Context(), "paypal", "pi_1")
	wantFault(t, "another gateway's reference of that name", err, fault.NotFound, "")
}

func refTaken(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	first, second := bare(t, s, "k1"), bare(t, s, "k2")
	ref := order.Ref{Gateway: "stripe", Ref: "pi_1"}
	mustSave(t, s, first, next(t, first, nil, ref))
	c := next(t, second, []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 1}}, ref)
	wantFault(t, "the taken reference", s.Save(t.Context(), second, c), fault.Conflict, "ref_taken")
	wantVersion(t, s, second.ID(), 1)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 3})
}

func refAgain(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	ref := order.Ref{Gateway: "stripe", Ref: "pi_1"}
	mustSave(t, s, o, next(t, o, nil, ref))
	mustSave(t, s, o, next(t, o, nil, ref))
	wantVersion(t, s, o.ID(), 3)
}

func refTwice(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	ref := order.Ref{Gateway: "stripe", Ref: "pi_1"}
	mustSave(t, s, o, next(t, o, nil, ref, ref))
	if got, err := s.OrderByRef(t.Context(), "stripe", "pi_1"); err != nil || got != o.ID() {
		t.Errorf("leads to %q, %v", got, err)
	}
}

func changeUnbalanced(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	c := next(t, o, nil)
	c.Postings = []ledger.Posting{{Account: ledger.Revenue, Minor: -1}}
	wantFault(t, "one leg", s.Save(t.Context(), o, c), fault.Internal, "unbalanced")
	wantVersion(t, s, o.ID(), 1)
}

func changeWrongHash(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	data, err := next(t, o, nil).Encode()
	if err != nil {
		t.Fatal(err)
	}
	forged, err := order.DecodeChange(bytes.Replace(data, []byte("staff:1"), []byte("staff:2"), 1))
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, "a forged change", s.Save(t.Context(), o, forged), fault.Internal, "wrong_hash")
	wantVersion(t, s, o.ID(), 1)
}

func changeOfAnother(t *testing.T, s Store) {
	o, other := bare(t, s, "k1"), bare(t, s, "k2")
	next(t, o, nil)
	wantFault(t, "another order's change", s.Save(t.Context(), o, next(t, other, nil)), fault.Internal, "")
	wantVersion(t, s, o.ID(), 1)
	wantVersion(t, s, other.ID(), 1)
}

func changeOlder(t *testing.T, s Store) {
	o := bare(t, s, "k1")
	c := next(t, o, nil)
	next(t, o, nil)
	wantFault(t, "the change before the last", s.Save(t.Context(), o, c), fault.Internal, "")
	wantVersion(t, s, o.ID(), 1)
}

func changeUnknownMember(t *testing.T, s Store) {
	o, c := place(t, "k1", noon)
	data, err := o.Encode()
	if err != nil {
		t.Fatal(err)
	}
	member := []byte(`"zz_from_the_future":{"a":[1,2]}`)
	newer, err := order.Decode(append(append(data[:len(data)-1:len(data)-1], ','), append(member, '}')...))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, newer, c)
	o = load(t, s, o.ID())
	mustSave(t, s, o, next(t, o, nil))
	got, err := load(t, s, o.ID()).Encode()
	if err != nil || !bytes.Contains(got, member) {
		t.Errorf("stored is %s, %v", got, err)
	}
}

func changeBytes(t *testing.T, s Store) {
	o, c := place(t, "k1", noon)
	mustSave(t, s, o, c)
	want, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Change(t.Context(), o.ID(), 1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := got.Encode()
	if err != nil || !bytes.Equal(body, want) || got.Hash() != o.Record().Head {
		t.Errorf("got %s, %v; want %s", body, err, want)
	}
}

// changeLife drives an order through its verbs, each loaded from the store and saved to it.
func changeLife(t *testing.T, s Store) {
	mustSet(t, s, "mug", 5)
	id := stored(t, s, "k1", noon, line("mug", 2)).ID()
	at := noon
	step := func(verb func(*order.Order, order.By) (order.Change, error)) {
		t.Helper()
		at = at.Add(time.Minute)
		o := load(t, s, id)
		c, err := verb(o, by("test", at))
		if err != nil {
			t.Fatal(err)
		}
		mustSave(t, s, o, c)
	}
	attempt := order.AttemptIDFor(id, "p1")
	step(func(o *order.Order, b order.By) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "p1", Print: "x", Gateway: "stripe", Mode: payment.Hosted}, b)
	})
	step(func(o *order.Order, b order.By) (order.Change, error) {
		return o.PaymentStarted(attempt, payment.Started{Session: "cs_1", Intent: "pi_1"}, nil, b)
	})
	step(func(o *order.Order, b order.By) (order.Change, error) {
		a, _ := o.Attempt(attempt)
		return o.ApplyPayment(payment.Facts{State: payment.Captured, Order: string(id), Attempt: attempt, Session: "cs_1", Intent: "pi_1",
			Amount: money.Of(a.Amount, o.Record().Currency), Captured: a.Amount}, false, b)
	})
	step(func(o *order.Order, b order.By) (order.Change, error) { return o.Prepare(1, b) })
	step(func(o *order.Order, b order.By) (order.Change, error) { return o.AwaitShipment(1, "token", b) })
	step(func(o *order.Order, b order.By) (order.Change, error) {
		return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "1"}, b)
	})
	wantVersion(t, s, id, 7)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 3, Sold: 2})
}
