package orderview

import "till/shared/payment"

// Payment is an attempt to pay as its shopper sees it, with what the browser needs to go on while it is open. ClientSecret opens
// the payment in the shopper's own browser: answered to its shopper, never stored, never logged.
type Payment struct {
	ID           payment.AttemptID `json:"id"`
	Status       payment.State     `json:"status"`
	Gateway      string            `json:"gateway"`
	Mode         payment.Mode      `json:"mode"`
	Capture      string            `json:"capture,omitempty"` // "manual": the money is promised first. Left out where it is taken at once.
	RedirectURL  string            `json:"redirect_url,omitempty"`
	ClientSecret string            `json:"client_secret,omitempty"`
	PublicKey    string            `json:"public_key,omitempty"`
	LocationID   string            `json:"location_id,omitempty"` // Square's form wants it beside the public key.
}

// PaymentOf shows an attempt with what its gateway answered to its start.
func PaymentOf(a payment.Attempt, s payment.Started) Payment {
	return Payment{
		Capture: captureOf(a), ID: a.ID, Status: a.State, Gateway: a.Gateway, Mode: a.Mode,
		RedirectURL: s.RedirectURL, ClientSecret: s.ClientSecret, PublicKey: s.PublicKey, LocationID: s.Location,
	}
}
