package localshop_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/acceptance"
)

func TestWhatPeopleDo(t *testing.T) {
	for _, s := range acceptance.All() {
		t.Run(s.Name, func(t *testing.T) {
			w := open(t)
			w.Visit = acceptance.Play(t.Context(), w.Visit.Shop, s, t, "alone")
			w.pass(time.Hour)
			w.settled()
		})
	}
}

// played is a scenario that runs beside others.
type played struct {
	*acceptance.Recorder
	visit *acceptance.Visit
	end   func()
}

func TestWhatPeopleDoAtTheSameTimeInOneShop(t *testing.T) {
	w := open(t, crowded)
	place := w.Visit.Shop.Place()
	var beside, all []*played
	var span time.Duration
	var begun sync.WaitGroup
	printed := &lines{}
	for i, s := range acceptance.All() {
		p := &played{Recorder: &acceptance.Recorder{Name: s.Name, Log: printed}}
		all, span = append(all, p), max(span, s.Span(place))
		begin := func() {
			p.Run(func(to acceptance.T) {
				p.visit = acceptance.Enter(t.Context(), w.Visit.Shop, to, fmt.Sprintf("beside-%d", i))
				p.end = s.Begin(p.visit)
			})
		}
		if s.Alone {
			begun.Wait()
			begin()
			continue
		}
		beside = append(beside, p)
		begun.Go(begin)
	}
	begun.Wait()
	w.pass(span)
	for _, p := range all {
		if p.end != nil {
			p.Run(func(acceptance.T) { p.end() })
		}
	}
	w.pass(time.Hour)
	for _, p := range all {
		for _, failure := range p.Failures() {
			t.Errorf("%s: %s", p.Name, failure)
		}
		for sku, n := range p.visit.Received() {
			w.received[sku] = n
		}
	}
	if len(beside) < 20 || strings.Contains(strings.Join(printed.list(), ""), "panic") {
		t.Errorf("%d scenarios ran beside each other: %v", len(beside), printed.list())
	}
	w.settled()
}

// liar is a shop whose answers are altered on their way.
type liar struct {
	acceptance.Shop
	lie func(acceptance.Reply) acceptance.Reply
}

// Do is acceptance.Shop's.
func (l liar) Do(r *http.Request) acceptance.Reply { return l.lie(l.Shop.Do(r)) }

func TestAShopThatIsWrongInOneThingFailsThatScenario(t *testing.T) {
	instead := func(said, lie string) func(acceptance.Reply) acceptance.Reply {
		return func(r acceptance.Reply) acceptance.Reply {
			r.Body = bytes.ReplaceAll(r.Body, []byte(said), []byte(lie))
			return r
		}
	}
	answers := func(from, to int) func(acceptance.Reply) acceptance.Reply {
		return func(r acceptance.Reply) acceptance.Reply {
			if r.Status == from {
				r.Status = to
			}
			return r
		}
	}
	tests := []struct {
		wrong, scenario string
		lie             func(acceptance.Reply) acceptance.Reply
	}{
		{"it says paid of what is not", "basket to the door", instead(`"payment_status":"unpaid"`, `"payment_status":"paid"`)},
		{"it says unpaid of what is paid", "basket to the door", instead(`"payment_status":"paid"`, `"payment_status":"unpaid"`)},
		{"its totals are a cent too high", "basket to the door", instead("4582", "4583")},
		{"yen have decimals", "in its own units", instead("4046", "404600")},
		{"it promises what it has not", "gives back what it held", instead(`"available":false`, `"available":true`)},
		{"it keeps what was given back", "expires and gives its stock back", instead(`"available":"low"`, `"available":false`)},
		{"it ships what is on hold", "a hold stops shipping", answers(http.StatusConflict, http.StatusCreated)},
		{"it cancels what is shipped", "a shipped order cannot be cancelled", answers(http.StatusConflict, http.StatusOK)},
		{"it sells the last unit twenty times", "the last unit", answers(http.StatusConflict, http.StatusCreated)},
		{"a used key is a new one", "one key places", answers(http.StatusUnprocessableEntity, http.StatusCreated)},
		{"it believes what is forged", "a forged webhook", answers(http.StatusBadRequest, http.StatusOK)},
		{"anybody is staff", "staff's routes are closed", answers(http.StatusUnauthorized, http.StatusOK)},
		{"any link opens any order", "opens that order alone", answers(http.StatusNotFound, http.StatusOK)},
		{"it tells nobody that a price has changed", "a price that has changed", answers(http.StatusConflict, http.StatusCreated)},
	}
	for _, tt := range tests {
		t.Run(tt.wrong, func(t *testing.T) {
			w, tried := open(t), 0
			for i, s := range acceptance.All() {
				if !strings.Contains(s.Name, tt.scenario) {
					continue
				}
				tried++
				r := &acceptance.Recorder{Name: s.Name, Log: &lines{}}
				if r.Run(func(to acceptance.T) {
					acceptance.Play(t.Context(), liar{w.Visit.Shop, tt.lie}, s, to, fmt.Sprint("lie-", i))
				}) {
					t.Errorf("%q did not notice", s.Name)
				}
			}
			if tried == 0 {
				t.Errorf("no scenario is named %q", tt.scenario)
			}
		})
	}
}
