package evidence_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"till/scripts/evidence"
)

// Whatever is wrong with an order, it is seen the same whether its changes are told at once or one after the other.
func TestAStoryThatIsToldInPiecesIsTheSameStory(t *testing.T) {
	for _, tt := range slices.Concat(always(), alwaysToo(), ends()) {
		t.Run(tt.name, func(t *testing.T) {
			e := sound(t)
			tt.wound(t, &e)
			for _, s := range e.Stories() {
				want := evidence.CheckStory(s, tt.expect)
				var tale evidence.Tale
				for _, c := range s.Changes[:max(0, len(s.Changes)-1)] {
					piece := s
					piece.Changes = s.Changes[tale.Told():][:1]
					if piece.Changes[0].N != c.N {
						t.Fatalf("change %d was told for %d", piece.Changes[0].N, c.N)
					}
					tale.Check(piece, tt.expect) // It is as if the order stood there already: what that says is no matter.
				}
				rest := s
				rest.Changes = s.Changes[tale.Told():]
				if diff := cmp.Diff(want, tale.Check(rest, tt.expect)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
