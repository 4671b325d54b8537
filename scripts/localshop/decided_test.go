package localshop_test

import (
	"net/http"
	"testing"

	"till/scripts/localshop"
	"till/shared/catalog"
)

func TestTheDemoShopsSettingsAreInOrder(t *testing.T) {
	if err := localshop.Decided().Check([]string{"stripe", "paypal", "square"}); err != nil {
		t.Error(err)
	}
}

func TestTheDemoShopsStockLiesInBinsAndSomeOfItIsLow(t *testing.T) {
	w := open(t)
	if err := w.Decide(t.Context()); err != nil {
		t.Fatal(err)
	}
	state, err := w.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for sku, bins := range map[catalog.SKU]int{"notebook-dot": 2, "lamp-desk": 4, "mug-blue": 0} {
		if got := len(state.Stock[sku].Bins); got != bins {
			t.Errorf("%s is shown in %d bins, want %d", sku, got, bins)
		}
	}
	var page struct{ Products []struct{ SKU string } }
	w.AsStaff(http.MethodGet, "/staff/stock?low=true", "", nil).Want(t, http.StatusOK).Into(t, &page)
	if len(page.Products) != 2 || page.Products[0].SKU != "tea-assam" {
		t.Errorf("low are %+v", page.Products)
	}
}
