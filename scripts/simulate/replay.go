package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"till/scripts/simulate/world"
	"till/shared/order"
)

// only passes on the lines that name an order.
type only struct {
	out  io.Writer
	name []byte
	rest []byte // Of a line that has not ended.
}

// linesOf passes on what concerns one order.
func linesOf(out io.Writer, id string) io.Writer { return &only{out: out, name: []byte(id)} }

// longest is how much of a step is shown.
const longest = 240

// Write is io.Writer's.
func (o *only) Write(p []byte) (int, error) {
	o.rest = append(o.rest, p...)
	for {
		end := bytes.IndexByte(o.rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		line := o.rest[:end]
		if bytes.Contains(line, o.name) {
			if _, err := fmt.Fprintf(o.out, "%s\n", line[:min(len(line), longest)]); err != nil {
				return 0, err
			}
		}
		o.rest = o.rest[end+1:]
	}
}

// timeline shows what an order's chain tells, and what the gateways know of it.
func timeline(out io.Writer, w *world.World, id order.ID) error {
	ctx := context.Background()
	changes, err := w.Store.Changes(ctx, id, 0, math.MaxInt)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return fmt.Errorf("this world has no order %s", id)
	}
	for _, c := range changes {
		fmt.Fprintf(out, "%3d %s %-24s by %-16s status=%s stock=%v postings=%v\n", c.N, c.At.Format("01-02T15:04:05.000"), c.Kind, c.By, c.Set["status"], c.Stock, c.Postings)
	}
	for _, b := range w.Books() {
		if b.Order == id {
			fmt.Fprintf(out, "gateway: %+v\n", b)
		}
	}
	for _, m := range w.Mails.All() {
		if len(m.Key) > len(id) && m.Key[:len(id)] == string(id) {
			fmt.Fprintf(out, "mail: %s %s\n", m.At.Format("01-02T15:04:05.000"), m.Key)
		}
	}
	return nil
}

// fewer finds the smallest number of orders of which a seed breaks the same invariant; 0 if none of those tried does.
func fewer(c world.Config, invariant string) int {
	for _, n := range []int{1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500} {
		if n >= c.Orders {
			return 0
		}
		small := c
		small.Orders, small.Steps, small.Log = n, nil, nil
		r, err := world.Run(small)
		if err == nil && slices.ContainsFunc(r.Failures, func(f world.Failure) bool { return f.Invariant == invariant }) {
			return n
		}
	}
	return 0
}
