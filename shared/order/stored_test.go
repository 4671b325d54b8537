package order_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"till/shared/order"
)

// What an order is stored as is taken apart and put together by code of its own: it must be what encoding/json makes of the
// same members, whatever is in their names and values.
func TestMembersOfANewerVersionComeBackAsTheyWere(t *testing.T) {
	text := rapid.StringMatching(`[a-z"\\\[\]{},: <é&]{0,12}`)
	value := rapid.Custom(func(t *rapid.T) any {
		return rapid.OneOf(text.AsAny(), rapid.Int64().AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
			rapid.SliceOfN(text, 0, 3).AsAny(), rapid.MapOfN(text, rapid.SliceOfN(text, 0, 2), 0, 3).AsAny()).Draw(t, "value")
	})
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.MapOfN(rapid.StringMatching(`x[a-z_]{1,8}`), value, 0, 8).Draw(t, "members")
		members["id"], members["n"], members["lines"] = "ord_x", 1, []any{}
		want, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		o, err := order.Decode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := o.Encode()
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s came back as %s, %v", want, got, err)
		}
		spaced, err := json.MarshalIndent(members, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if o, err = order.Decode(spaced); err != nil {
			t.Fatal(err)
		}
		var dense bytes.Buffer
		if got, err = o.Encode(); err != nil || json.Compact(&dense, got) != nil || !bytes.Equal(dense.Bytes(), want) {
			t.Fatalf("%s came back as %s, %v", spaced, got, err)
		}
	})
}
