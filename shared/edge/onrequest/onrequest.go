// Package onrequest lets a customer do with what is kept of them what the law lets them do, by the one-time code that was mailed.
package onrequest

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/person"
	"till/shared/vault"
)

// Guard checks the code of a request. Every field is required.
type Guard struct {
	Hash func(context.Context, person.Email) (string, error)
	MAC  func(ctx context.Context, hash, purpose, code string) ([]byte, error)
	Load func(ctx context.Context, hash string) (passcode.Code, error)
	Save func(context.Context, passcode.Code) error
	Now  func() time.Time
}

// tries is how often a try is decided anew when another one was counted meanwhile.
const tries = 5

// Open gives the code of a request that carries the right one. It is not spent yet: see Spend. Used tells that it has opened before, and
// nothing is to be shown or done again. Errors: fault.Unauthorized, code_invalid: wrong, ended, or never mailed; fault.TooMany,
// rate_limited, after five wrong ones; fault.Unavailable.
func (g Guard) Open(ctx context.Context, req apigw.Request, p passcode.Purpose) (c passcode.Code, used bool, err error) {
	email, typed, err := credential(req)
	if err != nil {
		return passcode.Code{}, false, err
	}
	hash, err := g.Hash(ctx, email)
	if err != nil {
		return passcode.Code{}, false, err
	}
	mac, err := g.MAC(ctx, hash, string(p), typed)
	if err != nil {
		return passcode.Code{}, false, err
	}
	for range tries {
		c, err := g.Load(ctx, hash)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return passcode.Code{}, false, err
		}
		next, verdict := c.Try(p, mac, g.Now())
		if next.N != c.N { // A try counts before it is answered.
			if err = g.Save(ctx, next); fault.Is(err, fault.Conflict) {
				continue
			}
			if err != nil {
				return passcode.Code{}, false, err
			}
		}
		return c, verdict == passcode.Used, g.told(verdict, c)
	}
	return passcode.Code{}, false, fault.New(fault.Unavailable, "onrequest.Open", "dependency_unavailable", "")
}

func (g Guard) told(v passcode.Verdict, c passcode.Code) error {
	switch v {
	case passcode.Right, passcode.Used:
		return nil
	case passcode.TooMany:
		return apigw.With(fault.New(fault.TooMany, "onrequest.Open", "rate_limited", "The code was tried five times. Ask for another one."),
			apigw.RetryAfter(c.Until.Sub(g.Now())))
	case passcode.Wrong:
	}
	return Invalid()
}

// Spend notes that a code has opened what it is for. Errors: fault.Unauthorized, code_invalid: it was spent meanwhile; fault.Unavailable;
// fault.Unknown.
func (g Guard) Spend(ctx context.Context, c passcode.Code) error {
	err := g.Save(ctx, c.Spend())
	if fault.Is(err, fault.Conflict) {
		return Invalid()
	}
	return err
}

// Invalid is the one answer for a code that opens nothing, for whatever reason.
func Invalid() error {
	return fault.New(fault.Unauthorized, "onrequest", "code_invalid", "This is not the code that was mailed last, or it was used, or its 15 minutes are over.")
}

// credential reads "e-mail:code" of a request's token, in base64 of either alphabet. What people put between the digits does not count.
// What is no address or no code is told as a wrong one is. Errors: fault.Unauthorized.
func credential(req apigw.Request) (person.Email, string, error) {
	token, err := apigw.Bearer(req)
	if err != nil {
		return person.Email{}, "", err
	}
	token = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(token, "="))
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return person.Email{}, "", Invalid()
	}
	at := strings.LastIndexByte(string(text), ':')
	if at < 0 {
		return person.Email{}, "", Invalid()
	}
	email, err := person.ParseEmail(string(text[:at]))
	if err != nil {
		return person.Email{}, "", Invalid()
	}
	return email, strings.NewReplacer(" ", "", "-", "").Replace(string(text[at+1:])), nil
}

// Orders are a customer's. Every field is required.
type Orders struct {
	List func(ctx context.Context, customer, after string, limit int) ([]order.ID, error)
	Read func(context.Context, []order.ID) ([]*order.Order, error)
}

const pageSize = 100

// Each gives each order of a customer, in no order, until more returns false. Errors: fault.Unavailable.
func (s Orders) Each(ctx context.Context, c vault.Customer, more func(*order.Order) bool) error {
	var ids []order.ID
	if first, err := order.ParseID(c.First); err == nil {
		ids = append(ids, first)
	}
	for after, ended := "", false; !ended; ids = nil {
		page, err := s.List(ctx, string(c.ID), after, pageSize)
		if err != nil {
			return err
		}
		if ended = len(page) < pageSize; !ended {
			after = string(page[len(page)-1])
		}
		for _, id := range page {
			if string(id) != c.First {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		found, err := s.Read(ctx, ids)
		if err != nil {
			return err
		}
		for _, o := range found {
			// What leads to an order is believed about where to look, not about whose it is. One that was never placed is not there.
			if o.Record().Customer == string(c.ID) && !more(o) {
				return nil
			}
		}
	}
	return nil
}
