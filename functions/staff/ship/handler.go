// Package ship notes a parcel that staff hand to a carrier, and lets the fulfillment machine go on.
package ship

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
)

// Handler ships. Every field is required.
type Handler struct {
	// Capture takes what is promised to the order, before its parcel goes out.
	Capture func(ctx context.Context, o *order.Order, want order.NewCapture, who cashier.Who) (*order.Order, payment.Capture, error)
	Book    order.Book
	// Task gives the change that holds the token of the machine's waiting task.
	Task func(ctx context.Context, id order.ID, n int) (order.Change, error)
	// Shipped tells the machine that everything is shipped. A task that is answered already is no error.
	Shipped func(ctx context.Context, token string) error
	Now     func() time.Time
	Log     *slog.Logger
}

type request struct {
	Carrier        string `json:"carrier" fault:"shipment_invalid"`
	TrackingNumber string `json:"tracking_number" fault:"shipment_invalid"`
	Lines          []line `json:"lines" fault:"lines_invalid"`
	Digital        bool   `json:"digital" fault:"shipment_invalid"` // All that goes in no parcel: without carrier, number and lines.
	From           string `json:"from" fault:"location_invalid"`
}

type line struct {
	SKU      string `json:"sku" fault:"sku_unknown"`
	Quantity int64  `json:"quantity" fault:"quantity_invalid"`
}

type answer struct {
	Shipment orderview.Shipment `json:"shipment"`
	Order    orderview.Staff    `json:"order"`
}

// Handle answers POST /staff/orders/{id}/shipments. The same carrier and number again is the same parcel.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r request
	staff, id, err := access.Desk(req, h.Now(), &r, apigw.Packer, apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	if _, err := catalog.ParseLocation(r.From); err != nil {
		return apigw.Response{}, fault.At("#/from", err)
	}
	who := cashier.Who{Who: "staff:" + staff.Sub}
	verb := func(o *order.Order) (order.Change, error) {
		return o.Ship(r.parcel(), order.By{Who: who.Who, At: h.Now()})
	}
	o, _, err := h.Book.Change(ctx, id, verb)
	if fault.Code(err) == "payment_not_captured" {
		if o, err = h.capture(ctx, id, r.parcel(), who); err == nil {
			o, _, err = h.Book.ChangeFrom(ctx, o, verb)
		}
	}
	if err != nil {
		return apigw.Response{}, here(err)
	}
	h.tell(ctx, o)
	return respond(o, r)
}

// here points shortages at the location that the parcel was to be packed at.
func here(err error) error {
	if short := catalog.ShortSKUs(err); len(short) > 0 {
		there := catalog.Shortage(short[0])
		there.At = "#/from"
		return there
	}
	return err
}

// capture takes what a parcel is worth that waits for that alone; the last one takes all that is left. Where a gateway takes money of a
// promise only once, the first takes all. If the money does not come, or it is not known whether it did, there is no parcel: one whose
// money came after all is shipped by the next try, and takes none again. Errors: fault.Conflict: capture_in_progress, as
// payment_not_captured of one that was refused; as order.RequestCapture.
func (h Handler) capture(ctx context.Context, id order.ID, p order.Parcel, who cashier.Who) (*order.Order, error) {
	const op = "ship.capture"
	o, err := h.Book.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	amount, err := o.ToCapture(p)
	if err != nil || amount == 0 {
		return o, err // Taken meanwhile.
	}
	// The next parcel of an order whose capture failed tries anew; two people who ship one parcel at once take its money once.
	key := fmt.Sprintf("shipment/%d/%d", len(o.Record().Captures), amount)
	o, taken, err := h.Capture(ctx, o, order.NewCapture{Key: key, Amount: amount, Least: true}, who)
	switch {
	case err != nil:
		return nil, err
	case taken.State.Open():
		return nil, fault.New(fault.Conflict, op, "capture_in_progress",
			"It is not known yet whether the money for this parcel was taken. Keep it, and send this again in a minute.")
	case taken.State == payment.CaptureFailed:
		return nil, fault.New(fault.Conflict, op, "payment_not_captured",
			"The gateway did not give the money for this parcel. Keep it. The order is on hold; once that is lifted, sending this again asks for the money anew.")
	}
	return o, nil
}

func (r request) parcel() order.Parcel {
	p := order.Parcel{Carrier: r.Carrier, TrackingNumber: r.TrackingNumber, Digital: r.Digital, From: catalog.Location(r.From)}
	for _, l := range r.Lines {
		p.Lines = append(p.Lines, fulfillment.Line{SKU: catalog.SKU(l.SKU), Quantity: l.Quantity})
	}
	return p
}

// tell answers the machine's waiting task. If that fails, the order is due until the sweep has done it.
func (h Handler) tell(ctx context.Context, o *order.Order) {
	r := o.Record()
	if r.TaskIn == 0 || !o.AllShipped() {
		return
	}
	c, err := h.Task(ctx, r.ID, r.TaskIn)
	if err == nil {
		err = h.Shipped(ctx, c.Task)
	}
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "machine_not_told", slog.String("order_id", string(r.ID)),
			slog.String("kind", fault.KindOf(err).String()), slog.Any("err", err))
	}
}

func respond(o *order.Order, r request) (apigw.Response, error) {
	v := orderview.ForStaff(o)
	for _, s := range v.Shipments {
		if s.Carrier == r.Carrier && s.TrackingNumber == r.TrackingNumber {
			return apigw.JSON(http.StatusCreated, answer{s, v})
		}
	}
	return apigw.Response{}, fault.New(fault.Internal, "ship.respond", "", "")
}
