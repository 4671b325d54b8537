package vieworder_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/link"
	"till/shared/order"
)

var rows = []shoptest.Row{
	{Name: "the holder of the link sees the order", File: "opened", Status: 200},
	{Name: "the scheme in any case", File: "scheme-in-capitals", Status: 200},
	{Name: "no token", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "credentials of another scheme", File: "basic-credentials", Status: 401, Code: "unauthorized"},
	{Name: "a JWT with alg none is no token of an order", File: "jwt-of-nobody", Status: 404, Code: "not_found"},
	{Name: "an altered token", File: "token-altered", Status: 404, Code: "not_found"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
	{Name: "a path that is no order", File: "id-malformed", Status: 404, Code: "not_found"},
	{Name: "a card number in the path", File: "card-in-the-path", Status: 422, Code: "card_data_rejected"},
}

func TestOrders(t *testing.T) {
	shoptest.Rows(t, "vieworder", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words() })
	eventfile.AllIn(t, "vieworder", shoptest.Files(rows))
}

// opened asks for an order with a token.
func opened(t *testing.T, o shoptest.Opened, token string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "vieworder", "opened", "ORDER_ID", string(o.ID), "ORDER_TOKEN", token)
}

var notFound = shoptest.Row{Status: http.StatusNotFound, Code: "not_found"}

func TestATokenOpensItsOwnOrderAlone(t *testing.T) {
	s := shoptest.New(t)
	mine, other := s.Place("order-one"), s.Place("order-two")
	s.Try(notFound, opened(t, mine, other.Token))
}

func TestATokenOpensForWhatItWasMadeAlone(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Try(notFound, opened(t, o, s.Signer.Sign(string(o.ID), link.Return, s.Now().Add(time.Hour), 0)))
}

func TestATokenEndsAfterSevenDays(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Wait(link.Life - time.Second)
	s.Try(shoptest.Row{Status: http.StatusOK}, opened(t, o, o.Token))
	s.Wait(time.Second)
	s.Try(notFound, opened(t, o, o.Token))
}

func TestARevokedTokenOpensNothing(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	book := order.Book{Load: s.Store.Order, Save: s.Store.Save}
	if _, _, err := book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.Revoke(order.By{Who: "staff:1", At: s.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	s.Try(notFound, opened(t, o, o.Token))
}

func TestAnOrderThatIsNotThereAndATokenThatDoesNotFitLookTheSame(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	missing := s.Serve(opened(t, shoptest.Opened{ID: order.IDFor("nobody's")}, o.Token))
	refused := s.Serve(opened(t, o, strings.Repeat("A", link.Length)))
	if missing.Body != refused.Body || len(missing.Headers) != len(refused.Headers) {
		t.Errorf("two answers:\n%s\n%s", missing.Body, refused.Body)
	}
}

func TestAShopperSeesThatAnOrderIsOnHoldAndNotWhy(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	s.Serve(s.Staff("hold", "held", o.Words()[:2]...))
	resp := s.Serve(opened(t, o, o.Token))
	var got struct {
		Order struct {
			OnHold bool `json:"on_hold"`
			Holds  []map[string]any
		}
		Timeline []struct{ Kind, By string }
	}
	if err := json.Unmarshal([]byte(resp.Body), &got); err != nil {
		t.Fatal(err)
	}
	if !got.Order.OnHold || len(got.Order.Holds) != 1 || len(got.Order.Holds[0]) != 1 || strings.Contains(resp.Body, "manual") {
		t.Errorf("got %s", resp.Body)
	}
	for _, e := range got.Timeline {
		if e.Kind == "held" || strings.HasPrefix(e.By, "staff") {
			t.Errorf("the timeline tells %+v", e)
		}
	}
}

func TestWhileTheStoreIsDownTheAnswerIs503(t *testing.T) {
	for _, operation := range []string{"Order", "Changes"} {
		s := shoptest.New(t)
		o := s.Place("order-one")
		s.Break(operation, shoptest.Down())
		s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, opened(t, o, o.Token))
	}
}
