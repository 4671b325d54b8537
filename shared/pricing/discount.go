package pricing

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/money"
)

// CodesMax is how many codes one basket may bring. With two counters each they fit into an order's transaction beside LinesMax lines.
const CodesMax = 5

// Kind says what a discount gives.
type Kind string

// The kinds, in the order in which they are taken off: each works on what those before it left.
const (
	BuyXGetY     Kind = "buy_x_get_y"   // Of every Buy + Get units the cheapest Get are Rate cheaper.
	Percentage   Kind = "percentage"    // Rate off.
	Fixed        Kind = "amount"        // An amount off, at most what the goods cost.
	FreeDelivery Kind = "free_delivery" // Delivery costs nothing.
)

var kinds = []Kind{BuyXGetY, Percentage, Fixed, FreeDelivery}

// Discount is one rule that makes a basket cheaper: by itself, or for whoever brings its code.
type Discount struct {
	ID          string // Names it for good; uses are counted under it.
	Name        string // For the shopper: "Summer sale".
	Code        string // Capitals, digits and dashes; "" for one that needs none.
	Kind        Kind
	Rate        int64                    // In RateUnit: 10,000 is 10 % off.
	Amounts     map[money.Currency]int64 // Of Fixed, minor units. It is not to be had in other currencies.
	Buy, Get    int64                    // Of BuyXGetY, units.
	Products    []catalog.SKU            // Which it is for; empty: all.
	Methods     []string                 // Of FreeDelivery, which ways to deliver; empty: all.
	Minimum     map[money.Currency]int64 // List price of the products it is for, from which it holds. Not to be had in other currencies.
	From, Until time.Time                // When it holds, Until not included; zero: always.
	Limit       int64                    // How many orders may use it; 0: any number.
	PerCustomer int64                    // How many of one customer.
	Alone       bool                     // Not together with another code.
}

// Applied is a discount that a basket got. Minor units.
type Applied struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Code     string `json:"code,omitempty"`
	Amount   int64  `json:"amount"`             // Off the goods.
	Delivery bool   `json:"delivery,omitempty"` // Delivery costs nothing for it.
}

// Coupon is a use of a discount that must be counted, because it has limits: those that held when it was used.
type Coupon struct {
	ID          string `json:"id"`
	Limit       int64  `json:"limit,omitempty"`
	PerCustomer int64  `json:"per_customer,omitempty"`
}

var codeForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{1,31}$`)

// Canonical is a code as it is compared: in capitals, without blanks around it; "" if it cannot be a code.
func Canonical(code string) string {
	if len(code) > 64 {
		return ""
	}
	if code = strings.ToUpper(strings.TrimSpace(code)); !codeForm.MatchString(code) {
		return ""
	}
	return code
}

// delivers tells whether the discount makes a way to deliver free.
func (d Discount) delivers(method string) bool {
	return d.Kind == FreeDelivery && (len(d.Methods) == 0 || slices.Contains(d.Methods, method))
}

func (d Discount) is(product catalog.SKU) bool {
	return len(d.Products) == 0 || slices.Contains(d.Products, product)
}

// holds says why the discount cannot be had for a basket, in words for the shopper; "" if it can.
func (d Discount) holds(c money.Currency, at time.Time, lines []*Line) string {
	if !d.From.IsZero() && at.Before(d.From) {
		return "This code is not valid yet."
	}
	if !d.Until.IsZero() && !at.Before(d.Until) {
		return "This code has expired."
	}
	least, inMinimum := d.Minimum[c]
	if _, inAmounts := d.Amounts[c]; len(d.Minimum) > 0 && !inMinimum || d.Kind == Fixed && !inAmounts {
		return "This code is not valid in this currency."
	}
	var value int64
	fits := false
	for _, l := range lines {
		if d.is(l.SKU) {
			value, fits = value+l.Quantity*l.UnitPrice, true
		}
	}
	switch {
	case !fits:
		return "This code is for other products."
	case value < least:
		return "This code is for orders from " + money.Of(least, c).Format("en") + "."
	}
	return ""
}

// off takes the discount off the lines, which are in the order of their SKUs, and gives what it came to. Percentages are rounded half up to
// what can be charged; all is divided over the lines by the largest remainder, in such steps, and no line falls below zero.
func (d Discount) off(c money.Currency, step int64, lines []*Line) (int64, error) {
	weights := make([]int64, len(lines)) // In steps.
	var whole int64
	switch d.Kind {
	case BuyXGetY:
		weights = d.gotten(lines, step)
	case Percentage, Fixed:
		for i, l := range lines {
			if d.is(l.SKU) {
				weights[i] = l.Total / step
			}
		}
	case FreeDelivery:
		return 0, nil
	}
	for _, w := range weights {
		whole += w
	}
	if whole == 0 {
		return 0, nil
	}
	steps := money.Of(min(d.Amounts[c]/step, whole), c)
	if d.Kind != Fixed {
		var err error
		if steps, err = money.Of(whole, c).Portion(d.Rate, RateUnit); err != nil {
			return 0, err
		}
	}
	parts, err := steps.Split(weights...)
	if err != nil {
		return 0, err
	}
	for i, part := range parts {
		lines[i].Discount += part.Minor() * step
		lines[i].Total -= part.Minor() * step
	}
	return steps.Minor() * step, nil
}

// gotten gives, per line and in steps, what the units cost that BuyXGetY makes cheaper: the cheapest of all that it is for, between
// equals those of the first SKU.
func (d Discount) gotten(lines []*Line, step int64) []int64 {
	var units int64
	byPrice := make([]int, 0, len(lines))
	for i, l := range lines {
		if d.is(l.SKU) {
			units += l.Quantity
			byPrice = append(byPrice, i)
		}
	}
	slices.SortStableFunc(byPrice, func(a, b int) int { return cmp.Compare(lines[a].UnitPrice, lines[b].UnitPrice) })
	left := units / (d.Buy + d.Get) * d.Get
	out := make([]int64, len(lines))
	for _, i := range byPrice {
		n := min(left, lines[i].Quantity)
		left -= n
		out[i] = min(n*lines[i].UnitPrice, lines[i].Total) / step
	}
	return out
}

// brought is a discount that a basket may get, and the code that asks for it.
type brought struct {
	Discount
	code int // Index of the code, -1 for a discount that needs none.
}

// brought lists the discounts that a basket may get, in the order in which they are taken off, and what is wrong with its codes. A
// code that is there twice counts once.
func (r Rules) brought(b Basket) ([]brought, []error) {
	if len(b.Codes) > CodesMax {
		return nil, []error{invalid("#/discount_codes", "coupon_invalid", "At most 5 codes can be used together.")}
	}
	var out []brought
	var faults []error
	for i, raw := range b.Codes {
		code := Canonical(raw)
		j := slices.IndexFunc(r.Discounts, func(d Discount) bool { return code != "" && d.Code == code })
		if j < 0 {
			faults = append(faults, codeFault(i, "This code cannot be used."))
			continue
		}
		if !slices.ContainsFunc(out, func(have brought) bool { return have.Code == code }) {
			out = append(out, brought{r.Discounts[j], i})
		}
	}
	for _, d := range out {
		if d.Alone && len(out) > 1 {
			faults = append(faults, codeFault(d.code, "This code cannot be used together with another."))
		}
	}
	for _, d := range r.Discounts {
		if d.Code == "" {
			out = append(out, brought{d, -1})
		}
	}
	slices.SortFunc(out, func(a, b brought) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(min(a.code, 0), min(b.code, 0)), cmp.Compare(a.ID, b.ID))
	})
	return out, faults
}

// discount takes all discounts off the goods, and gives those that make delivery free. A code that gives nothing is a fault, so that
// nobody uses one up in vain.
func (r Rules) discount(q *Quote, b Basket, all []brought, lines []*Line) (free []brought, faults []error) {
	for _, d := range all {
		why := d.holds(q.Currency, b.At, lines)
		if why == "" && d.Kind != FreeDelivery {
			amount, err := d.off(q.Currency, r.step(q.Currency), lines)
			if err != nil {
				return nil, append(faults, err)
			}
			if amount > 0 {
				q.apply(d, amount)
				continue
			}
			why = nothingOff()
		}
		switch {
		case why != "" && d.code >= 0:
			faults = append(faults, codeFault(d.code, why))
		case why == "":
			free = append(free, d)
		}
	}
	return free, faults
}

func nothingOff() string {
	return "This code takes nothing off this order."
}

// apply notes that a basket got a discount.
func (q *Quote) apply(d brought, amount int64) {
	q.Discounts = append(q.Discounts, Applied{ID: d.ID, Name: d.Name, Code: d.Code, Amount: amount, Delivery: d.Kind == FreeDelivery})
	if d.code >= 0 && (d.Limit > 0 || d.PerCustomer > 0) {
		q.Coupons = append(q.Coupons, Coupon{ID: d.ID, Limit: d.Limit, PerCustomer: d.PerCustomer})
	}
}
