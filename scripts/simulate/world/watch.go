package world

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/shared/catalog"
	"till/shared/memory"
	"till/shared/order"
)

// watch sees everything that is written, as it is written.
type watch struct {
	w        *World
	canaries [][]byte
	touched  map[order.ID]bool
	tales    map[order.ID]*evidence.Tale
	versions map[string]int64   // Of orders, by partition key.
	changes  map[[2]string]bool // By both keys.
	units    map[string]int64   // On hand and sold, by partition key.
	texts    map[string]string  // What stands in the clear beside orders, changes and events.
	events   map[string]bool    // Ids of those that the inbox has.
	received received
	stopped  bool // Somebody stopped an execution.
	lines    uint64
	errors   int      // Lines that would wake somebody.
	refused  []string // Lines that tell of books that were refused.
}

// received is how many units came in, by SKU.
type received = map[catalog.SKU]int64

func (a *watch) open(w *World) {
	*a = watch{w: w, touched: map[order.ID]bool{}, tales: map[order.ID]*evidence.Tale{},
		versions: map[string]int64{}, changes: map[[2]string]bool{}, units: map[string]int64{}, texts: map[string]string{}, events: map[string]bool{}, received: received{}}
	for _, c := range acceptance.Canaries() {
		a.canaries = append(a.canaries, []byte(c))
	}
}

// refusedMost is how many of the lines are kept that tell one thing.
const refusedMost = 8

// Write takes a line of the functions' log: nothing personal or secret stands in it.
func (a *watch) Write(line []byte) (int, error) {
	a.lines++
	if bytes.Contains(line, []byte(`"level":"ERROR"`)) {
		a.errors++
	}
	if len(a.refused) < refusedMost && bytes.Contains(line, []byte(evidence.UnbalancedCode)) {
		a.refused = append(a.refused, string(line))
	}
	for n, c := range a.canaries {
		if bytes.Contains(line, c) {
			a.w.fail("I9 NoLeak", "", fmt.Sprintf("canary %d stands in the log", n))
		}
	}
	if a.w.config.Log != nil {
		return a.w.config.Log.Write(line)
	}
	return len(line), nil
}

// wrote is what the history says of a write.
var wrote = map[string]string{"INSERT": "write INSERT", "MODIFY": "write MODIFY", "REMOVE": "write REMOVE"}

// write takes a write of the store, after it. It checks what can be seen in it alone.
func (a *watch) write(m memory.Write) {
	pk, _ := m.Keys["pk"].(string)
	sk, _ := m.Keys["sk"].(string)
	body, _ := m.New["body"].(string)
	addTo(a.w.history, a.w.Clock.Now(), a.w.worker(), wrote[m.Event], pk+"/"+sk, body)
	switch {
	case m.Table == memory.Orders && sk == "ORDER":
		id := order.ID(strings.TrimPrefix(pk, "ORDER#"))
		a.touched[id] = true
		n, _ := m.New["n"].(int64)
		if n != a.versions[pk]+1 {
			a.w.fail("I8 LegalMoves", id, fmt.Sprintf("version %d was written after version %d", n, a.versions[pk]))
		}
		a.versions[pk] = n
	case m.Table == memory.Orders && strings.HasPrefix(sk, "CHANGE#"):
		id := order.ID(strings.TrimPrefix(pk, "ORDER#"))
		if m.Event != "INSERT" || a.changes[[2]string{pk, sk}] {
			a.w.fail("I20 ChainWhole", id, sk+" was written over")
		}
		a.changes[[2]string{pk, sk}] = true
	case m.Table == memory.Orders && m.Event != "INSERT":
		a.w.fail("I20 ChainWhole", "", pk+" was written over")
	case m.Table == memory.Catalog && (sk == "STOCK" || strings.HasPrefix(sk, "STOCK#")):
		a.stock(pk, sk, m.New)
	case m.Table == memory.Inbox && m.Event == "INSERT":
		event := pk[strings.LastIndex(pk, "#")+1:]
		a.events[event] = true
		delete(a.w.missing, event)
	case m.Table == memory.Customers:
		a.texts[memory.Customers+" "+pk+" "+sk] = readable(m.New)
	}
}

// stock: no counter is below zero, and only counting changes how many units there are.
func (a *watch) stock(pk, sk string, item memory.Image) {
	free, reserved, sold := number(item, "free"), number(item, "reserved"), number(item, "sold")
	if min(free, reserved, sold) < 0 {
		a.w.fail("I1 NoOversell", "", fmt.Sprintf("%s: free %d, reserved %d, sold %d", pk, free, reserved, sold))
	}
	units := free + reserved + sold
	counting := a.w.Turns.Current() == nil // The shelves are filled.
	if j := a.w.job(); j != nil {
		counting = j.function == "staff/setstock"
	}
	if was, known := a.units[pk+sk]; known && was != units && !counting {
		a.w.fail("I1 NoOversell", "", fmt.Sprintf("%s: %d units became %d", pk, was, units))
	}
	a.received[catalog.SKU(strings.TrimPrefix(pk, "SKU#"))] += units - a.units[pk+sk]
	a.units[pk+sk] = units
}

func number(item memory.Image, name string) int64 {
	n, _ := item[name].(int64)
	return n
}

// readable is what of an item can be read.
func readable(item memory.Image) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(item)) {
		fmt.Fprintf(&out, "%s %s\n", name, item[name])
	}
	return out.String()
}

// stored lists what tables hold in the clear.
func (a *watch) stored() []evidence.Text {
	var out []evidence.Text
	for _, where := range slices.Sorted(maps.Keys(a.texts)) {
		out = append(out, evidence.Text{Where: where, Text: a.texts[where]})
	}
	return out
}

// look holds every order that was touched since the last look against the rules of an order, in the gateways' books too.
func (a *watch) look(w *World, _ bool) {
	books := map[order.ID][]evidence.Book{}
	for _, b := range w.Books() {
		books[b.Order] = append(books[b.Order], b)
	}
	for _, id := range slices.Sorted(maps.Keys(a.touched)) {
		tale := a.tales[id]
		if tale == nil {
			tale = new(evidence.Tale)
			a.tales[id] = tale
		}
		s, err := w.story(id, tale.Told())
		if err != nil {
			w.fail("I20 ChainWhole", id, err.Error())
			continue
		}
		s.Books = books[id]
		for _, v := range tale.Check(s, evidence.Expect{Alarms: true, MailsTwice: true, MailsUnread: true}) {
			w.fail(v.Invariant, v.Order, v.What)
		}
	}
	clear(a.touched)
}

// story reads an order with the changes that were not told of before.
func (w *World) story(id order.ID, told int) (evidence.Story, error) {
	o, changes, err := w.Store.ChainAfter(id, told)
	if err != nil {
		return evidence.Story{}, err
	}
	return evidence.Story{Order: evidence.Order{Stored: o, Changes: changes, Indexed: !o.Record().Due.IsZero()}, Now: w.Clock.Now()}, nil
}
