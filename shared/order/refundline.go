package order

import (
	"fmt"
	"slices"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/pricing"
)

// RefundLine is the part of a refund that is for one line of the order: for a number of its units, or for an amount of its price
// with tax, in minor units. One of the two.
type RefundLine struct {
	SKU      catalog.SKU
	Quantity int64
	Amount   int64
}

// refundLines works out what each line gives back: units at their share of the line's price, so that all units of it come to the
// whole; tax by the largest remainder of what the line has left. Errors are joined by none: the first is given, At its line.
func (r *Record) refundLines(wanted []RefundLine) ([]payment.RefundLine, error) {
	const op = "order.RequestRefund"
	out := make([]payment.RefundLine, 0, len(wanted))
	for i, w := range wanted {
		at := fmt.Sprintf("#/lines/%d", i)
		j := slices.IndexFunc(r.Lines, func(l pricing.Line) bool { return l.SKU == w.SKU })
		if j < 0 || slices.ContainsFunc(out, func(have payment.RefundLine) bool { return have.SKU == w.SKU }) {
			return nil, &fault.Error{Kind: fault.Invalid, Op: op, Code: "sku_unknown", At: at + "/sku",
				Msg: "Must be a product of this order, named once."}
		}
		left := r.lineLeft(r.Lines[j])
		if (w.Quantity == 0) == (w.Amount == 0) || w.Quantity < 0 || w.Amount < 0 || w.Quantity > r.Lines[j].Quantity {
			return nil, &fault.Error{Kind: fault.Invalid, Op: op, Code: "quantity_invalid", At: at,
				Msg: "Must have a quantity of the product that was bought, or an amount above 0, and not both."}
		}
		if w.Quantity > left.Quantity {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Code: "refund_exceeds_captured", At: at + "/quantity",
				Msg: fmt.Sprintf("Only %d of this product have not been refunded yet.", left.Quantity)}
		}
		amount := w.Amount
		if w.Quantity > 0 {
			amount = unitsWorth(r.Lines[j], left.Quantity, w.Quantity)
			if w.Quantity == left.Quantity {
				amount = min(amount, left.Amount()) // Parts of the price may have gone back already.
			}
		}
		if amount < 1 || amount > left.Amount() {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Code: "refund_exceeds_captured", At: at,
				Msg: fmt.Sprintf("Only %s of this product can still be refunded.", money.Of(left.Amount(), r.Currency).Format("en"))}
		}
		parts, err := money.Of(amount, r.Currency).Split(left.Goods, left.Tax)
		if err != nil {
			return nil, err
		}
		out = append(out, payment.RefundLine{SKU: w.SKU, Quantity: w.Quantity, Goods: parts[0].Minor(), Tax: parts[1].Minor()})
	}
	return out, nil
}

// lineLeft is what refunds by line have left of a line: units, goods and tax.
func (r *Record) lineLeft(l pricing.Line) payment.RefundLine {
	left := payment.RefundLine{SKU: l.SKU, Quantity: l.Quantity, Goods: l.Total - l.IncludedTax, Tax: l.Tax + l.IncludedTax}
	for _, f := range r.Refunds {
		for _, gone := range f.Lines {
			if gone.SKU == l.SKU && f.State.Live() {
				left.Quantity, left.Goods, left.Tax = left.Quantity-gone.Quantity, left.Goods-gone.Goods, left.Tax-gone.Tax
			}
		}
	}
	return left
}

// unitsWorth is the share of a line's price with tax of its next units, of which left have not been refunded: whichever way the
// units are taken, together they come to the whole.
func unitsWorth(l pricing.Line, left, units int64) int64 {
	before := l.Quantity - left
	return share(l.Total+l.Tax, before+units, l.Quantity) - share(l.Total+l.Tax, before, l.Quantity)
}

// share is whole × part ÷ of, rounded down, without overflow: part is at most of, and of is a line's quantity.
func share(whole, part, of int64) int64 { return whole/of*part + whole%of*part/of }

func amountOf(lines []payment.RefundLine) (sum int64) {
	for _, l := range lines {
		sum += l.Amount()
	}
	return sum
}

// sharesOf is what lines take of goods and tax, if the sale has that much left of each; else nothing: refunds of amounts alone came
// before, and took their share of all parts.
func (r *Record) sharesOf(lines []payment.RefundLine) (goods, tax int64) {
	for _, l := range lines {
		goods, tax = goods+l.Goods, tax+l.Tax
	}
	if soldGoods, _, soldTax := r.sold(); goods > soldGoods || tax > soldTax {
		return 0, 0
	}
	return goods, tax
}

// repeats tells whether a request is the one that a refund was stored for.
func (r *Record) repeats(f payment.Refund, n NewRefund) bool {
	if len(n.Lines) != len(f.Lines) || (len(n.Lines) == 0 || n.Amount != 0) && n.Amount != f.Amount {
		return false
	}
	for i, w := range n.Lines {
		if have := f.Lines[i]; have.SKU != w.SKU || have.Quantity != w.Quantity || w.Quantity == 0 && have.Amount() != w.Amount {
			return false
		}
	}
	return true
}
