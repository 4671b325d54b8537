package cashier_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// What is done about a payment of which nobody knows whether it was begun, for every answer that its gateway can give. Each row is the
// whole decision: what becomes of the attempt and its order, whether it is asked about again, and whether the shopper may pay anew.
func TestEveryAnswerAboutAnUnknownPayment(t *testing.T) {
	const asked, ended = true, false
	for name, row := range map[string]struct {
		says   func(*payment.Facts)
		fails  error
		gone   bool // The gateway has never heard of it.
		state  payment.State
		status order.Status
		again  bool
	}{
		"it waits for the shopper":         {says: becomes(payment.RequiresAction), state: payment.RequiresAction, status: order.AwaitingPayment, again: asked},
		"the gateway works on it":          {says: becomes(payment.Processing), state: payment.Processing, status: order.PaymentProcessing, again: asked},
		"it is paid":                       {says: pays, state: payment.Captured, status: order.Confirmed, again: ended},
		"promised, though not asked to be": {says: becomes(payment.Authorized), state: payment.Authorized, status: order.AwaitingPayment, again: asked},
		"it was cancelled there":           {says: becomes(payment.Canceled), state: payment.Canceled, status: order.AwaitingPayment, again: ended},
		"it ran out there":                 {says: becomes(payment.Expired), state: payment.Expired, status: order.AwaitingPayment, again: ended},
		"it was never heard of":            {gone: true, state: payment.Expired, status: order.AwaitingPayment, again: ended},
		"no answer: it did not happen":     {fails: of(fault.Unavailable), state: payment.Unknown, status: order.AwaitingPayment, again: asked},
		"no answer: nobody knows":          {fails: of(fault.Unknown), state: payment.Unknown, status: order.AwaitingPayment, again: asked},
		"our question was wrong":           {fails: of(fault.Internal), state: payment.Unknown, status: order.AwaitingPayment, again: asked},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			a := order.AttemptIDFor(c.id, "k1")
			c.gate.say = once("start", true, of(fault.Unknown))
			if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Unknown) {
				t.Fatalf("got %v", err)
			}
			c.is(order.AwaitingPayment, a, payment.Unknown)
			if l := c.order().Limbo(); len(l) != 1 || l[0].What != "payment" || l[0].ID != string(a) || l[0].Gateway != "stripe" || !l[0].Since.Equal(noon) {
				t.Fatalf("in limbo are %+v", l)
			}
			switch {
			case row.gone:
				delete(c.gate.payments, a)
				c.gate.say = always("start", of(fault.Unknown)) // Its key answers as it did.
			case row.says != nil:
				c.gate.tell(a, row.says)
			}
			if row.fails != nil {
				c.gate.say = func(string, bool) error { return row.fails }
			}
			c.wait(time.Minute)
			_, _, err := c.Settle(t.Context(), c.id, a, who)
			if (err != nil) != (row.fails != nil) {
				t.Fatalf("got %v", err)
			}
			c.gate.say = nil
			c.is(row.status, a, row.state)
			if got := len(c.order().Limbo()) > 0; got != (row.fails != nil) {
				t.Errorf("in limbo: %v", got)
			}
			c.wait(24 * time.Hour)
			if got := slices.Contains(c.order().Overdue(c.clock()), order.AskPayment); got != row.again {
				t.Errorf("it is asked about again: %v", got)
			}
		})
	}
}

// What is done about a capture of which nobody knows whether it took the money.
func TestEveryAnswerAboutAnUnknownCapture(t *testing.T) {
	for name, row := range map[string]struct {
		there bool // The first call did take the money.
		late  bool // So late that the gateway may have forgotten its key.
		says  func(*payment.Facts)
		fails error
		state payment.CaptureState
		taken int64
	}{
		"it was taken":                                 {there: true, state: payment.CaptureSucceeded, taken: 1000},
		"it was not taken":                             {state: payment.CaptureSucceeded, taken: 1000},
		"it was taken, and the key is forgotten":       {there: true, late: true, state: payment.CaptureSucceeded, taken: 1000},
		"it was not taken, and the key is forgotten":   {late: true, state: payment.CaptureSucceeded, taken: 1000},
		"the promise is over, and nothing was taken":   {says: becomes(payment.Expired), state: payment.CaptureFailed},
		"the promise is over for long, nothing taken":  {late: true, says: becomes(payment.Expired), state: payment.CaptureFailed},
		"no answer: it did not happen":                 {fails: of(fault.Unavailable), state: payment.CaptureUnknown},
		"no answer: nobody knows":                      {there: true, fails: of(fault.Unknown), state: payment.CaptureUnknown},
		"our question was wrong":                       {fails: of(fault.Internal), state: payment.CaptureUnknown},
		"the gateway has never heard of the payment":   {says: nil, fails: of(fault.NotFound), state: payment.CaptureFailed},
		"refused for good, and the promise still good": {fails: of(fault.Declined), state: payment.CaptureFailed},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			a := c.promise()
			c.gate.say = once("capture", row.there, of(fault.Unknown))
			taken, err := c.take(order.NewCapture{Key: "c1", Amount: 1000})
			if err != nil || taken.State != payment.CaptureUnknown {
				t.Fatalf("got %+v, %v", taken, err)
			}
			if l := c.order().Limbo(); len(l) != 1 || l[0].What != "capture" || l[0].ID != string(taken.ID) || l[0].Gateway != "stripe" {
				t.Fatalf("in limbo are %+v", l)
			}
			c.gate.say = nil
			if row.says != nil {
				c.gate.tell(a, row.says)
			}
			if row.fails != nil {
				c.gate.say = func(call string, done bool) error {
					if call == "capture" || fault.Is(row.fails, fault.NotFound) {
						return row.fails
					}
					return nil
				}
			}
			c.wait(map[bool]time.Duration{false: time.Minute, true: 25 * time.Hour}[row.late])
			_, _ = c.TakeCapture(t.Context(), c.id, taken.ID, who)
			c.gate.say = nil
			got, _ := c.order().Capture(taken.ID)
			if got.State != row.state || len(c.order().Limbo()) > 0 != got.State.Open() {
				t.Fatalf("it is %+v, in limbo %v", got, c.order().Limbo())
			}
			if row.taken > 0 {
				c.taken(row.taken)
			}
			c.wait(24 * time.Hour)
			if again := slices.Contains(c.order().Overdue(c.clock()), order.AskCapture); again != got.State.Open() {
				t.Errorf("it is asked about again: %v", again)
			}
		})
	}
}

// What is done about a refund of which nobody knows whether it gave the money back.
func TestEveryAnswerAboutAnUnknownRefund(t *testing.T) {
	for name, row := range map[string]struct {
		there bool // The first call did give it back.
		late  bool // So late that the gateway may have forgotten its key.
		turns payment.RefundState
		fails error
		state payment.RefundState
		given int
	}{
		"it was given":                                {there: true, state: payment.RefundSucceeded, given: 1},
		"it was not given":                            {state: payment.RefundSucceeded, given: 1},
		"it was given, and the key is forgotten":      {there: true, late: true, state: payment.RefundSucceeded, given: 1},
		"it was never heard of, the key is forgotten": {late: true, state: payment.RefundSucceeded, given: 1},
		"the gateway works on it":                     {there: true, turns: payment.RefundPending, state: payment.RefundPending, given: 1},
		"it failed there":                             {there: true, turns: payment.RefundFailed, state: payment.RefundFailed, given: 1},
		"it was withdrawn there":                      {there: true, turns: payment.RefundCanceled, state: payment.RefundCanceled, given: 1},
		"it is refused for good":                      {fails: of(fault.Declined), state: payment.RefundFailed},
		"no answer: it did not happen":                {fails: of(fault.Unavailable), state: payment.RefundUnknown},
		"no answer: nobody knows":                     {there: true, fails: of(fault.Unknown), state: payment.RefundUnknown, given: 1},
		"our question was wrong":                      {fails: of(fault.Internal), state: payment.RefundUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			c, a, id := paid(t)
			c.gate.say = once("refund", row.there, of(fault.Unknown))
			if _, err := c.Refund(t.Context(), c.id, id, who); !fault.Is(err, fault.Unknown) {
				t.Fatalf("got %v", err)
			}
			if l := c.order().Limbo(); len(l) != 1 || l[0].What != "refund" || l[0].ID != string(id) || l[0].Gateway != "stripe" {
				t.Fatalf("in limbo are %+v", l)
			}
			c.gate.say = nil
			if row.turns != "" {
				c.gate.tell(a, func(f *payment.Facts) { f.Refunds[0].State = row.turns })
			}
			if row.fails != nil {
				c.gate.say = func(string, bool) error { return row.fails }
			}
			c.wait(map[bool]time.Duration{false: time.Minute, true: 25 * time.Hour}[row.late])
			_, _ = c.Refund(t.Context(), c.id, id, who)
			c.gate.say = nil
			c.refundIs(id, row.state)
			if _, n := c.given(a); n != row.given {
				t.Errorf("it was given %d times, want %d", n, row.given)
			}
			if limbo := len(c.order().Limbo()) > 0; limbo != (row.state == payment.RefundUnknown) {
				t.Errorf("in limbo: %v", limbo)
			}
			c.wait(25 * time.Hour)
			if again := slices.Contains(c.order().Overdue(c.clock()), order.AskRefund); again != row.state.Open() {
				t.Errorf("it is asked about again: %v", again)
			}
		})
	}
}

// How long apart the questions are, and that people know after a quarter of an hour.
func TestWhenWhatIsUnknownIsAskedAbout(t *testing.T) {
	c := open(t)
	c.gate.say = always("start", of(fault.Unknown))
	if _, _, err := c.Begin(t.Context(), c.order(), wants("k1", payment.Hosted), who); !fault.Is(err, fault.Unknown) {
		t.Fatalf("got %v", err)
	}
	var at []time.Duration
	for c.clock().Before(noon.Add(9 * time.Hour)) {
		c.wait(time.Second)
		due := c.order().Record().Due
		if due.After(c.clock()) {
			continue
		}
		if slices.Contains(c.order().Overdue(c.clock()), order.AskPayment) {
			at = append(at, c.clock().Sub(noon))
		}
		c.change(func(o *order.Order) (order.Change, error) { return o.Asked(c.by1()) })
		if since := c.clock().Sub(noon); since == order.LimboAfter {
			at = append(at, since) // Only looked at, so that people are told.
		}
	}
	want := []time.Duration{10 * time.Second, 70 * time.Second, 370 * time.Second, 15 * time.Minute, 1270 * time.Second, 4870 * time.Second, 26470 * time.Second}
	if !slices.Equal(at, want) {
		t.Errorf("asked after %v, want %v", at, want)
	}
}

// always answers every call of a name with err.
func always(name string, err error) func(string, bool) error {
	return func(call string, _ bool) error {
		if call == name {
			return err
		}
		return nil
	}
}
