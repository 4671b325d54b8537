package catalog

import (
	"context"
	"encoding/json"
	"regexp"
	"time"

	"till/shared/fault"
)

// Entry is one thing that staff did to a SKU's stock, as history keeps it for good. Orders move stock by their own changes.
type Entry struct {
	N         int       `json:"n"` // 1 and up.
	At        time.Time `json:"at"`
	By        string    `json:"by"`                  // "staff:SUB", "seed". Safe to log.
	Change    int64     `json:"change"`              // Units that came or went.
	Counted   *int64    `json:"counted,omitempty"`   // What a stock-take found on hand; Change is the difference.
	Reason    string    `json:"reason,omitempty"`    // A word: "received", "damaged".
	Reference string    `json:"reference,omitempty"` // Of a delivery note or the like. Never about a person.
	Plan      *Plan     `json:"plan,omitempty"`      // Decided anew, if it is there.
	Location  Location  `json:"location,omitempty"`  // Where; "" is the main one.
	To        Location  `json:"to,omitempty"`        // Where units were brought from there; Change is 0 then.
	Moved     int64     `json:"moved,omitempty"`     // So many were.
	Counters  int       `json:"counters,omitempty"`  // Over so many counters the location's units are spread from now on.
	Low       *int64    `json:"low,omitempty"`       // Less free than this is little; 0: never.
}

// Where is the entry's location.
func (e Entry) Where() Location {
	if e.Location == "" {
		return Main
	}
	return e.Location
}

// Into adds what the entry brought to each location, or took from it.
func (e Entry) Into(sums map[Location]int64) {
	sums[e.Where()] += e.Change - e.Moved
	if e.Moved != 0 {
		sums[e.To] += e.Moved
	}
}

// Plan is what the shop decides about a SKU that may be sold before it is there.
type Plan struct {
	Backorder int64  `json:"backorder"`          // So many more than are on hand may be promised.
	Expected  string `json:"expected,omitempty"` // The day on which more is expected: "2026-12-24".
}

// Wish is what staff want done to stock. Either Counted or Change may be there, with or without a plan.
type Wish struct {
	Entry
	Key  string // What makes repeats of it one; "" if it may not be repeated.
	Over int    // The last entry that was seen; AnyEntry if that does not matter.
}

// AnyEntry is a Wish.Over that matches all.
const AnyEntry = -1

// UnitsMax is more than anybody has.
const UnitsMax = 1_000_000_000

var (
	reasonForm    = regexp.MustCompile(`^[a-z][a-z_]{0,31}$`)
	referenceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$`)
)

// Check reports every fault of an entry as staff sent it. Errors: fault.Invalid, each At its member.
func (e Entry) Check() []error {
	var faults []error
	bad := func(at, code, msg string) {
		faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "catalog.Check", Code: code, At: at, Msg: msg})
	}
	if e.Counted != nil && (*e.Counted < 0 || *e.Counted > UnitsMax) {
		bad("#/on_hand", "quantity_invalid", "Must be a whole number from 0 to 1,000,000,000.")
	}
	if e.Change < -UnitsMax || e.Change > UnitsMax {
		bad("#/change", "quantity_invalid", "Must be a whole number, at most 1,000,000,000 either way.")
	}
	if e.Reason != "" && !reasonForm.MatchString(e.Reason) {
		bad("#/reason", "reason_invalid", "Must be a word of 1 to 32 small letters and underscores.")
	}
	if e.Reference != "" && !referenceForm.MatchString(e.Reference) {
		bad("#/reference", "reference_invalid", "Must be 1 to 64 letters, digits, dots, dashes, underscores or slashes.")
	}
	faults = append(faults, e.checkPlaces()...)
	if p := e.Plan; p != nil {
		if p.Backorder < 0 || p.Backorder > UnitsMax {
			bad("#/backorder", "quantity_invalid", "Must be a whole number from 0 to 1,000,000,000.")
		}
		if _, err := time.Parse(time.DateOnly, p.Expected); p.Expected != "" && err != nil {
			bad("#/expected_on", "day_invalid", "Must be a day as in 2026-12-24.")
		}
	}
	return faults
}

// Encode is the stored form of an entry.
func (e Entry) Encode() ([]byte, error) { return json.Marshal(e) }

// DecodeEntry reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeEntry(data []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil {
		return Entry{}, fault.Wrap(fault.Internal, "catalog.DecodeEntry", err)
	}
	return e, nil
}

// Print is what repeats of a wish have in common.
func (w Wish) Print() string {
	e := w.Entry
	e.N, e.At, e.By = 0, time.Time{}, ""
	text, err := e.Encode()
	if err != nil {
		return ""
	}
	return string(text)
}

// KeyReused is the fault of a key that was used for another wish: fault.Invalid, code idempotency_key_reused.
func KeyReused(op string) error {
	return &fault.Error{Kind: fault.Invalid, Op: op, Code: "idempotency_key_reused", At: "Idempotency-Key",
		Msg: "This key was used for another request. Use a new key for a new request."}
}

// Room keeps stock.
type Room interface {
	EnterStock(context.Context, SKU, Wish) (Stock, error)
}

// Count notes that so many units are on hand, whatever was there.
func Count(ctx context.Context, r Room, sku SKU, onHand int64) (Stock, error) {
	return r.EnterStock(ctx, sku, Wish{Entry: Entry{Counted: &onHand, By: "seed", Reason: "counted"}, Over: AnyEntry})
}
