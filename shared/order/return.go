package order

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/payment"
	"till/shared/pricing"
)

// ReturnIDFor gives the id of the return that an Idempotency-Key asks for.
func ReturnIDFor(id ID, key string) fulfillment.ReturnID {
	return fulfillment.ReturnID(derived("ret_", "return", string(id), key))
}

// ParseReturnID checks the form of an id from a path. Errors: fault.NotFound.
func ParseReturnID(text string) (fulfillment.ReturnID, error) {
	rest, is := strings.CutPrefix(text, "ret_")
	if _, err := ParseID("ord_" + rest); !is || err != nil {
		return "", NotFound("order.ParseReturnID")
	}
	return fulfillment.ReturnID(text), nil
}

// returnsMax bounds how many returns an order keeps, and with it the order's size.
const returnsMax = 20

// NewReturn is what a shopper asks for.
type NewReturn struct {
	Key    string // The Idempotency-Key.
	Reason fulfillment.Reason
	Lines  []fulfillment.Line
	Window time.Duration // How long after its delivery a unit may be asked to be returned.
	Note   []byte        // The shopper's words, sealed.
}

// returnAt is where a return stands in the list; -1 if it does not.
func (r *Record) returnAt(id fulfillment.ReturnID) int {
	return slices.IndexFunc(r.Returns, func(b fulfillment.Return) bool { return b.ID == id })
}

// Return finds a return.
func (o *Order) Return(id fulfillment.ReturnID) (fulfillment.Return, bool) {
	i := o.r.returnAt(id)
	if i < 0 {
		return fulfillment.Return{}, false
	}
	return o.r.Returns[i], true
}

// RefundOfReturn is the id that the refund of a return has, if there is one.
func (r *Record) RefundOfReturn(id fulfillment.ReturnID) payment.RefundID {
	return RefundIDFor(r.ID, returnKey(id))
}

func returnKey(id fulfillment.ReturnID) string { return "return/" + string(id) }

// RequestReturn notes that the shopper wants to send units back that were delivered. A repeat of the key gives the zero Change. Errors:
// fault.Conflict: order_state_conflict, nothing is delivered; return_window_over. fault.Invalid: lines_invalid, reason_invalid;
// sku_unknown and quantity_invalid of a line; idempotency_key_reused. fault.TooMany, too_many_returns.
func (o *Order) RequestReturn(n NewReturn, by By) (Change, error) {
	const op = "order.RequestReturn"
	id := ReturnIDFor(o.r.ID, n.Key)
	if have, again := o.Return(id); again {
		if have.Reason != n.Reason || !slices.EqualFunc(have.Lines, n.Lines, func(a fulfillment.ReturnLine, b fulfillment.Line) bool {
			return a.SKU == b.SKU && a.Quantity == b.Quantity
		}) {
			return Change{}, keyReused(op)
		}
		return Change{}, nil
	}
	var wrong []error
	if !slices.Contains(fulfillment.Reasons(), n.Reason) {
		wrong = append(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "reason_invalid", At: "#/reason", Msg: "Must be one of the reasons of the list."})
	}
	if len(n.Lines) == 0 {
		wrong = append(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "lines_invalid", At: "#/lines", Msg: "Must be at least one line."})
	}
	if wrong == nil && len(o.r.Returns) >= returnsMax {
		return Change{}, fault.New(fault.TooMany, op, "too_many_returns", "This order has had too many returns for another.")
	}
	lines, err := o.r.returnable(n, by.At)
	if wrong != nil && !fault.Is(err, fault.Invalid) {
		err = nil // What is wrong in any state is told first.
	}
	if err = errors.Join(append(wrong, err)...); err != nil {
		return Change{}, err
	}
	o.r.Returns = append(slices.Clone(o.r.Returns), fulfillment.Return{ID: id, State: fulfillment.ReturnRequested, Reason: n.Reason, Lines: lines,
		At: by.At.UTC().Truncate(time.Millisecond)})
	return o.seal("return_requested", by, Change{Note: n.Note, Messages: []Message{{To: ToMail, Kind: "return_requested"}}})
}

// returnable checks the lines of a return against what was delivered, and is not on its way back already.
func (r *Record) returnable(n NewReturn, now time.Time) ([]fulfillment.ReturnLine, error) {
	const op = "order.RequestReturn"
	if !slices.ContainsFunc(r.Lines, func(l pricing.Line) bool { return r.deliveredOf(l, time.Time{}) > 0 }) {
		return nil, StateConflict(op)
	}
	out := make([]fulfillment.ReturnLine, 0, len(n.Lines))
	late := false
	var wrong []error
	for i, w := range n.Lines {
		j := slices.IndexFunc(r.Lines, func(l pricing.Line) bool { return l.SKU == w.SKU })
		if j < 0 || slices.ContainsFunc(out, func(l fulfillment.ReturnLine) bool { return l.SKU == w.SKU }) {
			wrong = append(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "sku_unknown", At: fmt.Sprintf("#/lines/%d/sku", i),
				Msg: "Must be a product of this order, named once."})
			continue
		}
		left := r.deliveredOf(r.Lines[j], time.Time{}) - r.claimed(w.SKU)
		if w.Quantity < 1 || w.Quantity > left {
			wrong = append(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "quantity_invalid", At: fmt.Sprintf("#/lines/%d/quantity", i),
				Msg: fmt.Sprintf("%d of this product were delivered and can still be returned.", max(left, 0))})
		}
		late = late || w.Quantity > r.deliveredOf(r.Lines[j], now.Add(-n.Window))
		out = append(out, fulfillment.ReturnLine{SKU: w.SKU, Quantity: w.Quantity})
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	if late {
		return nil, fault.New(fault.Conflict, op, "return_window_over", "The time in which this could be returned is over.")
	}
	return out, nil
}

// deliveredOf is how many units of a line arrived in a parcel, not before a time. What goes in no parcel cannot be sent back.
func (r *Record) deliveredOf(l pricing.Line, since time.Time) (sum int64) {
	if l.Digital {
		return 0
	}
	for _, s := range r.Shipments {
		if s.State != fulfillment.Delivered || s.DeliveredAt.Before(since) {
			continue
		}
		for _, in := range s.Lines {
			if in.SKU == l.SKU {
				sum += in.Quantity
			}
		}
	}
	return sum
}

// claimed is how many units of a SKU came back, or may.
func (r *Record) claimed(sku catalog.SKU) (sum int64) {
	for _, b := range r.Returns {
		for _, l := range b.Lines {
			if l.SKU == sku {
				sum += b.Claims(l)
			}
		}
	}
	return sum
}

// DecideReturn accepts a return, or refuses it; one that was accepted and never came is refused. A repeat changes nothing. Errors:
// fault.NotFound; fault.Conflict, order_state_conflict.
func (o *Order) DecideReturn(id fulfillment.ReturnID, next fulfillment.ReturnState, note []byte, by By) (Change, error) {
	const op = "order.DecideReturn"
	b, err := o.returning(op, id)
	switch {
	case err != nil:
		return Change{}, err
	case b.State == next:
		return Change{}, nil
	case next != fulfillment.ReturnAccepted && next != fulfillment.ReturnRefused, !b.State.CanBecome(next):
		return Change{}, StateConflict(op)
	}
	b.State, b.By, b.DecidedAt = next, by.Who, by.At.UTC().Truncate(time.Second)
	c := Change{Note: note, Messages: []Message{{To: ToMail, Kind: "return_accepted"}}}
	if next == fulfillment.ReturnRefused {
		c.Messages[0].Kind = "return_refused"
	}
	return o.seal(c.Messages[0].Kind, by, c)
}

// returning gives the return to be changed, in a copy of the list.
func (o *Order) returning(op string, id fulfillment.ReturnID) (*fulfillment.Return, error) {
	o.r.Returns = slices.Clone(o.r.Returns)
	i := o.r.returnAt(id)
	if i < 0 {
		return nil, NotFound(op)
	}
	return &o.r.Returns[i], nil
}

// Receipt is what staff found in a parcel that came back.
type Receipt struct {
	Lines []ReceivedLine
	Sold  []Binned // From which bins the order's units were sold: SoldFrom of its history.
	Alone int64    // As NewRefund's.
	Note  []byte   // Staff's words, sealed.
}

// ReceivedLine is what came of a line of a return.
type ReceivedLine struct {
	SKU     catalog.SKU
	Shelf   int64  // Can be sold again: they are free from now on, where they were sold from.
	Damaged int64  // Cannot.
	Refund  *int64 // Minor units with tax; nil: what of the price of these units has not gone back yet.
}

// ReceiveReturn notes what came back, puts what can be sold again on the shelf, and asks for the refund, all in one change. A repeat
// changes nothing. Errors: fault.NotFound; fault.Invalid: lines_invalid, sku_unknown and quantity_invalid, of a line; fault.Conflict:
// order_state_conflict, also for a repeat that says something else; refund_exceeds_captured.
func (o *Order) ReceiveReturn(id fulfillment.ReturnID, n Receipt, by By) (Change, error) {
	const op = "order.ReceiveReturn"
	b, err := o.returning(op, id)
	if err != nil {
		return Change{}, err
	}
	lines, err := received(*b, n.Lines)
	switch {
	case err != nil:
		return Change{}, err
	case b.State == fulfillment.ReturnReceived && slices.Equal(b.Lines, lines):
		return Change{}, nil
	case !b.State.CanBecome(fulfillment.ReturnReceived):
		return Change{}, StateConflict(op)
	}
	c := Change{Note: n.Note, Messages: []Message{{To: ToMail, Kind: "return_received"}}}
	b.Lines, b.State, b.By, b.ReceivedAt = lines, fulfillment.ReturnReceived, by.Who, by.At.UTC().Truncate(time.Second)
	if err := o.shelve(&c, b, n.Sold); err != nil {
		return Change{}, err
	}
	if back := o.r.worthOf(n.Lines); len(back) > 0 {
		if _, err := o.askBack(&c, NewRefund{Key: returnKey(id), Lines: back, Alone: n.Alone}, by); err != nil {
			return Change{}, err
		}
	}
	return o.seal("return_received", by, c)
}

// received checks what came back against what was to. Errors: fault.Invalid.
func received(b fulfillment.Return, came []ReceivedLine) ([]fulfillment.ReturnLine, error) {
	const op = "order.ReceiveReturn"
	out := slices.Clone(b.Lines)
	for i := range out {
		out[i].Shelf, out[i].Damaged = 0, 0
	}
	var sum int64
	for i, w := range came {
		j := slices.IndexFunc(out, func(l fulfillment.ReturnLine) bool { return l.SKU == w.SKU })
		if j < 0 || slices.ContainsFunc(came[:i], func(l ReceivedLine) bool { return l.SKU == w.SKU }) {
			return nil, &fault.Error{Kind: fault.Invalid, Op: op, Code: "sku_unknown", At: fmt.Sprintf("#/lines/%d/sku", i),
				Msg: "Must be a product of this return, named once."}
		}
		most := out[j].Quantity
		if w.Shelf < 0 || w.Damaged < 0 || w.Shelf > most || w.Damaged > most-w.Shelf || w.Refund != nil && *w.Refund < 0 {
			return nil, &fault.Error{Kind: fault.Invalid, Op: op, Code: "quantity_invalid", At: fmt.Sprintf("#/lines/%d", i),
				Msg: fmt.Sprintf("Must be at most the %d that were to come back, and no refund below 0.", most)}
		}
		out[j].Shelf, out[j].Damaged = w.Shelf, w.Damaged
		sum += w.Shelf + w.Damaged
	}
	if sum == 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Code: "lines_invalid", At: "#/lines",
			Msg: "Must be at least one unit. A return of which nothing comes back is refused."}
	}
	return out, nil
}

// shelve moves units that can be sold again to where they were sold from: each bin gets back at most what the order had from it.
func (o *Order) shelve(c *Change, b *fulfillment.Return, sold []Binned) error {
	for _, l := range b.Lines {
		left := l.Shelf
		for _, s := range sold {
			n := min(left, s.Quantity-o.r.shelved(l.SKU, s.Bin))
			if s.SKU != l.SKU || n < 1 {
				continue
			}
			c.Stock = append(c.Stock, catalog.Move{SKU: l.SKU, Kind: catalog.Return, Quantity: n, Bin: s.Bin})
			b.Shelved = append(b.Shelved, fulfillment.Shelved{SKU: l.SKU, Bin: s.Bin, Quantity: n})
			left -= n
		}
		if left > 0 { // The history does not show what the parcels hold.
			return fault.New(fault.Internal, "order.ReceiveReturn", "", "")
		}
	}
	return nil
}

// shelved is how many units of a SKU came back into a bin.
func (r *Record) shelved(sku catalog.SKU, bin catalog.Bin) (sum int64) {
	for _, b := range r.Returns {
		for _, s := range b.Shelved {
			if s.SKU == sku && s.Bin == bin {
				sum += s.Quantity
			}
		}
	}
	return sum
}

// worthOf is what to give back for what came: as staff say, or what of its price has not gone back yet.
func (r *Record) worthOf(came []ReceivedLine) []RefundLine {
	var out []RefundLine
	for _, w := range came {
		i := slices.IndexFunc(r.Lines, func(l pricing.Line) bool { return l.SKU == w.SKU })
		left := r.lineLeft(r.Lines[i])
		units := min(w.Shelf+w.Damaged, left.Quantity)
		switch {
		case r.PaidBy == "", w.Refund != nil && *w.Refund == 0:
		case w.Refund != nil:
			out = append(out, RefundLine{SKU: w.SKU, Amount: *w.Refund})
		case units > 0 && min(left.Amount(), unitsWorth(r.Lines[i], left.Quantity, units)) > 0:
			out = append(out, RefundLine{SKU: w.SKU, Quantity: units})
		}
	}
	return out
}

// SoldFrom adds up from which bins an order's units were sold, from its history.
func SoldFrom(changes []Change) []Binned {
	var out []Binned
	for _, c := range changes {
		for _, m := range c.Stock {
			if m.Kind != catalog.Sell {
				continue
			}
			i := slices.IndexFunc(out, func(b Binned) bool { return b.SKU == m.SKU && b.Bin == m.Bin })
			if i < 0 {
				out = append(out, Binned{m.SKU, m.Bin, m.Quantity})
			} else {
				out[i].Quantity += m.Quantity
			}
		}
	}
	return out
}
