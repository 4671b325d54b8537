package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/evidence/view"
	"till/scripts/localcloud/clock"
	"till/scripts/localshop"
	"till/scripts/redrive/letters"
	"till/shared/catalog"
)

// Seed puts the demo shop's products on sale, through the API as staff do.
func (l *Local) Seed(ctx context.Context) error {
	var products []catalog.Product
	for _, item := range localshop.Demo() {
		products = append(products, item.Product)
	}
	reply, err := l.asStaff(ctx, http.MethodPost, "/staff/products/import", map[string]any{"products": products})
	if err != nil || reply.Status != http.StatusOK || !strings.Contains(string(reply.Body), `"refused":0,"failed":0`) {
		return fmt.Errorf("putting products on sale: %d %s (%w)", reply.Status, reply.Body, orElse(err, "refused"))
	}
	for _, item := range localshop.Demo() {
		reply, err := l.asStaff(ctx, http.MethodPut, "/staff/stock/"+string(item.SKU), map[string]any{"on_hand": item.OnHand})
		if err != nil || reply.Status != http.StatusOK {
			return fmt.Errorf("counting %s: %d %s (%w)", item.SKU, reply.Status, reply.Body, orElse(err, "refused"))
		}
	}
	return nil
}

// Decide puts what the demo shop's staff have decided in force, through the API as admins do.
func (l *Local) Decide(ctx context.Context) error {
	reply, err := l.as(ctx, "admin", http.MethodPut, "/staff/settings", localshop.Decided(), "If-None-Match", "*")
	if err != nil || reply.Status != http.StatusOK {
		return fmt.Errorf("deciding about the shop: %d %s (%w)", reply.Status, reply.Body, orElse(err, "refused"))
	}
	return nil
}

// asStaff sends a manager's request.
func (l *Local) asStaff(ctx context.Context, method, path string, body any) (acceptance.Reply, error) {
	return l.as(ctx, "manager", method, path, body)
}

// as sends the request of somebody of a group, with more headers.
func (l *Local) as(ctx context.Context, group, method, path string, body any, headers ...string) (acceptance.Reply, error) {
	token, err := l.StaffToken(ctx, group)
	if err != nil {
		return acceptance.Reply{}, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return acceptance.Reply{}, err
	}
	req, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(text))
	if err != nil {
		return acceptance.Reply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	for pair := range slices.Chunk(headers, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	return l.Do(req), nil
}

// State is everything at one moment, as the control page reads it.
func (l *Local) State(ctx context.Context) (view.State, error) {
	e, err := l.Evidence(ctx, evidence.Store, evidence.Machines, evidence.Queues)
	if err != nil {
		return view.State{}, err
	}
	out := view.Of(e)
	seen := l.Gateways.Look()
	out.Faults, out.Payments, out.Deliveries = seen.Faults, seen.Payments, seen.Deliveries
	out.Checked, err = l.Stack.store().StockCheck(ctx)
	return out, err
}

// Redrive brings a queue's dead letters back with the operator's command, and tells how many it moved. The queue is named as in
// template.yaml.
func (l *Local) Redrive(ctx context.Context, queue string) (int, error) {
	before, err := l.DeadLetters(ctx, queue)
	if err != nil {
		return 0, err
	}
	var said bytes.Buffer
	operator := letters.Command{
		Out: &said, Err: &said, Now: time.Now, Sleep: clock.Sleep,
		Load: func(context.Context, string, string) (aws.Config, error) { return l.Stack.Config, nil },
	}
	name := strings.ToLower(strings.TrimSuffix(queue, "Queue"))
	if code := operator.Run(ctx, []string{"-stack", l.Stack.Name, "-queue", name}); code != letters.Done {
		return 0, fmt.Errorf("redrive: %s", strings.TrimSpace(said.String()))
	}
	left, err := l.DeadLetters(ctx, queue)
	return max(before-left, 0), err
}

// DeadLetters counts what lies in the dead-letter queue of a queue, named as in template.yaml.
func (l *Local) DeadLetters(ctx context.Context, queue string) (int, error) {
	queues, err := l.Stack.Queues(ctx)
	for _, q := range queues {
		if q.Name == queue {
			return q.DeadLetters, err
		}
	}
	return 0, err
}
