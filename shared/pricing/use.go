package pricing

import (
	"slices"

	"till/shared/fault"
)

// UseKind says what becomes of a use of a coupon.
type UseKind string

// The kinds of moves of uses.
const (
	Take UseKind = "take" // When an order is placed, or paid after it had given its use back.
	Give UseKind = "give" // When an order ends and nothing was paid.
)

// Use is one move of a coupon's counters that rides in an order's transaction: of all its uses, if Limit is not 0, and of the
// customer's, if PerCustomer is not 0. The limits are those that held when the order was placed.
type Use struct {
	Coupon
	Customer string  `json:"customer,omitempty"` // "" where uses per customer are not limited.
	Kind     UseKind `json:"kind"`
}

// UseKey names a counter: of all uses of a coupon, or of one customer's.
type UseKey struct {
	Coupon   string
	Customer string // "" for all uses.
}

// Count is what a move does to one counter.
type Count struct {
	UseKey
	Delta int64 // 1 or -1.
	Limit int64 // The most that may be counted after 1.
}

// Counts lists what moves do to counters. Errors: fault.Internal, code use_invalid, for an unknown kind, a move without a
// limit, and two moves of one counter: bugs of ours.
func Counts(uses []Use) ([]Count, error) {
	broken := fault.New(fault.Internal, "pricing.Counts", "use_invalid", "")
	var out []Count
	for _, u := range uses {
		delta, known := map[UseKind]int64{Take: 1, Give: -1}[u.Kind]
		if !known || u.ID == "" || u.Limit < 1 && u.PerCustomer < 1 || u.PerCustomer > 0 && u.Customer == "" {
			return nil, broken
		}
		if u.Limit > 0 {
			out = append(out, Count{UseKey{u.ID, ""}, delta, u.Limit})
		}
		if u.PerCustomer > 0 {
			out = append(out, Count{UseKey{u.ID, u.Customer}, delta, u.PerCustomer})
		}
	}
	for i, c := range out {
		if slices.ContainsFunc(out[:i], func(have Count) bool { return have.UseKey == c.UseKey }) {
			return nil, broken
		}
	}
	return out, nil
}

// After is a counter after a move. Errors: UsedUp.
func (c Count) After(used int64) (int64, error) {
	if after := used + c.Delta; after >= 0 && (c.Delta < 0 || after <= c.Limit) {
		return after, nil
	}
	return used, UsedUp(c.Coupon)
}

// usedUpPlace begins the At of a coupon that is used up, before its id.
const usedUpPlace = "/coupons/"

// UsedUp is the fault of a use that a coupon's limits do not allow: fault.Conflict, code coupon_used_up, At "/coupons/ID".
func UsedUp(id string) *fault.Error {
	return &fault.Error{Kind: fault.Conflict, Op: "pricing.Use", Code: "coupon_used_up", At: usedUpPlace + id, Msg: "This code is used up."}
}

// AllUsedUp lists the ids of the coupons that err says are used up, each once.
func AllUsedUp(err error) []string {
	var out []string
	for _, e := range fault.All(err) {
		if e.Code == "coupon_used_up" && len(e.At) > len(usedUpPlace) && !slices.Contains(out, e.At[len(usedUpPlace):]) {
			out = append(out, e.At[len(usedUpPlace):])
		}
	}
	return out
}
