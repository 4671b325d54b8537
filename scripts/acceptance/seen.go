package acceptance

import (
	"till/shared/order"
	"till/shared/payment"
)

// Amount is money as the API shows it, in minor units.
type Amount struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Order is an order as the API shows it.
type Order struct {
	ID                order.ID `json:"id"`
	Status            string   `json:"status"`
	PaymentStatus     string   `json:"payment_status"`
	FulfillmentStatus string   `json:"fulfillment_status"`
	Total             Amount   `json:"total"`
	OnHold            bool     `json:"on_hold"`
	Holds             []struct {
		Key string `json:"key"`
	} `json:"holds"`
	Shipments []struct {
		ID string `json:"id"`
	} `json:"shipments"`
	Refunds []struct {
		Status string `json:"status"`
		Amount Amount `json:"amount"`
	} `json:"refunds"`
}

// Payment is a payment as the API shows it.
type Payment struct {
	ID           payment.AttemptID `json:"id"`
	Status       string            `json:"status"`
	Gateway      string            `json:"gateway"`
	Mode         string            `json:"mode"`
	RedirectURL  string            `json:"redirect_url"`
	ClientSecret string            `json:"client_secret"`
	PublicKey    string            `json:"public_key"`
	LocationID   string            `json:"location_id"` // Of Square's form.
	Order        order.ID          `json:"-"`           // That it pays.
}

// The ways to pay.
const (
	Hosted   = "hosted"   // On the gateway's page.
	Embedded = "embedded" // In the gateway's form inside the shop's page.
)

// Modes lists both.
func Modes() []string { return []string{Hosted, Embedded} }

// Cards of https://docs.stripe.com/testing.
const (
	Pays          = "4242424242424242"
	Declined      = "4000000000000002"
	Authenticates = "4000002500003155" // The bank asks for 3-D Secure.
	Disputed      = "4000000000000259"
)

// Basket is what a shopper sends.
type Basket map[string]any

// Of makes a basket of one product, sent to Berlin.
func Of(sku string, quantity int, currency string) Basket {
	return Basket{
		"currency": currency, "lines": []map[string]any{{"sku": sku, "quantity": quantity}}, "email": email,
		"shipping_method":  "standard",
		"shipping_address": map[string]string{"name": name, "line1": street, "city": "Berlin", "postal_code": "10117", "country": "DE"},
	}
}

// Who every shopper is.
const (
	email  = "ada@example.com"
	name   = "Ada Byron"
	street = "Unter den Linden 1"
)

// Canaries lists what shoppers of scenarios tell the shop and nobody else: evidence.Check looks for it.
func Canaries() []string {
	return []string{email, name, street, Pays, Declined, Authenticates, Disputed, "sk_test_", "whsec_"}
}
