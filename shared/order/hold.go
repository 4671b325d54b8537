package order

import (
	"regexp"
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/payment"
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

// What an order is held for by the shop's rules against fraud: "fraud_review:high-total" names the rule, "gateway_risk:elevated" what the
// gateway finds.
const (
	fraudReview = "fraud_review:"
	gatewayRisk = "gateway_risk:"
	byRules     = "rules"
)

// review puts a hold for each rule by which people must look at the order. What is there already stays, and one more than an order keeps
// is left out: it is held all the same.
func (o *Order) review(rules []string, by By) {
	for _, name := range rules {
		if len(o.r.Holds) < holdsMax {
			o.hold(fraudReview+name, By{Who: byRules, At: by.At})
		}
	}
}

// watch has people look at the order if the gateway finds as much, or as it was watched before if that is less.
func (o *Order) watch(least payment.Risk) {
	if least != "" && (o.r.Watch == "" || o.r.Watch.Reaches(least)) {
		o.r.Watch = least
	}
}

// suspect holds an order whose payment looks like fraud: to the card's issuer, or to the gateway as far as the order is watched for that.
// It gives the kind of the news, "" if there are none: what staff have lifted is not put again.
func (o *Order) suspect(a *payment.Attempt, f payment.Facts, by By) (kind string) {
	if f.Risk.Reaches(o.r.Watch) && !a.Risk.Reaches(f.Risk) {
		a.Risk, kind = f.Risk, "gateway_risk"
		if !o.r.Status.Ended() {
			o.hold(gatewayRisk+string(f.Risk), By{Who: byRules, At: by.At})
		}
	}
	if f.Warned && !a.Warned {
		a.Warned, kind = true, "fraud_warning"
		if !o.r.Status.Ended() {
			o.hold("early_fraud_warning", by)
		}
	}
	return kind
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
