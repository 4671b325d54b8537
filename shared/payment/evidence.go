package payment

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Evidence is what the shop sends a gateway against a dispute. It holds personal data as far as the reason needs it: it is made when
// it is shown or sent, and never stored; it prints and logs as [redacted], and is no JSON. Texts are English, a fact a line.
type Evidence struct {
	Key       AnswerID
	Reason    DisputeReason
	Product   string // What was bought, and for how much.
	Name      string
	Email     string
	Billing   string // An address, its lines joined by commas.
	Shipping  string // An address, its lines joined by commas.
	Parcels   []Parcel
	Refunds   []GivenBack
	Messages  string // Which mails the shopper was sent, and when.
	Timeline  string // What happened to the order, and when.
	Statement string // What staff say to it.
}

// Parcel is how goods went. Without a carrier they went in no parcel.
type Parcel struct {
	Carrier, Tracking      string
	ShippedAt, DeliveredAt time.Time // Delivered: zero if it is not known.
}

// GivenBack is a refund that was made before.
type GivenBack struct {
	Ref    string // The gateway's reference.
	Amount string // "EUR 19.99".
	At     time.Time
}

const redacted = "[redacted]"

// String hides it.
func (Evidence) String() string { return redacted }

// GoString hides it.
func (Evidence) GoString() string { return redacted }

// Format hides it.
func (Evidence) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue hides it.
func (Evidence) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON fails: what is personal is not stored.
func (Evidence) MarshalJSON() ([]byte, error) {
	return nil, errors.New("payment: evidence is personal data")
}

// Carriers are the parcels' carriers, each once, joined by commas: as gateways want it that have one field for all.
func (e Evidence) Carriers() string {
	return joined(e.Parcels, func(p Parcel) string { return p.Carrier })
}

// Trackings are the parcels' tracking numbers, joined by commas.
func (e Evidence) Trackings() string {
	return joined(e.Parcels, func(p Parcel) string { return p.Tracking })
}

// ShippedOn is on which days the parcels were sent, joined by commas.
func (e Evidence) ShippedOn() string {
	return joined(e.Parcels, func(p Parcel) string { return p.ShippedAt.UTC().Format(time.DateOnly) })
}

// Delivery says how the goods went, a parcel a line.
func (e Evidence) Delivery() string {
	var out []string
	for _, p := range e.Parcels {
		if p.Carrier == "" {
			out = append(out, "Handed over electronically on "+p.ShippedAt.UTC().Format(time.DateOnly)+".")
			continue
		}
		line := "Sent on " + p.ShippedAt.UTC().Format(time.DateOnly) + " by " + p.Carrier + ", tracking number " + p.Tracking
		if !p.DeliveredAt.IsZero() {
			line += "; delivered on " + p.DeliveredAt.UTC().Format(time.DateOnly)
		}
		out = append(out, line+".")
	}
	return strings.Join(out, "\n")
}

// Returned says what was given back, a refund a line.
func (e Evidence) Returned() string {
	var out []string
	for _, r := range e.Refunds {
		out = append(out, r.Amount+" was refunded on "+r.At.UTC().Format(time.DateOnly)+" (reference "+r.Ref+").")
	}
	return strings.Join(out, "\n")
}

// Story is all of it but the name, the addresses and what has a field of its own at most gateways: for gateways that take one text.
func (e Evidence) Story() string {
	var parts []string
	for _, p := range [...]string{e.Statement, e.Product, e.Delivery(), e.Returned(), e.Messages, e.Timeline} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "\n")
}

// Cut shortens a text to at most so many characters, at the end of a line where there is one, and never within a character.
func Cut(text string, charactersMax int) string {
	runes := []rune(text)
	if len(runes) <= charactersMax {
		return text
	}
	kept := string(runes[:charactersMax])
	if i := strings.LastIndexByte(kept, '\n'); i > 0 {
		kept = kept[:i]
	}
	return kept
}

func joined(parcels []Parcel, word func(Parcel) string) string {
	var out []string
	seen := map[string]bool{"": true}
	for _, p := range parcels {
		if w := word(p); !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}
