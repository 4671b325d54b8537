package acceptance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"till/scripts/evidence"
	"till/scripts/localcloud/gatewaysim"
)

// play is one story as it is played.
type play struct {
	*Visit

	stage    Stage
	way      Way
	currency string
}

// asked tells whether it is the shop that has the money moved, by a call: else the gateway does when the shopper pays.
func (w Way) asked() bool { return w.Gateway == "paypal" || w == Way{"square", Embedded} }

func (p *play) order() Order { return p.Place(Of(p.Product("mug", 1680, 20), 2, p.currency)) }

func (p *play) begin(o Order, w Way) Payment {
	p.T.Helper()
	got, r := p.TryPayBy(o.ID, w.Gateway, w.Mode, p.Key())
	r.Want(p.T, http.StatusCreated)
	return got
}

// paid is an order that was paid with the card, and waits for staff.
func (p *play) paid() Order {
	p.T.Helper()
	o := p.order()
	p.PayUp(p.begin(o, p.way))
	o = p.Becomes(o, "fulfilling", "paid", "unfulfilled")
	p.AwaitsStaff(o.ID)
	return o
}

// later lets time pass.
func (p *play) later(d time.Duration) {
	p.T.Helper()
	if !p.stage.Later(d) {
		p.T.Fatalf("no %s pass", d)
	}
}

func (p *play) befall(f gatewaysim.Faults) {
	p.T.Helper()
	if err := p.stage.Befall(p.way.Gateway, f); err != nil {
		p.T.Fatalf("%v", err)
	}
}

// books are what the order's gateways know of it, summed up.
func (p *play) books(o Order) (sum evidence.Book) {
	p.T.Helper()
	for _, b := range p.Evidence(evidence.Gateways).Books {
		if b.Order == o.ID {
			sum.Captured, sum.Refunded, sum.Charges = sum.Captured+b.Captured, sum.Refunded+b.Refunded, sum.Charges+b.Charges
		}
	}
	return sum
}

// once holds an order to one charge of its whole total.
func (p *play) once(o Order) {
	p.T.Helper()
	if got := p.books(o); got.Charges != 1 || got.Captured != o.Total.Amount || got.Refunded != 0 {
		p.T.Errorf("of %d the gateways have %+v", o.Total.Amount, got)
	}
	p.mailed(o, "order_confirmed")
}

// uncharged holds an order to nothing that was taken.
func (p *play) uncharged(o Order) {
	p.T.Helper()
	if got := p.books(o); got.Captured != 0 || got.Charges != 0 {
		p.T.Errorf("the gateways have %+v", got)
	}
}

func (p *play) golden() {
	o := p.paid()
	p.Ship(o.ID, "JD0140").Want(p.T, http.StatusCreated)
	p.Deliver(o.ID, "shp_1").Want(p.T, http.StatusOK)
	p.Becomes(o, "delivered", "paid", "delivered")
	p.once(o)
}

func (p *play) declined() {
	o := p.order()
	at := p.begin(o, p.way)
	p.Card(at, Declined)
	if got := p.View(o.ID); got.PaymentStatus == "paid" || got.Status != "awaiting_payment" {
		p.T.Fatalf("after a declined card the order is %s, %s", got.Status, got.PaymentStatus)
	}
	p.uncharged(o)
	p.PayUp(p.begin(o, p.way))
	p.once(p.Becomes(o, "fulfilling", "paid", "unfulfilled"))
}

// proves lets the shopper enter a card whose bank asks, and answer it.
func (p *play) proves(at Payment, action string) {
	p.T.Helper()
	switch {
	case p.way == Way{"stripe", Embedded}:
		var got struct {
			Next struct {
				Redirect struct {
					URL string `json:"url"`
				} `json:"redirect_to_url"`
			} `json:"next_action"`
		}
		p.Confirm(at, Authenticates).Want(p.T, http.StatusOK).Into(p.T, &got)
		p.Press(got.Next.Redirect.URL, action)
	case p.way == Way{"square", Embedded}:
		token, bank := p.Tokenized(at, Authenticates)
		p.Press(bank, action)
		p.Brought(at, token)
	default:
		bank := p.Form(at.RedirectURL, url.Values{"card": {Authenticates}, "action": {"pay"}}).Want(p.T, http.StatusSeeOther).Location()
		if p.way.Mode == Hosted {
			p.Press(bank, action)
			return
		}
		if p.Form(bank, url.Values{"action": {action}}).Status == http.StatusSeeOther {
			p.Brought(at, "")
		}
	}
}

func (p *play) authenticated() {
	o := p.order()
	p.proves(p.begin(o, p.way), "fail")
	if got := p.View(o.ID); got.PaymentStatus == "paid" || got.Status != "awaiting_payment" {
		p.T.Fatalf("without the bank's word the order is %s, %s", got.Status, got.PaymentStatus)
	}
	p.uncharged(o)
	p.proves(p.begin(o, p.way), "complete")
	p.once(p.Becomes(o, "fulfilling", "paid", "unfulfilled"))
}

// cancelledThere leaves the gateway by its own button or, where the form is in the shop, lets its dashboard cancel the payment.
func (p *play) cancelledThere() {
	o := p.order()
	left := p.begin(o, p.way)
	if left.RedirectURL != "" {
		p.Press(left.RedirectURL, "cancel").Want(p.T, http.StatusSeeOther)
	} else {
		p.AsShop("/v1/payment_intents/"+left.Intent()+"/cancel").Want(p.T, http.StatusOK)
		p.Eventually("the payment is cancelled", func() bool { return p.happened(o.ID, "payment_canceled") })
	}
	p.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	other := Way{"stripe", Hosted}
	if p.way.Gateway == "stripe" {
		other = Way{"paypal", Hosted}
	}
	p.PayUp(p.begin(o, other))
	o = p.Becomes(o, "fulfilling", "paid", "unfulfilled")
	p.Card(left, Pays) // The tab is open still: nobody takes that money.
	p.later(time.Hour)
	p.once(o)
}

func (p *play) refunded() {
	o := p.paid()
	p.Refunded(p.Refund(o.ID, 500, p.Key()))
	p.Becomes(o, "fulfilling", "partially_refunded", "unfulfilled")
	p.Refund(o.ID, o.Total.Amount, p.Key()).Want(p.T, http.StatusConflict, "refund_exceeds_captured")
	p.Ship(o.ID, "JD0140").Want(p.T, http.StatusCreated)
	if got := p.books(o); got.Refunded != 500 || got.Charges != 1 {
		p.T.Errorf("the gateway has %+v", got)
	}
	p.Refunded(p.Refund(o.ID, o.Total.Amount-500, p.Key()))
	p.Becomes(o, "shipped", "refunded", "fulfilled")
	if got := p.books(o); got.Refunded != o.Total.Amount {
		p.T.Errorf("the gateway has %+v", got)
	}
}

func (p *play) disputed(won bool) {
	o := p.order()
	p.Card(p.begin(o, p.way), Disputed)
	p.Becomes(o, "fulfilling", "disputed", "unfulfilled")
	p.AwaitsStaff(o.ID)
	d := p.complaints(o.ID)[0]
	words, want := "winning_evidence: they bought it", "won"
	if !won {
		words, want = "losing_evidence: they did not", "lost"
	}
	p.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/disputes/"+d.Reference+"/evidence", p.Key(), map[string]string{"statement": words}).
		Want(p.T, http.StatusCreated)
	p.Eventually("the dispute is "+want, func() bool { return p.complaints(o.ID)[0].Status == want })
	if got := p.complaints(o.ID)[0]; (got.Withdrawn.Amount == 0) != won {
		p.T.Errorf("the dispute is %+v", got)
	}
	if won {
		p.Becomes(o, "fulfilling", "paid", "unfulfilled")
	}
}

// Bank accounts of https://docs.stripe.com/payments/sepa-debit, and Square's tokens for what stands for them.
const (
	accountPays, accountFails = "DE89370400440532013000", "DE62370400440532013001"
	debitPays, debitFails     = "bnon:bank-nonce-ok", "bnon:bank-nonce-insufficient-funds"
)

// debit pays from a bank account.
func (p *play) debit(at Payment, good bool) {
	p.T.Helper()
	account, token := accountFails, debitFails
	if good {
		account, token = accountPays, debitPays
	}
	switch {
	case p.way.Gateway == "square":
		p.Brought(at, token)
	case p.way == Way{"stripe", Embedded}:
		p.Form(p.place.Gateway+"/v1/payment_intents/"+at.Intent()+"/confirm", url.Values{
			"key": {p.place.PublicKey}, "client_secret": {at.ClientSecret}, "return_url": {p.place.Shop + "/shop/order.html"},
			"payment_method_data[type]": {"sepa_debit"}, "payment_method_data[sepa_debit][iban]": {account},
		}).Want(p.T, http.StatusOK)
	default:
		r := p.Form(at.RedirectURL, url.Values{"iban": {account}, "action": {"pay"}}).Want(p.T, http.StatusSeeOther)
		if p.way.Mode == Embedded {
			p.Brought(at, "")
			return
		}
		p.Follow(r)
	}
}

// slow is a debit of which the bank says after three days what became of it.
func (p *play) slow(good bool) {
	o := p.order()
	p.debit(p.begin(o, p.way), good)
	p.Becomes(o, "payment_processing", "processing", "unfulfilled")
	_, another := p.TryPayBy(o.ID, "stripe", Hosted, p.Key())
	another.Want(p.T, http.StatusConflict)
	p.later(71 * time.Hour)
	p.Is(o, "payment_processing", "processing", "unfulfilled")
	p.later(3 * time.Hour)
	if good {
		p.once(p.Becomes(o, "fulfilling", "paid", "unfulfilled"))
		return
	}
	p.Becomes(o, "expired", "failed", "unfulfilled")
	p.uncharged(o)
}

// lost is a payment of which nobody hears that it was charged: neither who asked for it, nor by a webhook.
func (p *play) lost() {
	o := p.order()
	at := p.begin(o, p.way)
	deaf := gatewaysim.Faults{Webhooks: gatewaysim.WebhookFaults{Drop: 1}}
	switch {
	case p.way.asked():
		p.befall(deaf)
		p.stage.LoseCharge()
		p.Card(at, Pays)
	case p.way.Mode == Hosted:
		p.befall(deaf)
		p.leave(at)
	default:
		deaf.API.TimeoutAfter = 1
		p.befall(deaf)
		if r := p.Confirm(at, Pays); r.Status != 0 {
			p.T.Errorf("the browser was answered %d", r.Status)
		}
		deaf.API.TimeoutAfter = 0
		p.befall(deaf)
	}
	if got := p.View(o.ID); got.PaymentStatus == "failed" {
		p.T.Errorf("nobody knows, and the order is %s", got.PaymentStatus)
	}
	if got := p.books(o); got.Charges != 1 {
		p.T.Fatalf("before anybody hears of it the gateway has %+v", got)
	}
	for _, w := range []Way{p.way, {"stripe", Embedded}, {"paypal", Hosted}} { // Impatient, they try everything.
		if again, r := p.TryPayBy(o.ID, w.Gateway, w.Mode, p.Key()); r.Status == http.StatusCreated && again.ID != at.ID {
			p.T.Errorf("another payment began: %+v", again)
		}
	}
	p.later(time.Hour)
	p.once(p.Becomes(o, "fulfilling", "paid", "unfulfilled"))
}

func (p *play) newsFirst() {
	o := p.order()
	at := p.begin(o, p.way)
	if p.way.asked() {
		p.stage.News(true)
		p.PayUp(at)
		if n := p.stage.News(false); n == 0 {
			p.T.Errorf("no webhook came before its answer")
		}
	} else {
		back := Reply{}
		if p.way.Mode == Hosted {
			back = p.Form(at.RedirectURL, url.Values{"card": {Pays}, "action": {"pay"}}).Want(p.T, http.StatusSeeOther)
		} else {
			p.PayUp(at)
		}
		p.Becomes(o, "fulfilling", "paid", "unfulfilled")
		if p.way.Mode == Hosted {
			p.Follow(back).Want(p.T, http.StatusSeeOther)
		} else {
			p.Brought(at, "").Want(p.T, http.StatusOK)
		}
	}
	p.once(p.Becomes(o, "fulfilling", "paid", "unfulfilled"))
}

// late pays when stock is held no more: the gateway's page is closed, or nobody takes what the shopper agrees to.
func (p *play) late() {
	o := p.order()
	at := p.begin(o, p.way)
	p.later(p.place.StockHold + 3*p.place.SweepEvery)
	p.Is(o, "expired", "unpaid", "unfulfilled")
	p.Card(at, Pays)
	p.later(4 * time.Hour)
	p.Is(o, "expired", "unpaid", "unfulfilled")
	p.uncharged(o)
}

// overlooked pays an order that the shop took for over: what a gateway took by itself confirms it after all, since there is stock; what
// the shop would have to take is left.
func (p *play) overlooked() {
	o := p.order()
	at := p.begin(o, p.way)
	p.later(28 * time.Minute)
	if err := p.stage.Overlook(o.ID); err != nil {
		p.T.Fatalf("%v", err)
	}
	p.later(4 * time.Minute)
	p.Is(o, "expired", "unpaid", "unfulfilled")
	p.Card(at, Pays)
	p.later(time.Minute)
	if p.way.asked() {
		p.Is(o, "expired", "unpaid", "unfulfilled")
		p.uncharged(o)
		return
	}
	p.once(p.Becomes(o, "fulfilling", "paid", "unfulfilled"))
}

// twoTabs pays one order in two tabs: once the same way, once another.
func (p *play) twoTabs() {
	o := p.order()
	first, second := p.begin(o, p.way), p.begin(o, p.way)
	if first.ID != second.ID {
		p.T.Fatalf("two tabs of one way to pay are two payments: %s, %s", first.ID, second.ID)
	}
	other := Way{p.way.Gateway, Hosted}
	if p.way.Mode == Hosted {
		other.Mode = Embedded
	}
	third := p.begin(o, other)
	p.Card(first, Pays) // Closed, or open still, and then nobody takes that money.
	p.Card(third, Pays)
	o = p.Becomes(o, "fulfilling", "paid", "unfulfilled")
	p.Card(second, Pays)
	p.Card(third, Pays)
	p.later(time.Hour)
	p.once(o)
}

// Tokenized is what Square's form in the shop's page makes of a card: a token, and the page of the bank if it asks for something.
// https://developer.squareup.com/docs/web-payments/take-card-payment
func (v *Visit) Tokenized(p Payment, card string) (token, bank string) {
	v.T.Helper()
	body, err := json.Marshal(map[string]any{"client_id": p.PublicKey, "location_id": p.LocationID, "card_data": map[string]any{"number": card}})
	if err != nil {
		v.T.Fatalf("%v", err)
	}
	req, err := http.NewRequestWithContext(v.ctx, http.MethodPost, strings.TrimSuffix(v.place.Gateway, "/stripe")+"/square/v2/card-nonce", strings.NewReader(string(body)))
	if err != nil {
		v.T.Fatalf("%v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	var got struct {
		Token string `json:"card_nonce"`
		Bank  string `json:"verification_url"`
	}
	v.Shop.Gateway(req).Want(v.T, http.StatusOK).Into(v.T, &got)
	return got.Token, got.Bank
}
