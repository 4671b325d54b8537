package catalog

import (
	"encoding/json"
	"time"

	"till/shared/fault"
)

// Watch is a SKU whose stock staff want to be told of.
type Watch struct {
	SKU   SKU
	Below int64     // When less than this is free.
	Since time.Time // Staff were told then that it is so; zero, if it is not.
}

// Is tells whether so few are free that staff want to know.
func (w Watch) Is(free int64) bool { return free < w.Below }

// Difference is a counter that is not what the records of its changes say. Safe to log.
type Difference struct {
	SKU      SKU      `json:"sku"`
	Location Location `json:"location"`
	Counter  Counter  `json:"counter"`
	Bin      Bin      `json:"bin,omitempty"` // Of those that one bin has: which.
	Counted  int64    `json:"counted"`
	Recorded int64    `json:"recorded"`
}

// Counter is what a difference is about.
type Counter string

// The counters that are compared.
const (
	OnHand   Counter = "on_hand" // All that is at a location, against the entries.
	Reserved Counter = "reserved"
	Sold     Counter = "sold"
)

// StockCheck is what the last comparison of stock with the records of its changes found.
type StockCheck struct {
	At          time.Time    `json:"at"`
	First       string       `json:"first,omitempty"` // The first day on which there are orders; "" if there are none.
	Products    int          `json:"products"`        // So many were compared.
	Differences []Difference `json:"differences,omitempty"`
	Left        int          `json:"left,omitempty"` // So many more were found than are kept.
}

// differencesMax bounds how many differences are kept.
const differencesMax = 200

// Keep keeps the first differences.
func (c *StockCheck) Keep(all []Difference) {
	n := min(len(all), differencesMax)
	c.Differences, c.Left = all[:n], len(all)-n
}

// Of lists the differences of one SKU.
func (c StockCheck) Of(sku SKU) []Difference {
	var out []Difference
	for _, d := range c.Differences {
		if d.SKU == sku {
			out = append(out, d)
		}
	}
	return out
}

// Encode is the stored form of a check.
func (c StockCheck) Encode() ([]byte, error) { return json.Marshal(c) }

// DecodeStockCheck reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeStockCheck(data []byte) (StockCheck, error) {
	var c StockCheck
	if err := json.Unmarshal(data, &c); err != nil {
		return StockCheck{}, fault.Wrap(fault.Internal, "catalog.DecodeStockCheck", err)
	}
	return c, nil
}

// StockDay is what the orders placed on a day have sold, when nothing is reserved for any of them any more: they need not be read again.
type StockDay struct {
	Day  string     `json:"day"` // UTC: "2026-11-22".
	Sold []SoldFrom `json:"sold,omitempty"`
}

// SoldFrom is how many units of a SKU were sold from a bin.
type SoldFrom struct {
	SKU      SKU   `json:"sku"`
	Bin      Bin   `json:"bin,omitempty"`
	Quantity int64 `json:"quantity"`
}

// Encode is the stored form of a day.
func (d StockDay) Encode() ([]byte, error) { return json.Marshal(d) }

// DecodeStockDay reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeStockDay(data []byte) (StockDay, error) {
	var d StockDay
	if err := json.Unmarshal(data, &d); err != nil {
		return StockDay{}, fault.Wrap(fault.Internal, "catalog.DecodeStockDay", err)
	}
	return d, nil
}
