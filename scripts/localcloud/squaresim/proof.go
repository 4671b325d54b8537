package squaresim

import (
	"slices"
	"strings"
)

// proof is a piece of evidence: a text, or a file.
type proof struct{ id, text, file string }

// proofIDs are the ids of a dispute's evidence.
func (d *dispute) proofIDs() []string {
	out := []string{}
	for _, p := range d.proofs {
		out = append(out, p.id)
	}
	return out
}

// listEvidence is https://developer.squareup.com/reference/square/disputes-api/list-dispute-evidence
func (s *Sim) listEvidence(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	if refused != nil {
		return nil, refused
	}
	found, next, refused := paged(d.proofs, c.query.Get("cursor"), disputesPage, func(p proof) string { return p.id })
	if refused != nil {
		return nil, refused
	}
	views := []object{}
	for _, p := range found {
		view := object{"id": p.id, "dispute_id": d.id}
		if p.file != "" {
			view["evidence_file"] = object{"filename": p.file}
		} else {
			view["evidence_text"] = p.text
		}
		views = append(views, view)
	}
	return withCursor(object{"evidence": views}, next), nil
}

// deleteEvidence is https://developer.squareup.com/reference/square/disputes-api/delete-dispute-evidence
func (s *Sim) deleteEvidence(c *call) (object, *apiError) {
	d, refused := s.disputeNamed(c)
	if refused != nil {
		return nil, refused
	}
	at := slices.IndexFunc(d.proofs, func(p proof) bool { return p.id == c.args[1] })
	switch {
	case at < 0:
		return nil, noSuch("evidence", "evidence_id")
	case !strings.HasSuffix(d.state, needsEvidence):
		return nil, bad("dispute_id", "The dispute is "+d.state+".")
	}
	d.proofs = slices.Delete(slices.Clone(d.proofs), at, at+1)
	return object{}, nil
}
