package deliver_test

import (
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/order"
)

// roles are who may.
var roles = shoptest.Roles(200, "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "a parcel has arrived", File: "delivered", Status: 200},
	{Name: "an unknown parcel", File: "shipment-unknown", Status: 404, Code: "not_found"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Shipped("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "deliver", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "deliver", rows, ready)
	eventfile.AllIn(t, "deliver", shoptest.Files(roles, rows))
}

func TestAnOrderIsDeliveredWithItsLastParcel(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Serve(s.Staff("ship", "one-unit", o.Words()[:2]...))
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("deliver", "delivered", o.Words()[:2]...))
	if got := s.Order(o).Record().Status; got != order.Fulfilling {
		t.Errorf("the order is %s", got)
	}
	s.Serve(s.Staff("ship", "everything", o.Words()[:2]...))
	second := s.Staff("deliver", "delivered", o.Words()[:2]...)
	second.RawPath, second.RequestContext.HTTP.Path = "/staff/orders/"+string(o.ID)+"/shipments/shp_2/delivery", ""
	second.PathParameters["shipment_id"] = "shp_2"
	for range 2 {
		s.Try(shoptest.Row{Status: http.StatusOK}, second)
	}
	if got := s.Order(o).Record().Status; got != order.Delivered {
		t.Errorf("the order is %s", got)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save"} {
		s := shoptest.New(t)
		words := ready(s)
		req := s.Staff("deliver", "delivered", words[:2]...)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
