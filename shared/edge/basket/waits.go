package basket

import (
	"context"
	"slices"

	"till/shared/catalog"
	"till/shared/pricing"
)

// Waits tells whether there is less on the shelf than is wanted of some line; held are the lines that the order holds already. Somebody
// who orders at the same moment may change that: it decides how money is taken, not whether there are goods. Errors: those of stocks.
func Waits(ctx context.Context, stocks func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error), lines, held []pricing.Line) (bool, error) {
	skus := make([]catalog.SKU, 0, len(lines))
	for _, l := range lines {
		skus = append(skus, l.SKU)
	}
	shelf, err := stocks(ctx, skus)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(lines, func(l pricing.Line) bool {
		free := shelf[l.SKU].Free
		for _, h := range held {
			if h.SKU == l.SKU {
				free += h.Quantity
			}
		}
		return free < l.Quantity
	}), nil
}
