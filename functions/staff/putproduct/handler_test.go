package putproduct_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
	"till/shared/money"
)

// roles are who may.
var roles = shoptest.Roles(200, "manager", "admin")

var rows = []shoptest.Row{
	{Name: "a product is put into the catalogue", File: "put", Status: 200},
	{Name: "an EAN that passes the card check is a SKU", File: "ean", Status: 200},
	{Name: "a product is taken off the catalogue", File: "taken-off", Status: 200},
	{Name: "a product of a class of tax, without a parcel", File: "sold-digitally", Status: 200},
	{Name: "a class of tax that is a sentence", File: "tax-class-malformed", Status: 422, Code: "tax_class_invalid", At: []string{"#/tax_class"}},
	{Name: "a change of the version that was seen", File: "the-version-seen", Status: 200},
	{Name: "a change of a version that is gone", File: "another-version", Status: 412, Code: "precondition_failed", At: []string{"If-Match"}},
	{Name: "a change that does not say what was seen", File: "without-a-condition", Status: 428, Code: "precondition_required", At: []string{"If-Match"}},
	{Name: "a new product that is there already", File: "new-though-there", Status: 412, Code: "precondition_failed", At: []string{"If-None-Match"}},
	{Name: "a new product", File: "new", Status: 200},
	{Name: "a new product needs no condition", File: "new-without-a-condition", Status: 200},
	{Name: "a change of what is not there", File: "changes-what-is-not-there", Status: 412, Code: "precondition_failed", At: []string{"If-Match"}},
	{Name: "a version without quotes", File: "condition-malformed", Status: 400, Code: "condition_invalid", At: []string{"If-Match"}},
	{Name: "a variant with pictures, limits and dates", File: "variant", Status: 200},
	{Name: "a variant without a family, a picture over http, dates the wrong way", File: "variant-with-faults", Status: 422, Code: "validation_failed",
		At: []string{"#/images/0/url", "#/images/0/alt", "#/options", "#/quantities/max", "#/from"}},
	{Name: "a body that is about another product", File: "sku-of-another", Status: 422, Code: "sku_invalid", At: []string{"#/sku"}},
	{Name: "many products at once", File: "import", Status: 200},
	{Name: "what many products at once would do", File: "import-dry", Status: 200},
	{Name: "an import of nothing", File: "import-of-nothing", Status: 422, Code: "lines_invalid", At: []string{"#/products"}},
	{Name: "an import with a card number", File: "import-card", Status: 422, Code: "card_data_rejected", At: []string{"#/products/0/name"}},
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/name", "#/prices/EUR", "#/weight_grams"}},
	{Name: "a SKU of other characters", File: "sku-malformed", Status: 422, Code: "sku_invalid", At: []string{"#/sku"}},
	{Name: "a price in no currency", File: "currency-unknown", Status: 422, Code: "currency_invalid", At: []string{"#/prices"}},
	{Name: "a price as text", File: "price-as-text", Status: 422, Code: "price_invalid", At: []string{"#/prices/EUR"}},
	{Name: "no price", File: "no-prices", Status: 422, Code: "price_invalid", At: []string{"#/prices"}},
	{Name: "a card number of 13 digits in the name", File: "card-in-the-name", Status: 422, Code: "card_data_rejected", At: []string{"#/name"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/price"}},
	{Name: "what is misshapen hides nothing else", File: "misshapen-and-more", Status: 422, Code: "validation_failed", At: []string{"#/prices/EUR", "#/foo", "#/name", "#/prices/KWD"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
}

func ready(*shoptest.Shop) []string { return nil }

func TestRoles(t *testing.T) { shoptest.Rows(t, "putproduct", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "putproduct", rows, ready)
	eventfile.AllIn(t, "putproduct", shoptest.Files(roles, rows))
}

func TestOrdersKeepThePricesThatTheyWerePlacedAt(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("putproduct", "taken-off"))
	if got := s.Order(o).Record(); got.Total != 5341 || got.Lines[0].UnitPrice != 1999 {
		t.Errorf("the order costs %d", got.Total)
	}
	p, err := s.Store.Product(t.Context(), "mug-blue")
	if err != nil || p.Active || p.Prices[money.Currency("JPY")] != 2800 || p.SKU != catalog.SKU("mug-blue") {
		t.Errorf("the product is %+v, %v", p, err)
	}
}

// lines is what an import says, in short.
func lines(t *testing.T, body string) (out []string) {
	t.Helper()
	var got struct {
		Lines []struct {
			SKU, Result string
			Version     int
			Errors      []struct{ Code, Pointer string }
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for _, l := range got.Lines {
		text := fmt.Sprintf("%s %s %d", l.SKU, l.Result, l.Version)
		for _, e := range l.Errors {
			text += " " + e.Code + e.Pointer
		}
		out = append(out, text)
	}
	return out
}

func TestAnImportSaysOfEachLineWhatBecameOfItAndTheSecondChangesNothing(t *testing.T) {
	s := shoptest.New(t)
	refused := []string{"mug-green refused 0 sku_invalid#/sku", " refused 0 sku_invalid#/sku name_invalid#/name price_invalid#/prices"}
	for _, step := range []struct {
		file string
		want []string
	}{
		{"import-dry", []string{"mug-green made 0", "mug-blue changed 1"}},
		{"import", []string{"mug-green made 1", "mug-blue changed 2"}},
		{"import", []string{"mug-green unchanged 1", "mug-blue unchanged 2"}},
	} {
		resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("putproduct", step.file))
		if got := lines(t, resp.Body); !slices.Equal(got, append(step.want, refused...)) {
			t.Errorf("%s: %q", step.file, got)
		}
	}
	if p, err := s.Store.Product(t.Context(), "mug-blue"); err != nil || p.Prices["EUR"] != 2099 || p.Version != 2 {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestALineThatCannotBeStoredLeavesTheOthersAlone(t *testing.T) {
	s := shoptest.New(t)
	s.Break("SaveProduct", shoptest.Down())
	resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("putproduct", "import"))
	if got := lines(t, resp.Body); got[0] != "mug-green failed 0 dependency_unavailable" || got[3][:8] != " refused" {
		t.Errorf("got %q", got)
	}
}

func TestARepeatOfAChangeIsNoSecondVersion(t *testing.T) {
	s := shoptest.New(t)
	for range 2 { // The second after the first's answer was lost: its condition does not hold any more.
		resp := s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("putproduct", "the-version-seen"))
		if resp.Headers["ETag"] != `"2"` {
			t.Errorf("the version is %s", resp.Headers["ETag"])
		}
	}
	v, err := s.Store.ProductVersions(t.Context(), "mug-blue", 0, 10)
	if err != nil || len(v) != 2 || v[0].By != "staff:5f1c0a4e-1f5e-4b0e-9d8e-3f6f1f6a7b01" || !v[0].At.Equal(s.Now()) {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Product", "SaveProduct"} {
		s := shoptest.New(t)
		req := s.Staff("putproduct", "put")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
