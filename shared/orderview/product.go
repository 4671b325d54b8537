package orderview

import (
	"encoding/json"

	"till/shared/catalog"
	"till/shared/money"
)

// Product is a product as shoppers see it. Available is true, false or "low", never a count.
type Product struct {
	SKU         catalog.SKU     `json:"sku"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Price       money.Amount    `json:"price"`
	Available   json.RawMessage `json:"available"`
}

// ProductOf gives the shopper's view of a product in a currency, and whether it is sold in it.
func ProductOf(p catalog.Product, s catalog.Stock, c money.Currency) (Product, bool) {
	price, sold := p.Price(c)
	available := s.Availability()
	if available == "low" {
		available = `"low"`
	}
	return Product{SKU: p.SKU, Name: p.Name, Description: p.Description, Price: price, Available: json.RawMessage(available)}, sold
}
