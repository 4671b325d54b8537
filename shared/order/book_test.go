package order_test

import (
	"context"
	"errors"
	"testing"

	"till/shared/fault"
	"till/shared/order"
)

// page is a store of one order that does as the test says: what each save answers, and whether it was done.
type page struct {
	t       *testing.T
	data    []byte
	answers []error
	done    func(save int) bool
	saves   int
	loads   int
	loadErr error
}

func (p *page) book() order.Book {
	return order.Book{
		Load: func(context.Context, order.ID) (*order.Order, error) {
			p.loads++
			if p.loadErr != nil {
				return nil, p.loadErr
			}
			return order.Decode(p.data)
		},
		Save: func(_ context.Context, o *order.Order, _ order.Change) error {
			p.saves++
			if p.done == nil || p.done(p.saves) {
				data, err := o.Encode()
				if err != nil {
					p.t.Fatal(err)
				}
				p.data = data
			}
			if p.saves <= len(p.answers) {
				return p.answers[p.saves-1]
			}
			return nil
		},
	}
}

func newPage(t *testing.T) *page {
	t.Helper()
	data, err := place(t).o.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return &page{t: t, data: data}
}

func revoke(o *order.Order) (order.Change, error) {
	return o.Revoke(order.By{Who: "staff:1", At: noon})
}

func TestBookSavesAChange(t *testing.T) {
	p := newPage(t)
	o, c, err := p.book().Change(context.Background(), order.IDFor("k1"), revoke)
	if err != nil || c.N != 2 || o.Record().Revocations != 1 || p.saves != 1 || p.loads != 1 {
		t.Errorf("got %+v, %v after %d saves", c, err, p.saves)
	}
}

func TestBookDecidesAnewWhenAnotherWriterWon(t *testing.T) {
	p := newPage(t)
	conflict := fault.New(fault.Conflict, "x", order.VersionConflict, "")
	p.answers, p.done = []error{conflict, conflict}, func(save int) bool { return save > 2 }
	o, c, err := p.book().Change(context.Background(), order.IDFor("k1"), revoke)
	if err != nil || c.IsZero() || o.Record().Revocations != 1 || p.saves != 3 || p.loads != 3 {
		t.Errorf("got %+v, %v after %d saves and %d loads", c, err, p.saves, p.loads)
	}
}

// Lesson 24 in our own store: a write whose answer was lost is found again, and not done twice.
func TestBookFindsItsOwnWriteAgain(t *testing.T) {
	p := newPage(t)
	p.answers = []error{fault.New(fault.Unknown, "x", "", "")}
	o, c, err := p.book().Change(context.Background(), order.IDFor("k1"), revoke)
	if err != nil || c.N != 2 || c.Kind != "links_revoked" || o.Record().Revocations != 1 || p.saves != 1 {
		t.Errorf("got %+v, %v after %d saves, revoked %d times", c, err, p.saves, o.Record().Revocations)
	}
}

func TestBookTriesAgainWhatWasNotWritten(t *testing.T) {
	p := newPage(t)
	p.answers, p.done = []error{fault.New(fault.Unknown, "x", "", "")}, func(save int) bool { return save > 1 }
	o, c, err := p.book().Change(context.Background(), order.IDFor("k1"), revoke)
	if err != nil || c.IsZero() || o.Record().Revocations != 1 || p.saves != 2 {
		t.Errorf("got %+v, %v after %d saves", c, err, p.saves)
	}
}

func TestBookGivesUp(t *testing.T) {
	conflict, unknown := fault.New(fault.Conflict, "x", order.VersionConflict, ""), fault.New(fault.Unknown, "x", "", "")
	never := func(int) bool { return false }
	over, stop := context.WithCancel(context.Background())
	stop()
	always := make([]error, 100)
	for i := range always {
		always[i] = conflict
	}
	tests := []struct {
		name    string
		ctx     context.Context
		answers []error
		want    error
		saves   int
	}{
		{"after many lost races, which is no fault of the request", context.Background(), always, fault.New(fault.Unavailable, "x", "", ""), 24},
		{"when its time is over and the outcome unknown", over, []error{unknown}, unknown, 1},
		{"on a shortage", context.Background(), []error{fault.New(fault.Conflict, "x", "out_of_stock", "")}, fault.New(fault.Conflict, "x", "out_of_stock", ""), 1},
		{"when the store did nothing", context.Background(), []error{fault.New(fault.Unavailable, "x", "", "")}, fault.New(fault.Unavailable, "x", "", ""), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPage(t)
			p.answers, p.done = tt.answers, never
			o, c, err := p.book().Change(tt.ctx, order.IDFor("k1"), revoke)
			if o != nil || !c.IsZero() || fault.Code(err) != fault.Code(tt.want) || fault.KindOf(err) != fault.KindOf(tt.want) || p.saves != tt.saves {
				t.Errorf("got %v, %+v, %v after %d saves", o, c, err, p.saves)
			}
		})
	}
}

func TestBookSavesNothingWhenThereIsNothing(t *testing.T) {
	p := newPage(t)
	nothing := func(*order.Order) (order.Change, error) { return order.Change{}, nil }
	if o, c, err := p.book().Change(context.Background(), order.IDFor("k1"), nothing); err != nil || !c.IsZero() || o == nil || p.saves != 0 {
		t.Errorf("got %v, %+v, %v after %d saves", o, c, err, p.saves)
	}
	refusal := errors.New("refused")
	if _, _, err := p.book().Change(context.Background(), order.IDFor("k1"), func(*order.Order) (order.Change, error) { return order.Change{}, refusal }); !errors.Is(err, refusal) || p.saves != 0 {
		t.Errorf("got %v after %d saves", err, p.saves)
	}
	p.loadErr = order.NotFound("x")
	if _, _, err := p.book().Change(context.Background(), order.IDFor("k1"), revoke); !fault.Is(err, fault.NotFound) {
		t.Errorf("an order that is not there: %v", err)
	}
}

func TestBookThatCannotLookAfterAnUnknownWriteSaysThatItIsUnknown(t *testing.T) {
	p := newPage(t)
	p.answers = []error{fault.New(fault.Unknown, "x", "", "")}
	down := fault.New(fault.Unavailable, "x", "dependency_unavailable", "")
	b := p.book()
	load, loads := b.Load, 0
	b.Load = func(ctx context.Context, id order.ID) (*order.Order, error) {
		if loads++; loads > 1 {
			return nil, down
		}
		return load(ctx, id)
	}
	if o, c, err := b.Change(context.Background(), order.IDFor("k1"), revoke); o != nil || !c.IsZero() || !fault.Is(err, fault.Unknown) || !errors.Is(err, down) {
		t.Errorf("got %v, %+v, %v", o, c, err)
	}
}
