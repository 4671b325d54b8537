package vault_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/big"
	"os"
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

// vector is one sealed field with every key that it took. testdata/vectors.json was made with OpenSSL's AES-256-GCM
// from the design's words alone, and is never made anew: stored records must open for ever.
type vector struct {
	Customer    vault.CustomerID `json:"customer"`
	KeyNumber   uint32           `json:"key_number"`
	Day         string           `json:"day"`
	DayKey      bytesHex         `json:"day_key"`
	WrappedKey  bytesHex         `json:"wrapped_key"`
	CustomerKey bytesHex         `json:"customer_key"`
	Table       string           `json:"table"`
	PK          string           `json:"pk"`
	Attribute   string           `json:"attribute"`
	Nonce       bytesHex         `json:"nonce"`
	Plain       bytesHex         `json:"plain"`
	Record      bytesHex         `json:"record"`
}

type bytesHex []byte

func (b *bytesHex) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil || len(all) != 20 {
		t.Fatalf("%d vectors, %v", len(all), err)
	}
	return all
}

func (v vector) place() vault.Place {
	return vault.Place{Table: v.Table, PK: v.PK, Attribute: v.Attribute}
}

// oneKey is a key service that knows the vector's key of keys, under the right context only.
type oneKey struct{ v vector }

func (oneKey) GenerateDataKey(context.Context, map[string]string) (plain, wrapped []byte, err error) {
	return nil, nil, fault.New(fault.Internal, "oneKey", "not_expected", "")
}

func (k oneKey) Decrypt(_ context.Context, wrapped []byte, bound map[string]string) ([]byte, error) {
	want := map[string]string{"app": "till", "stage": "test", "purpose": "contact", "day": k.v.Day}
	if string(wrapped) != "wrapped" || !maps.Equal(bound, want) {
		return nil, fault.New(fault.Internal, "oneKey", "decrypt_failed", "")
	}
	return k.v.DayKey, nil
}

// vaultOf holds a vector's keys; its randomness is the vector's nonce.
func vaultOf(t *testing.T, v vector) *vault.Vault {
	t.Helper()
	ctx, keys := context.Background(), new(vaulttest.Keys)
	if err := keys.AddDayKey(ctx, vault.DayKey{Purpose: "contact", Day: v.Day, Wrapped: []byte("wrapped")}); err != nil {
		t.Fatal(err)
	}
	c := vault.Customer{ID: v.Customer, N: 1, Index: "i", Keys: []vault.Key{{Number: v.KeyNumber, Purpose: "contact", Day: v.Day, Wrapped: v.WrappedKey}}}
	if err := keys.AddCustomer(ctx, c, vault.Index{Hash: "i", Customer: v.Customer}); err != nil {
		t.Fatal(err)
	}
	return vault.New(vault.Config{
		Keys: keys, KMS: oneKey{v}, Stage: "test", Random: bytes.NewReader(v.Nonce),
		Now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) },
	})
}

func TestTheVectorsOfAnotherImplementationAgree(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(string(v.Customer), func(t *testing.T) {
			plain, err := vaultOf(t, v).Open(context.Background(), v.Customer, v.place(), v.Record)
			if err != nil || !bytes.Equal(plain, v.Plain) {
				t.Errorf("opened to %x, %v", plain, err)
			}
			record, err := vaultOf(t, v).Seal(context.Background(), v.Customer, v.place(), v.Plain)
			if err != nil || !bytes.Equal(record, v.Record) {
				t.Errorf("sealed to %x, %v", record, err)
			}
		})
	}
}

func TestTheVectorsAgreeWithTheStandardSpeltOut(t *testing.T) {
	for _, v := range vectors(t) {
		head := binary.BigEndian.AppendUint32([]byte{1}, v.KeyNumber)
		aad := append([]byte(v.Table+"|"+v.PK+"|"+v.Attribute+"|"), head...)
		record := append(append([]byte(nil), head...), v.Nonce...)
		record = append(record, gcmSeal(t, v.CustomerKey, v.Nonce, v.Plain, aad)...)
		if !bytes.Equal(record, v.Record) {
			t.Errorf("%s: record %x", v.Customer, record)
		}
		nonce := v.WrappedKey[:12]
		aad = binary.BigEndian.AppendUint32([]byte(v.Customer+"|"), v.KeyNumber)
		if wrapped := append(append([]byte(nil), nonce...), gcmSeal(t, v.DayKey, nonce, v.CustomerKey, aad)...); !bytes.Equal(wrapped, v.WrappedKey) {
			t.Errorf("%s: wrapped key %x", v.Customer, wrapped)
		}
	}
}

// gcmSeal is AES-256-GCM as NIST SP 800-38D §7.1 writes it down, slowly, with big integers.
func gcmSeal(t *testing.T, key, nonce, plain, aad []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	encrypt := func(in []byte) []byte {
		out := make([]byte, 16)
		block.Encrypt(out, in)
		return out
	}
	counter := func(n uint32) []byte { return binary.BigEndian.AppendUint32(append([]byte(nil), nonce...), n) }
	sealed := make([]byte, len(plain))
	for i := range plain {
		sealed[i] = plain[i] ^ encrypt(counter(uint32(2 + i/16)))[i%16]
	}
	pad := func(b []byte) []byte { return append(append([]byte(nil), b...), make([]byte, (16-len(b)%16)%16)...) }
	hashed := append(pad(aad), pad(sealed)...)
	hashed = binary.BigEndian.AppendUint64(hashed, uint64(len(aad))*8)
	hashed = binary.BigEndian.AppendUint64(hashed, uint64(len(sealed))*8)
	h, y := new(big.Int).SetBytes(encrypt(make([]byte, 16))), new(big.Int)
	for ; len(hashed) > 0; hashed = hashed[16:] {
		y = fieldTimes(y.Xor(y, new(big.Int).SetBytes(hashed[:16])), h)
	}
	tag := new(big.Int).Xor(y, new(big.Int).SetBytes(encrypt(counter(1))))
	return slices.Concat(sealed, tag.FillBytes(make([]byte, 16)))
}

// fieldTimes multiplies in GF(2^128) as SP 800-38D §6.3 does: the leftmost bit is the lowest power.
func fieldTimes(x, y *big.Int) *big.Int {
	reduce := new(big.Int).Lsh(big.NewInt(0xe1), 120)
	z, v := new(big.Int), new(big.Int).Set(y)
	for bit := 127; bit >= 0; bit-- {
		if x.Bit(bit) == 1 {
			z.Xor(z, v)
		}
		low := v.Bit(0)
		v.Rsh(v, 1)
		if low == 1 {
			v.Xor(v, reduce)
		}
	}
	return z
}

func TestAnyFlippedBitIsRefused(t *testing.T) {
	ctx := context.Background()
	for _, v := range vectors(t) {
		if len(v.Record) > 200 {
			continue
		}
		opener := vaultOf(t, v)
		for i := range v.Record {
			for bit := range 8 {
				bad := append([]byte(nil), v.Record...)
				bad[i] ^= 1 << bit
				plain, err := opener.Open(ctx, v.Customer, v.place(), bad)
				if plain != nil || fault.KindOf(err) != fault.Internal {
					t.Fatalf("%s: byte %d bit %d: opened to %q, %v", v.Customer, i, bit, plain, err)
				}
			}
		}
		for cut := range v.Record {
			if plain, err := opener.Open(ctx, v.Customer, v.place(), v.Record[:cut]); err == nil {
				t.Fatalf("%s: cut to %d bytes it opened to %q", v.Customer, cut, plain)
			}
		}
		if plain, err := opener.Open(ctx, v.Customer, v.place(), append(v.Record[:len(v.Record):len(v.Record)], 0)); err == nil {
			t.Fatalf("%s: with a byte more it opened to %q", v.Customer, plain)
		}
	}
}

func TestAnotherPlaceIsRefused(t *testing.T) {
	v := vectors(t)[0]
	tests := []struct {
		name   string
		change func(*vault.Place)
	}{
		{"another table", func(p *vault.Place) { p.Table = "inbox" }},
		{"another row", func(p *vault.Place) { p.PK += "1" }},
		{"another attribute", func(p *vault.Place) { p.Attribute = "phone" }},
		{"a letter moved from table to row", func(p *vault.Place) { p.Table, p.PK = p.Table[:5], p.Table[5:]+p.PK }},
		{"row and attribute swapped", func(p *vault.Place) { p.PK, p.Attribute = p.Attribute, p.PK }},
		{"a separator in the row", func(p *vault.Place) { p.PK = "ORDER|x" }},
		{"no table", func(p *vault.Place) { p.Table = "" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := v.place()
			tt.change(&p)
			plain, err := vaultOf(t, v).Open(context.Background(), v.Customer, p, v.Record)
			if plain != nil || fault.KindOf(err) != fault.Internal {
				t.Errorf("opened to %q, %v", plain, err)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		f.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		f.Fatal(err)
	}
	for _, v := range all[:10] {
		f.Add([]byte(v.Record))
	}
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add([]byte{2, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, record []byte) {
		v := all[0]
		plain, err := vaultOf(t, v).Open(context.Background(), v.Customer, v.place(), record)
		switch {
		case bytes.Equal(record, v.Record):
			if err != nil {
				t.Fatalf("the right record: %v", err)
			}
		case err == nil || plain != nil:
			t.Fatalf("%x opened to %q", record, plain)
		case len(record) > 0 && record[0] != 1 && fault.Code(err) != "record_version_unknown":
			t.Fatalf("version %d: %v", record[0], err)
		}
	})
}
