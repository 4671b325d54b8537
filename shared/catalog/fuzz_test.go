package catalog_test

import (
	"bytes"
	"testing"

	"till/shared/catalog"
	"till/shared/fault"
)

func FuzzParseSKU(f *testing.F) {
	for _, seed := range []string{"", "mug-blue", "4006381000093", "a b", "mug\n", "../../etc", "-mug", "${jndi:ldap://x}", "m\u0443g"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sku, err := catalog.ParseSKU(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || fault.Code(err) != "sku_unknown" || sku != "" {
				t.Fatalf("%q: %q, %v", text, sku, err)
			}
			return
		}
		if string(sku) != text || len(text) > 64 {
			t.Fatalf("%q was taken as %q", text, sku)
		}
		for _, b := range []byte(text) { // It goes into keys, logs and paths.
			if b <= ' ' || b >= 0x7f || b == '#' || b == '/' || b == '%' || b == '"' {
				t.Fatalf("%q was taken", text)
			}
		}
	})
}

// FuzzDecodeProduct reads rows as they may be stored, by a newer version, too: what is read is written the same again.
func FuzzDecodeProduct(f *testing.F) {
	f.Add([]byte(`{"sku":"mug","name":"Mug","prices":{"EUR":1999},"weight_grams":350,"active":true}`))
	f.Add([]byte(`{"sku":"mug","prices":{"EUR":1e3},"later":1}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := catalog.DecodeProduct(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		for _, e := range fault.All(p.Check()) {
			if e.Kind != fault.Invalid || e.Code == "" || e.At == "" {
				t.Fatalf("%q: %+v", data, e)
			}
		}
		first, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := catalog.DecodeProduct(first)
		if err != nil {
			t.Fatalf("%q is written as %q: %v", data, first, err)
		}
		if second, err := again.Encode(); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%q is written as %q and then as %q, %v", data, first, second, err)
		}
	})
}

// FuzzDecodeEntry reads what staff did to stock as it may be stored: what can be read can be entered again, and never wraps.
func FuzzDecodeEntry(f *testing.F) {
	f.Add([]byte(`{"n":1,"at":"2026-11-22T12:00:00Z","by":"staff:1","change":12,"reason":"received","reference":"DN-4711"}`), int64(5), int64(2))
	f.Add([]byte(`{"n":2,"change":0,"counted":9,"plan":{"backorder":20,"expected":"2026-12-24"}}`), int64(0), int64(0))
	f.Add([]byte(`null`), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, free, reserved int64) {
		e, err := catalog.DecodeEntry(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		s := catalog.Stock{Free: free % catalog.UnitsMax, Reserved: max(reserved%catalog.UnitsMax, 0)}
		if len(e.Check()) > 0 {
			return
		}
		after, made, err := s.Enter(e)
		if err == nil && (after.Reserved != s.Reserved || after.Free != s.Free+made.Change || after.OnHand() > catalog.UnitsMax ||
			e.Counted != nil && after.OnHand() != *e.Counted) {
			t.Fatalf("%+v after %+v is %+v", s, made, after)
		}
		if err == nil && s.Free >= 0 && after.Free < -after.Backorder {
			t.Fatalf("%+v after %+v is %+v: more is promised than may be", s, made, after)
		}
	})
}
