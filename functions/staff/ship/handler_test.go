package ship_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
	"till/shared/order"
)

// roles are who may.
var roles = shoptest.Roles(201, "packer", "manager", "admin")

var rows = []shoptest.Row{
	{Name: "everything is shipped", File: "everything", Status: 201},
	{Name: "a part is shipped", File: "one-unit", Status: 201},
	{Name: "more than is left", File: "more-than-is-left", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0"}},
	{Name: "a product that was not ordered", File: "sku-not-ordered", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0"}},
	{Name: "no carrier and no number", File: "no-carrier", Status: 422, Code: "shipment_invalid", At: []string{"#/carrier", "#/tracking_number"}},
	{Name: "a control character in the number", File: "ansi-in-the-number", Status: 422, Code: "shipment_invalid", At: []string{"#/tracking_number"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/weight"}},
	{Name: "packed where nothing is", File: "from-elsewhere", Status: 409, Code: "out_of_stock", At: []string{"#/from"}},
	{Name: "packed nowhere", File: "from-malformed", Status: 422, Code: "location_invalid", At: []string{"#/from"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Packing("order-one")
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "ship", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "ship", rows, ready)
	eventfile.AllIn(t, "ship", shoptest.Files(roles, rows))
}

func TestTheMachineGoesOnWhenEverythingIsShipped(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Serve(s.Staff("ship", "one-unit", o.Words()[:2]...))
	if told, _ := s.Machine.Answers(); len(told) > 0 || s.Order(o).Record().Status != order.Fulfilling {
		t.Errorf("the machine was told %v, the order is %s", told, s.Order(o).Record().Status)
	}
	s.Serve(s.Staff("ship", "everything", o.Words()[:2]...))
	if told, _ := s.Machine.Answers(); !slices.Contains(told, shoptest.TaskToken(o.ID)) || s.Order(o).Record().Status != order.Shipped {
		t.Errorf("the machine was told %v, the order is %s", told, s.Order(o).Record().Status)
	}
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Sold != 2 || got.Reserved != 0 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}

func TestTheSameParcelAgainIsTheSameParcel(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Shipped("order-one")
	s.Try(shoptest.Row{Status: http.StatusCreated}, s.Staff("ship", "everything", o.Words()[:2]...))
	if got := len(s.Order(o).Record().Shipments); got != 1 {
		t.Errorf("%d parcels", got)
	}
}

func TestOrdersThatAreNotToBeShipped(t *testing.T) {
	conflict := shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}
	for name, open := range map[string]func(*shoptest.Shop) shoptest.Opened{
		"unpaid":       func(s *shoptest.Shop) shoptest.Opened { return s.Place("order-one") },
		"not prepared": func(s *shoptest.Shop) shoptest.Opened { o, _ := s.Paid("order-one"); return o },
		"cancelled": func(s *shoptest.Shop) shoptest.Opened {
			o, _ := s.Packing("order-one")
			s.Serve(eventfile.Request(s, "cancelorder", "cancelled", o.Words()...))
			return o
		},
		"refunded in full": func(s *shoptest.Shop) shoptest.Opened {
			o, _ := s.Packing("order-one")
			s.Serve(s.Staff("refund", "all-of-it", o.Words()[:2]...))
			return o
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := shoptest.New(t)
			s.Try(conflict, s.Staff("ship", "everything", open(s).Words()[:2]...))
		})
	}
}

func TestAShipmentStandsThoughTheMachineCannotBeTold(t *testing.T) {
	s := shoptest.New(t)
	words := ready(s)
	s.Break("machine.Succeed", shoptest.Down())
	s.Try(shoptest.Row{Status: http.StatusCreated}, s.Staff("ship", "everything", words[:2]...))
	if log := s.Logged.Take(); len(log) != 1 || !strings.Contains(log[0], "machine_not_told") {
		t.Errorf("the log says %v", log)
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save"} {
		s := shoptest.New(t)
		words := ready(s)
		req := s.Staff("ship", "everything", words[:2]...)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusCreated}, req)
	}
}

func TestAParcelLeavesFromWhereStaffPackedIt(t *testing.T) {
	s := shoptest.New(t)
	s.Locations("main", "north")
	words := ready(s)
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("setstock", "received-elsewhere"))
	resp := s.Try(shoptest.Row{Status: http.StatusCreated}, s.Staff("ship", "from-elsewhere", words[:2]...))
	if !strings.Contains(resp.Body, `"from":"north"`) {
		t.Errorf("answered %s", resp.Body)
	}
	got, err := s.Store.Spread(t.Context(), "mug-blue")
	if north, main := got.At("north"), got.At(catalog.Main); err != nil || north.Sold != 2 || north.Free != 3 || main.Sold != 0 || main.Reserved != 0 || main.Free != 50 {
		t.Errorf("the stock is %+v, %v", got, err)
	}
}
