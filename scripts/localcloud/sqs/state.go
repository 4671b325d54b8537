package sqs

import (
	"sort"
	"time"
)

// State is a queue at one moment.
type State struct {
	Name     string         `json:"name"`
	ARN      string         `json:"arn"`
	URL      string         `json:"url"`
	Dead     bool           `json:"dead_letters"` // Is the dead-letter queue of another.
	Visible  int            `json:"visible"`
	InFlight int            `json:"in_flight"`
	Delayed  int            `json:"delayed"`
	Sent     int            `json:"sent"`
	Deleted  int            `json:"deleted"`
	Expired  int            `json:"expired"`
	Moved    int            `json:"moved_to_dead"`
	Messages []MessageState `json:"messages"`
}

// MessageState is one message in a queue.
type MessageState struct {
	ID        string    `json:"id"`
	Body      string    `json:"body"`
	Sent      time.Time `json:"sent"`
	Receives  int       `json:"receives"`
	VisibleAt time.Time `json:"visible_at"`
	State     string    `json:"state"` // visible, in_flight or delayed
}

// State is every queue with its messages, in the order of the template; at most perQueue messages of each.
func (s *Service) State(perQueue int) []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	dead := map[string]bool{}
	for _, q := range s.order {
		dead[q.DeadARN] = true
	}
	out := make([]State, 0, len(s.order))
	for _, q := range s.order {
		s.expire(q)
		st := State{
			Name: q.Name, ARN: q.ARN, URL: q.URL, Dead: dead[q.ARN], Messages: []MessageState{},
			Sent: q.sent, Deleted: q.deleted, Expired: q.expired, Moved: q.moved,
		}
		for _, m := range q.messages {
			one := MessageState{ID: m.id, Body: m.body, Sent: m.sent, Receives: m.receives, VisibleAt: m.visibleAt, State: "visible"}
			switch {
			case m.ready:
				st.Visible++
			case m.receipt != "":
				one.State = "in_flight"
				st.InFlight++
			default:
				one.State = "delayed"
				st.Delayed++
			}
			if len(st.Messages) < perQueue {
				st.Messages = append(st.Messages, one)
			}
		}
		out = append(out, st)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Busy is true while a batch runs or a visible message waits for a function.
func (s *Service) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.order {
		if q.poller != nil && (q.poller.running > 0 || len(q.ready) > 0) {
			return true
		}
	}
	return false
}
