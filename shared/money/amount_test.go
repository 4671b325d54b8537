package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/money"
)

// minors draws amounts of every size, the ends of int64 among them.
func minors() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-100_000, 100_000),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}))
}

// exact holds an outcome against exact arithmetic: the same where int64 can count it, refused where it cannot.
func exact(t *rapid.T, what string, got money.Amount, err error, want *big.Int) {
	t.Helper()
	if !want.IsInt64() {
		if !fault.Is(err, fault.Invalid) || fault.Code(err) != "amount_out_of_range" {
			t.Fatalf("%s: got %v, %v; want it refused, for it is %v", what, got, err, want)
		}
		return
	}
	if err != nil || got != money.Of(want.Int64(), "EUR") {
		t.Fatalf("%s: got %v, %v; want %v", what, got, err, want)
	}
}

func sumsAreExact(t *rapid.T) {
	x, y := minors().Draw(t, "x"), minors().Draw(t, "y")
	a, b, bigA, bigB := money.Of(x, "EUR"), money.Of(y, "EUR"), big.NewInt(x), big.NewInt(y)
	sum, err := a.Add(b)
	exact(t, "Add", sum, err, new(big.Int).Add(bigA, bigB))
	diff, err := a.Sub(b)
	exact(t, "Sub", diff, err, new(big.Int).Sub(bigA, bigB))
	if a.Less(b) != (bigA.Cmp(bigB) < 0) {
		t.Fatalf("%d less than %d: %v", x, y, a.Less(b))
	}
}

func TestSums(t *testing.T) { rapid.Check(t, sumsAreExact) }
func FuzzSums(f *testing.F) { f.Fuzz(rapid.MakeFuzz(sumsAreExact)) }

func productsAreExact(t *rapid.T) {
	x := minors().Draw(t, "x")
	n := rapid.OneOf(rapid.Int64Range(0, 10_000), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "n")
	got, err := money.Of(x, "EUR").Times(n)
	exact(t, "Times", got, err, new(big.Int).Mul(big.NewInt(x), big.NewInt(n)))
}

func TestTimes(t *testing.T) { rapid.Check(t, productsAreExact) }
func FuzzTimes(f *testing.F) { f.Fuzz(rapid.MakeFuzz(productsAreExact)) }

func TestWhatCannotBeAdded(t *testing.T) {
	eur, usd := money.Of(1, "EUR"), money.Of(1, "USD")
	tests := []struct {
		name string
		do   func() (money.Amount, error)
	}{
		{"two currencies are not added", func() (money.Amount, error) { return eur.Add(usd) }},
		{"two currencies are not subtracted", func() (money.Amount, error) { return eur.Sub(usd) }},
		{"no money of no currency is not added", func() (money.Amount, error) { return eur.Add(money.Amount{}) }},
		{"a sum of another currency is refused", func() (money.Amount, error) { return money.Sum("USD", eur) }},
		{"an amount is not taken a negative number of times", func() (money.Amount, error) { return eur.Times(-1) }},
		{"a sum that passes int64 on the way is refused", func() (money.Amount, error) {
			return money.Sum("EUR", money.Of(math.MaxInt64, "EUR"), eur, money.Of(-1, "EUR"))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.do(); !fault.Is(err, fault.Invalid) || got != (money.Amount{}) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	if eur.Less(usd) || usd.Less(eur) {
		t.Error("two currencies were compared")
	}
}

func TestSigns(t *testing.T) {
	if a := money.Zero("EUR"); !a.IsZero() || a.IsNegative() || a.Currency() != "EUR" {
		t.Errorf("zero is %v", a)
	}
	if a := money.Of(-1, "EUR"); a.IsZero() || !a.IsNegative() || a.Minor() != -1 {
		t.Errorf("minus a cent is %v", a)
	}
}

func jsonComesBack(t *rapid.T) {
	a := money.Of(minors().Draw(t, "minor"), rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(t, "currency"))
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back money.Amount
	if err := json.Unmarshal(data, &back); err != nil || back != a {
		t.Fatalf("%v came back from %s as %v, %v", a, data, back, err)
	}
}

func TestJSON(t *testing.T) { rapid.Check(t, jsonComesBack) }

func TestJSONIsTheDocumentedForm(t *testing.T) {
	data, err := json.Marshal(money.Of(1999, "EUR"))
	if err != nil || string(data) != `{"amount":1999,"currency":"EUR"}` {
		t.Errorf("got %s, %v", data, err)
	}
	var none money.Amount
	if err := json.Unmarshal([]byte(`{"amount":0,"currency":""}`), &none); err != nil || none != (money.Amount{}) {
		t.Errorf("the zero amount came back as %v, %v", none, err)
	}
}

func TestJSONThatIsNoMoney(t *testing.T) {
	for _, data := range []string{`{"amount":1.5,"currency":"EUR"}`, `{"amount":"1","currency":"EUR"}`, `{"amount":5}`,
		`{"amount":9223372036854775808,"currency":"EUR"}`, `{"amount":1,"currency":"eur"}`, `{"amount":1,"currency":"XXX"}`,
		`{"amount":0,"currency":"ZZZ"}`, `7`, `"EUR"`, `[]`} {
		var a money.Amount
		if err := json.Unmarshal([]byte(data), &a); !fault.Is(err, fault.Invalid) || a != (money.Amount{}) {
			t.Errorf("%s was read as %v, %v", data, a, err)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"amount":1999,"currency":"EUR"}`)
	f.Add(`{"amount":-0,"currency":"JPY"}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, data string) {
		var a, back money.Amount
		if json.Unmarshal([]byte(data), &a) != nil {
			return
		}
		again, err := json.Marshal(a)
		if err != nil || json.Unmarshal(again, &back) != nil || back != a {
			t.Errorf("%q was read as %v, written as %s, read as %v", data, a, again, back)
		}
	})
}
