package setup

import (
	"fmt"
	"slices"
	"strings"
)

// picture is what a gateway has and the secret holds, laid side by side.
type picture struct {
	current *Endpoint  // The newest whose webhooks can be verified; nil if there is none.
	older   []Endpoint // Others of the kind: a rotation is under way.
	lost    []Endpoint // They lead to us, and nobody knows what they sign with.
	gone    []string   // Stored, and not at the gateway, or of no use there.
	loose   int        // Signing secrets of no endpoint that we know of.
	stored  bool       // Of a gateway without signing secrets: current's id is stored, in front.
}

// look compares. Only endpoints that lead to us or are stored are looked at: an account may have others.
func look(g Gateway, want Wanted, a account, all []Endpoint) picture {
	if g.Secrets == "" {
		return lookByID(a.list(g.ID), want, all)
	}
	p := picture{loose: a.loose(g.Secrets), stored: true}
	known := a.endpoints(g.Secrets)
	for _, h := range known {
		at := slices.IndexFunc(all, func(e Endpoint) bool { return e.ID == h.ID })
		switch {
		case at < 0:
			p.gone = append(p.gone, h.ID)
		case p.current == nil:
			p.current = &all[at]
		default:
			p.older = append(p.older, all[at])
		}
	}
	for _, e := range all {
		if e.URL == want.URL && !slices.ContainsFunc(known, func(h held) bool { return h.ID == e.ID }) {
			p.lost = append(p.lost, e)
		}
	}
	return p
}

// lookByID compares at a gateway that signs for an endpoint's id. Two endpoints cannot lead to one address there.
func lookByID(ids []string, want Wanted, all []Endpoint) picture {
	var p picture
	for i, e := range all {
		if e.URL == want.URL {
			p.current = &all[i] // Another that is stored could not be led to us as well.
			break
		}
		if p.current == nil && slices.Contains(ids, e.ID) {
			p.current = &all[i]
		}
	}
	p.stored = p.current != nil && len(ids) > 0 && ids[0] == p.current.ID
	for _, id := range ids {
		if p.current == nil || id != p.current.ID {
			p.gone = append(p.gone, id)
		}
	}
	return p
}

// remedy is how a flaw is mended.
type remedy int

const (
	byChange   remedy = iota // The endpoint can be changed.
	byRotation               // Another endpoint must take its place.
	byHand                   // Only a person can.
)

// flaw is one way in which an endpoint is not as wanted.
type flaw struct {
	text   string
	remedy remedy
}

func (g Gateway) flaws(e Endpoint, want Wanted) []flaw {
	var out []flaw
	if e.URL != want.URL {
		out = append(out, flaw{fmt.Sprintf("leads to %q", plain(e.URL)), byChange})
	}
	if missing := without(want.Events, e.Events); len(missing) > 0 {
		out = append(out, flaw{"lacks " + list(missing), byChange})
	}
	if superfluous := without(e.Events, want.Events); len(superfluous) > 0 {
		out = append(out, flaw{"also sends " + list(superfluous), byChange})
	}
	if !e.Enabled {
		out = append(out, flaw{"is disabled", byChange})
	}
	if e.Version != want.Version {
		f := flaw{fmt.Sprintf("has %s, not %s", versionOf(e), want.Version), byRotation}
		if g.VersionMoves {
			f.remedy = byChange
		}
		out = append(out, f)
	}
	if e.Mode != Unsaid && e.Mode != want.Mode {
		out = append(out, flaw{fmt.Sprintf("is of %s mode, but the stage takes %s mode", e.Mode, want.Mode), byHand})
	}
	return out
}

// without is what is in one list and not in another.
func without(some, others []string) []string {
	var out []string
	for _, s := range some {
		if !slices.Contains(others, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

const listedMax = 40

func list(events []string) string {
	if len(events) > listedMax {
		return fmt.Sprintf("%s and %d more", strings.Join(events[:listedMax], ", "), len(events)-listedMax)
	}
	return strings.Join(events, ", ")
}

func versionOf(e Endpoint) string {
	if e.Version == "" {
		return "the account's API version"
	}
	return "API version " + e.Version
}

// describe is an endpoint in a line.
func describe(e Endpoint) string {
	parts := []string{fmt.Sprintf("%s: %q", e.ID, plain(e.URL)), fmt.Sprintf("%d events", len(e.Events))}
	if e.Version != "" {
		parts = append(parts, "API version "+e.Version)
	}
	if e.Mode != Unsaid {
		parts = append(parts, e.Mode.String()+" mode")
	}
	state := "enabled"
	if !e.Enabled {
		state = "disabled"
	}
	return strings.Join(append(parts, state), ", ")
}
