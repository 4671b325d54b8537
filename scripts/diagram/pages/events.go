package pages

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"till/scripts/eventrows"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

// events is every event type of every gateway, and what it does in which scene.
func events(fs.FS) (string, error) {
	var rows [][]string
	for _, g := range []struct {
		name, title string
		known       []payment.Known
	}{{"stripe", "Stripe", stripegw.Known()}, {"paypal", "PayPal", paypalgw.Known()}, {"square", "Square", squaregw.Known()}} {
		for _, k := range g.known {
			asked := ""
			if k.Subscribed {
				asked = "yes"
			}
			for _, r := range eventrows.Rows() {
				if r.Gateway == g.name && r.Type == k.Type {
					rows = append(rows, []string{g.title, "`" + k.Type + "`", asked, string(k.Subject), string(r.Scene), cmp.Or(r.Attempt, "as it was"),
						cmp.Or(r.Order, "as it was"), accounts(r.Books), holds(r.Holds)})
				}
			}
		}
	}
	return table([]string{"gateway", "event type", "subscribed", "about", "when", "attempt", "order, payment", "ledger: + debited, − credited", "holds"}, rows), nil
}

// accounts writes what moved for readers.
func accounts(moved string) string {
	if moved == "" {
		return "nothing"
	}
	words := strings.Fields(moved)
	slices.Sort(words) // What is debited first.
	for i, w := range words {
		words[i] = strings.Replace(strings.ReplaceAll(w, "_", " "), "-", "−", 1)
	}
	return strings.Join(words, ", ")
}

func holds(changed string) string {
	return strings.Replace(strings.ReplaceAll(changed, "_", " "), "-", "−", 1)
}
