package order_test

import (
	"bytes"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/order"
)

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"", string(order.IDFor("k")), "ord_", strings.ToUpper(string(order.IDFor("k"))), "ord_" + strings.Repeat("1", 26),
		"ord_" + strings.Repeat("a", 25) + "\n", "pay_" + strings.Repeat("a", 26)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := order.ParseID(text)
		switch {
		case err != nil:
			if !fault.Is(err, fault.NotFound) || id != "" {
				t.Fatalf("%q: %q, %v", text, id, err)
			}
		case string(id) != text, len(text) != 30, strings.ContainsAny(text, "#/%\n\x00 "), text != strings.ToLower(text):
			t.Fatalf("%q was taken as %q", text, id)
		}
	})
}

// FuzzDecodeChange reads stored changes, as the relay does: what is read keeps its bytes, so that its hash is that of what is
// stored, and a chain of it is whole or refused.
func FuzzDecodeChange(f *testing.F) {
	d, _ := packed(f)
	for _, c := range d.chain {
		data, err := c.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"n":1,"set":{"status":null},"unset":["id"],"postings":[{"account":"tax","minor":9223372036854775807}]}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := order.DecodeChange(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) || !c.IsZero() {
				t.Fatalf("%q: %+v, %v", data, c, err)
			}
			return
		}
		kept, err := c.Encode()
		if err != nil || !bytes.Equal(kept, data) {
			t.Fatalf("%q is kept as %q, %v", data, kept, err)
		}
		again, err := order.DecodeChange(kept)
		if err != nil || again.Hash() != c.Hash() || again.N != c.N {
			t.Fatalf("%q comes back as %+v, %v", data, again, err)
		}
		o, err := order.Replay([]order.Change{c})
		switch {
		case err != nil && !fault.Is(err, fault.Internal):
			t.Fatalf("%q: %v", data, err)
		case err == nil && (o.Record().N != 1 || o.Record().Head != c.Hash()):
			t.Fatalf("%q leads to %+v", data, o.Record())
		}
	})
}

func FuzzParseReturnID(f *testing.F) {
	for _, text := range []string{"", "ret_", "ret_aaaaaaaaaaaaaaaaaaaaaaaaaa", "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "ret_AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := order.ParseReturnID(text)
		if err != nil && (!fault.Is(err, fault.NotFound) || id != "") || err == nil && (string(id) != text || len(text) != 30) {
			t.Errorf("%q was read as %q, %v", text, id, err)
		}
	})
}
