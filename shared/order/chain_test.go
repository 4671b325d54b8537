package order_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/pricing"
)

var chainStart = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// chain is an order after five changes, members set, changed and gone again among them, with the changes.
func chain(t *testing.T, key string) (*order.Order, []order.Change) {
	t.Helper()
	at := chainStart
	by := func() order.By {
		at = at.Add(time.Minute)
		return order.By{Who: "staff:1", Cause: "test", At: at}
	}
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 2000, Tax: 380, Total: 2380,
		Lines: []pricing.Line{{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1000, Tax: 380, Total: 2000}}}
	o, c, err := order.New(order.Placement{Key: key, Quote: q, Country: "DE", Contact: map[string][]byte{"email": {1, 2}}, Hold: time.Hour}, by())
	changes := []order.Change{c}
	for _, verb := range []func() (order.Change, error){
		func() (order.Change, error) { return o.Hold("manual", []byte("sealed"), by()) },
		func() (order.Change, error) { return o.Revoke(by()) },
		func() (order.Change, error) { return o.Lift("manual", by()) },
		func() (order.Change, error) { return o.Cancel(by()) },
	} {
		if err != nil {
			t.Fatal(err)
		}
		c, err = verb()
		changes = append(changes, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o, changes
}

func encoded(t *testing.T, v interface{ Encode() ([]byte, error) }) []byte {
	t.Helper()
	data, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// again decodes a change whose stored form was tampered with.
func again(t *testing.T, c order.Change, old, replacement string) order.Change {
	t.Helper()
	data := encoded(t, c)
	changed := bytes.Replace(data, []byte(old), []byte(replacement), 1)
	if bytes.Equal(changed, data) {
		t.Fatalf("%s is not in %s", old, data)
	}
	out, err := order.DecodeChange(changed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReplayedChangesAreTheOrder(t *testing.T) {
	o, changes := chain(t, "k1")
	for i, c := range changes {
		stored, err := order.DecodeChange(encoded(t, c))
		if err != nil {
			t.Fatal(err)
		}
		changes[i] = stored
	}
	replayed, err := order.Replay(changes)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := encoded(t, replayed), encoded(t, o); !bytes.Equal(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if r := replayed.Record(); r.N != 5 || r.Head != changes[4].Hash() || r.Status != order.Cancelled || len(r.Holds) != 0 || r.Revocations != 1 {
		t.Errorf("replayed to %+v", r)
	}
}

func TestEveryPartOfAChainIsTheOrderAtThatTime(t *testing.T) {
	_, changes := chain(t, "k1")
	for n := 1; n <= len(changes); n++ {
		o, err := order.Replay(changes[:n])
		if err != nil || o.Record().N != n || o.Record().Head != changes[n-1].Hash() {
			t.Errorf("after %d: %v", n, err)
		}
	}
}

func TestABrokenChainIsRefused(t *testing.T) {
	_, whole := chain(t, "k1")
	_, other := chain(t, "k2")
	with := func(i int, c order.Change) []order.Change {
		out := slices.Clone(whole)
		out[i] = c
		return out
	}
	unbalanced := whole[2]
	unbalanced.Postings = []ledger.Posting{{Account: ledger.Revenue, Minor: 1}}
	tests := []struct {
		name    string
		changes []order.Change
	}{
		{"no change at all", nil},
		{"the first is missing", whole[1:]},
		{"one in the middle is missing", slices.Concat(whole[:2], whole[3:])},
		{"one is there twice", slices.Concat(whole[:2], whole[1:])},
		{"two have changed places", []order.Change{whole[0], whole[2], whole[1], whole[3], whole[4]}},
		{"one is another order's", with(2, other[2])},
		{"one says who caused it otherwise", with(1, again(t, whole[1], "staff:1", "staff:2"))},
		{"one sets another value", with(0, again(t, whole[0], `"total":2380`, `"total":1`))},
		{"one has another number", with(2, again(t, whole[2], `"n":3`, `"n":4`))},
		{"one has other sealed bytes", with(1, again(t, whole[1], `"note":"c2VhbGVk"`, `"note":"c2VhbGVr"`))},
		{"one has a white space more", with(1, again(t, whole[1], `"n":2`, `"n": 2`))},
		{"one does not balance", with(2, unbalanced)},
		{"one holds no value for a member", with(0, again(t, whole[0], `"total":2380`, `"total":"much"`))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if o, err := order.Replay(tt.changes); !fault.Is(err, fault.Internal) {
				t.Errorf("got %v, %v", o, err)
			}
		})
	}
}

// A change that was rewritten at the tip does not show in the chain itself: only against a head that was kept elsewhere.
func TestATipThatWasRewrittenShowsInItsHead(t *testing.T) {
	o, changes := chain(t, "k1")
	changes[4] = again(t, changes[4], "staff:1", "staff:2")
	forged, err := order.Replay(changes)
	if err != nil {
		t.Fatal(err)
	}
	if forged.Record().Head == o.Record().Head {
		t.Error("a rewritten tip has the head of the true one")
	}
}

func TestMembersOfANewerVersionAreKept(t *testing.T) {
	o, changes := chain(t, "k1")
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(encoded(t, o), &members); err != nil {
		t.Fatal(err)
	}
	members["zz_from_the_future"] = json.RawMessage(`{"a":[1,2.50,null]}`)
	data, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := order.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newer.Revoke(order.By{Who: "staff:1", At: chainStart.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if got := encoded(t, newer); !bytes.Contains(got, []byte(`"zz_from_the_future":{"a":[1,2.50,null]}`)) {
		t.Errorf("stored is %s", got)
	}
	if _, set := c.Set["zz_from_the_future"]; set || slices.Contains(c.Unset, "zz_from_the_future") {
		t.Errorf("a change that left it alone mentions it: %+v", c)
	}
	if want := changes[4].Hash(); c.Prev != want {
		t.Errorf("the chain goes on from %s, want %s", c.Prev, want)
	}
}

// A newer version set the member in a change of its own; an older one replays that chain.
func TestChangesOfANewerVersionReplay(t *testing.T) {
	_, changes := chain(t, "k1")
	first := again(t, changes[0], `"set":{`, `"set":{"aa_from_the_future":7,`)
	o, err := order.Replay([]order.Change{first})
	if err != nil || !bytes.Contains(encoded(t, o), []byte(`"aa_from_the_future":7`)) {
		t.Errorf("got %v, %v", o, err)
	}
}

func TestDecodedIsAsEncoded(t *testing.T) {
	o, changes := chain(t, "k1")
	back, err := order.Decode(encoded(t, o))
	if err != nil || !bytes.Equal(encoded(t, back), encoded(t, o)) {
		t.Errorf("an order came back as %v, %v", back, err)
	}
	for _, c := range changes {
		got, err := order.DecodeChange(encoded(t, c))
		if err != nil || got.Hash() != c.Hash() || got.N != c.N || !got.At.Equal(c.At) {
			t.Errorf("change %d came back as %+v, %v", c.N, got, err)
		}
	}
	if got, err := order.DecodeChange(encoded(t, changes[0])); err != nil || !slices.Equal(got.Stock, []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 2}}) {
		t.Errorf("its stock came back as %v, %v", got.Stock, err)
	}
}

func TestWhatCannotBeReadIsInternal(t *testing.T) {
	for _, data := range []string{"", "{", "[]", `"x"`, `{"n":"one"}`, `{"lines":7}`, `{"at":"yesterday","n":{}}`} {
		if _, err := order.Decode([]byte(data)); !fault.Is(err, fault.Internal) {
			t.Errorf("an order of %q: %v", data, err)
		}
		if data == `{"lines":7}` {
			continue // A change has no lines.
		}
		if _, err := order.DecodeChange([]byte(data)); !fault.Is(err, fault.Internal) {
			t.Errorf("a change of %q: %v", data, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"n":1,"status":"confirmed","lines":[],"zz":null}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := order.Decode(data)
		if err != nil {
			return
		}
		first := encoded(t, o)
		back, err := order.Decode(first)
		if err != nil || !bytes.Equal(encoded(t, back), first) {
			t.Errorf("%q is encoded as %q, which comes back as %v, %v", data, first, back, err)
		}
	})
}
