package localshop

import (
	"context"
	"slices"
	"sync"
	"time"

	"till/shared/person"
	"till/shared/shop"
)

// Mail is one mail as its recipient gets it.
type Mail struct {
	At      time.Time `json:"at"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Key     string    `json:"key"`
	Name    string    `json:"from_name,omitempty"`
	ReplyTo string    `json:"reply_to,omitempty"`
}

// Mailbox keeps every mail that was sent.
type Mailbox struct {
	now  func() time.Time
	port port

	mu    sync.Mutex
	mails []Mail
}

// Send is mailer.Mailer's.
func (m *Mailbox) Send(_ context.Context, from shop.Sender, to person.Email, subject, text, key string) error {
	return m.port.strike("mailer.Send", func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.mails = append(m.mails, Mail{m.now(), to.Text(), subject, text, key, from.Name, from.ReplyTo})
		return nil
	})
}

// All lists the mails, oldest first.
func (m *Mailbox) All() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}
