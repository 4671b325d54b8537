package main

import (
	"context"
	"errors"
	"net/http"
	"os/exec"
	"strings"

	"till/scripts/acceptance"
)

// errOutage is what the table answers while it is down.
var errOutage = errors.New("down, on purpose")

// outlived lets the orders table fail whoever applies an event, until the message is dead. When the table is back, the product's own
// redrive brings the letter back, and the order is paid.
func (r *run) outlived(v *acceptance.Visit) {
	o := v.Place(acceptance.Of(v.Product("mug", 1680, 20), 1, "EUR"))
	p := v.Pay(o.ID, acceptance.Embedded)
	r.shop.Strike(func(_ context.Context, function, action string, after bool) error {
		if (function == "ApplyEvent" || function == "Sweep") && action == "dynamodb:TransactWriteItems" && !after {
			return errOutage
		}
		return nil
	})
	defer r.shop.Strike(nil)
	v.Confirm(p, acceptance.Pays).Want(v.T, http.StatusOK)
	v.Eventually("the event is a dead letter", func() bool { return r.deadLetters(v, "EventsQueue") > 0 })
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	r.shop.Strike(nil)
	r.redrive(v, "events", 0)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	v.Eventually("no dead letter is left", func() bool { return r.deadLetters(v, "EventsQueue") == 0 })
	v.Ship(o.ID, "JD").Want(v.T, http.StatusCreated)
}

// poisoned sends what no function understands.
func (r *run) poisoned(v *acceptance.Visit) {
	const poison = `{"v":1,"order":"ord_nobody","change":7,"kind":"order_confirmed"}`
	if err := r.shop.Stack.SendMessage(r.ctx, "MailQueue", poison); err != nil {
		v.T.Fatalf("%v", err)
	}
	v.Eventually("the message is a dead letter", func() bool { return r.deadLetters(v, "MailQueue") == 1 })
	if shown := r.redrive(v, "mail", 0, "-dry-run"); !strings.Contains(shown, "ord_nobody") {
		v.T.Errorf("a dry run shows %s", shown)
	}
	if n := r.deadLetters(v, "MailQueue"); n != 1 {
		v.T.Errorf("after a dry run there are %d dead letters", n)
	}
	r.redrive(v, "mail", 0)
	v.Eventually("the message is a dead letter again", func() bool { return r.deadLetters(v, "MailQueue") == 1 })
	if err := r.shop.Stack.Purge(r.ctx, "MailDeadLetters"); err != nil {
		v.T.Fatalf("%v", err)
	}
}

func (r *run) deadLetters(v *acceptance.Visit, queue string) int {
	n, err := r.shop.DeadLetters(r.ctx, queue)
	if err != nil {
		v.T.Errorf("%v", err)
	}
	return n
}

// redrive runs the product's command as an operator does.
func (r *run) redrive(v *acceptance.Visit, queue string, code int, more ...string) string {
	args := append([]string{"run", "./scripts/redrive", "-stack", r.shop.Stack.Name, "-endpoint", r.shop.Stack.Endpoint, "-region", r.shop.Stack.Config.Region, "-queue", queue}, more...)
	out, err := exec.CommandContext(context.WithoutCancel(r.ctx), "go", args...).CombinedOutput()
	ended := 0
	if err != nil {
		ended = 1
	}
	for line := range strings.Lines(string(out)) {
		v.T.Logf("%s", strings.TrimSpace(line))
	}
	if ended != code {
		v.T.Errorf("redrive ended with %d, want %d", ended, code)
	}
	return string(out)
}
