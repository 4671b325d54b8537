package ident_test

import (
	"regexp"
	"testing"

	"till/scripts/localcloud/ident"
)

func TestIDsFollowFromTheSeed(t *testing.T) {
	a, again, other := ident.New("a"), ident.New("a"), ident.New("b")
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 1000 {
		id := a.UUID()
		if !form.MatchString(id) || seen[id] || id != again.UUID() || id == other.UUID() {
			t.Fatalf("id %s", id)
		}
		seen[id] = true
	}
	if x := a.Hex(); len(x) != 64 || x != again.Hex() {
		t.Fatalf("hex %s", x)
	}
}

func TestNumbersFillTheInterval(t *testing.T) {
	s := ident.New("dice")
	low, high := 1.0, 0.0
	for range 10_000 {
		x := s.Float()
		low, high = min(low, x), max(high, x)
	}
	if low < 0 || low > 0.01 || high >= 1 || high < 0.99 {
		t.Fatalf("from %f to %f", low, high)
	}
}
