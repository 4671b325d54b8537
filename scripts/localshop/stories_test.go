package localshop_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/shared/order"
	"till/shared/payment"
)

// theatre is a shop in one process as a stage.
type theatre struct {
	outside
	wires *wires
}

// wires are between the shop's functions and the gateways.
type wires struct {
	http.RoundTripper
	lose  atomic.Bool
	first atomic.Bool // News comes before answers.
	busy  atomic.Bool
	w     *world
	came  int
}

// moves tells whether a call lets a gateway move money, or answers a dispute.
func moves(r *http.Request) bool {
	ends := func(end string) bool { return strings.HasSuffix(r.URL.Path, end) }
	return r.Method == http.MethodPost && (ends("/capture") || ends("/authorize") || ends("/void") || ends("/cancel") || ends("/square/v2/payments") ||
		ends("/provide-evidence") || ends("/submit-evidence") || strings.Contains(r.URL.Path, "/stripe/v1/disputes/"))
}

// RoundTrip is http.RoundTripper's.
func (x *wires) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := x.RoundTripper.RoundTrip(r)
	if err != nil || !moves(r) {
		return answer, err
	}
	if x.lose.CompareAndSwap(true, false) {
		return nil, errors.Join(errors.New("connection reset by peer"), answer.Body.Close())
	}
	if x.first.Load() && x.busy.CompareAndSwap(false, true) {
		before := len(x.w.Store.AllEvents())
		x.w.pass(time.Second)
		x.came += len(x.w.Store.AllEvents()) - before
		x.busy.Store(false)
	}
	return answer, nil
}

// stage opens a shop for a story.
func stage(t *testing.T, s acceptance.Story, way acceptance.Way) (*world, *theatre) {
	x := &wires{}
	w := open(t, func(o *localshop.Options) {
		o.Square, o.Slow = s.Currency(way), 72*time.Hour
		o.Give = func(_ template.Function, p localshop.Parts) localshop.Parts {
			x.RoundTripper, p.Gateway = p.Gateway, x
			return p
		}
	})
	x.w = w
	out, is := w.Visit.Shop.(outside)
	if !is {
		t.Fatal("people reach the shop another way")
	}
	return w, &theatre{out, x}
}

// Befall is acceptance.Stage's.
func (h *theatre) Befall(gateway string, f gatewaysim.Faults) error {
	g, err := h.Gateways.Of(gateway)
	if err != nil {
		return err
	}
	return g.SetFaults(f)
}

// LoseCharge is acceptance.Stage's.
func (h *theatre) LoseCharge() { h.wires.lose.Store(true) }

// News is acceptance.Stage's.
func (h *theatre) News(first bool) int {
	h.wires.first.Store(first)
	return h.wires.came
}

// Overlook is acceptance.Stage's.
func (h *theatre) Overlook(id order.ID) error {
	book := order.Book{Load: h.Store.Order, Save: h.Store.Save}
	_, _, err := book.Change(h.w.t.Context(), id, func(o *order.Order) (order.Change, error) {
		a, _ := o.OpenAttempt()
		over := payment.Facts{State: payment.Canceled, Order: string(id), Attempt: a.ID, Session: a.Session, Intent: a.Intent}
		return o.ApplyPayment(over, true, order.By{Who: "gateway:" + a.Gateway, At: h.Clock.Now()})
	})
	return err
}

func TestEveryPaymentStoryByEachGatewayInEachMode(t *testing.T) {
	played := 0
	for _, s := range acceptance.Stories() {
		for _, way := range acceptance.Ways() {
			if s.Never(way) != "" {
				continue
			}
			played++
			t.Run(s.Name+"/"+way.Gateway+"/"+way.Mode, func(t *testing.T) {
				w, h := stage(t, s, way)
				s.Play(w.Visit, h, way)
				w.pass(2 * time.Hour)
				w.settled()
			})
		}
	}
	if played < 75 {
		t.Errorf("only %d stories", played)
	}
}
