package paypalsim

import (
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// orderLife is how long an order waits for approval and capture. Then PayPal knows nothing of it.
// https://developer.paypal.com/docs/multiparty/checkout/apm/reference/expiration-times/ has 3 h for approved ones.
const orderLife = 3 * time.Hour

// The states of an order.
const (
	created        = "CREATED"
	actionRequired = "PAYER_ACTION_REQUIRED"
	approved       = "APPROVED"
	completed      = "COMPLETED"
	pending        = "PENDING"
	declined       = "DECLINED"
	failed         = "FAILED"
	voided         = "VOIDED"
)

// order is one wish to be paid.
type order struct {
	id       string
	intent   string
	status   string
	first    string // The status that it was made with: it goes back there when the shopper must choose anew.
	unit     unit
	value    int64
	currency string
	back     string
	cancel   string
	created  time.Time
	updated  time.Time
	expired  bool

	card    gatewaysim.Card // Of the approval.
	debit   string          // A bank account instead: gatewaysim.DebitPays or DebitFails.
	pending gatewaysim.Card // A card that asks for authentication.

	authorizations []*authorization
	captures       []*capture
	refunds        []*refund
}

// unit is a purchase unit as it is asked for.
type unit struct {
	Reference   string `json:"reference_id"`
	Custom      string `json:"custom_id"`
	Invoice     string `json:"invoice_id"`
	Description string `json:"description"`
	Descriptor  string `json:"soft_descriptor"`
	Amount      struct {
		amount

		Breakdown *struct {
			Goods    *amount `json:"item_total"`
			Shipping *amount `json:"shipping"`
			Handling *amount `json:"handling"`
			Tax      *amount `json:"tax_total"`
			Discount *amount `json:"discount"`
		} `json:"breakdown"`
	} `json:"amount"`
	Items []struct {
		Name     string  `json:"name"`
		Quantity string  `json:"quantity"`
		SKU      string  `json:"sku"`
		Price    amount  `json:"unit_amount"`
		Tax      *amount `json:"tax"`
	} `json:"items"`
}

// experience is what the shopper sees, and where the browser goes then.
type experience struct {
	Brand    string `json:"brand_name"`
	Locale   string `json:"locale"`
	Landing  string `json:"landing_page"`
	Return   string `json:"return_url"`
	Cancel   string `json:"cancel_url"`
	Action   string `json:"user_action"`
	Shipping string `json:"shipping_preference"`
	Payment  string `json:"payment_method_preference"`
}

type newOrder struct {
	Intent string `json:"intent"`
	Units  []unit `json:"purchase_units"`
	Source *struct {
		PayPal *struct {
			Experience experience `json:"experience_context"`
		} `json:"paypal"`
	} `json:"payment_source"`
	Context *experience `json:"application_context"` // The deprecated place of the same.
}

// createOrder is POST /v2/checkout/orders.
func (s *Sim) createOrder(c *call) (result, *apiError) {
	var in newOrder
	if bad := c.into(&in); bad != nil {
		return result{}, bad
	}
	o := &order{intent: in.Intent, status: created}
	e := in.Context
	if in.Source != nil && in.Source.PayPal != nil {
		if c.key == "" {
			return result{}, invalid("", "PAYPAL_REQUEST_ID_REQUIRED", "With a payment source there must be a PayPal-Request-Id.")
		}
		o.status, e = actionRequired, &in.Source.PayPal.Experience
	}
	if e == nil {
		e = &experience{}
	}
	o.back, o.cancel = e.Return, e.Cancel
	if bad := in.check(e); bad != nil {
		return result{}, bad
	}
	o.unit = in.Units[0]
	value, bad := o.unit.total()
	if bad != nil {
		return result{}, bad
	}
	o.id, o.value, o.currency, o.first = s.id(), value, o.unit.Amount.Currency, o.status
	gatewaysim.Default(&o.unit.Reference, "default")
	o.created, o.updated = s.now(), s.now()
	s.orders.Put(o.id, o)
	s.after(orderLife, "order "+o.id, func() { s.expire(o) })
	return s.show(c, http.StatusCreated, o), nil
}

func (in newOrder) check(e *experience) *apiError {
	switch {
	case in.Intent != "CAPTURE" && in.Intent != "AUTHORIZE":
		return invalid("/intent", "INVALID_PARAMETER_VALUE", "The intent is CAPTURE or AUTHORIZE.")
	case len(in.Units) == 0:
		return invalid("/purchase_units", "MISSING_REQUIRED_PARAMETER", "There is no purchase unit.")
	case len(in.Units) > 1:
		return unprocessable("/purchase_units", "MULTI_PROVIDER", "The simulation takes one purchase unit.")
	case e.Return != "" && !gatewaysim.Absolute(e.Return):
		return invalid("/payment_source/paypal/experience_context/return_url", "INVALID_PARAMETER_SYNTAX", "Not a URL.")
	case e.Cancel != "" && !gatewaysim.Absolute(e.Cancel):
		return invalid("/payment_source/paypal/experience_context/cancel_url", "INVALID_PARAMETER_SYNTAX", "Not a URL.")
	case e.Action != "" && e.Action != "PAY_NOW" && e.Action != "CONTINUE":
		return invalid("/payment_source/paypal/experience_context/user_action", "INVALID_PARAMETER_VALUE", "Not a user action.")
	case e.Shipping != "" && e.Shipping != "NO_SHIPPING" && e.Shipping != "GET_FROM_FILE" && e.Shipping != "SET_PROVIDED_ADDRESS":
		return invalid("/payment_source/paypal/experience_context/shipping_preference", "INVALID_PARAMETER_VALUE", "Not a shipping preference.")
	}
	for _, field := range []struct {
		name, text string
		longest    int
	}{{"custom_id", in.Units[0].Custom, 255}, {"invoice_id", in.Units[0].Invoice, 127}, {"description", in.Units[0].Description, 127},
		{"soft_descriptor", in.Units[0].Descriptor, 22}, {"reference_id", in.Units[0].Reference, 256}} {
		if len([]rune(field.text)) > field.longest {
			return invalid("/purchase_units/@reference_id=='default'/"+field.name, "INVALID_STRING_MAX_LENGTH", "The text is too long.")
		}
	}
	return nil
}

// expire ends an order that was never paid.
func (s *Sim) expire(o *order) {
	if o.status == completed {
		return
	}
	o.expired = true
	if o.status == approved && o.debit != "" { // Alternative methods are given back what they hold.
		s.emit("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", "2.0", object{"order_id": o.id, "purchase_units": []object{o.unitView()},
			"payment_source": object{"bank": object{}}})
	}
}

func (s *Sim) find(id string) (*order, *apiError) {
	o, ok := s.orders.Get(id)
	if !ok || o.expired {
		return nil, notFound()
	}
	return o, nil
}

// getOrder is GET /v2/checkout/orders/{id}.
func (s *Sim) getOrder(c *call) (result, *apiError) {
	o, bad := s.find(c.args[0])
	if bad != nil {
		return result{}, bad
	}
	return result{http.StatusOK, s.viewOrder(o)}, nil
}

// show is an order after a call that changed it: all of it only if that is asked for.
func (s *Sim) show(c *call, status int, o *order) result {
	view := s.viewOrder(o)
	if c.req.Header.Get("Prefer") != "return=representation" {
		view = object{"id": o.id, "status": o.status, "links": view["links"]}
	}
	return result{status, view}
}
