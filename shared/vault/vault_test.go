package vault_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/person"
	"till/shared/vault"
	"till/shared/vault/vaulttest"
)

const indexKey = "an index key of 32 bytes or more."

// rig is a vault with all that it stands on in reach. Several rigs on one store are several Lambda instances.
type rig struct {
	*vault.Vault
	keys vault.Keys
	kms  *vaulttest.KMS
	now  *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// lockedReader makes a seeded source safe for many.
type lockedReader struct {
	mu  sync.Mutex
	src *rand.ChaCha8
}

func (r *lockedReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.src.Read(p)
}

func newRig(seed byte, keys vault.Keys, kms *vaulttest.KMS, now *clock) *rig {
	r := &rig{keys: keys, kms: kms, now: now}
	r.Vault = vault.New(vault.Config{
		Keys: keys, KMS: kms, Stage: "test", Now: now.now,
		IndexKey: func(context.Context) ([]byte, error) { return []byte(indexKey), nil },
		Random:   &lockedReader{src: rand.NewChaCha8([32]byte{seed})},
	})
	return r
}

func fresh() *rig {
	return newRig(1, new(vaulttest.Keys), new(vaulttest.KMS), &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)})
}

// other is another instance on the same store, key service and clock.
func (r *rig) other(seed byte) *rig { return newRig(seed, r.keys, r.kms, r.now) }

func email(t testing.TB, s string) person.Email {
	t.Helper()
	e, err := person.ParseEmail(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (r *rig) customer(t testing.TB, s string) vault.CustomerID {
	t.Helper()
	id, err := r.CustomerFor(context.Background(), email(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.Code(err) != code {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
}

var place = vault.Place{Table: "orders", PK: "ORDER#ord_1", Attribute: "email"}

func TestACustomerIsFoundByTheirEmail(t *testing.T) {
	r := fresh()
	ada := r.customer(t, "ada@example.com")
	if !strings.HasPrefix(string(ada), "cus_") || len(ada) != 30 {
		t.Errorf("the id is %q", ada)
	}
	if again := r.other(2).customer(t, "ADA@Example.com"); again != ada {
		t.Errorf("in other letters the same mailbox is %q, not %q", again, ada)
	}
	if plus := r.customer(t, "ada+till@example.com"); plus == ada {
		t.Error("another mailbox is the same customer")
	}
}

func TestManyMakersOfOneCustomerAgree(t *testing.T) {
	r := fresh()
	ids := make([]vault.CustomerID, 50)
	errs := make([]error, len(ids))
	var all sync.WaitGroup
	for i := range ids {
		instance, e := r.other(byte(i)), email(t, "ada@example.com")
		all.Go(func() { ids[i], errs[i] = instance.CustomerFor(context.Background(), e) })
	}
	all.Wait()
	for i := range ids {
		if errs[i] != nil || ids[i] != ids[0] {
			t.Fatalf("maker %d got %q, %v; the first got %q", i, ids[i], errs[i], ids[0])
		}
	}
}

func blindIndex(normal string) string {
	mac := hmac.New(sha256.New, []byte(indexKey))
	mac.Write([]byte(normal))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestTheBlindIndexIsAnHMACOfTheNormalEmail(t *testing.T) {
	r := fresh()
	ada := r.customer(t, "Ada@Example.com")
	row, err := r.keys.LoadIndex(context.Background(), blindIndex("ada@example.com"))
	if err != nil || row.Customer != ada || bytes.Contains(row.Email, []byte("ada")) {
		t.Errorf("got %+v, %v", row, err)
	}
}

func TestACollisionOfTheBlindIndexHandsOutNobodyElse(t *testing.T) {
	ctx, r := context.Background(), fresh()
	bob := r.customer(t, "bob@example.com")
	// Bob's address, sealed in the row where Ada's index points: what a collision looks like.
	hash := blindIndex("ada@example.com")
	sealed, err := r.Seal(ctx, bob, vault.Place{Table: "customers", PK: hash, Attribute: "email"}, []byte("bob@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	filler := vault.Customer{ID: "cus_filler", N: 1, Index: hash}
	if err := r.keys.AddCustomer(ctx, filler, vault.Index{Hash: hash, Customer: bob, Email: sealed}); err != nil {
		t.Fatal(err)
	}
	ada := r.customer(t, "ada@example.com")
	if ada == bob || ada != r.other(2).customer(t, "ada@example.com") || bob != r.customer(t, "bob@example.com") {
		t.Errorf("ada is %q, bob is %q", ada, bob)
	}
}

func TestAnIndexRowCopiedFromAnotherIsRefused(t *testing.T) {
	ctx, r := context.Background(), fresh()
	r.customer(t, "bob@example.com")
	row, err := r.keys.LoadIndex(ctx, blindIndex("bob@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	row.Hash = blindIndex("ada@example.com")
	if err := r.keys.AddCustomer(ctx, vault.Customer{ID: "cus_filler", N: 1, Index: row.Hash}, row); err != nil {
		t.Fatal(err)
	}
	_, err = r.CustomerFor(ctx, email(t, "ada@example.com"))
	wantFault(t, err, fault.Internal, "open_failed")
}

func TestAnotherCustomersRecordIsRefused(t *testing.T) {
	ctx, r := context.Background(), fresh()
	ada, bob := r.customer(t, "ada@example.com"), r.customer(t, "bob@example.com")
	sealed, err := r.Seal(ctx, ada, place, []byte("ada@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Open(ctx, bob, place, sealed)
	wantFault(t, err, fault.Internal, "open_failed")
	// Not even Ada's wrapped key in Bob's row opens it: the wrapping is bound to the customer.
	keys := new(vaulttest.Keys)
	stolen, err := r.keys.LoadCustomer(ctx, ada)
	if err != nil {
		t.Fatal(err)
	}
	day, err := r.keys.LoadDayKey(ctx, "contact", "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	stolen.ID = bob
	if err := errors.Join(keys.AddDayKey(ctx, day), keys.AddCustomer(ctx, stolen, vault.Index{Hash: "h", Customer: bob})); err != nil {
		t.Fatal(err)
	}
	_, err = newRig(3, keys, r.kms, r.now).Open(ctx, bob, place, sealed)
	wantFault(t, err, fault.Internal, "open_failed")
}

func TestTheSamePlaintextNeverLooksTheSame(t *testing.T) {
	ctx, r := context.Background(), fresh()
	ada := r.customer(t, "ada@example.com")
	seen := make(map[string]bool)
	for range 1000 {
		sealed, err := r.Seal(ctx, ada, place, []byte("ada@example.com"))
		if err != nil || seen[string(sealed)] || bytes.Contains(sealed, []byte("ada")) {
			t.Fatalf("%x, %v", sealed, err)
		}
		seen[string(sealed)] = true
	}
}

func TestARecordOfAnotherVersionIsAFaultNeverPlainText(t *testing.T) {
	ctx, r := context.Background(), fresh()
	ada := r.customer(t, "ada@example.com")
	for _, raw := range []string{"ada@example.com", "\x00ada", "\x02" + strings.Repeat("x", 60)} {
		plain, err := r.Open(ctx, ada, place, []byte(raw))
		wantFault(t, err, fault.Internal, "record_version_unknown")
		if plain != nil {
			t.Errorf("gave %q", plain)
		}
	}
	for _, raw := range []string{"", "\x01", "\x01" + strings.Repeat("\x00", 60)} {
		_, err := r.Open(ctx, ada, place, []byte(raw))
		wantFault(t, err, fault.Internal, "record_malformed")
	}
}

func TestShreddedIsGone(t *testing.T) {
	ctx, r := context.Background(), fresh()
	ada, bob := r.customer(t, "ada@example.com"), r.customer(t, "bob@example.com")
	sealed, err := r.Seal(ctx, ada, place, []byte("ada@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := r.Seal(ctx, bob, place, []byte("bob@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Shred(ctx, ada); err != nil {
			t.Fatal(err)
		}
	}
	for _, instance := range []*rig{r, r.other(2)} {
		_, err = instance.Open(ctx, ada, place, sealed)
		wantFault(t, err, fault.NotFound, "customer_erased")
		_, err = instance.Seal(ctx, ada, place, []byte("x"))
		wantFault(t, err, fault.NotFound, "customer_erased")
		wantFault(t, instance.Rewrap(ctx, ada), fault.NotFound, "customer_erased")
		if plain, err := instance.Open(ctx, bob, place, kept); err != nil || string(plain) != "bob@example.com" {
			t.Errorf("bob's is %q, %v", plain, err)
		}
	}
	if e, err := r.keys.LoadErasure(ctx, ada); err != nil || !e.At.Equal(r.now.now()) {
		t.Errorf("the erasure is %+v, %v", e, err)
	}
	if again := r.customer(t, "ada@example.com"); again == ada {
		t.Error("a customer who comes back is the one who was erased")
	}
}

func TestACustomerIsFoundByTheirAddressUntilTheyAreErased(t *testing.T) {
	ctx, r := context.Background(), fresh()
	_, err := r.Find(ctx, email(t, "ada@example.com"))
	wantFault(t, err, fault.NotFound, "")
	ada, bob := r.customer(t, "ada@example.com"), r.customer(t, "bob@example.com")
	// It needs the index alone.
	finder := vault.New(vault.Config{Keys: r.keys, IndexKey: func(context.Context) ([]byte, error) { return []byte(indexKey), nil }})
	for address, want := range map[string]vault.CustomerID{"ada@example.com": ada, "Ada@EXAMPLE.com": ada, "bob@example.com": bob} {
		if got, err := finder.Find(ctx, email(t, address)); err != nil || got != want {
			t.Errorf("%s is %s, %v, not %s", address, got, err, want)
		}
	}
	if err := r.Shred(ctx, ada); err != nil {
		t.Fatal(err)
	}
	_, err = finder.Find(ctx, email(t, "ada@example.com"))
	wantFault(t, err, fault.NotFound, "")
	_, err = finder.Find(ctx, person.Email{})
	wantFault(t, err, fault.Internal, "email_missing")
	_, err = vault.New(vault.Config{Keys: r.keys}).Find(ctx, email(t, "bob@example.com"))
	wantFault(t, err, fault.Internal, "config_invalid")
}

func TestAnIndexRowThatOutlivedItsCustomerIsClearedAway(t *testing.T) {
	ctx, r := context.Background(), fresh()
	ada := r.customer(t, "ada@example.com")
	if err := r.keys.EraseCustomer(ctx, vault.Erasure{Customer: ada, At: r.now.now()}); err != nil {
		t.Fatal(err)
	}
	_, err := r.CustomerFor(ctx, email(t, "ada@example.com"))
	wantFault(t, err, fault.Unavailable, "dependency_unavailable")
	if again := r.customer(t, "ada@example.com"); again == ada {
		t.Error("an erased customer was handed out")
	}
}

func TestAnIndexRowWithoutItsCustomerIsLeftForPeople(t *testing.T) {
	ctx, r := context.Background(), fresh()
	hash := blindIndex("ada@example.com")
	if err := r.keys.AddCustomer(ctx, vault.Customer{ID: "cus_filler", N: 1, Index: hash}, vault.Index{Hash: hash, Customer: "cus_nobody"}); err != nil {
		t.Fatal(err)
	}
	_, err := r.CustomerFor(ctx, email(t, "ada@example.com"))
	wantFault(t, err, fault.Internal, "customer_missing")
	if _, err := r.keys.LoadIndex(ctx, hash); err != nil {
		t.Errorf("the row went: %v", err)
	}
}

func TestAfterRotationsAllOpens(t *testing.T) {
	ctx, r := context.Background(), fresh()
	ada := r.customer(t, "ada@example.com")
	var records [][]byte
	for day := range 3 {
		sealed, err := r.Seal(ctx, ada, place, []byte{byte(day)})
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, sealed)
		r.now.advance(24 * time.Hour)
		if err := errors.Join(r.Rewrap(ctx, ada), r.Renew(ctx, ada)); err != nil {
			t.Fatal(err)
		}
	}
	for day, sealed := range records {
		if plain, err := r.other(2).Open(ctx, ada, place, sealed); err != nil || !bytes.Equal(plain, []byte{byte(day)}) {
			t.Errorf("day %d: %x, %v", day, plain, err)
		}
		if want := byte(day + 1); sealed[4] != want {
			t.Errorf("day %d was sealed by key %d", day, sealed[4])
		}
	}
	c, err := r.keys.LoadCustomer(ctx, ada)
	if err != nil || c.N != 7 || len(c.Keys) != 4 {
		t.Fatalf("version %d, %d keys, %v", c.N, len(c.Keys), err)
	}
	for _, k := range c.Keys {
		if k.Day != "2026-11-25" {
			t.Errorf("key %d is still wrapped by the key of keys of %s", k.Number, k.Day)
		}
	}
	if r.customer(t, "ada@example.com") != ada {
		t.Error("after rotation the index leads elsewhere")
	}
}
