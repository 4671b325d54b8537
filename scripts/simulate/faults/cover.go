package faults

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Point is where a fault strikes: a function, and what it calls or what calls it.
type Point struct {
	Function string // "shopper/placeorder"; "" for what is of no function.
	Call     string // "store.Save"
	Port     Port
}

// String is how tables show it.
func (p Point) String() string {
	if p.Function == "" {
		return p.Call
	}
	return p.Function + "/" + p.Call
}

// Count is what happened at one point.
type Count struct {
	Passed uint64 // How often it was passed.
	Struck [kinds]uint64
}

// Cover counts, per point and kind, what has struck.
type Cover map[Point]*Count

// At gives the count of a point.
func (c Cover) At(p Point) *Count {
	n := c[p]
	if n == nil {
		n = new(Count)
		c[p] = n
	}
	return n
}

// Add adds another count.
func (c Cover) Add(other Cover) {
	for p, n := range other {
		mine := c.At(p)
		mine.Passed += n.Passed
		for k := range n.Struck {
			mine.Struck[k] += n.Struck[k]
		}
	}
}

// Table writes one line per point: how often it was passed, and how often each kind struck.
func (c Cover) Table() string {
	var out strings.Builder
	for _, p := range slices.SortedFunc(maps.Keys(c), func(a, b Point) int { return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.Call, b.Call)) }) {
		n := c[p]
		fmt.Fprintf(&out, "%-46s %9d ", p, n.Passed)
		for _, k := range slices.Sorted(slices.Values(p.Port.Kinds())) {
			fmt.Fprintf(&out, " %s=%d", k, n.Struck[k])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// Pairs counts the pairs of point and kind, and those that struck fewer than enough times, listed.
func (c Cover) Pairs(enough uint64) (all int, few []string) {
	for p, n := range c {
		for _, k := range p.Port.Kinds() {
			all++
			if n.Struck[k] < enough {
				few = append(few, fmt.Sprintf("%s %s=%d", p, k, n.Struck[k]))
			}
		}
	}
	slices.Sort(few)
	return all, few
}
