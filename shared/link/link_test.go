package link_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/link"
)

const order = "ord_4fj2k3h4k2j3h4"

var (
	oldKey   = bytes.Repeat([]byte("o"), 32)
	newKey   = bytes.Repeat([]byte("n"), 32)
	otherKey = bytes.Repeat([]byte("x"), 32)
	now      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	expiry   = now.Add(link.Life)
)

func signer(t testing.TB, current, previous []byte) link.Signer {
	t.Helper()
	s, err := link.New(current, previous)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATokenOpensItsOrder(t *testing.T) {
	s := signer(t, newKey, oldKey)
	tests := []struct {
		name       string
		token      string
		need       link.Purpose
		revocation uint32
		at         time.Time
	}{
		{"for its purpose", s.Sign(order, link.View, expiry, 0), link.View, 0, now},
		{"for one of several purposes", s.Sign(order, link.Shopper, expiry, 0), link.Pay, 0, now},
		{"for all of several purposes", s.Sign(order, link.Shopper, expiry, 0), link.View | link.Cancel, 0, now},
		{"until the second before it expires", s.Sign(order, link.View, expiry, 0), link.View, 0, expiry.Add(-time.Second)},
		{"under the present revocation number", s.Sign(order, link.View, expiry, 7), link.View, 7, now},
		{"signed before the key was rotated", signer(t, oldKey, nil).Sign(order, link.View, expiry, 0), link.View, 0, now},
		{"after the clock of a function stepped back", s.Sign(order, link.View, expiry, 0), link.View, 0, now.Add(-10 * time.Minute)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := s.Verify(tt.token, order, tt.need, tt.revocation, tt.at); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryFaultOfATokenLooksTheSame(t *testing.T) {
	s := signer(t, newKey, oldKey)
	good := s.Sign(order, link.View, expiry, 3)
	flipped := []byte(good)
	flipped[len(flipped)-5] ^= 1
	tests := []struct {
		name       string
		token      string
		order      string
		need       link.Purpose
		revocation uint32
		at         time.Time
	}{
		{"no token", "", order, link.View, 3, now},
		{"no base64", strings.Repeat("*", link.Length), order, link.View, 3, now},
		{"a character flipped", string(flipped), order, link.View, 3, now},
		{"a character short", good[:len(good)-1], order, link.View, 3, now},
		{"a character long", good + "A", order, link.View, 3, now},
		{"padding", good[:len(good)-1] + "=", order, link.View, 3, now},
		{"a line break inside", good[:len(good)-1] + "\n", order, link.View, 3, now},
		{"another order", good, "ord_other", link.View, 3, now},
		{"no order", good, "", link.View, 3, now},
		{"another purpose", good, order, link.Pay, 3, now},
		{"one purpose too many", good, order, link.View | link.Pay, 3, now},
		{"no purpose asked for", good, order, 0, 3, now},
		{"expired this second", good, order, link.View, 3, expiry},
		{"expired long ago", good, order, link.View, 3, expiry.AddDate(1, 0, 0)},
		{"revoked", good, order, link.View, 4, now},
		{"of a revocation to come", good, order, link.View, 2, now},
		{"signed with another key", signer(t, otherKey, nil).Sign(order, link.View, expiry, 3), order, link.View, 3, now},
		{"all zero", base64.RawURLEncoding.EncodeToString(make([]byte, 38)), order, link.View, 3, now},
		{"10 kB", strings.Repeat("A", 10_000), order, link.View, 3, now},
	}
	want := s.Verify("", order, link.View, 0, now).Error()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := s.Verify(tt.token, tt.order, tt.need, tt.revocation, tt.at)
			if fault.KindOf(err) != fault.NotFound || fault.Code(err) != "not_found" || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestAnyFlippedBitIsRefused(t *testing.T) {
	s := signer(t, newKey, oldKey)
	raw, err := base64.RawURLEncoding.DecodeString(s.Sign(order, link.View, expiry, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			bad := bytes.Clone(raw)
			bad[i] ^= 1 << bit
			token := base64.RawURLEncoding.EncodeToString(bad)
			if s.Verify(token, order, link.View, 0, now) == nil {
				t.Fatalf("byte %d bit %d was not noticed", i, bit)
			}
		}
	}
}

func TestOneTokenHasOneSpelling(t *testing.T) {
	s := signer(t, newKey, nil)
	good := s.Sign(order, link.View, expiry, 0)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for _, last := range alphabet {
		spelling := good[:len(good)-1] + string(last)
		if spelling != good && s.Verify(spelling, order, link.View, 0, now) == nil {
			t.Errorf("%q opens too", spelling)
		}
	}
}

func TestARepeatGetsTheSameToken(t *testing.T) {
	a, b := signer(t, newKey, oldKey), signer(t, newKey, nil)
	if a.Sign(order, link.Shopper, expiry, 1) != b.Sign(order, link.Shopper, expiry, 1) {
		t.Error("the same inputs gave two tokens")
	}
	seen := make(map[string]string)
	for _, o := range []string{order, order + "1", ""} {
		for _, p := range []link.Purpose{link.View, link.Pay, link.Shopper} {
			for _, e := range []time.Time{now, expiry, time.Unix(0, 0), now.AddDate(1000, 0, 0)} {
				for _, r := range []uint32{0, 1, 1<<32 - 1} {
					token, what := a.Sign(o, p, e, r), fmt.Sprint(o, p, e, r)
					if before, ok := seen[token]; ok || len(token) != link.Length {
						t.Errorf("%s and %s have the token %s", what, before, token)
					}
					seen[token] = what
				}
			}
		}
	}
}

func TestAfterTwoRotationsAnOldTokenIsRefused(t *testing.T) {
	token := signer(t, oldKey, nil).Sign(order, link.View, expiry, 0)
	if err := signer(t, newKey, oldKey).Verify(token, order, link.View, 0, now); err != nil {
		t.Error(err)
	}
	if signer(t, otherKey, newKey).Verify(token, order, link.View, 0, now) == nil {
		t.Error("it still opens")
	}
}

func TestShortKeysAreRefused(t *testing.T) {
	for _, keys := range [][2][]byte{{nil, nil}, {newKey[:23], nil}, {newKey, oldKey[:23]}, {nil, oldKey}} {
		if _, err := link.New(keys[0], keys[1]); fault.KindOf(err) != fault.Internal || fault.Code(err) != "config_invalid" {
			t.Errorf("%d and %d bytes: %v", len(keys[0]), len(keys[1]), err)
		}
	}
	if _, err := link.New(newKey[:24], oldKey[:24]); err != nil {
		t.Error(err)
	}
}

func TestASignerWithoutKeysVerifiesNothing(t *testing.T) {
	var none link.Signer
	for _, token := range []string{"", base64.RawURLEncoding.EncodeToString(make([]byte, 38)), signer(t, newKey, nil).Sign(order, link.View, expiry, 0)} {
		if none.Verify(token, order, link.View, 0, now) == nil {
			t.Errorf("%q opens", token)
		}
	}
}

func TestASignerShowsNoKey(t *testing.T) {
	s := signer(t, newKey, oldKey)
	holder := struct {
		Open   link.Signer
		hidden link.Signer
	}{s, s}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if shown := fmt.Sprintf(verb, s); shown != "[redacted]" {
			t.Errorf("%s shows %q", verb, shown)
		}
		// The keys and what is made of them are 32 bytes: nothing as long may be seen.
		if shown := fmt.Sprintf(verb, holder); strings.Contains(shown, "nnnn") || strings.Contains(shown, "[0x") || len(shown) > 200 {
			t.Errorf("in a struct %s shows %q", verb, shown)
		}
	}
}

func FuzzVerify(f *testing.F) {
	s := signer(f, newKey, oldKey)
	good := s.Sign(order, link.View, expiry, 0)
	f.Add(good, order)
	f.Add("", "")
	f.Add(strings.Repeat("A", link.Length), order)
	f.Add(good[:50]+"\r", order)
	f.Fuzz(func(t *testing.T, token, o string) {
		err := s.Verify(token, o, link.View, 0, now)
		if (err == nil) != (token == good && o == order) {
			t.Fatalf("%q for %q: %v", token, o, err)
		}
	})
}

func ExampleSigner_Verify() {
	s, _ := link.New(bytes.Repeat([]byte("k"), 32), nil)
	token := s.Sign("ord_1", link.View|link.Pay, now.Add(link.Life), 0)
	fmt.Println(s.Verify(token, "ord_1", link.Pay, 0, now))
	fmt.Println(s.Verify(token, "ord_1", link.Cancel, 0, now))
	fmt.Println(s.Verify(token, "ord_2", link.Pay, 0, now))
	// Output:
	// <nil>
	// link.Verify not_found not_found
	// link.Verify not_found not_found
}
