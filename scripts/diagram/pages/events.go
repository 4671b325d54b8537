package pages

import (
	"io/fs"

	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

// consequences is what an event about each subject leads to. Of no event is the body believed: it only says whom to ask about.
var consequences = map[payment.Subject]string{
	payment.AboutPayment: "The gateway is asked how the payment stands. The attempt follows it and is never lowered; captured money confirms the order, is booked, or goes back; a fraud warning is a hold",
	payment.AboutRefund:  "The gateway is asked for the payment with its refunds. Each refund follows it; money that left, or came back, is booked; one that failed is a hold",
	payment.AboutDispute: "The gateway is asked for the payment with its disputes. Each open one is a hold of its own; what was withdrawn, or given back, and its fee are booked; the order's status stays",
	payment.AboutOther:   "Nothing: the receipt is kept, and ignored",
}

// events is every event type of every gateway, and what it leads to.
func events(fs.FS) (string, error) {
	var rows [][]string
	for _, g := range []struct {
		name  string
		known []payment.Known
	}{{"Stripe", stripegw.Known()}, {"PayPal", paypalgw.Known()}, {"Square", squaregw.Known()}} {
		for _, k := range g.known {
			asked := ""
			if k.Subscribed {
				asked = "yes"
			}
			rows = append(rows, []string{g.name, "`" + k.Type + "`", asked, string(k.Subject), consequences[k.Subject]})
		}
	}
	return table([]string{"gateway", "event type", "subscribed", "about", "what it leads to"}, rows), nil
}
