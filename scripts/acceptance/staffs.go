package acceptance

import (
	"net/http"
	"slices"

	"till/shared/order"
)

// staffs are orders that people at the shop look at.
func staffs() []Scenario {
	return []Scenario{
		{Name: "a hold stops shipping, and lifting it lets it go", Begin: holds},
		{Name: "nothing is shipped before it is paid and asked for", Begin: notYet},
		{Name: "staff see whom an order is for, and what happened", Begin: staffSee},
		{Name: "a dispute holds the order", Begin: dispute},
	}
}

// happened tells whether staff see such a change in the order's history.
func (v *Visit) happened(id order.ID, kind string) bool { return slices.Contains(v.History(id), kind) }

func holds(v *Visit) func() {
	o := v.Fulfilling(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	v.Hold(o.ID, "fraud_review").Want(v.T, http.StatusOK)
	v.Hold(o.ID, "fraud_review").Want(v.T, http.StatusOK) // A repeat.
	v.Hold(o.ID, "fulfillment_failed").Want(v.T, http.StatusUnprocessableEntity, "hold_invalid")
	if !v.View(o.ID).OnHold {
		v.T.Errorf("the shopper is not told")
	}
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusConflict, "order_on_hold")
	v.Is(o, "fulfilling", "paid", "unfulfilled")
	v.Lift(o.ID, "fraud_review").Want(v.T, http.StatusOK)
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
	v.Is(o, "shipped", "paid", "fulfilled")
	return nil
}

func notYet(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusConflict, "order_state_conflict")
	v.PayUp(v.Pay(o.ID, Hosted))
	v.AwaitsStaff(o.ID)
	v.Ship(o.ID, "").Want(v.T, http.StatusUnprocessableEntity, "shipment_invalid")
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
	v.Ship(o.ID, "JD0141").Want(v.T, http.StatusConflict, "order_state_conflict")
	v.Is(o, "shipped", "paid", "fulfilled")
	return nil
}

func staffSee(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	var got struct {
		Order struct {
			ID      order.ID `json:"id"`
			Contact struct {
				Email    string `json:"email"`
				Shipping struct {
					Name string `json:"name"`
				} `json:"shipping_address"`
			} `json:"contact"`
		} `json:"order"`
	}
	v.AsStaff(http.MethodGet, "/staff/orders/"+string(o.ID), "", nil).Want(v.T, http.StatusOK).Into(v.T, &got)
	if got.Order.ID != o.ID || got.Order.Contact.Email != email || got.Order.Contact.Shipping.Name != name {
		v.T.Errorf("staff see %+v", got)
	}
	if !v.happened(o.ID, "placed") {
		v.T.Errorf("history: %v", v.History(o.ID))
	}
	v.Eventually("the order is on the list of its day", func() bool { return v.listed(o.ID) })
	v.Cancel(o.ID).Want(v.T, http.StatusOK)
	return nil
}

// listed looks for an order on today's list, page by page.
func (v *Visit) listed(id order.ID) bool {
	for next := ""; ; {
		var page struct {
			Orders []Order `json:"orders"`
			Next   string  `json:"next"`
		}
		path := "/staff/orders?day=" + v.Shop.Now().UTC().Format("2006-01-02")
		if next != "" {
			path += "&next=" + next
		}
		v.AsStaff(http.MethodGet, path, "", nil).Want(v.T, http.StatusOK).Into(v.T, &page)
		if slices.ContainsFunc(page.Orders, func(o Order) bool { return o.ID == id }) {
			return true
		}
		if next = page.Next; next == "" {
			return false
		}
	}
}

func dispute(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	v.Enter(v.Pay(o.ID, Hosted).RedirectURL, Disputed).Want(v.T, http.StatusSeeOther)
	v.Becomes(o, "fulfilling", "disputed", "unfulfilled")
	v.AwaitsStaff(o.ID)
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusConflict, "order_on_hold")
	if !v.View(o.ID).OnHold {
		v.T.Errorf("the shopper is not told")
	}
	return nil
}
