package apigw_test

import (
	"reflect"
	"strings"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

type basket struct {
	Currency string            `json:"currency" fault:"currency_invalid"`
	Lines    []line            `json:"lines" fault:"lines_invalid"`
	Email    string            `json:"email,omitempty"`
	Address  *address          `json:"shipping_address" fault:"address_invalid"`
	Note     string            `json:"note" text:"free"`
	Gift     bool              `json:"gift"`
	Expected *int64            `json:"expected_total"`
	Codes    []string          `json:"discount_codes"`
	Billing  address           `json:"billing_address" text:"free"`
	Prices   map[string]int64  `json:"prices" fault:"price_invalid"`
	Labels   map[string]string `json:"labels"`
	Internal string            `json:"-"`
}

type line struct {
	SKU      string `json:"sku" fault:"sku_unknown"`
	Quantity int64  `json:"quantity" fault:"quantity_invalid"`
}

type address struct {
	Name    string `json:"name" text:"free"`
	Country string `json:"country"`
}

// faults lists "code pointer" of every fault.
func faults(t *testing.T, body string) []string {
	t.Helper()
	var in basket
	err := apigw.Decode(jsonRequest(body), &in)
	var out []string
	for _, e := range fault.All(err) {
		if e.Kind != fault.Invalid {
			t.Errorf("%s: kind %v", body, e.Kind)
		}
		out = append(out, e.Code+" "+e.At)
	}
	if err != nil && out == nil {
		t.Errorf("%s: unclassified %v", body, err)
	}
	return out
}

func TestIntoReportsEveryFaultAtItsPlace(t *testing.T) {
	quantity := []string{"quantity_invalid #/lines/0/quantity"}
	tests := []struct {
		name, body string
		want       []string
	}{
		{"a whole basket", `{"currency":"EUR","lines":[{"sku":"mug-blue","quantity":2}],"email":"ada+till@example.com",
			"shipping_address":{"name":"Nguyễn Thị Ánh","country":"DE"},"gift":true,"expected_total":4798,"discount_codes":["A"],
			"prices":{"EUR":1999},"labels":{"a/b":"c"}}`, nil},
		{"an empty object", `{}`, nil},
		{"quantity with decimals", `{"lines":[{"quantity":1.5}]}`, quantity},
		{"quantity as text", `{"lines":[{"quantity":"2"}]}`, quantity},
		{"quantity as null", `{"lines":[{"quantity":null}]}`, quantity},
		{"quantity of 2^63", `{"lines":[{"quantity":9223372036854775808}]}`, quantity},
		{"quantity with an exponent", `{"lines":[{"quantity":1e2}]}`, quantity},
		{"quantity 1.0", `{"lines":[{"quantity":1.0}]}`, quantity},
		{"10^9 is a whole number", `{"lines":[{"quantity":1000000000}]}`, nil},
		{"members that the server owns", `{"total":1,"status":"paid","lines":[{"unit_price":1}]}`,
			[]string{"unknown_field #/total", "unknown_field #/status", "unknown_field #/lines/0/unit_price"}},
		{"another letter case", `{"Lines":[],"EMAIL":"a"}`, []string{"unknown_field #/Lines", "unknown_field #/EMAIL"}},
		{"members that are not for JSON", `{"-":"b","Internal":"c"}`,
			[]string{"unknown_field #/-", "unknown_field #/Internal"}},
		{"an empty member name", `{"":1}`, []string{"unknown_field #/"}},
		{"a name that must be escaped", `{"a/b~c d\u00e9%":1}`, []string{"unknown_field #/a~1b~0c%20d%C3%A9%25"}},
		{"a name too long to show", `{"` + strings.Repeat("n", 65) + `":1}`, []string{"unknown_field #"}},
		{"all faults in one answer", `{"currency":5,"lines":[{"quantity":"2","x":1},7],"email":false,"gift":"yes"}`,
			[]string{"currency_invalid #/currency", "quantity_invalid #/lines/0/quantity", "unknown_field #/lines/0/x",
				"lines_invalid #/lines/1", "type_invalid #/email", "type_invalid #/gift"}},
		{"a nested member has the code of what is around it", `{"shipping_address":{"country":5}}`, []string{"address_invalid #/shipping_address/country"}},
		{"an object where a list belongs", `{"lines":{}}`, []string{"lines_invalid #/lines"}},
		{"null for an optional member", `{"expected_total":null}`, []string{"type_invalid #/expected_total"}},
		{"a bad value of a map", `{"prices":{"EUR":"x"}}`, []string{"price_invalid #/prices/EUR"}},
		{"a list as the whole", `[]`, []string{"type_invalid #"}},
		{"null as the whole", `null`, []string{"type_invalid #"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := faults(t, tt.body); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestIntoRefusesCardDataAndNothingElse(t *testing.T) {
	const rejected = "card_data_rejected "
	tests := []struct{ name, body, at string }{
		{"in a field", `{"email":"4242424242424242"}`, "#/email"},
		{"spaced", `{"shipping_address":{"name":"4242 4242 4242 4242"}}`, "#/shipping_address/name"},
		{"full-width", `{"note":"４２４２４２４２４２４２４２４２"}`, "#/note"},
		{"escaped", `{"note":"\u0034242424242424242"}`, "#/note"},
		{"as a number", `{"expected_total":4242424242424242}`, "#/expected_total"},
		{"as a number where text belongs", `{"email":4242424242424242}`, "#/email"},
		{"13 digits in free text", `{"note":"4222222222222"}`, "#/note"},
		{"13 digits inside free text", `{"billing_address":{"country":"4222222222222"}}`, "#/billing_address/country"},
		{"in a list", `{"discount_codes":["A","4242424242424242"]}`, "#/discount_codes/1"},
		{"in a map", `{"labels":{"a":"4242424242424242"}}`, "#/labels/a"},
		{"a member named cvv", `{"cvv":"123"}`, "#/cvv"},
		{"a member named cvc inside a line", `{"lines":[{"sku":"a","cvc":"123"}]}`, "#/lines/0/cvc"},
		{"inside what is unknown", `{"card":{"number":"4242424242424242"}}`, "#/card/number"},
		{"a code inside what is unknown", `{"x":[{"CVV2":"1"}]}`, "#/x/0/CVV2"},
		{"inside what has another type", `{"email":["4242424242424242"]}`, "#/email/0"},
		{"as a name", `{"4242424242424242":1}`, "#"},
		{"as the name in a map", `{"labels":{"4242 4242 4242 4242":"x"}}`, "#/labels"},
		{"beside other faults", `{"gift":5,"total":1,"note":"4242424242424242"}`, "#/note"},
		{"as the whole", `"4242424242424242"`, "#"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := faults(t, tt.body); !reflect.DeepEqual(got, []string{rejected + tt.at}) {
				t.Errorf("got %q, want one at %q", got, tt.at)
			}
		})
	}
	for _, body := range []string{`{"email":"4006381000093"}`, `{"email":"+4917604069006"}`, `{"note":"4242424242424243"}`} {
		if got := faults(t, body); got != nil {
			t.Errorf("%s: refused by %q", body, got)
		}
	}
}

func TestIntoFillsTheStruct(t *testing.T) {
	var in basket
	body := `{"lines":[{"sku":"a\tb\ud83d\ude00","quantity":-0},{"quantity":9223372036854775807}],"expected_total":0,"prices":{"EUR":-5}}`
	if err := apigw.Decode(jsonRequest(body), &in); err != nil {
		t.Fatal(err)
	}
	zero := int64(0)
	want := basket{Lines: []line{{"a\tb😀", 0}, {"", 1<<63 - 1}}, Expected: &zero, Prices: map[string]int64{"EUR": -5}}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("got %+v", in)
	}
}

func TestIntoBoundsItsAnswer(t *testing.T) {
	body := `{"lines":[` + strings.Repeat(`{"quantity":"x"},`, 3000) + `1]}`
	if got := len(faults(t, body)); got != 100 {
		t.Errorf("%d faults", got)
	}
}

func TestIntoOfAnotherTypeIsOurBug(t *testing.T) {
	body, err := apigw.Parse([]byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	var number int
	for _, into := range []any{nil, number, &number, (*basket)(nil), &struct {
		A float64 `json:"a"`
	}{}} {
		if err := body.Into(into); !fault.Is(err, fault.Internal) {
			t.Errorf("%T: %v", into, err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	req := jsonRequest(`{"currency":"EUR","lines":[` + strings.Repeat(`{"sku":"mug-blue","quantity":2},`, 49) +
		`{"sku":"mug","quantity":1}],"email":"ada@example.com","shipping_address":{"name":"Ada Byron","country":"DE"}}`)
	b.ReportAllocs()
	for b.Loop() {
		var in basket
		if err := apigw.Decode(req, &in); err != nil {
			b.Fatal(err)
		}
	}
}
