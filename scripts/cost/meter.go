package cost

import (
	"runtime"
	"sort"
	"strings"
	"time"

	"till/scripts/localcloud"
	"till/scripts/localcloud/invoke"
)

// Use is what one function used, in all its runs.
type Use struct {
	Function string
	Runs     int
	Time     time.Duration // With its edges, and with what the simulated gateway does for it.
	Allocs   uint64
	Bytes    uint64
}

// Meter adds up what each function uses. One function runs at a time, so what was used while it ran, it used. It is slow by
// itself: allocations are read by stopping the world.
type Meter struct {
	On   bool
	uses map[string]*Use

	began  time.Time
	before runtime.MemStats
}

func (m *Meter) hooks() localcloud.Faults {
	return localcloud.Faults{
		Before: func(string, *invoke.JSON) error {
			if m.On {
				runtime.ReadMemStats(&m.before)
				m.began = time.Now()
			}
			return nil
		},
		After: func(function string, _ *invoke.JSON, err error) error {
			if m.On {
				m.add(function, time.Since(m.began))
			}
			return err
		},
	}
}

func (m *Meter) add(function string, took time.Duration) {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	name := strings.TrimPrefix(function, "till-local-")
	use := m.uses[name]
	if use == nil {
		use = &Use{Function: name}
		m.uses[name] = use
	}
	use.Runs++
	use.Time += took
	use.Allocs += now.Mallocs - m.before.Mallocs
	use.Bytes += now.TotalAlloc - m.before.TotalAlloc
}

// Uses lists what was used, the slowest function first.
func (m *Meter) Uses() []Use {
	out := make([]Use, 0, len(m.uses))
	for _, u := range m.uses {
		out = append(out, *u)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Time > out[j].Time })
	return out
}
