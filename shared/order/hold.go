package order

import (
	"regexp"
	"slices"
	"time"

	"till/shared/fault"
)

var holdForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}(:[A-Za-z0-9_-]{1,64})?$`)

// holdsMax bounds how many holds an order keeps, and with it the order's size.
const holdsMax = 20

// Hold puts a hold on the order; staff's words go into the note, sealed. A repeat changes nothing. Errors: fault.Invalid,
// code hold_invalid, also for that of a failed fulfillment: lifting it would start a second machine beside one that runs;
// fault.Conflict, order_state_conflict for an order that has ended.
func (o *Order) Hold(key string, note []byte, by By) (Change, error) {
	if o.Held(key) {
		return Change{}, nil
	}
	if !holdForm.MatchString(key) || key == fulfillmentFailed || len(o.r.Holds) >= holdsMax {
		return Change{}, &fault.Error{Kind: fault.Invalid, Op: "order.Hold", Code: "hold_invalid",
			Msg: "A hold's key is a word of lower-case letters, such as manual or fraud_review. An order has at most 20."}
	}
	if o.r.Status.Ended() {
		return Change{}, StateConflict("order.Hold")
	}
	o.hold(key, by)
	return o.seal("held", by, Change{Note: note})
}

// Lift takes a hold away; lifting that of a failed fulfillment begins it anew. A repeat changes nothing.
func (o *Order) Lift(key string, by By) (Change, error) {
	if !o.Held(key) {
		return Change{}, nil
	}
	o.lift(key)
	c := Change{}
	if key == fulfillmentFailed && (o.r.Status == Confirmed || o.r.Status == Fulfilling) {
		o.r.Try++ // The failed execution's name is used up.
		o.r.Asks, o.r.ShouldBy = 0, by.At.UTC().Truncate(time.Second).Add(patience[Confirmed])
		c.Messages = []Message{{To: ToFulfillment, N: o.r.Try}}
	}
	return o.seal("hold_lifted", by, c)
}

// Held tells whether the hold is there.
func (o *Order) Held(key string) bool { return o.r.held(key) }

func (r *Record) held(key string) bool {
	return slices.ContainsFunc(r.Holds, func(h Hold) bool { return h.Key == key })
}

func (o *Order) hold(key string, by By) {
	if !o.Held(key) {
		o.r.Holds = append(slices.Clone(o.r.Holds), Hold{Key: key, By: by.Who, At: by.At.UTC().Truncate(time.Second)})
	}
}

func (o *Order) lift(key string) {
	o.r.Holds = slices.DeleteFunc(slices.Clone(o.r.Holds), func(h Hold) bool { return h.Key == key })
}
