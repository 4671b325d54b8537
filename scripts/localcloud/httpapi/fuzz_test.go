package httpapi_test

import (
	"encoding/json"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/httpapi"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

// FuzzAnswer lets a function answer anything: the client gets a status that HTTP has, and what is no JSON is the gateway's 500.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{"", "null", "7", `"x"`, "[]", `{"statusCode":200,"body":"hi"}`, `{"statusCode":"200"}`, `{"statusCode":99}`, `{"statusCode":null}`,
		`{"statusCode":200,"isBase64Encoded":true,"body":"!!"}`, `{"statusCode":204,"headers":{"a":1,"b":true,"c\n":"d\r\nx: y","":"e"},"cookies":["a=b","\n"]}`,
		`{"statusCode":200,"headers":{"content-length":"999","x":"\\"}}`, `{"headers":{"x":{}}}`, `{"statusCode":304,"body":"x"}`, "{"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, out []byte) {
		cl := clock.New(time.Unix(0, 0), clock.Inline{})
		a, err := httpapi.New(httpapi.Config{
			Clock: cl, IDs: ident.New("h"), Runner: &invoke.Runner{Clock: cl, IDs: ident.New("r")}, Routes: []httpapi.Route{route("GET", "/x", answers(string(out)))},
		})
		if err != nil {
			t.Fatal(err)
		}
		w := call(a, request("GET", "/x", nil))
		if w.Code < 200 || w.Code > 599 || !json.Valid(out) && w.Code != 500 {
			t.Fatalf("%q is answered %d", out, w.Code)
		}
	})
}
