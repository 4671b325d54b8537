package order

import (
	"maps"
	"slices"
)

// Clone is an order of its own: what is done to one of the two does not show in the other. Stored bytes are shared, which
// nobody changes.
func (o *Order) Clone() *Order {
	c := &Order{r: o.r, stored: o.stored} // What is stored is replaced as a whole, never changed.
	c.r.Lines, c.r.Attempts, c.r.Refunds = slices.Clone(o.r.Lines), slices.Clone(o.r.Attempts), slices.Clone(o.r.Refunds)
	c.r.Disputes, c.r.Holds, c.r.Owed = slices.Clone(o.r.Disputes), slices.Clone(o.r.Holds), slices.Clone(o.r.Owed)
	c.r.Bins = slices.Clone(o.r.Bins)
	c.r.Shipments, c.r.Captures = slices.Clone(o.r.Shipments), slices.Clone(o.r.Captures)
	c.r.Taxes.Lines, c.r.Discounts, c.r.Coupons = slices.Clone(o.r.Taxes.Lines), slices.Clone(o.r.Discounts), slices.Clone(o.r.Coupons)
	c.r.LinkAsks = slices.Clone(o.r.LinkAsks)
	for i := range c.r.Refunds {
		c.r.Refunds[i].Lines = slices.Clone(c.r.Refunds[i].Lines)
	}
	for i := range c.r.Shipments {
		c.r.Shipments[i].Lines = slices.Clone(c.r.Shipments[i].Lines)
	}
	c.r.Returns = slices.Clone(o.r.Returns)
	for i := range c.r.Returns {
		b := &c.r.Returns[i]
		b.Lines, b.Shelved = slices.Clone(b.Lines), slices.Clone(b.Shelved)
	}
	return c
}

// Clone is a change of its own, as Order.Clone.
func (c Change) Clone() Change {
	c.Set, c.Contact = maps.Clone(c.Set), maps.Clone(c.Contact)
	c.Unset, c.Postings, c.Stock = slices.Clone(c.Unset), slices.Clone(c.Postings), slices.Clone(c.Stock)
	c.Uses, c.Refs, c.Messages = slices.Clone(c.Uses), slices.Clone(c.Refs), slices.Clone(c.Messages)
	return c
}
