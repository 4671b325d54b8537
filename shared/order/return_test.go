package order_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/payment"
)

// back asks to return units of one product.
func back(sku catalog.SKU, quantity int64) order.NewReturn {
	return order.NewReturn{Key: "b-" + string(sku), Reason: "damaged", Window: window, Lines: []fulfillment.Line{{SKU: sku, Quantity: quantity}}}
}

// came is what staff found of one product.
func came(d *desk, sku catalog.SKU, shelf, damaged int64) order.Receipt {
	return order.Receipt{Sold: order.SoldFrom(d.chain), Lines: []order.ReceivedLine{{SKU: sku, Shelf: shelf, Damaged: damaged}}}
}

func sendBack(d *desk, n order.NewReturn) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.RequestReturn(n, d.by("shopper")) }
}

func takeBack(d *desk, sku catalog.SKU, n order.Receipt) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.ReceiveReturn(order.ReturnIDFor(o.ID(), "b-"+string(sku)), n, d.by("staff:1"))
	}
}

func decide(d *desk, next fulfillment.ReturnState) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.DecideReturn(order.ReturnIDFor(o.ID(), "b-mug"), next, nil, d.by("staff:1"))
	}
}

// arrived is an order whose parcel was delivered.
func arrived(t tester) *desk {
	d, _ := packed(t)
	d.do(ship(d, "1"))
	d.do(func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", d.by("staff:1")) })
	return d
}

func TestAReturnLeadsToStockAndToARefund(t *testing.T) {
	d := arrived(t)
	if c := d.do(sendBack(d, back("mug", 2))); c.Kind != "return_requested" || !slices.Equal(messages(c), []string{"mail return_requested"}) {
		t.Errorf("asked with %q and %v", c.Kind, messages(c))
	}
	d.again("asking", sendBack(d, back("mug", 2)))
	if c := d.do(decide(d, fulfillment.ReturnAccepted)); c.Kind != "return_accepted" || !slices.Equal(messages(c), []string{"mail return_accepted"}) {
		t.Errorf("accepted with %q and %v", c.Kind, messages(c))
	}
	d.again("accepting", decide(d, fulfillment.ReturnAccepted))
	c := d.do(takeBack(d, "mug", came(d, "mug", 1, 1)))
	if want := []catalog.Move{{SKU: "mug", Kind: catalog.Return, Quantity: 1}}; c.Kind != "return_received" || !slices.Equal(c.Stock, want) {
		t.Errorf("received with %q and %v, want %v", c.Kind, c.Stock, want)
	}
	d.again("receiving", takeBack(d, "mug", came(d, "mug", 1, 1)))
	r := d.o.Record()
	f, there := d.o.Refund(r.RefundOfReturn(r.Returns[0].ID))
	if !there || f.State != payment.RefundRequested || f.Amount != 2380 || len(f.Lines) != 1 || f.Lines[0].Quantity != 2 {
		t.Errorf("two mugs of 11.90 are refunded as %+v", r.Refunds)
	}
	d.refused(fault.Conflict, "order_state_conflict", takeBack(d, "mug", came(d, "mug", 2, 0)))
	d.refused(fault.Conflict, "order_state_conflict", decide(d, fulfillment.ReturnRefused))
}

func TestWhatIsAskedToBeReturnedIsHeldAgainstWhatArrived(t *testing.T) {
	d, _ := packed(t)
	d.refused(fault.Conflict, "order_state_conflict", sendBack(d, back("mug", 1)))
	d.do(ship(d, "1"))
	d.refused(fault.Conflict, "order_state_conflict", sendBack(d, back("mug", 1)))
	d.do(func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", d.by("staff:1")) })
	d.refused(fault.Invalid, "quantity_invalid", sendBack(d, back("mug", 3)))
	d.refused(fault.Invalid, "quantity_invalid", sendBack(d, back("mug", 0)))
	d.refused(fault.Invalid, "sku_unknown", sendBack(d, back("cup", 1)))
	twice := back("mug", 1)
	twice.Lines = append(twice.Lines, twice.Lines[0])
	d.refused(fault.Invalid, "sku_unknown", sendBack(d, twice))
	none, odd := back("mug", 1), back("mug", 1)
	none.Lines, odd.Reason = nil, "because"
	d.refused(fault.Invalid, "lines_invalid", sendBack(d, none))
	d.refused(fault.Invalid, "reason_invalid", sendBack(d, odd))
	d.do(sendBack(d, back("mug", 1)))
	d.refused(fault.Invalid, "idempotency_key_reused", sendBack(d, back("mug", 2)))
	more := back("mug", 2)
	more.Key = "another"
	d.refused(fault.Invalid, "quantity_invalid", sendBack(d, more))
	d.do(decide(d, fulfillment.ReturnRefused))
	d.do(sendBack(d, more)) // What was refused stands in nobody's way.
	d.wait(window + time.Second)
	d.refused(fault.Conflict, "return_window_over", sendBack(d, back("tea", 1)))
}

func TestWhatCameIsHeldAgainstWhatWasToCome(t *testing.T) {
	d := arrived(t)
	d.do(sendBack(d, back("mug", 2)))
	d.refused(fault.Invalid, "quantity_invalid", takeBack(d, "mug", came(d, "mug", 2, 1)))
	d.refused(fault.Invalid, "quantity_invalid", takeBack(d, "mug", came(d, "mug", -1, 1)))
	d.refused(fault.Invalid, "lines_invalid", takeBack(d, "mug", came(d, "mug", 0, 0)))
	d.refused(fault.Invalid, "sku_unknown", takeBack(d, "mug", came(d, "tea", 1, 0)))
	d.refused(fault.NotFound, "not_found", takeBack(d, "tea", came(d, "tea", 1, 0)))
	d.refused(fault.Internal, "", takeBack(d, "mug", order.Receipt{Lines: []order.ReceivedLine{{SKU: "mug", Shelf: 1}}}))
	d.do(takeBack(d, "mug", came(d, "mug", 1, 0))) // Nobody had decided; one of two came.
	rest := back("mug", 1)
	rest.Key = "another"
	d.do(sendBack(d, rest))
}

func TestTheRefundOfAReturnIsWhatStaffSayOrWhatIsLeft(t *testing.T) {
	amount := func(n int64) *int64 { return &n }
	for name, row := range map[string]struct {
		refund        *int64
		before, alone int64
		want          int64
		state         payment.RefundState
		code          string
	}{
		"all of it":                        {want: 2380, state: payment.RefundRequested},
		"less":                             {refund: amount(500), want: 500, state: payment.RefundRequested},
		"nothing":                          {refund: amount(0)},
		"more than one decides":            {alone: 1000, want: 2380, state: payment.RefundAwaiting},
		"one unit was given back before":   {before: 1, want: 1190, state: payment.RefundRequested},
		"both units were given back":       {before: 2},
		"more than the units cost":         {refund: amount(2381), code: "refund_exceeds_captured"},
		"more than is left of their price": {refund: amount(1191), before: 1, code: "refund_exceeds_captured"},
	} {
		t.Run(name, func(t *testing.T) {
			d := arrived(t)
			if row.before > 0 {
				d.do(func(o *order.Order) (order.Change, error) {
					return o.RequestRefund(order.NewRefund{Key: "k", Lines: []order.RefundLine{{SKU: "mug", Quantity: row.before}}}, d.by("staff:1"))
				})
			}
			d.do(sendBack(d, back("mug", 2)))
			n := came(d, "mug", 2, 0)
			n.Lines[0].Refund, n.Alone = row.refund, row.alone
			if row.code != "" {
				d.refused(fault.Conflict, row.code, takeBack(d, "mug", n))
				return
			}
			d.do(takeBack(d, "mug", n))
			r := d.o.Record()
			f, there := d.o.Refund(r.RefundOfReturn(r.Returns[0].ID))
			if there != (row.want > 0) || f.Amount != row.want || f.State != row.state {
				t.Errorf("it gives back %d as %q, %v", f.Amount, f.State, there)
			}
		})
	}
}

func TestUnitsComeBackToTheBinsThatTheyWereSoldFrom(t *testing.T) {
	d := arrived(t)
	n := came(d, "mug", 2, 0)
	n.Sold = []order.Binned{{SKU: "mug", Bin: "~1", Quantity: 1}, {SKU: "tea", Quantity: 1}, {SKU: "mug", Bin: "north", Quantity: 1}}
	d.do(sendBack(d, back("mug", 2)))
	c := d.do(takeBack(d, "mug", n))
	want := []catalog.Move{{SKU: "mug", Kind: catalog.Return, Quantity: 1, Bin: "~1"}, {SKU: "mug", Kind: catalog.Return, Quantity: 1, Bin: "north"}}
	if !slices.Equal(c.Stock, want) {
		t.Errorf("moved %v, want %v", c.Stock, want)
	}
}

func TestReturnsAreBoundedAndTheirIDsHaveAForm(t *testing.T) {
	d := arrived(t)
	for i := range 20 {
		n := back("mug", 1)
		n.Key = strings.Repeat("k", i+1)
		d.do(sendBack(d, n))
		d.do(func(o *order.Order) (order.Change, error) {
			return o.DecideReturn(order.ReturnIDFor(o.ID(), n.Key), fulfillment.ReturnRefused, nil, d.by("staff:1"))
		})
	}
	d.refused(fault.TooMany, "too_many_returns", sendBack(d, back("mug", 1)))
	id := order.ReturnIDFor(d.o.ID(), "k")
	if got, err := order.ParseReturnID(string(id)); err != nil || got != id {
		t.Errorf("%s was read as %s, %v", id, got, err)
	}
	for _, text := range []string{"", "ret_", string(d.o.ID()), string(id) + "a", strings.ToUpper(string(id))} {
		if _, err := order.ParseReturnID(text); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q was read as an id: %v", text, err)
		}
	}
}
