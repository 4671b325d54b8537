package schedule_test

import (
	"testing"
	"time"

	"till/scripts/localcloud/schedule"
)

// FuzzParse reads any expression: what is taken comes next after now, or never, and soon says which.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "rate(1 minute)", "rate(1000000 days)", "cron(0/15 * * * ? *)", "cron(30 9 ? * MON-FRI *)", "cron(0 0 31 2 ? *)",
		"cron(59 23 29 2 ? 2199)", "at(2026-03-01T10:00:00)", "rate(1)", "cron(5-1 * * * ? *)", "cron(*/0 * * * ? *)", "rate((((", "cron(, , , , , ,)"} {
		f.Add(seed, int64(1_772_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, from int64) {
		e, err := schedule.Parse(text, "")
		if err != nil {
			return
		}
		at := time.Unix(((from%4_000_000_000)+4_000_000_000)%4_000_000_000, 0).UTC()
		if next, comes := e.Next(at); comes && !next.After(at) {
			t.Fatalf("%q comes at %s after %s", text, next, at)
		}
	})
}
