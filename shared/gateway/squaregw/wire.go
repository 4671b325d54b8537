package squaregw

// What is read of Square's answers, and nothing else: no person's data gets further than the bytes that came.
type (
	// orderWire is an order. https://developer.squareup.com/reference/square/objects/Order
	orderWire struct {
		ID        string            `json:"id"`
		Location  string            `json:"location_id"`
		Reference string            `json:"reference_id"`
		State     string            `json:"state"`
		Version   int64             `json:"version"`
		Metadata  map[string]string `json:"metadata"`
		Total     moneyWire         `json:"total_money"`
		Tenders   []tenderWire      `json:"tenders"`
	}
	// tenderWire is what somebody paid an order with, or tried to. https://developer.squareup.com/reference/square/objects/Tender
	tenderWire struct {
		ID      string `json:"id"`
		Payment string `json:"payment_id"`
		Card    struct {
			Status string `json:"status"`
		} `json:"card_details"`
		Bank struct {
			Status string `json:"status"`
		} `json:"bank_account_details"`
	}
	// paymentWire is a payment. https://developer.squareup.com/reference/square/objects/Payment
	paymentWire struct {
		ID        string     `json:"id"`
		Status    string     `json:"status"`
		Order     string     `json:"order_id"`
		Reference string     `json:"reference_id"`
		Note      string     `json:"note"`
		Amount    moneyWire  `json:"amount_money"`
		Total     *moneyWire `json:"total_money"` // With tips, of which there are none.
		Refunded  *moneyWire `json:"refunded_money"`
		Fees      []struct {
			Amount moneyWire `json:"amount_money"`
		} `json:"processing_fee"`
		RefundIDs    []string `json:"refund_ids"`
		CreatedAt    string   `json:"created_at"`
		DelayedUntil string   `json:"delayed_until"`
		Risk         struct {
			Level string `json:"risk_level"`
		} `json:"risk_evaluation"`
		Card struct {
			Errors []errorWire `json:"errors"`
		} `json:"card_details"`
	}
	// refundWire is a refund. https://developer.squareup.com/reference/square/objects/PaymentRefund
	refundWire struct {
		ID      string    `json:"id"`
		Status  string    `json:"status"`
		Payment string    `json:"payment_id"`
		Reason  string    `json:"reason"`
		Amount  moneyWire `json:"amount_money"`
	}
	// disputeWire is a dispute. https://developer.squareup.com/reference/square/objects/Dispute
	disputeWire struct {
		ID       string    `json:"id"`
		State    string    `json:"state"`
		Reason   string    `json:"reason"`
		DueAt    string    `json:"due_at"`
		Amount   moneyWire `json:"amount_money"`
		Disputed struct {
			Payment string `json:"payment_id"`
		} `json:"disputed_payment"`
	}
	// linkWire is a page on which an order can be paid. https://developer.squareup.com/reference/square/objects/PaymentLink
	linkWire struct {
		ID    string `json:"id"`
		Order string `json:"order_id"`
		URL   string `json:"url"`
		Long  string `json:"long_url"`
	}
	// errorWire is an error. https://developer.squareup.com/reference/square/objects/Error. Its detail is not read.
	errorWire struct {
		Category string `json:"category"`
		Code     string `json:"code"`
		Field    string `json:"field"`
	}
)

// paymentID names the payment of a tender. Of payments made with the Payments API both ids are the same.
func (t tenderWire) paymentID() string {
	if t.Payment != "" {
		return t.Payment
	}
	return t.ID
}

// failed tells whether the tender is a try that came to nothing; voided, whether it was given up.
// https://developer.squareup.com/reference/square/enums/TenderCardDetailsStatus
func (t tenderWire) failed() bool { return t.Card.Status == "FAILED" || t.Bank.Status == "FAILED" }

func (t tenderWire) voided() bool { return t.Card.Status == "VOIDED" }

// total is what a payment is for.
func (p *paymentWire) total() moneyWire {
	if p.Total != nil {
		return *p.Total
	}
	return p.Amount
}
