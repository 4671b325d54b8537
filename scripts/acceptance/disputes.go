package acceptance

import (
	"net/http"
	"slices"
	"strings"

	"till/shared/order"
)

// disputes are shoppers who complain to their bank, and what the shop says to that, at each gateway. What the simulated banks make of
// it is said by the statement's first word, as in Stripe's test mode: https://docs.stripe.com/testing#evidence
func disputes() []Scenario {
	var out []Scenario
	for _, gateway := range []string{"stripe", "paypal", "square"} {
		w := wallet{gateway, Hosted}
		out = append(out,
			Scenario{Name: "a dispute by " + gateway + " is answered with evidence, and won", Begin: func(v *Visit) func() { return w.answered(v, true) }},
			Scenario{Name: "a dispute by " + gateway + " is answered with evidence, and lost", Begin: func(v *Visit) func() { return w.answered(v, false) }},
			Scenario{Name: "a dispute by " + gateway + " is given in to", Begin: w.accepted},
		)
	}
	return out
}

// complaint is a dispute as staff see it.
type complaint struct {
	Reference string `json:"reference"`
	Status    string `json:"status"`
	Withdrawn Amount `json:"withdrawn"`
	DueBy     string `json:"due_by"`
	Answer    struct {
		Status   string `json:"status"`
		Accepted bool   `json:"accepted"`
	} `json:"answer"`
}

// complaints are the disputes of an order.
func (v *Visit) complaints(id order.ID) []complaint {
	v.T.Helper()
	var got struct {
		Order struct {
			Disputes []complaint `json:"disputes"`
		} `json:"order"`
	}
	v.AsStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil).Want(v.T, http.StatusOK).Into(v.T, &got)
	return got.Order.Disputes
}

// disputed is an order that was paid by a card whose owner complains.
func (w wallet) disputed(v *Visit) (Order, complaint) {
	v.T.Helper()
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	w.pay(v, o.ID, w.begin(v, o.ID), Disputed, "")
	v.Becomes(o, "fulfilling", "disputed", "unfulfilled")
	v.AwaitsStaff(o.ID)
	all := v.complaints(o.ID)
	if len(all) != 1 || all[0].Status != "needs_response" || all[0].DueBy == "" || all[0].Withdrawn != o.Total {
		v.T.Fatalf("the disputes are %+v", all)
	}
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusConflict, "order_on_hold")
	return o, all[0]
}

func (w wallet) answered(v *Visit, won bool) func() {
	o, d := w.disputed(v)
	path := "/staff/orders/" + string(o.ID) + "/disputes/" + d.Reference
	var shown struct {
		Evidence struct {
			Reason string `json:"reason"`
			Name   string `json:"customer_name"`
		} `json:"evidence"`
	}
	v.AsStaff(http.MethodGet, path+"/evidence", "", nil).Want(v.T, http.StatusOK).Into(v.T, &shown)
	if shown.Evidence.Reason != "fraud" || shown.Evidence.Name != name {
		v.T.Errorf("shown is %+v", shown)
	}
	words, want := "winning_evidence: they bought it", "won"
	if !won {
		words, want = "losing_evidence: they did not", "lost"
	}
	key := v.Key()
	v.AsStaff(http.MethodPost, path+"/evidence", key, map[string]string{"statement": words}).Want(v.T, http.StatusCreated)
	v.AsStaff(http.MethodPost, path+"/evidence", key, map[string]string{"statement": words}).Want(v.T, http.StatusCreated)
	w.ends(v, o, want)
	return nil
}

func (w wallet) accepted(v *Visit) func() {
	o, d := w.disputed(v)
	path := "/staff/orders/" + string(o.ID) + "/disputes/" + d.Reference
	v.AsStaff(http.MethodPost, path+"/acceptance", v.Key(), nil).Want(v.T, http.StatusCreated)
	w.ends(v, o, "accepted")
	v.AsStaff(http.MethodPost, path+"/evidence", v.Key(), nil).Want(v.T, http.StatusConflict, "dispute_closed")
	return nil
}

// ends holds a dispute to its end: the money, the order's hold, and what was told of it.
func (w wallet) ends(v *Visit, o Order, want string) {
	v.T.Helper()
	v.Eventually("the dispute is "+want, func() bool { return v.complaints(o.ID)[0].Status == want })
	d := v.complaints(o.ID)[0]
	if d.Answer.Status != "sent" || d.Answer.Accepted != (want == "accepted") || (d.Withdrawn.Amount == 0) != (want == "won") {
		v.T.Errorf("the dispute is %+v", d)
	}
	if slices.ContainsFunc(v.StaffView(o.ID).Holds, func(h struct {
		Key string `json:"key"`
	},
	) bool {
		return strings.HasPrefix(h.Key, "dispute:")
	}) {
		v.T.Errorf("the order is held still")
	}
	if want == "won" {
		v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
		v.Becomes(o, "shipped", "paid", "fulfilled")
	}
}
