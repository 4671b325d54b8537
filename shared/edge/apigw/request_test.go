package apigw_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func jsonRequest(body string) apigw.Request {
	return apigw.Request{Body: body, Headers: map[string]string{"content-type": "application/json"}}
}

func TestReadChecksSizeThenType(t *testing.T) {
	limit := strings.Repeat(" ", 64<<10)
	base64Of := func(body string) apigw.Request {
		req := jsonRequest(base64.StdEncoding.EncodeToString([]byte(body)))
		req.IsBase64Encoded = true
		return req
	}
	typed := func(media string) apigw.Request {
		return apigw.Request{Body: "{}", Headers: map[string]string{"Content-Type": media}}
	}
	tests := []struct {
		name string
		req  apigw.Request
		want fault.Kind
		code string
	}{
		{"64 KiB are read", jsonRequest(limit), 0, ""},
		{"a byte more is refused", jsonRequest(limit + " "), fault.TooLarge, "body_too_large"},
		{"64 KiB in base64 are read", base64Of(limit), 0, ""},
		{"a byte more in base64 is refused", base64Of(limit + " "), fault.TooLarge, "body_too_large"},
		{"size comes before type", apigw.Request{Body: limit + " "}, fault.TooLarge, "body_too_large"},
		{"no media type", apigw.Request{Body: "{}"}, fault.UnsupportedMedia, "unsupported_media_type"},
		{"a form", typed("application/x-www-form-urlencoded"), fault.UnsupportedMedia, "unsupported_media_type"},
		{"another charset", typed("application/json; charset=iso-8859-1"), fault.UnsupportedMedia, "unsupported_media_type"},
		{"sent twice", typed("application/json, application/json"), fault.UnsupportedMedia, "unsupported_media_type"},
		{"a media type that merely begins so", typed("application/jsonp"), fault.UnsupportedMedia, "unsupported_media_type"},
		{"charset in capitals", typed("application/json;charset=UTF-8"), 0, ""},
		{"media type in capitals", typed("Application/JSON; charset=\"utf-8\""), 0, ""},
		{"bad base64", apigw.Request{Body: "!!", IsBase64Encoded: true, Headers: jsonRequest("").Headers}, fault.Unreadable, "invalid_encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := apigw.Read(tt.req)
			if (err != nil) != (tt.code != "") || (err != nil && (!fault.Is(err, tt.want) || fault.Code(err) != tt.code)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestParseRefusesWhatIsNotOneJSONValue(t *testing.T) {
	tests := []struct{ name, body, code string }{
		{"empty", "", "invalid_json"},
		{"white space", " \n", "invalid_json"},
		{"cut", `{"lines":[{"sku":"mu`, "invalid_json"},
		{"text behind it", `{} x`, "invalid_json"},
		{"two values", `{}{}`, "invalid_json"},
		{"NaN", `{"a":NaN}`, "invalid_json"},
		{"infinity", `{"a":-Infinity}`, "invalid_json"},
		{"a repeated member", `{"a":1,"a":1}`, "invalid_json"},
		{"a member repeated by an escape", `{"a":1,"\u0061":2}`, "invalid_json"},
		{"a repeated member deep inside", `{"x":[{"a":1,"a":2}]}`, "invalid_json"},
		{"a leading zero", `{"a":01}`, "invalid_json"},
		{"a lone minus", `-`, "invalid_json"},
		{"a point without digits", `1.`, "invalid_json"},
		{"an exponent without digits", `1e+`, "invalid_json"},
		{"a trailing comma", `{"a":1,}`, "invalid_json"},
		{"a trailing comma in a list", `[1,]`, "invalid_json"},
		{"a comment", `{/*a*/}`, "invalid_json"},
		{"a control character in a string", "\"a\nb\"", "invalid_json"},
		{"an unknown escape", `"\x"`, "invalid_json"},
		{"a byte order mark", "\ufeff{}", "invalid_json"},
		{"10,000 levels", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "invalid_json"},
		{"10,000 levels of objects", strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "invalid_json"},
		{"33 levels", strings.Repeat("[", 33) + strings.Repeat("]", 33), "invalid_json"},
		{"bytes that are not UTF-8", "{\"a\":\"\xff\"}", "invalid_encoding"},
		{"Latin-1", "{\"a\":\"Bj\xf6rk\"}", "invalid_encoding"},
		{"a surrogate in UTF-8", "\"\xed\xa0\x80\"", "invalid_encoding"},
		{"bytes that were replaced on the way", "{\"a\":\"Bj\ufffdrk\"}", "invalid_encoding"},
		{"half a surrogate pair", `"\ud800"`, "invalid_encoding"},
		{"the wrong half", `"\ud800\u0041"`, "invalid_encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := apigw.Parse([]byte(tt.body))
			if !fault.Is(err, fault.Unreadable) || fault.Code(err) != tt.code {
				t.Errorf("got %v, want %s", err, tt.code)
			}
		})
	}
}

type basket struct {
	Currency string            `json:"currency" fault:"currency_invalid"`
	Lines    []line            `json:"lines" fault:"lines_invalid"`
	Email    string            `json:"email,omitempty"`
	Address  *address          `json:"shipping_address" fault:"address_invalid"`
	Note     string            `json:"note" text:"free"`
	Gift     bool              `json:"gift"`
	Expected *int64            `json:"expected_total"`
	Codes    []string          `json:"discount_codes"`
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

func TestFingerprint(t *testing.T) {
	const a = `{"a":1,"b":[{"c":"é/<"},null,true],"d":{}}`
	same := []string{a, `{"d":{},"b":[{"c":"\u00e9\/\u003c"},null,true],"a":1}`, " {\n\"a\" : 1, \"b\":[ {\"c\":\"é/<\"} ,null,true],\"d\":{ }}\n"}
	other := []string{`{"a":2,"b":[{"c":"é/<"},null,true],"d":{}}`, `{"a":"1","b":[{"c":"é/<"},null,true],"d":{}}`,
		`{"a":1,"b":[null,{"c":"é/<"},true],"d":{}}`, `{"a":1}`, `not json`, ``, `{}`, `{"a":"1,\"b\":2"}`, `{"a":"1","b":2}`, `not json `}
	want := apigw.Fingerprint("key", []byte(a))
	for _, body := range same {
		if got := apigw.Fingerprint("key", []byte(body)); got != want {
			t.Errorf("%s: another fingerprint", body)
		}
	}
	seen := map[string]string{want: a}
	for _, body := range other {
		got := apigw.Fingerprint("key", []byte(body))
		if twin, ok := seen[got]; ok {
			t.Errorf("%s and %s have one fingerprint", body, twin)
		}
		seen[got] = body
	}
	if apigw.Fingerprint("other key", []byte(a)) == want {
		t.Error("the key does not matter")
	}
	parsed, err := apigw.Parse([]byte(a))
	if err != nil || parsed.Fingerprint("key") != want {
		t.Errorf("the parsed body has another fingerprint, %v", err)
	}
}

// FuzzParse compares the reader with encoding/json: it may refuse more, never take more, and never crash.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"a":1,"a":1}`, `{"lines":[{"sku":"a","quantity":1.5}]}`, `{"cvv":"1"}`, `"\ud83d\ude00"`,
		`"\ud800"`, "[[[[", `-0.1e+5`, `{"shipping_address":{"name":"4242 4242 4242 4242"}}`, `nul`, "\xff", `{"a":NaN}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		body, err := apigw.Parse(raw)
		if err != nil {
			if !fault.Is(err, fault.Unreadable) {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		var theirs any
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if errTheirs := d.Decode(&theirs); errTheirs != nil || d.Decode(new(any)) != io.EOF { //nolint:errorlint // EOF comes bare
			t.Fatalf("%q is not one JSON value: %v", raw, errTheirs)
		}
		again, err := json.Marshal(theirs)
		if err != nil {
			t.Fatal(err)
		}
		if apigw.Fingerprint("k", again) != body.Fingerprint("k") {
			t.Errorf("%q and %q have two fingerprints", raw, again)
		}
		var in basket
		for _, e := range fault.All(body.Into(&in)) {
			if e.Kind != fault.Invalid || !strings.HasPrefix(e.At, "#") || e.Code == "" {
				t.Errorf("%q: %v", raw, e)
			}
		}
	})
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

func TestDecodeStopsAtTheFirstStepThatFails(t *testing.T) {
	var in basket
	if err := apigw.Decode(apigw.Request{Body: "{"}, &in); !fault.Is(err, fault.UnsupportedMedia) {
		t.Errorf("got %v", err)
	}
	if err := apigw.Decode(jsonRequest("{"), &in); !fault.Is(err, fault.Unreadable) {
		t.Errorf("got %v", err)
	}
	if err := apigw.Decode(jsonRequest(`{"x":1}`), &in); !errors.As(err, new(*fault.Error)) {
		t.Errorf("got %v", err)
	}
}
