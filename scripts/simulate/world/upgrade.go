package world

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"till/functions/assembly"
	"till/scripts/localshop"
	"till/shared/order"
)

// The next release adds a member to orders when they are placed, to events in the inbox, to every message and to the input of
// every execution. Half of the calls are served by it: today's release must keep the first and bear the others.
const nextMember = "next_release"

// upgraded is an environment of which the next release serves every other call.
func (w *World) upgraded(p localshop.Parts) localshop.Parts {
	queue, machine := p.Queue, p.Machine
	p.Queue = func(url string) assembly.Send {
		send := queue(url)
		return func(ctx context.Context, body string) error {
			if j := w.job(); j != nil && j.next {
				body = withMember(body)
			}
			return send(ctx, body)
		}
	}
	p.Machine = func(arn string) assembly.Machine { return nextMachine{machine(arn), w} }
	return p
}

type nextMachine struct {
	assembly.Machine
	w *World
}

// Start is flow.Machine's.
func (m nextMachine) Start(ctx context.Context, name, input string) error {
	if j := m.w.job(); j != nil && j.next {
		input = withMember(input)
	}
	return m.Machine.Start(ctx, name, input)
}

// withMember adds the next release's member to an object.
func withMember(body string) string {
	rest, isObject := strings.CutPrefix(body, "{")
	if !isObject {
		return body
	}
	return `{"` + nextMember + `":{"a":[1]},` + rest
}

// placedByNext is an order as the next release places it, with its change.
func placedByNext(o *order.Order, c order.Change) (*order.Order, order.Change, error) {
	raw, err := c.Encode()
	if err != nil {
		return nil, c, err
	}
	var fresh order.Change // Without the bytes that it was written with.
	if err := json.Unmarshal(raw, &fresh); err != nil {
		return nil, c, err
	}
	fresh.Set[nextMember] = json.RawMessage(`{"a":[1]}`)
	if raw, err = fresh.Encode(); err != nil {
		return nil, c, err
	}
	if fresh, err = order.DecodeChange(raw); err != nil {
		return nil, c, err
	}
	body, err := o.Encode()
	if err != nil {
		return nil, c, err
	}
	body = bytes.Replace(body, []byte(`"`+c.Hash()+`"`), []byte(`"`+fresh.Hash()+`"`), 1)
	next, err := order.Decode([]byte(withMember(string(body))))
	return next, fresh, err
}

// keepsMembers: what the next release wrote into an order is there still.
func (w *World) keepsMembers() {
	for id := range w.placedNext {
		o, err := w.Store.Order(context.Background(), id)
		if err != nil {
			w.fail("Upgrade", id, err.Error())
			continue
		}
		if body, err := o.Encode(); err != nil || !bytes.Contains(body, []byte(nextMember)) {
			w.fail("Upgrade", id, "today's release dropped a member of the next one's")
		}
	}
	if len(w.placedNext) == 0 || w.keptNext == 0 {
		w.fail("Upgrade", "", fmt.Sprintf("the next release placed %d orders and kept %d events", len(w.placedNext), w.keptNext))
	}
}
