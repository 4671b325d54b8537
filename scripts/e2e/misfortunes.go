package main

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
)

// kill is a moment at which a function is killed: at its nth call of that kind to AWS, before the call is made or after it was.
type kill struct {
	name, function, action string
	nth                    int64
	after                  bool
}

// kills leaves RequestShipment out: MiniStack lets the task of a function that failed wait for its token, where AWS fails it. The
// machine's paths are tried in package machinepaths.
func kills() []kill {
	return []kill{
		{"placing an order dies after the order is stored", "PlaceOrder", "dynamodb:TransactWriteItems", 1, true},
		{"a payment's start dies before the attempt is stored", "StartPayment", "dynamodb:TransactWriteItems", 1, false},
		{"a payment's start dies after the gateway was called", "StartPayment", "dynamodb:TransactWriteItems", 2, false},
		{"a webhook dies after it is stored, before it is queued", "ReceiveStripe", "dynamodb:PutItem", 1, true},
		{"the worker dies after the payment is booked", "ApplyEvent", "dynamodb:TransactWriteItems", 1, true},
		{"the relay dies after it has sent", "Relay", "sqs:SendMessage", 1, true},
		{"the machine's start dies after the machine has started", "BeginFulfillment", "states:StartExecution", 1, true},
		{"a step dies after it has moved the order", "Prepare", "dynamodb:TransactWriteItems", 1, true},
		{"shipping dies after the parcel is booked", "Ship", "dynamodb:TransactWriteItems", 1, true},
	}
}

// misfortunes are what no scenario does from outside.
func (r *run) misfortunes() {
	for _, queue := range [...]string{"EventsQueue", "FulfillmentQueue", "MailQueue"} {
		r.attempt("messages that failed come again soon: "+queue, func(t acceptance.T) {
			if err := r.shop.Stack.Hurry(r.ctx, queue); err != nil {
				t.Fatalf("%v", err)
			}
		})
	}
	for _, k := range kills() {
		r.step(k.name, func(v *acceptance.Visit) {
			defer r.note(v)
			r.killed(v, k)
		})
	}
	r.step("an event that the table's outage killed is brought back", func(v *acceptance.Visit) { defer r.note(v); r.outlived(v) })
	r.step("a poisoned message dies, is shown, and dies again when it is brought back", r.poisoned)
	r.step("the whole cloud is restarted between payment and webhook", func(v *acceptance.Visit) { defer r.note(v); r.restarted(v) })
}

// killed buys, while one function is killed once. Whoever gets no answer asks again, with the same key.
func (r *run) killed(v *acceptance.Visit, k kill) {
	ctx, over := context.WithCancel(r.ctx)
	defer over()
	var calls, struck atomic.Int64
	dying := make(chan struct{}, 1)
	r.shop.Strike(func(call context.Context, function, action string, after bool) error {
		if function != k.function || action != k.action || after != k.after || calls.Add(1) != k.nth {
			return nil
		}
		dying <- struct{}{}
		select { // The function waits for its answer until it is dead.
		case <-call.Done():
		case <-ctx.Done():
		}
		return context.Canceled
	})
	defer r.shop.Strike(nil)
	go func() {
		select {
		case <-dying:
			if _, err := r.shop.Stack.KillFunction(r.ctx, k.function); err != nil {
				v.T.Errorf("%v", err)
			}
			struck.Add(1)
		case <-ctx.Done():
		}
	}()
	sku := v.Product("mug", 1680, 20)
	b, key := acceptance.Of(sku, 2, "EUR"), v.Key()
	var o acceptance.Order
	again(func() (reply acceptance.Reply) { o, reply = v.TryPlace(b, key); return reply }).Want(v.T, http.StatusCreated)
	var p acceptance.Payment
	key = v.Key()
	again(func() (reply acceptance.Reply) { p, reply = v.TryPay(o.ID, acceptance.Embedded, key); return reply }).Want(v.T, http.StatusCreated)
	v.Confirm(p, acceptance.Pays).Want(v.T, http.StatusOK)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	v.AwaitsStaff(o.ID)
	again(func() acceptance.Reply { return v.Ship(o.ID, "JD"+k.function) }).Want(v.T, http.StatusCreated)
	shipped := v.Becomes(o, "shipped", "paid", "fulfilled")
	if len(shipped.Shipments) != 1 {
		v.T.Errorf("%d parcels went out", len(shipped.Shipments))
	}
	if struck.Load() != 1 {
		v.T.Errorf("%s was killed %d times", k.function, struck.Load())
	}
}

// askAgain is how often a client asks again, and every: longer than a request that died is taken to be still at work.
const (
	askAgain = 150
	every    = 500 * time.Millisecond
)

// again asks, as a client does that gets no answer, the server's fault, or is told that its first request is still worked on.
func again(ask func() acceptance.Reply) (reply acceptance.Reply) {
	for range askAgain {
		reply = ask()
		if reply.Status != 0 && reply.Status < http.StatusInternalServerError && reply.Status != http.StatusTooManyRequests &&
			reply.Code() != "idempotency_in_progress" {
			return reply
		}
		time.Sleep(every)
	}
	return reply
}

// restarted stops the local AWS, which keeps what it has on disk, while a shopper pays and another order waits for its parcel.
func (r *run) restarted(v *acceptance.Visit) {
	sku := v.Product("mug", 1680, 20)
	waiting := v.Fulfilling(acceptance.Of(sku, 1, "EUR"))
	o := v.Place(acceptance.Of(sku, 1, "EUR"))
	p := v.Pay(o.ID, acceptance.Embedded)
	r.rests(v)
	if err := r.shop.Engine.Stop(r.ctx); err != nil {
		v.T.Fatalf("%v", err)
	}
	v.Confirm(p, acceptance.Pays).Want(v.T, http.StatusOK) // The webhook finds nobody.
	if err := r.shop.Restart(r.ctx); err != nil {
		v.T.Fatalf("%v", err)
	}
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	// MiniStack lets executions that were running fail; a parcel goes out all the same.
	for _, each := range []acceptance.Order{waiting, o} {
		v.Ship(each.ID, "JD").Want(v.T, http.StatusCreated)
		v.Becomes(each, "shipped", "paid", "fulfilled")
	}
}

// rests waits until no order owes a mail. A restart of MiniStack loses what nobody has read of a stream, where AWS keeps it for a day, and
// the sweep would send a mail again only after ten minutes.
func (r *run) rests(v *acceptance.Visit) {
	if err := r.shop.Within(r.ctx, madeGood, "no order owes a mail", func() bool {
		e, err := r.shop.Evidence(r.ctx, evidence.Store)
		if err != nil {
			v.T.Logf("reading the orders: %v", err)
			return false
		}
		return !slices.ContainsFunc(e.Orders, func(o evidence.Order) bool { return len(o.Stored.Record().Owed) > 0 })
	}); err != nil {
		v.T.Fatalf("%v", err)
	}
}
