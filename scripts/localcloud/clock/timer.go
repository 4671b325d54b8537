package clock

import (
	"container/heap"
	"time"
)

// Timer is work that waits for its time.
type Timer struct {
	clock *Clock
	due   time.Time
	sec   int64 // Of due, and below it its nanoseconds: they are compared all the time.
	nano  int
	seq   uint64
	index int
	name  string
	fn    func()
}

// Stop keeps the timer from running. It is false if it has run, is about to, or was stopped before. A nil timer is
// stopped already.
func (t *Timer) Stop() bool {
	if t == nil {
		return false
	}
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.timers, t.index)
	return true
}

// timerHeap orders by time, then by creation, so that equal times run in the order in which they were asked for.
type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	switch {
	case a.sec != b.sec:
		return a.sec < b.sec
	case a.nano != b.nano:
		return a.nano < b.nano
	}
	return a.seq < b.seq
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push is for container/heap.
func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}

// Pop is for container/heap.
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}
