package shoptest

import (
	"context"
	"strconv"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/fault"
	"till/shared/memory"
	"till/shared/person"
	"till/shared/shop"
)

// Machine is the fulfillment machine as functions see it. It starts executions and keeps answers; what the tasks do is the
// test's to call.
type Machine struct {
	strike func(operation string, after bool) error

	mu        sync.Mutex
	inputs    map[string]string // By name.
	dead      map[string]bool
	succeeded []string // Tokens.
	cancelled []string
}

func (m *Machine) do(operation string, effect func() error) error {
	if err := m.strike("machine."+operation, false); err != nil {
		return err
	}
	m.mu.Lock()
	err := effect()
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return m.strike("machine."+operation, true)
}

// Start is assembly.Machine's.
func (m *Machine) Start(_ context.Context, name, input string) error {
	return m.do("Start", func() error {
		if _, used := m.inputs[name]; used {
			return fault.New(fault.Conflict, "shoptest.Start", "execution_exists", "")
		}
		if m.inputs == nil {
			m.inputs, m.dead = map[string]string{}, map[string]bool{}
		}
		m.inputs[name] = input
		return nil
	})
}

// Alive is assembly.Machine's.
func (m *Machine) Alive(_ context.Context, name string) (alive bool, err error) {
	err = m.do("Alive", func() error {
		_, started := m.inputs[name]
		alive = started && !m.dead[name]
		return nil
	})
	return alive, err
}

// Succeed is assembly.Machine's.
func (m *Machine) Succeed(_ context.Context, token string) error {
	return m.do("Succeed", func() error {
		m.succeeded = append(m.succeeded, token)
		return nil
	})
}

// Cancel is assembly.Machine's.
func (m *Machine) Cancel(_ context.Context, token string) error {
	return m.do("Cancel", func() error {
		m.cancelled = append(m.cancelled, token)
		return nil
	})
}

// Executions gives the input of every execution by its name.
func (m *Machine) Executions() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[string]string, len(m.inputs))
	for name, input := range m.inputs {
		out[name] = input
	}
	return out
}

// Kill ends an execution without a word.
func (m *Machine) Kill(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead[name] = true
}

// Answers gives the tokens that were answered.
func (m *Machine) Answers() (succeeded, cancelled []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.succeeded...), append([]string(nil), m.cancelled...)
}

// Letter is a mail that was sent.
type Letter struct {
	To, Subject, Text, Key string
	From                   shop.Sender
}

// Mailbox keeps what was sent.
type Mailbox struct {
	mu      sync.Mutex
	letters []Letter
}

// Sent gives every mail so far.
func (m *Mailbox) Sent() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Letter(nil), m.letters...)
}

// sendMail is the twin of mailer.Mailer.
func (s *Shop) sendMail(_ context.Context, from shop.Sender, to person.Email, subject, text, key string) error {
	if err := s.strike("mail.Send", false); err != nil {
		return err
	}
	s.Mailbox.mu.Lock()
	s.Mailbox.letters = append(s.Mailbox.letters, Letter{to.Text(), subject, text, key, from})
	s.Mailbox.mu.Unlock()
	return s.strike("mail.Send", true)
}

// Writes keeps every item that was ever stored.
type Writes struct {
	mu    sync.Mutex
	all   []memory.Write
	taken int
}

func (w *Writes) add(one memory.Write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, one)
}

// All gives every write so far.
func (w *Writes) All() []memory.Write {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]memory.Write(nil), w.all...)
}

// Stream gives the writes to the orders since the last call, as the table's stream tells them.
func (w *Writes) Stream() events.DynamoDBEvent {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out events.DynamoDBEvent
	for i, each := range w.all[w.taken:] {
		if each.Table == memory.Orders {
			out.Records = append(out.Records, events.DynamoDBEventRecord{
				EventName: each.Event, Change: events.DynamoDBStreamRecord{
					Keys: attributes(each.Keys), NewImage: attributes(each.New), SequenceNumber: strconv.Itoa(w.taken + i + 1), StreamViewType: "NEW_IMAGE",
				},
			})
		}
	}
	w.taken = len(w.all)
	return out
}
