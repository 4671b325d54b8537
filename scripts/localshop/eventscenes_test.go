package localshop_test

import (
	"net/http"
	"net/url"
	"time"

	"till/scripts/acceptance"
	"till/scripts/eventrows"
	"till/scripts/localcloud/gatewaysim"
)

// Bank accounts of https://docs.stripe.com/payments/sepa-debit.
const (
	goodAccount = "DE89370400440532013000"
	badAccount  = "DE62370400440532013001"
)

// scenes lead to what the gateway then tells, and give the order that it is about.
func scenes() map[eventrows.Scene]func(*theme) acceptance.Order {
	return map[eventrows.Scene]func(*theme) acceptance.Order{
		eventrows.Paid:         func(h *theme) acceptance.Order { return h.entered(acceptance.Pays) },
		eventrows.Declined:     func(h *theme) acceptance.Order { return h.entered(acceptance.Declined) },
		eventrows.Proof:        (*theme).proof,
		eventrows.Begun:        (*theme).begun,
		eventrows.DebitBegun:   func(h *theme) acceptance.Order { return h.debit(goodAccount, false) },
		eventrows.DebitPaid:    func(h *theme) acceptance.Order { return h.debit(goodAccount, true) },
		eventrows.DebitFailed:  func(h *theme) acceptance.Order { return h.debit(badAccount, true) },
		eventrows.PageClosed:   (*theme).pageClosed,
		eventrows.Cancelled:    (*theme).cancelled,
		eventrows.Unanswered:   (*theme).unanswered,
		eventrows.Promised:     (*theme).promised,
		eventrows.TakenThere:   (*theme).takenThere,
		eventrows.GivenUp:      (*theme).givenUp,
		eventrows.RefundThere:  func(h *theme) acceptance.Order { return h.refundThere("") },
		eventrows.RefundOnWay:  func(h *theme) acceptance.Order { return h.refundThere(gatewaysim.RefundsPending) },
		eventrows.RefundNot:    func(h *theme) acceptance.Order { return h.refundThere(gatewaysim.RefundsFailed) },
		eventrows.RefundFailed: (*theme).refundFailed,
		eventrows.Disputed:     (*theme).dispute,
		eventrows.Reviewed:     (*theme).reviewed,
		eventrows.Won:          func(h *theme) acceptance.Order { return h.decided(true) },
		eventrows.Lost:         func(h *theme) acceptance.Order { return h.decided(false) },
		eventrows.Warned:       (*theme).warned,
		eventrows.Withdrawn:    (*theme).withdrawn,
	}
}

// entered is a card on the gateway's page, of which no browser comes back.
func (h *theme) entered(card string) acceptance.Order {
	o, p := h.begin(acceptance.Hosted)
	h.hold()
	h.Form(p.RedirectURL, url.Values{"card": {card}, "action": {"pay"}})
	h.must(h.Settle())
	return o
}

func (h *theme) proof() acceptance.Order {
	o, p := h.begin(acceptance.Embedded)
	h.hold()
	h.Confirm(p, acceptance.Authenticates).Want(h.t, http.StatusOK)
	h.must(h.Settle())
	return o
}

func (h *theme) begun() acceptance.Order {
	h.post.holding = true
	o, _ := h.begin(acceptance.Embedded)
	h.must(h.Settle())
	return o
}

// debit pays from an account. If it is not to end, the answer to the shop's call for it was lost, where there is one.
func (h *theme) debit(account string, ends bool) acceptance.Order {
	mode := acceptance.Embedded
	if h.row.Gateway == "stripe" {
		mode = acceptance.Hosted
	}
	o, p := h.begin(mode)
	if !ends {
		h.hold()
		h.wire.lose.Store(h.row.Gateway != "stripe")
	}
	switch h.row.Gateway {
	case "square":
		token := map[string]string{goodAccount: "bnon:bank-nonce-ok", badAccount: "bnon:bank-nonce-insufficient-funds"}[account]
		h.Brought(p, token)
	case "paypal":
		h.Form(p.RedirectURL, url.Values{"iban": {account}, "action": {"pay"}}).Want(h.t, http.StatusSeeOther)
		h.Brought(p, "")
	default:
		h.Form(p.RedirectURL, url.Values{"iban": {account}, "action": {"pay"}}).Want(h.t, http.StatusSeeOther)
	}
	if ends {
		h.hold()
		h.pass(slowly)
	}
	h.must(h.Settle())
	return o
}

func (h *theme) pageClosed() acceptance.Order {
	o, _ := h.begin(acceptance.Hosted)
	h.hold()
	h.AsShop("/v1/checkout/sessions/"+h.charge(o).Session+"/expire").Want(h.t, http.StatusOK)
	h.must(h.Settle())
	return o
}

func (h *theme) cancelled() acceptance.Order {
	o, p := h.begin(acceptance.Embedded)
	h.hold()
	h.AsShop("/v1/payment_intents/"+p.Intent()+"/cancel").Want(h.t, http.StatusOK)
	h.must(h.Settle())
	return o
}

// unanswered is money that was taken, or promised, by a call of ours whose answer was lost.
func (h *theme) unanswered() acceptance.Order {
	o, p := h.begin(acceptance.Embedded)
	h.hold()
	h.wire.lose.Store(true)
	h.Card(p, acceptance.Pays)
	if h.wire.lose.Load() {
		h.t.Fatal("no answer was lost")
	}
	h.must(h.Settle())
	return o
}

func (h *theme) promised() acceptance.Order {
	if h.row.Gateway == "stripe" {
		return h.entered(acceptance.Pays)
	}
	return h.unanswered()
}

// agreed is an order of which the money is promised, and that is known.
func (h *theme) agreed() acceptance.Order {
	o, p := h.begin(acceptance.Embedded)
	h.Card(p, acceptance.Pays)
	o = h.Becomes(o, "fulfilling", "authorized", "unfulfilled")
	h.hold()
	return o
}

func (h *theme) takenThere() acceptance.Order {
	o := h.agreed()
	h.AsShop("/v1/payment_intents/"+h.charge(o).Intent+"/capture").Want(h.t, http.StatusOK)
	h.must(h.Settle())
	return o
}

// givenUp is given up on Stripe's dashboard, or by staff who were not answered.
func (h *theme) givenUp() acceptance.Order {
	o := h.agreed()
	if h.row.Gateway == "stripe" {
		h.AsShop("/v1/payment_intents/"+h.charge(o).Intent+"/cancel").Want(h.t, http.StatusOK)
	} else {
		h.wire.lose.Store(true)
		h.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/void", h.Key(), map[string]string{"reason": "as wished"})
		if h.wire.lose.Load() {
			h.t.Fatal("no answer was lost")
		}
	}
	h.must(h.Settle())
	return o
}

func (h *theme) refundThere(how string) acceptance.Order {
	o := h.paid()
	g, err := h.Gateways.Of(h.row.Gateway)
	h.must(err)
	h.must(g.SetFaults(gatewaysim.Faults{Refunds: how}))
	h.must(h.Gateways.Refund(h.t.Context(), h.row.Gateway, h.charge(o).Charge, 300))
	h.must(h.Settle())
	return o
}

func (h *theme) refundFailed() acceptance.Order {
	o := h.paid()
	h.post.holding = false
	g, err := h.Gateways.Of(h.row.Gateway)
	h.must(err)
	h.must(g.SetFaults(gatewaysim.Faults{Refunds: gatewaysim.RefundsFailLate}))
	if got := h.Refunded(h.Refund(o.ID, 300, h.Key())); got != "succeeded" {
		h.t.Fatalf("at first the refund is %s", got)
	}
	h.hold()
	h.pass(slowly)
	h.must(h.Settle())
	return o
}

func (h *theme) dispute() acceptance.Order {
	o := h.paid()
	h.complain(o)
	h.must(h.Settle())
	return o
}

func (h *theme) complain(o acceptance.Order) string {
	id, err := h.Gateways.RaiseDispute(h.row.Gateway, h.charge(o).Charge, "fraudulent", 0)
	h.must(err)
	return id
}

// disputed is an order with a dispute of which everything is known.
func (h *theme) disputed() (acceptance.Order, string) {
	o := h.paid()
	h.post.holding = false
	id := h.complain(o)
	h.Becomes(o, "fulfilling", "disputed", "unfulfilled")
	h.hold()
	return o, id
}

func (h *theme) reviewed() acceptance.Order {
	o, id := h.disputed()
	h.wire.lose.Store(true)
	h.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/disputes/"+id+"/evidence", h.Key(), map[string]string{"statement": "they bought it"})
	if h.wire.lose.Load() {
		h.t.Fatal("no answer was lost")
	}
	h.must(h.Settle())
	return o
}

func (h *theme) decided(won bool) acceptance.Order {
	o, id := h.disputed()
	g, err := h.Gateways.Of(h.row.Gateway)
	h.must(err)
	h.must(g.CloseDispute(id, won))
	h.must(h.Settle())
	return o
}

func (h *theme) warned() acceptance.Order {
	o := h.paid()
	_, err := h.Stripe.WarnOfFraud(h.charge(o).Charge)
	h.must(err)
	h.must(h.Settle())
	return o
}

// withdrawn is a bank's approval that PayPal took back, since nobody could be asked to take the money.
func (h *theme) withdrawn() acceptance.Order {
	o, p := h.begin(acceptance.Hosted)
	h.hold()
	h.Form(p.RedirectURL, url.Values{"iban": {goodAccount}, "action": {"pay"}}).Want(h.t, http.StatusSeeOther)
	h.must(h.Gateways.PayPal.SetFaults(gatewaysim.Faults{API: gatewaysim.APIFaults{Down: true}}))
	h.pass(181 * time.Minute)
	h.must(h.Gateways.PayPal.SetFaults(gatewaysim.Faults{}))
	return o
}
