package apigw_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
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
		if errTheirs := d.Decode(&theirs); errTheirs != nil || d.Decode(new(any)) != io.EOF {
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
