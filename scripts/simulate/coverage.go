package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"till/scripts/simulate/faults"
	"till/scripts/simulate/world"
)

// What a swarm is that covers everything: then each pair of point and kind must have struck often enough.
const (
	enough     = 100
	fullSeeds  = 100
	fullOrders = 1000
	// shown is how many pairs are listed that struck too seldom, unless the whole table is asked for.
	shown = 20
)

// seldom are points that are passed only when two other things have gone wrong with the same order before, each in its moment: a
// hundred strikes of each kind would take a million orders. The exhaustive walks pass them with pairs of faults, and the last, which is
// passed once a day, with single ones. They are counted and shown, and not asked for.
var seldom = map[string]string{
	"shopper/cancelorder/gateway.FetchRefund":    "a refund was sent and not noted, half a day before its order is cancelled once more",
	"shopper/returnpayment/gateway.FetchRefund":  "the same, before the browser comes back",
	"shopper/confirmpayment/gateway.FetchRefund": "the same, before its page tells once more that it is paid",
	"shopper/confirmpayment/gateway.Refund":      "an order ended while the shop's own page told that it is paid",
	"shopper/returnpayment/gateway.Refund":       "a webhook was lost, and its order ended, before the browser comes back",
	"shopper/cancelorder/gateway.Start":          "a payment's beginning was not noted, just before its order is cancelled",
	"staff/cancel/gateway.FetchRefund":           "a refund was sent and not noted, half a day before staff cancel its order once more",
	"staff/ship/gateway.Refund":                  "a refund was noted and not sent, just before staff ship what is left",
	"shopper/placeorder/store.AddDayKey":         "a day has one key, which half of the kinds let come about: of them two strike in a world of two days",
}

var errUncovered = errors.New("a fault struck too seldom for the simulation to prove anything about it")

// covered tells how often what struck. A swarm of full size fails if a pair struck too seldom.
func (s *summary) covered() error {
	if s.o.coverage {
		fmt.Fprint(s.out, s.cover.Table())
	}
	all, few := s.cover.Pairs(enough)
	few = slices.DeleteFunc(few, func(pair string) bool { point, _, _ := strings.Cut(pair, " "); return seldom[point] != "" })
	fmt.Fprintf(s.out, "%d pairs of point and kind, %d struck fewer than %d times; %d webhooks came\n", all, len(few), enough,
		s.cover.At(faults.Point{Call: "webhook", Port: faults.Webhook}).Passed)
	if s.o.profile != swarm || s.seeds < fullSeeds || s.o.orders < fullOrders || len(few) == 0 {
		return nil
	}
	for _, pair := range few[:min(shown, len(few))] {
		fmt.Fprintln(s.out, "too seldom:", pair)
	}
	return errUncovered
}

const (
	swarm    = "swarm"
	everyone = "all"
)

// everyProfile lets each profile run in the size in which it is believed. orders, if set, is how many each of its worlds has.
func everyProfile(o options, out io.Writer) error {
	var failed []error
	for _, p := range world.Profiles() {
		worlds, orders := max(1, p.Worlds), p.Orders
		if orders == 0 {
			orders = fullOrders
		}
		if o.orders > 0 {
			orders = o.orders
		}
		fmt.Fprintf(out, "profile=%s worlds=%d orders=%d\n", p.Name, worlds, orders)
		begun := time.Now()
		err := run([]string{"-profile", p.Name, "-seeds", strconv.Itoa(worlds), "-orders", strconv.Itoa(orders), "-workers", strconv.Itoa(o.workers),
			"-progress", "0"}, out)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.Name, err))
		}
		fmt.Fprintf(out, "profile=%s in %s\n", p.Name, time.Since(begun).Round(time.Second))
	}
	return errors.Join(failed...)
}
