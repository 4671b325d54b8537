package lift_test

import (
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

// roles are who may.
var roles = shoptest.Roles(200, "manager", "admin")

var rows = []shoptest.Row{
	{Name: "a hold is lifted", File: "lifted", Status: 200},
	{Name: "a hold that is not there is lifted already", File: "not-held", Status: 200},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
}

// ready makes the order that the requests are about.
func ready(s *shoptest.Shop) []string {
	o, _ := s.Paid("order-one")
	s.Serve(s.Staff("hold", "held", o.Words()[:2]...))
	return o.Words()
}

func TestRoles(t *testing.T) { shoptest.Rows(t, "lift", roles, ready) }

func TestRequests(t *testing.T) {
	shoptest.Rows(t, "lift", rows, ready)
	eventfile.AllIn(t, "lift", shoptest.Files(roles, rows))
}

func TestALiftedHoldLetsTheOrderBeShipped(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Serve(s.Staff("hold", "held", o.Words()[:2]...))
	s.Try(shoptest.Row{Status: http.StatusConflict, Code: "order_on_hold"}, s.Staff("ship", "everything", o.Words()[:2]...))
	s.Try(shoptest.Row{Status: http.StatusOK}, s.Staff("lift", "lifted", o.Words()[:2]...))
	s.Try(shoptest.Row{Status: http.StatusCreated}, s.Staff("ship", "everything", o.Words()[:2]...))
}

func TestWhileTheStoreIsDownTheAnswerIs503AndTheSameRequestSucceedsLater(t *testing.T) {
	for _, operation := range []string{"Order", "Save"} {
		s := shoptest.New(t)
		words := ready(s)
		req := s.Staff("lift", "lifted", words[:2]...)
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
		s.Mend()
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
}
