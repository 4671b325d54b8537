package payment_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"till/shared/fault"
	"till/shared/payment"
)

var march = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)

func TestEvidenceIsNeverPrintedLoggedOrStored(t *testing.T) {
	e := payment.Evidence{Name: "Ada Müller", Email: "ada@shop.example", Shipping: "Hauptstr. 1", Statement: "She said so."}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("evidence", "evidence", e, "inside", struct{ E payment.Evidence }{e})
	for _, text := range []string{fmt.Sprint(e), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e), fmt.Sprintf("%s %q %x", e, e, e),
		fmt.Sprintf("%+v", []payment.Evidence{e}), log.String()} {
		for _, word := range []string{"Ada", "ada@", "Haupt", "She", "416461"} {
			if strings.Contains(text, word) {
				t.Errorf("%q is in %q", word, text)
			}
		}
	}
	if _, err := json.Marshal(e); err == nil {
		t.Error("it can be stored")
	}
}

func TestWhatEvidenceSays(t *testing.T) {
	e := payment.Evidence{
		Parcels: []payment.Parcel{{Carrier: "DHL", Tracking: "1", ShippedAt: march, DeliveredAt: march.Add(48 * time.Hour)},
			{Carrier: "DHL", Tracking: "2", ShippedAt: march}},
		Refunds: []payment.GivenBack{{Ref: "re_1", Amount: "EUR 1.00", At: march}}, Statement: "S", Product: "P",
	}
	if e.Carriers() != "DHL" || e.Trackings() != "1, 2" || e.ShippedOn() != "2026-03-03" {
		t.Errorf("%q %q %q", e.Carriers(), e.Trackings(), e.ShippedOn())
	}
	want := "S\nP\nSent on 2026-03-03 by DHL, tracking number 1; delivered on 2026-03-05.\nSent on 2026-03-03 by DHL, tracking number 2.\n" +
		"EUR 1.00 was refunded on 2026-03-03 (reference re_1)."
	if e.Story() != want {
		t.Errorf("got %q", e.Story())
	}
}

func TestCut(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		most int
		want string
	}{
		"what fits stays":                         {"a\nb", 3, "a\nb"},
		"what does not ends with a line":          {"one\ntwo\nthree", 9, "one\ntwo"},
		"a line too long ends within":             {"onetwothree", 6, "onetwo"},
		"letters are whole":                       {"äöüäöü", 3, "äöü"},
		"nothing is nothing":                      {"", 3, ""},
		"a break at the beginning is no line end": {"\nabcdef", 3, "\nab"},
	} {
		if got := payment.Cut(row.text, row.most); got != row.want || utf8.RuneCountInString(got) > row.most {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestADisputeIsAnsweredOnce(t *testing.T) {
	open := payment.Facts{Disputes: []payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeNeedsResponse}}}
	done := payment.Facts{Disputes: []payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeUnderReview}}}
	refused := fault.New(fault.Declined, "test", "too_late", "")
	down := fault.New(fault.Unavailable, "test", "dependency_unavailable", "")
	for name, row := range map[string]struct {
		before, after payment.Facts
		lost          error // Of the second question.
		call          error
		calls         int
		kind          fault.Kind
		fine          bool
	}{
		"it is waited for, and taken":                      {before: open, after: done, calls: 1, fine: true},
		"it is there already":                              {before: done, after: done, calls: 0, fine: true},
		"it is refused because it is done":                 {before: open, after: done, call: refused, calls: 1, fine: true},
		"it is refused":                                    {before: open, after: open, call: refused, calls: 1, kind: fault.Declined},
		"there is no such dispute":                         {before: payment.Facts{}, calls: 0, kind: fault.NotFound},
		"the call did not get out":                         {before: open, after: open, call: down, calls: 1, kind: fault.Unavailable},
		"it was taken, and how it stands cannot be told":   {before: open, lost: down, calls: 1, kind: fault.Unknown},
		"it was refused, and how it stands cannot be told": {before: open, lost: down, call: refused, calls: 1, kind: fault.Declined},
	} {
		asked, calls := 0, 0
		_, err := payment.AnswerOnce("test", "dp_1", func() (payment.Facts, error) {
			if asked++; asked == 1 {
				return row.before, nil
			}
			return row.after, row.lost
		}, func() error { calls++; return row.call })
		if calls != row.calls || row.fine != (err == nil) || err != nil && fault.KindOf(err) != row.kind {
			t.Errorf("%s: %d calls, %v", name, calls, err)
		}
	}
	if _, err := payment.AnswerOnce("test", "dp_1", func() (payment.Facts, error) { return payment.Facts{}, down }, nil); !errors.Is(err, down) {
		t.Errorf("a gateway that is down before: %v", err)
	}
}
