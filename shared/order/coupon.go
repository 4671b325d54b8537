package order

import "till/shared/pricing"

// uses gives a move of every use of a coupon that is counted.
func (o *Order) uses(kind pricing.UseKind) []pricing.Use {
	var out []pricing.Use
	for _, c := range o.r.Coupons {
		u := pricing.Use{Coupon: c, Kind: kind}
		if c.PerCustomer > 0 {
			u.Customer = o.r.Customer
		}
		out = append(out, u)
	}
	return out
}

// giveBack gives the uses of coupons back, when the order ends and nothing was paid.
func (o *Order) giveBack() []pricing.Use {
	if o.r.Captured() > 0 {
		return nil
	}
	return o.uses(pricing.Give)
}
