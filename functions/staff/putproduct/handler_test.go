package putproduct_test

import (
	"net/http"
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
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/name", "#/prices/EUR", "#/weight_grams"}},
	{Name: "a SKU of other characters", File: "sku-malformed", Status: 422, Code: "sku_invalid", At: []string{"#/sku"}},
	{Name: "a price in no currency", File: "currency-unknown", Status: 422, Code: "currency_invalid", At: []string{"#/prices"}},
	{Name: "a price as text", File: "price-as-text", Status: 422, Code: "price_invalid", At: []string{"#/prices/EUR"}},
	{Name: "no price", File: "no-prices", Status: 422, Code: "price_invalid", At: []string{"#/prices"}},
	{Name: "a card number of 13 digits in the name", File: "card-in-the-name", Status: 422, Code: "card_data_rejected", At: []string{"#/name"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/price"}},
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

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"PutProduct"} {
		s := shoptest.New(t)
		req := s.Staff("putproduct", "put")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
