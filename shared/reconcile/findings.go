package reconcile

import "time"

// Findings is what one comparison with the gateways' settlements found, as it is kept for staff. Safe to log.
type Findings struct {
	Day         string       `json:"day"`  // The last day (UTC) that was compared.
	From        time.Time    `json:"from"` // From when on.
	At          time.Time    `json:"at"`   // When it was made.
	Gateways    []Told       `json:"gateways"`
	Differences []Difference `json:"differences"`
	Left        int          `json:"left,omitempty"`    // How many more differences there are than are kept.
	Waiting     int          `json:"waiting,omitempty"` // What is too young to be expected in the settlements.
	Mended      int          `json:"mended,omitempty"`  // Orders that learnt something by it, and agree now.
}

// Told is what one gateway said.
type Told struct {
	Gateway string `json:"gateway"`
	Rows    int    `json:"rows"`
	Fault   string `json:"fault,omitempty"` // A code if it could not be asked: nothing was compared.
}

// keptMax is how many differences are kept: what is stored is one item of at most 400 KB.
const keptMax = 400

// Keep puts differences into the findings, as many as there is room for.
func (f *Findings) Keep(all []Difference) {
	f.Differences = append([]Difference{}, all[:min(len(all), keptMax)]...)
	f.Left = len(all) - len(f.Differences)
}
