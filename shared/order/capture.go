package order

import (
	"fmt"
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// CaptureIDFor gives the id of the capture that an Idempotency-Key asks for.
func CaptureIDFor(id ID, key string) payment.CaptureID {
	return payment.CaptureID(derived("cap_", "capture", string(id), key))
}

// Capture finds a capture.
func (o *Order) Capture(id payment.CaptureID) (payment.Capture, bool) {
	i := slices.IndexFunc(o.r.Captures, func(t payment.Capture) bool { return t.ID == id })
	if i < 0 {
		return payment.Capture{}, false
	}
	return o.r.Captures[i], true
}

// OpenCapture is the capture whose outcome is awaited, if there is one. There is never a second.
func (o *Order) OpenCapture() (payment.Capture, bool) {
	if t := o.openCapture(); t != nil {
		return *t, true
	}
	return payment.Capture{}, false
}

func (o *Order) openCapture() *payment.Capture {
	i := slices.IndexFunc(o.r.Captures, func(t payment.Capture) bool { return t.State.Open() })
	if i < 0 {
		return nil
	}
	return &o.r.Captures[i]
}

// Taken is what captures of ours that succeeded took of an attempt, minor units.
func (r *Record) Taken(id payment.AttemptID) int64 {
	var sum int64
	for _, t := range r.Captures {
		if t.Attempt == id && t.State == payment.CaptureSucceeded {
			sum += t.Amount
		}
	}
	return sum
}

func notAuthorized(op string) error {
	return fault.New(fault.Conflict, op, "payment_not_authorized", "No money is promised to this order that could be taken or given up.")
}

func captureInProgress(op string) error {
	return fault.New(fault.Conflict, op, "capture_in_progress", "Money of this order is being taken. Wait for the outcome.")
}

// NewCapture is what staff ask for, or the shop when it ships.
type NewCapture struct {
	Key    string // The Idempotency-Key.
	Amount int64  // Minor units; 0 for all that is left.
	Final  bool   // What is left after it is given up. So it is when nothing is left.
	Single bool   // The gateway takes money of a promise only once.
	Least  bool   // Amount is the least that is wanted: where money is taken only once, that is all of it.
	Note   []byte // Staff's words, sealed.
}

// capturesMax bounds how many captures an order keeps, and with it the order's size.
const capturesMax = 50

// RequestCapture notes that promised money is to be taken, before the gateway is called. One capture is open at a time, so that no
// two together take more than was promised. A repeat of the key gives the zero Change. Errors: fault.Conflict:
// payment_not_authorized, capture_in_progress, capture_exceeds_authorized. fault.Invalid: capture_invalid, below 0, or a part
// that a gateway which takes only once would make the last one unsaid; idempotency_key_reused. fault.TooMany, too_many_captures.
func (o *Order) RequestCapture(n NewCapture, by By) (Change, error) {
	const op = "order.RequestCapture"
	id := CaptureIDFor(o.r.ID, n.Key)
	if n.Least && n.Single {
		n.Amount = 0
	}
	if t, again := o.Capture(id); again {
		if n.Least {
			return Change{}, nil // It was asked for all, or for this: the key says which parcel.
		}
		if t.Whole != (n.Amount == 0) || !t.Whole && (t.Amount != n.Amount || n.Final && !t.Final) {
			return Change{}, keyReused(op)
		}
		return Change{}, nil
	}
	a, promised := o.Promised()
	left := min(a.Amount, o.r.Price()) - a.Captured
	t := payment.Capture{ID: id, Attempt: a.ID, State: payment.CaptureRequested, Amount: n.Amount, Final: n.Final, Whole: n.Amount == 0,
		At: by.At.UTC().Truncate(time.Millisecond)}
	if t.Whole {
		t.Amount = left
	}
	t.Final = t.Final || t.Amount == left
	switch {
	case n.Amount < 0:
		return Change{}, captureInvalid(op, "#/amount", "Must be a whole number of minor units above 0.")
	case !promised, a.Void, left < 1:
		return Change{}, notAuthorized(op)
	case o.openCapture() != nil:
		return Change{}, captureInProgress(op)
	case t.Amount > left:
		return Change{}, &fault.Error{Kind: fault.Conflict, Op: op, Code: "capture_exceeds_authorized", At: "#/amount",
			Msg: fmt.Sprintf("Only %s of this order can still be taken.", money.Of(left, o.r.Currency).Format("en"))}
	case n.Single && !t.Final:
		return Change{}, captureInvalid(op, "#/final", "This gateway takes money once: what is left after it is given up. Say so with true.")
	case len(o.r.Captures) >= capturesMax:
		return Change{}, fault.New(fault.TooMany, op, "too_many_captures", "This order has seen too many captures. Take all that is left.")
	}
	o.r.Captures = append(slices.Clone(o.r.Captures), t)
	return o.seal("capture_requested", by, Change{Note: n.Note})
}

func captureInvalid(op, at, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: op, Code: "capture_invalid", At: at, Msg: msg}
}

// ApplyCapture takes in what became of a capture: taken, with the facts that say so, or refused for good with a code, with the facts
// as they are then. A refusal is a hold, for what staff or the shop relied on did not happen. A repeat brings the facts alone.
// Errors: fault.NotFound for no capture of this order; as ApplyPayment.
func (o *Order) ApplyCapture(id payment.CaptureID, refusal string, f payment.Facts, by By) (Change, error) {
	o.r.Captures = slices.Clone(o.r.Captures)
	i := slices.IndexFunc(o.r.Captures, func(t payment.Capture) bool { return t.ID == id })
	if i < 0 {
		return Change{}, NotFound("order.ApplyCapture")
	}
	t, c, next, kind := &o.r.Captures[i], Change{}, payment.CaptureSucceeded, ""
	if refusal != "" {
		next = payment.CaptureFailed
	}
	if t.State.CanBecome(next) {
		t.State, t.LastError, t.Asks, t.Asked, kind = next, refusal, 0, time.Time{}, "capture_"+string(next)
		if refusal != "" {
			t.Final = false
			o.hold("capture_failed:"+string(id), by)
		}
	}
	news, err := o.take(&c, f, taking{}, by)
	if err != nil {
		return Change{}, err
	}
	if news != "" {
		kind = news
	}
	if kind == "" {
		return Change{}, nil
	}
	return o.seal(kind, by, c)
}

// CaptureUnknown notes that the outcome of a capture's call is not known. A repeat changes nothing.
func (o *Order) CaptureUnknown(id payment.CaptureID, by By) (Change, error) {
	o.r.Captures = slices.Clone(o.r.Captures)
	i := slices.IndexFunc(o.r.Captures, func(t payment.Capture) bool { return t.ID == id })
	if i < 0 || !o.r.Captures[i].State.CanBecome(payment.CaptureUnknown) {
		return Change{}, nil
	}
	t := &o.r.Captures[i]
	t.State, t.Asks, t.Asked = payment.CaptureUnknown, 0, by.At.UTC().Truncate(time.Second)
	return o.seal("capture_unknown", by, Change{})
}
