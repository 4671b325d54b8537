package vault_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/person"
	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

func TestAThousandCheckoutsCallKMSTenTimesAtMost(t *testing.T) {
	ctx, r := context.Background(), fresh()
	for i := range 1000 {
		r.now.advance(time.Second)
		id := r.customer(t, fmt.Sprintf("shopper%d@example.com", i%700))
		row := vault.Row{Table: "orders", PK: fmt.Sprintf("ORDER#ord_%d", i)}
		sealed, err := r.SealContact(ctx, id, row, contact(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.OpenContact(ctx, id, row, sealed); err != nil { // The confirmation mail.
			t.Fatal(err)
		}
	}
	if calls := r.kms.Calls(); calls > 10 || calls < 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestAKeyOfKeysLeavesMemoryInTime(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		name string
		use  func(*testing.T, *rig, vault.CustomerID)
		more int
	}{
		{"for 59 minutes it stays", func(_ *testing.T, r *rig, _ vault.CustomerID) { r.now.advance(59 * time.Minute) }, 0},
		{"after an hour it goes", func(_ *testing.T, r *rig, _ vault.CustomerID) { r.now.advance(time.Hour) }, 1},
		{"a clock that steps back ends it", func(_ *testing.T, r *rig, _ vault.CustomerID) { r.now.advance(-time.Minute) }, 1},
		{"after 10,000 uses it goes", func(t *testing.T, r *rig, id vault.CustomerID) {
			for range 10_000 {
				if _, err := r.Seal(ctx, id, place, []byte("x")); err != nil {
					t.Fatal(err)
				}
			}
		}, 1},
		{"after 9,000 uses it stays", func(t *testing.T, r *rig, id vault.CustomerID) {
			for range 9_000 {
				if _, err := r.Seal(ctx, id, place, []byte("x")); err != nil {
					t.Fatal(err)
				}
			}
		}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fresh()
			id := r.customer(t, "ada@example.com")
			before := r.kms.Calls()
			tt.use(t, r, id)
			if _, err := r.Seal(ctx, id, place, []byte("x")); err != nil {
				t.Fatal(err)
			}
			if more := r.kms.Calls() - before; more != tt.more {
				t.Errorf("%d more calls, want %d", more, tt.more)
			}
		})
	}
}

func TestWithoutKMS(t *testing.T) {
	ctx := context.Background()
	t.Run("what is in memory works on", func(t *testing.T) {
		r := fresh()
		id := r.customer(t, "ada@example.com")
		r.kms.Down(true)
		sealed, err := r.Seal(ctx, id, place, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := r.Open(ctx, id, place, sealed); err != nil || string(plain) != "x" {
			t.Errorf("%q, %v", plain, err)
		}
		r.customer(t, "bob@example.com")
	})
	t.Run("with nothing in memory it is unavailable, and nothing is stored", func(t *testing.T) {
		r := fresh()
		id := r.customer(t, "ada@example.com")
		r.kms.Down(true)
		cold := r.other(2)
		_, err := cold.Seal(ctx, id, place, []byte("x"))
		wantFault(t, err, fault.Unavailable, "dependency_unavailable")
		_, err = cold.CustomerFor(ctx, email(t, "bob@example.com"))
		wantFault(t, err, fault.Unavailable, "dependency_unavailable")
		if _, err := r.keys.LoadIndex(ctx, blindIndex("bob@example.com")); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob is stored: %v", err)
		}
		r.kms.Down(false)
		cold.customer(t, "bob@example.com")
	})
}

// flaky is a store whose next write is done, but its answer is lost.
type flaky struct {
	vault.Keys
	lose bool
}

func (f *flaky) answer(err error) error {
	if f.lose && err == nil {
		f.lose = false
		return fault.New(fault.Unknown, "flaky", "", "")
	}
	return err
}

func (f *flaky) AddCustomer(ctx context.Context, c vault.Customer, i vault.Index) error {
	return f.answer(f.Keys.AddCustomer(ctx, c, i))
}

func (f *flaky) AddDayKey(ctx context.Context, k vault.DayKey) error {
	return f.answer(f.Keys.AddDayKey(ctx, k))
}

func TestAWriteWhoseAnswerIsLostIsLookedUp(t *testing.T) {
	for _, first := range []string{"day key", "customer"} {
		t.Run(first, func(t *testing.T) {
			store := &flaky{Keys: new(vaulttest.Keys)}
			r := newRig(1, store, new(vaulttest.KMS), &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)})
			if first == "customer" {
				r.customer(t, "bob@example.com") // The day's key is there.
			}
			store.lose = true
			ada := r.customer(t, "ada@example.com")
			if store.lose || ada != r.other(2).customer(t, "ada@example.com") {
				t.Errorf("ada is %q", ada)
			}
		})
	}
}

func TestAShortIndexKeyIsRefused(t *testing.T) {
	v := vault.New(vault.Config{IndexKey: func(context.Context) ([]byte, error) { return make([]byte, 23), nil }})
	_, err := v.CustomerFor(context.Background(), email(t, "ada@example.com"))
	wantFault(t, err, fault.Internal, "config_invalid")
	v = vault.New(vault.Config{IndexKey: func(context.Context) ([]byte, error) {
		return nil, fault.New(fault.Unavailable, "x", "dependency_unavailable", "")
	}})
	_, err = v.CustomerFor(context.Background(), email(t, "ada@example.com"))
	wantFault(t, err, fault.Unavailable, "dependency_unavailable")
	_, err = v.CustomerFor(context.Background(), person.Email{})
	wantFault(t, err, fault.Internal, "email_missing")
}

func TestWithoutRandomnessNothingIsSealed(t *testing.T) {
	r := fresh()
	id := r.customer(t, "ada@example.com")
	v := vault.New(vault.Config{Keys: r.keys, KMS: r.kms, Stage: "test", Now: r.now.now, Random: bytes.NewReader(make([]byte, 5))})
	sealed, err := v.Seal(context.Background(), id, place, []byte("x"))
	wantFault(t, err, fault.Internal, "no_randomness")
	if sealed != nil {
		t.Errorf("gave %x", sealed)
	}
}

func TestTooLongAFieldIsRefused(t *testing.T) {
	r := fresh()
	id := r.customer(t, "ada@example.com")
	if _, err := r.Seal(context.Background(), id, place, make([]byte, vault.PlainMax)); err != nil {
		t.Error(err)
	}
	_, err := r.Seal(context.Background(), id, place, make([]byte, vault.PlainMax+1))
	wantFault(t, err, fault.Internal, "plaintext_too_long")
}
