package order

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/payment"
	"till/shared/planted"
	"till/shared/pricing"
)

// left is what is in no parcel yet, in the order of the lines.
func (r *Record) left() []fulfillment.Line {
	var out []fulfillment.Line
	for _, l := range r.Lines {
		quantity := l.Quantity
		for _, s := range r.Shipments {
			for _, in := range s.Lines {
				if in.SKU == l.SKU {
					quantity -= in.Quantity
				}
			}
		}
		if quantity > 0 {
			out = append(out, fulfillment.Line{SKU: l.SKU, Quantity: quantity})
		}
	}
	return out
}

// Digital tells whether none of the order goes in a parcel.
func (r *Record) Digital() bool {
	return !slices.ContainsFunc(r.Lines, func(l pricing.Line) bool { return !l.Digital })
}

// AllShipped tells whether every unit is in a parcel.
func (o *Order) AllShipped() bool { return len(o.r.left()) == 0 }

// ended tells a machine that the order it carries is no longer its own: cancelled, or carried by a later try.
func (o *Order) ended(op string, try int) error {
	if o.r.Status == Cancelled || try != o.r.Try {
		return fault.New(fault.Conflict, op, "order_cancelled", "The order was cancelled.")
	}
	return nil
}

// Prepare takes a paid order into fulfillment. A repeat changes nothing. Errors: fault.Conflict: order_cancelled, also for
// an execution that a later try has replaced; order_state_conflict.
func (o *Order) Prepare(try int, by By) (Change, error) {
	if err := o.ended("order.Prepare", try); err != nil {
		return Change{}, err
	}
	if o.r.Status == Fulfilling || o.r.Status == Shipped || o.r.Status == Delivered || o.r.Status == Completed {
		return Change{}, nil
	}
	if err := o.become(Fulfilling, by); err != nil {
		return Change{}, err
	}
	return o.seal("fulfillment_prepared", by, Change{})
}

// AwaitShipment keeps the token with which staff's shipment answers the machine's waiting task. Each call is a change, for
// each has a token of its own, and the last one counts. Errors: as Prepare.
func (o *Order) AwaitShipment(try int, token string, by By) (Change, error) {
	const op = "order.AwaitShipment"
	if err := o.ended(op, try); err != nil {
		return Change{}, err
	}
	at := by.At.UTC().Truncate(time.Second)
	switch o.r.Status {
	case Fulfilling:
		o.r.Asks, o.r.ShouldBy = 0, at.Add(shipWithin)
	case Shipped, Delivered, Completed:
		o.r.AnswerBy = at.Add(answerWait) // Shipped before the machine asked again: the new token is answered at once.
	case Created, AwaitingPayment, PaymentProcessing, Confirmed, Expired, Cancelled:
		return Change{}, StateConflict(op)
	}
	return o.seal("shipment_awaited", by, Change{Task: token})
}

// Parcel is what staff hand to a carrier. No lines means everything that is left. A Digital one goes without a carrier, and is all that
// goes in no parcel: it has arrived when it is sent.
type Parcel struct {
	Carrier        string
	TrackingNumber string
	Lines          []fulfillment.Line
	Digital        bool
	From           catalog.Location // Where it is packed; "" is where its units are reserved.
}

// check reports every fault of what staff say of a parcel. Errors: fault.Invalid, each At its member.
func (p Parcel) check() error {
	if !p.Digital {
		return errors.Join(fulfillment.CheckLabel(p.Carrier, p.TrackingNumber)...)
	}
	if p.Carrier != "" || p.TrackingNumber != "" || len(p.Lines) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "order.Ship", Code: "shipment_invalid", At: "#/digital",
			Msg: "What goes in no parcel goes all at once, and has no carrier and no number."}
	}
	return nil
}

// Ship notes a parcel handed to its carrier; its units are sold. A repeat, the same carrier and number, changes nothing; digital goods go
// once, and then there are none left.
// Errors: fault.Invalid, each fault of the parcel At its place; fault.Conflict: order_on_hold; order_state_conflict, not
// paid, the money gone again, or not yet prepared; payment_not_captured, last of all: of promised money less is taken than the parcel
// and those before it are worth. The store refuses the change with out_of_stock if the parcel is packed elsewhere than its units are
// reserved and there is too little.
func (o *Order) Ship(p Parcel, by By) (Change, error) {
	if err := p.check(); err != nil {
		return Change{}, err
	}
	if slices.ContainsFunc(o.r.Shipments, func(s fulfillment.Shipment) bool {
		return s.Carrier == p.Carrier && s.TrackingNumber == p.TrackingNumber
	}) {
		return Change{}, nil
	}
	holds := o.r.Holds
	if planted.Bug(18) {
		holds = slices.DeleteFunc(slices.Clone(holds), func(h Hold) bool { return strings.HasPrefix(h.Key, "dispute:") })
	}
	switch {
	case len(holds) > 0:
		return Change{}, fault.New(fault.Conflict, "order.Ship", "order_on_hold", "The order is on hold. Lift its holds first.")
	case o.r.Status != Fulfilling, o.r.TaskIn == 0, !o.r.promised() && (o.r.Captured() < o.r.Price() || o.r.Total > 0 && o.r.kept() < 1):
		return Change{}, StateConflict("order.Ship")
	}
	lines, err := o.pack(p)
	if err != nil {
		return Change{}, err
	}
	if err := o.r.covered(lines); err != nil {
		return Change{}, err
	}
	return o.send(p, lines, by)
}

// send is a parcel that may go.
func (o *Order) send(p Parcel, lines []fulfillment.Line, by By) (Change, error) {
	at := by.At.UTC().Truncate(time.Second)
	s := fulfillment.Shipment{
		ID: fulfillment.ID(fmt.Sprintf("shp_%d", len(o.r.Shipments)+1)), State: fulfillment.Shipped, Carrier: p.Carrier,
		TrackingNumber: p.TrackingNumber, Lines: lines, From: p.From, ShippedAt: at,
	}
	c := Change{Messages: []Message{{To: ToMail, Kind: "order_shipped"}}}
	if p.Digital {
		s.State, s.DeliveredAt = fulfillment.Delivered, at
		c.Messages[0].Kind = "goods_ready"
	}
	c.Stock = o.sell(lines, p.From)
	o.r.Shipments = append(slices.Clone(o.r.Shipments), s)
	kind := "partly_shipped"
	if o.AllShipped() {
		kind, o.r.AnswerBy = "shipped", at.Add(answerWait)
		if err := o.become(Shipped, by); err != nil {
			return Change{}, err
		}
		if o.allDelivered() {
			kind = "delivered"
			if err := o.become(Delivered, by); err != nil {
				return Change{}, err
			}
		}
	}
	return o.seal(kind, by, c)
}

func (o *Order) allDelivered() bool {
	return !slices.ContainsFunc(o.r.Shipments, func(s fulfillment.Shipment) bool { return s.State != fulfillment.Delivered })
}

// promised tells whether money is owed that a gateway promised and nobody has taken yet.
func (r *Record) promised() bool {
	i := slices.IndexFunc(r.Attempts, func(a payment.Attempt) bool { return a.ID == r.PaidBy })
	return i >= 0 && r.Attempts[i].State == payment.Authorized && r.Attempts[i].Captured < r.Price()
}

// kept is the money that stays with the shop, minor units: captured, less what goes back and what lost disputes took. What an open
// dispute has withdrawn may come back; that one is a hold, which staff may lift.
func (r *Record) kept() int64 {
	sum := r.Captured()
	for _, f := range r.Refunds {
		if f.State.Live() {
			sum -= f.Amount
		}
	}
	for _, d := range r.Disputes {
		if d.Lost() {
			sum -= cmp.Or(d.Withdrawn, d.Amount)
		}
	}
	return sum
}

// pack checks the lines of a parcel against what is left; SKUs named twice are merged.
func (o *Order) pack(p Parcel) ([]fulfillment.Line, error) {
	left, wanted := o.r.left(), p.Lines
	if p.Digital {
		left = slices.DeleteFunc(left, func(l fulfillment.Line) bool {
			i := slices.IndexFunc(o.r.Lines, func(of pricing.Line) bool { return of.SKU == l.SKU })
			return !o.r.Lines[i].Digital
		})
		if len(left) == 0 {
			return nil, &fault.Error{Kind: fault.Invalid, Op: "order.Ship", Code: "shipment_invalid", At: "#/digital", Msg: "Everything of this order goes in a parcel."}
		}
	}
	if len(wanted) == 0 {
		return left, nil
	}
	var out []fulfillment.Line
	for i, w := range wanted {
		j := slices.IndexFunc(left, func(l fulfillment.Line) bool { return l.SKU == w.SKU })
		if j < 0 || w.Quantity < 1 || w.Quantity > left[j].Quantity {
			return nil, &fault.Error{Kind: fault.Invalid, Op: "order.Ship", Code: "quantity_invalid", At: fmt.Sprintf("#/lines/%d", i),
				Msg: "There is not that much of this product left to ship."}
		}
		left[j].Quantity -= w.Quantity
		if k := slices.IndexFunc(out, func(l fulfillment.Line) bool { return l.SKU == w.SKU }); k >= 0 {
			out[k].Quantity += w.Quantity
		} else {
			out = append(out, w)
		}
	}
	return out, nil
}

// Deliver notes that a parcel has arrived. A repeat changes nothing. Errors: fault.NotFound for another parcel.
func (o *Order) Deliver(id fulfillment.ID, by By) (Change, error) {
	o.r.Shipments = slices.Clone(o.r.Shipments)
	i := slices.IndexFunc(o.r.Shipments, func(s fulfillment.Shipment) bool { return s.ID == id })
	if i < 0 {
		return Change{}, NotFound("order.Deliver")
	}
	s := &o.r.Shipments[i]
	if !s.State.CanBecome(fulfillment.Delivered) {
		return Change{}, nil
	}
	s.State, s.DeliveredAt = fulfillment.Delivered, by.At.UTC().Truncate(time.Second)
	kind := "parcel_delivered"
	if o.r.Status == Shipped && o.allDelivered() {
		kind = "delivered"
		if err := o.become(Delivered, by); err != nil {
			return Change{}, err
		}
	}
	return o.seal(kind, by, Change{})
}

// CloseFulfillment notes that the machine is done with the order. A repeat changes nothing. Errors: fault.Conflict,
// order_state_conflict while something is unshipped.
func (o *Order) CloseFulfillment(by By) (Change, error) {
	if o.r.TaskIn == 0 {
		return Change{}, nil
	}
	if !o.AllShipped() {
		return Change{}, StateConflict("order.CloseFulfillment")
	}
	o.r.TaskIn, o.r.AnswerBy = 0, time.Time{}
	return o.seal("fulfillment_completed", by, Change{})
}

// FailFulfillment notes that an execution of the machine came to nothing: of a cancelled order that is how it ends; of any
// other it is a hold, and lifting that begins anew. An execution that a later try replaced changes nothing.
func (o *Order) FailFulfillment(try int, by By) (Change, error) {
	switch {
	case try != o.r.Try, o.r.Status == Cancelled && o.r.TaskIn == 0, o.Held(fulfillmentFailed):
		return Change{}, nil
	case o.r.Status == Cancelled:
		o.r.TaskIn, o.r.AnswerBy = 0, time.Time{}
		return o.seal("fulfillment_stopped", by, Change{})
	}
	o.r.TaskIn, o.r.AnswerBy = 0, time.Time{}
	o.hold(fulfillmentFailed, by)
	return o.seal("fulfillment_failed", by, Change{})
}

// fulfillmentFailed is the hold of an order whose machine failed. The machine alone puts it.
const fulfillmentFailed = "fulfillment_failed"

// Finish completes a delivered order when its time to be sent back is over. A repeat changes nothing.
func (o *Order) Finish(by By) (Change, error) {
	if o.r.Status == Completed {
		return Change{}, nil
	}
	if err := o.become(Completed, by); err != nil {
		return Change{}, err
	}
	return o.seal("completed", by, Change{})
}
