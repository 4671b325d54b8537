package relay_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

const (
	begin     = `{"v":1,"order":"ord_abcdefghijklmnopqrstuvwxyz","try":1}`
	confirmed = `{"v":1,"order":"ord_abcdefghijklmnopqrstuvwxyz","change":3,"kind":"order_confirmed"}`
	shipped   = `{"v":1,"order":"ord_abcdefghijklmnopqrstuvwxyz","change":4,"kind":"order_shipped"}`
	refunded  = `{"v":1,"order":"ord_abcdefghijklmnopqrstuvwxyz","change":5,"kind":"refund_sent"}`
	fourth    = `{"v":1,"order":"ord_abcdefghijklmnopqrstuvwxyz","change":4,"kind":"order_confirmed"}`
)

func read(t *testing.T, file string) events.DynamoDBEvent {
	t.Helper()
	return eventfile.Read[events.DynamoDBEvent](t, "relay", file)
}

func TestMessagesGoWhereTheirChangeSendsThem(t *testing.T) {
	files := []string{}
	for _, row := range []struct {
		name, file        string
		fulfillment, mail []string
		lines             int
	}{
		{"a confirmation begins the machine and sends a mail", "confirmed", []string{begin}, []string{confirmed}, 0},
		{"each change of a batch is relayed, in order", "three-changes", []string{begin}, []string{confirmed, shipped, refunded}, 0},
		{"a record without an image is passed over", "no-new-image", []string{begin}, []string{confirmed}, 1},
		{"the order's own record is passed over", "order-itself", []string{begin}, []string{confirmed}, 1},
		{"a record of an old schema is passed over", "old-schema", []string{begin}, []string{fourth}, 1},
		{"a change that cannot be read is passed over and told", "unreadable", []string{begin}, []string{fourth}, 1},
		{"a message to nowhere is passed over and told", "destination-unknown", []string{begin}, []string{fourth}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := shoptest.New(t)
			if failed := s.Relay(read(t, row.file)); len(failed) > 0 {
				t.Errorf("these come again: %v", failed)
			}
			if !slices.Equal(s.Fulfillment.All(), row.fulfillment) || !slices.Equal(s.Mail.All(), row.mail) {
				t.Errorf("sent %v and %v", s.Fulfillment.All(), s.Mail.All())
			}
			if log := s.Logged.All(); len(log) != row.lines || strings.Contains(strings.Join(log, ""), "redacted") {
				t.Errorf("the log says %v", log)
			}
		})
		files = append(files, row.file)
	}
	eventfile.AllIn(t, "relay", files)
}

func TestItStopsAtTheFirstThatCannotBeSentSoThatNothingIsSkipped(t *testing.T) {
	s := shoptest.New(t)
	s.Break("queue.mail", shoptest.Down())
	if failed := s.Relay(read(t, "three-changes")); !slices.Equal(failed, []string{"100"}) {
		t.Errorf("these come again: %v", failed)
	}
	if got := s.Mail.All(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
	s.Mend()
	if failed := s.Relay(read(t, "three-changes")); len(failed) > 0 {
		t.Errorf("these come again: %v", failed)
	}
	if got := s.Mail.All(); !slices.Equal(got, []string{confirmed, shipped, refunded}) {
		t.Errorf("sent %v", got)
	}
}

func TestAnEmptyBatchIsAnsweredWithAnEmptyList(t *testing.T) {
	if failed := shoptest.New(t).Relay(events.DynamoDBEvent{}); len(failed) > 0 {
		t.Errorf("these come again: %v", failed)
	}
}
