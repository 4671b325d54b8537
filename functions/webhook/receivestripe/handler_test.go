package receivestripe_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/inbox"
)

// accepted are events that are durably stored, whatever they say.
var accepted = []shoptest.Row{
	{Name: "an event is stored", File: "succeeded", Status: 200},
	{Name: "two signatures, one right, as while a secret is rolled", File: "two-signatures-one-right", Status: 200},
	{Name: "a signature by the previous secret", File: "signed-with-the-previous-secret", Status: 200},
	{Name: "a signature of 299 s ago", File: "signed-299-s-ago", Status: 200},
	{Name: "a signature of 299 s ahead", File: "signed-299-s-ahead", Status: 200},
	{Name: "the header's name in any case", File: "header-in-capitals", Status: 200},
	{Name: "a body in base64", File: "base64-body", Status: 200},
	{Name: "an unknown type", File: "type-unknown", Status: 200},
	{Name: "an order that nobody knows", File: "order-unknown", Status: 200},
	{Name: "an event of another account", File: "other-account", Status: 200},
	{Name: "an event of another API version", File: "other-version", Status: 200},
}

// refused are events that are not authentic, not readable or of the other mode.
var refused = []shoptest.Row{
	{Name: "no signature", File: "no-signature", Status: 400, Code: "signature_invalid"},
	{Name: "a signature without a time", File: "no-time", Status: 400, Code: "signature_invalid"},
	{Name: "a signature of test mode's scheme only", File: "v0-only", Status: 400, Code: "signature_invalid"},
	{Name: "a signature that is no hex", File: "bad-hex", Status: 400, Code: "signature_invalid"},
	{Name: "a signature by another secret", File: "signed-with-another-secret", Status: 400, Code: "signature_invalid"},
	{Name: "a body with a byte more than was signed", File: "a-byte-more", Status: 400, Code: "signature_invalid"},
	{Name: "a signature of 301 s ago", File: "signed-301-s-ago", Status: 400, Code: "signature_invalid"},
	{Name: "a signature of 301 s ahead", File: "signed-301-s-ahead", Status: 400, Code: "signature_invalid"},
	{Name: "an empty body, though signed", File: "empty-body", Status: 400, Code: "invalid_event"},
	{Name: "signed, but no JSON", File: "no-json", Status: 400, Code: "invalid_event"},
	{Name: "signed, but no object", File: "no-object", Status: 400, Code: "invalid_event"},
	{Name: "an event of live mode in test mode", File: "live-event", Status: 400, Code: "mode_mismatch"},
	{Name: "more than 256 KiB", File: "over-256-kib", Status: 413, Code: "body_too_large"},
}

// padding makes an event longer than 256 KiB.
var padding = strings.Repeat("x", 256<<10)

func webhook(t *testing.T, s *shoptest.Shop, file string) apigw.Request {
	t.Helper()
	var replace []string
	if strings.Contains(eventfile.Text(t, "receivestripe", file), "PADDING") {
		replace = []string{"PADDING", padding}
	}
	return s.Webhook(t, file, replace...)
}

func TestAcceptedEventsAreStoredAndQueued(t *testing.T) {
	for _, row := range accepted {
		t.Run(row.Name, func(t *testing.T) {
			s := shoptest.New(t)
			if resp := s.Try(row, webhook(t, s, row.File)); resp.Body != `{"received":true}` {
				t.Errorf("got %s", resp.Body)
			}
			stored := s.Store.AllEvents()
			if len(stored) != 1 || stored[0].State != inbox.Received {
				t.Fatalf("the inbox holds %+v", stored)
			}
			if want := `{"v":1,"event":"` + stored[0].Event.Key() + `"}`; !slices.Equal(s.Events.All(), []string{want}) {
				t.Errorf("the queue holds %v", s.Events.All())
			}
		})
	}
}

func TestRefusedEventsLeaveNothing(t *testing.T) {
	for _, row := range refused {
		t.Run(row.Name, func(t *testing.T) {
			s := shoptest.New(t)
			s.Try(row, webhook(t, s, row.File))
			if len(s.Store.AllEvents()) > 0 || len(s.Events.All()) > 0 {
				t.Errorf("the inbox holds %v, the queue %v", s.Store.AllEvents(), s.Events.All())
			}
		})
	}
}

func TestEveryEventIsTried(t *testing.T) {
	eventfile.AllIn(t, "receivestripe", append(shoptest.Files(accepted, refused), "refund-first"))
}

func TestARepeatIsStoredOnceAndQueuedAgainUntilItIsApplied(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	req := s.Webhook(t, "succeeded", "ORDER_ID", string(o.ID), "PAYMENT_ID", string(id))
	for range 3 {
		s.Try(shoptest.Row{Status: http.StatusOK}, req)
	}
	if got := len(s.Events.All()); got != 3 || len(s.Store.AllEvents()) != 1 {
		t.Fatalf("%d messages of %d events", got, len(s.Store.AllEvents()))
	}
	s.Pump()
	s.Logged.Take()
	s.Try(shoptest.Row{Status: http.StatusOK}, req)
	if got := s.Events.All(); len(got) != 0 {
		t.Errorf("an event that is applied is queued again: %v", got)
	}
	if log := strings.Join(s.Logged.All(), ""); !strings.Contains(log, `"code":"duplicate"`) {
		t.Errorf("the log says %s", log)
	}
}

func TestOneEventInFiveDeliveriesAtOnceIsOne(t *testing.T) {
	s := shoptest.New(t)
	req := webhook(t, s, "succeeded")
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if got := s.Serve(req).StatusCode; got != http.StatusOK {
				t.Errorf("got %d", got)
			}
		})
	}
	all.Wait()
	if got := len(s.Store.AllEvents()); got != 1 {
		t.Errorf("%d events are stored", got)
	}
}

func TestWhatIsNotStoredOrQueuedIsNotAcknowledged(t *testing.T) {
	for _, row := range []struct {
		name, operation string
		err             error
	}{
		{"the inbox is down", "PutEvent", shoptest.Down()},
		{"whether it is stored is not known", "after PutEvent", shoptest.Lost()},
		{"the queue is down", "queue.events", shoptest.Down()},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := shoptest.New(t)
			req := webhook(t, s, "succeeded")
			s.Break(row.operation, row.err)
			s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
			s.Mend()
			s.Try(shoptest.Row{Status: http.StatusOK}, req)
			if got := len(s.Events.All()); got == 0 || len(s.Store.AllEvents()) != 1 {
				t.Errorf("%d messages of %d events", got, len(s.Store.AllEvents()))
			}
		})
	}
}

func TestTheInboxKeepsNothingOfTheShopper(t *testing.T) {
	s := shoptest.New(t)
	s.Try(shoptest.Row{Status: http.StatusOK}, webhook(t, s, "succeeded"))
	for _, w := range s.Written.All() {
		for _, value := range w.New {
			if text, isText := value.(string); isText && (strings.Contains(text, "ada@") || strings.Contains(text, "Byron") || strings.Contains(text, "Linden")) {
				t.Errorf("stored: %s", text)
			}
		}
	}
}

func FuzzNoBodyAndNoSignatureIsA5xxOrAPanic(f *testing.F) {
	for _, name := range eventfile.Names(f, "receivestripe") {
		req := eventfile.Request(f, "receivestripe", name)
		f.Add(req.Body, req.Headers["stripe-signature"], req.IsBase64Encoded)
	}
	f.Fuzz(func(t *testing.T, body, signature string, coded bool) {
		s := shoptest.New(t)
		req := webhook(t, s, "succeeded")
		req.Body, req.Headers["stripe-signature"], req.IsBase64Encoded = body, signature, coded
		receive := s.HTTP()[req.RouteKey] // Without the contract's check, which is slow.
		resp, err := receive(t.Context(), req)
		if got := resp.StatusCode; err != nil || (got != http.StatusBadRequest && got != http.StatusRequestEntityTooLarge) {
			t.Errorf("got %d, %v", got, err)
		}
	})
}
