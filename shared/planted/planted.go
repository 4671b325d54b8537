// Package planted is the mistakes that a person could have made in Till and that its proofs must find. Each stands at its
// place in the code, behind Bug, and one at a time can be switched on in a program that is built with the tag planted. In
// any other program Bug is the constant false, and what stands behind it is not compiled.
package planted

// Mistake is one planted bug.
type Mistake struct {
	Number int
	Name   string
	Wrong  string // What a person did wrong.
	Sites  int    // At how many places: 2 where both stores must make the same mistake.
	// Trips are the invariants that see it, by their names in package evidence: the one that it was planted for first.
	Trips []string
	Needs string // What must happen for it to be seen: faults, and what people do.
}

// Count is how many there are, numbered from 1.
const Count = 24

// Named gives a mistake by its number. The zero Mistake: there is none.
func Named(n int) Mistake {
	for _, m := range Mistakes() {
		if m.Number == n {
			return m
		}
	}
	return Mistake{}
}
