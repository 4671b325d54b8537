package order

import (
	"slices"
	"time"
)

// A mailbox is not to be filled: how soon after a link another one may be mailed, and how many within a window.
const (
	linkGap    = 2 * time.Minute
	linkWindow = 24 * time.Hour
	linksMax   = 5
)

// AskLink notes that the shopper asked for a new link, and owes the mail that brings it; the caller has made sure that it is the shopper.
// With revoke, every link of before is useless from now on. Too soon, or too often, it is the zero Change.
func (o *Order) AskLink(revoke bool, by By) (Change, error) {
	asks := slices.DeleteFunc(slices.Clone(o.r.LinkAsks), func(at time.Time) bool { return by.At.Sub(at) >= linkWindow })
	if n := len(asks); n >= linksMax || n > 0 && by.At.Sub(asks[n-1]) < linkGap {
		return Change{}, nil
	}
	o.r.LinkAsks = append(asks, by.At.UTC().Truncate(time.Second))
	if revoke {
		o.r.Revocations++
	}
	return o.seal("link_asked", by, Change{Messages: []Message{{To: ToMail, Kind: "order_link"}}})
}
