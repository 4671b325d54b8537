package jsonapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"till/shared/gateway/jsonapi"
)

// word is what no error may quote.
const word = "mustermann"

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func client(t *testing.T, f roundTrip) *jsonapi.Client {
	t.Helper()
	c, err := jsonapi.New("https://api.gateway.example/base", false, f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(status int, body io.Reader) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"X-Debug": {"d1"}},
			Body: io.NopCloser(body), Request: r}, nil
	}
}

// refused is the refusal of a call, whose text must tell nothing that the gateway said.
func refused(t *testing.T, err error) *jsonapi.Refusal {
	t.Helper()
	var r *jsonapi.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), word) {
		t.Errorf("the error quotes: %v", err)
	}
	return r
}

func TestOnlyAnHTTPSAddressIsTaken(t *testing.T) {
	for _, tt := range []struct {
		name, base string
		plain, ok  bool
	}{
		{"https", "https://api.gateway.example", false, true},
		{"https with a path and a slash", "https://api.gateway.example/v2/", false, true},
		{"http where it is allowed", "http://localhost:8090/paypal", true, true},
		{"http where it is not", "http://api.gateway.example", false, false},
		{"another scheme, whatever is allowed", "ftp://api.gateway.example", true, false},
		{"no scheme", "api.gateway.example", true, false},
		{"no host", "https://", false, false},
		{"nothing", "", true, false},
		{"a user", "https://mustermann:mustermann@api.gateway.example", false, false},
		{"a query", "https://api.gateway.example?mustermann", false, false},
		{"a fragment", "https://api.gateway.example#mustermann", false, false},
		{"no URL", "https://mustermann\x7f", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := jsonapi.New(tt.base, tt.plain, nil)
			if (err == nil) != tt.ok || (c != nil) != tt.ok {
				t.Fatalf("got %v, %v", c, err)
			}
			if err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("the error tells the address: %v", err)
			}
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	own := http.Header{"X-Request-Id": {"r1"}, "Accept": {"text/html"}, "User-Agent": {"another"}}
	for _, tt := range []struct {
		name       string
		call       jsonapi.Call
		kind, body string
	}{
		{"nothing", jsonapi.Call{Method: http.MethodGet, Path: "/v1/x?a=b%20c", Header: own}, "", ""},
		{"JSON", jsonapi.Call{Method: http.MethodPost, Path: "/v1/x?a=b%20c", Header: own, Body: map[string]any{"a": 1, "b": "<&"}}, "application/json", `{"a":1,"b":"\u003c\u0026"}`},
		{"an empty object, which is not nothing", jsonapi.Call{Method: http.MethodPost, Path: "/v1/x?a=b%20c", Header: own, Body: struct{}{}}, "application/json", `{}`},
		{"a form", jsonapi.Call{Method: http.MethodPost, Path: "/v1/x?a=b%20c", Header: own, Body: url.Values{"grant_type": {"client credentials"}, "a": {"1", "2"}}},
			"application/x-www-form-urlencoded", "a=1&a=2&grant_type=client+credentials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sent *http.Request
			var body []byte
			c := client(t, func(r *http.Request) (*http.Response, error) {
				sent = r
				if r.Body != nil {
					body, _ = io.ReadAll(r.Body) // It is in memory.
				}
				return answer(http.StatusOK, strings.NewReader(`{}`))(r)
			})
			if err := c.Do(t.Context(), tt.call, nil); err != nil {
				t.Fatal(err)
			}
			if sent.Method != tt.call.Method || sent.URL.String() != "https://api.gateway.example/base/v1/x?a=b%20c" || string(body) != tt.body {
				t.Errorf("%s %s %s", sent.Method, sent.URL, body)
			}
			for name, want := range map[string]string{"Content-Type": tt.kind, "Accept": "application/json", "User-Agent": "Till", "X-Request-Id": "r1"} {
				if got := sent.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if own.Get("Accept") != "text/html" {
				t.Error("the caller's headers were changed")
			}
		})
	}
}

// cut is a body that ends before its end.
type cut struct{ io.Reader }

func (c cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF { //nolint:errorlint // as readers give it
		err = errors.New("unexpected end, mustermann")
	}
	return n, err
}

// blanks are as many as one reads.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestWhatAnAnswerBrings(t *testing.T) {
	full := `{"id":"` + strings.Repeat("x", jsonapi.ReplyBytesMax-9) + `"}`
	for _, tt := range []struct {
		name   string
		status int
		body   io.Reader
		wire   string // "" and no refusal: read.
		kept   string // Of a refusal's body.
		ok     bool
	}{
		{"an answer", 200, strings.NewReader(`{"id":"mustermann"}`), "", "", true},
		{"one that was made", 201, strings.NewReader(`{"id":"mustermann"}`), "", "", true},
		{"nothing, as said", 204, strings.NewReader(""), "", "", true},
		{"the longest that is read", 200, strings.NewReader(full), "", "", true},
		{"one byte more", 200, strings.NewReader(full + " "), "the answer is too long", "", false},
		{"one without an end", 200, blanks{}, "the answer is too long", "", false},
		{"a refusal without an end", 400, blanks{}, "the answer is too long", "", false},
		{"one that breaks off", 200, cut{strings.NewReader(`{"id":"mustermann"}`)}, "the answer broke off", "", false},
		{"a refusal that breaks off", 422, cut{strings.NewReader(`{"name":`)}, "the answer broke off", "", false},
		{"half of one", 200, strings.NewReader(`{"id":"muster`), "the answer cannot be read", "", false},
		{"nothing where something is due", 200, strings.NewReader(""), "the answer cannot be read", "", false},
		{"a page", 200, strings.NewReader(`<html>mustermann`), "the answer cannot be read", "", false},
		{"another form", 200, strings.NewReader(`{"id":7}`), "the answer cannot be read", "", false},
		{"two values", 200, strings.NewReader(`{"id":"a"}{"id":"b"}`), "the answer cannot be read", "", false},
		{"a redirect", 302, strings.NewReader(`{"id":"mustermann"}`), "a redirect was answered", "", false},
		{"not modified", 304, strings.NewReader(""), "a redirect was answered", "", false},
		{"a refusal", 422, strings.NewReader(`{"name":"mustermann"}`), "", `{"name":"mustermann"}`, false},
		{"an outage", 503, strings.NewReader("mustermann"), "", "mustermann", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out struct{ ID string }
			err := client(t, answer(tt.status, tt.body)).Do(t.Context(), jsonapi.Call{Method: http.MethodPost, Path: "/x"}, &out)
			if tt.ok {
				if err != nil || tt.status != 204 && out.ID == "" {
					t.Errorf("got %.40q, %v", out.ID, err)
				}
				return
			}
			r := refused(t, err)
			if r.Wire != tt.wire || r.Status != tt.status || r.Unsent || r.Read || string(r.Body) != tt.kept || r.Header.Get("X-Debug") != "d1" {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// unread is a body that must be left alone.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("it was read")
	return 0, io.EOF
}

func TestAnAnswerThatSaysThatItIsTooLongIsNotRead(t *testing.T) {
	c := client(t, func(r *http.Request) (*http.Response, error) {
		res, err := answer(200, unread{t})(r)
		res.ContentLength = jsonapi.ReplyBytesMax + 1
		return res, err
	})
	var out struct{ ID string }
	if r := refused(t, c.Do(t.Context(), jsonapi.Call{Method: http.MethodPost, Path: "/x"}, &out)); r.Wire != "the answer is too long" {
		t.Errorf("got %+v", r)
	}
}

func TestAnAnswerThatNobodyWantsIsNotRead(t *testing.T) {
	if err := client(t, answer(200, strings.NewReader("<html>"))).Do(t.Context(), jsonapi.Call{Method: http.MethodPost, Path: "/x"}, nil); err != nil {
		t.Error(err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/mustermann", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	c, err := jsonapi.New(server.URL, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := refused(t, c.Do(t.Context(), jsonapi.Call{Method: http.MethodGet, Path: "/x", Header: http.Header{"Authorization": {"Bearer secret"}}}, nil))
	if r.Status != http.StatusTemporaryRedirect || !r.Read || asked != 1 {
		t.Errorf("%+v, asked %d times", r, asked)
	}
}

func TestWhatNeverReachedTheGatewayIsToldFromWhatMayHave(t *testing.T) {
	dial := func(op string) error {
		return &net.OpError{Op: op, Net: "tcp", Err: errors.New("connection refused by mustermann")}
	}
	for _, tt := range []struct {
		name   string
		err    error
		wire   string
		unsent bool
	}{
		{"no such name", &net.DNSError{Err: "no such host", Name: word}, "the name cannot be resolved", true},
		{"nobody listens", dial("dial"), "no connection", true},
		{"the connection broke while it was written", dial("write"), "no answer", false},
		{"the connection broke while it was read", dial("read"), "no answer", false},
		{"it ended", io.ErrUnexpectedEOF, "no answer", false},
		{"somebody else's words", errors.New("mustermann"), "no answer", false},
		{"the time was over", context.DeadlineExceeded, "no answer in time", false},
		{"it was given up", context.Canceled, "given up", false},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(tt.name+", "+method, func(t *testing.T) {
				c := client(t, func(*http.Request) (*http.Response, error) { return nil, tt.err })
				r := refused(t, c.Do(t.Context(), jsonapi.Call{Method: method, Path: "/x"}, nil))
				if r.Wire != tt.wire || r.Unsent != tt.unsent || r.Status != 0 || r.Read != (method == http.MethodGet) || r.Body != nil {
					t.Errorf("got %+v", r)
				}
			})
		}
	}
}

func TestACertificateThatIsNotTheGatewaysIsUnsent(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	c, err := jsonapi.New(server.URL, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := refused(t, c.Do(t.Context(), jsonapi.Call{Method: http.MethodPost, Path: "/x"}, nil)); !r.Unsent || r.Wire != "the certificate is not valid" {
		t.Errorf("got %+v", r)
	}
}

func TestWhatCannotBeWrittenIsUnsent(t *testing.T) {
	c := client(t, func(*http.Request) (*http.Response, error) { t.Error("it was sent"); return nil, io.EOF })
	for name, call := range map[string]jsonapi.Call{
		"a body without a JSON": {Method: http.MethodPost, Path: "/x", Body: make(chan int)},
		"a method that is none": {Method: "PO ST", Path: "/x"},
		"a path that is none":   {Method: http.MethodGet, Path: "/mustermann\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			if r := refused(t, c.Do(t.Context(), call, nil)); !r.Unsent || r.Wire == "" {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// slowly answers only when the call's time is over.
func slowly(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestLesson36ACallEndsInTime(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit time.Duration // Of the caller; 0: none.
		want  time.Duration
	}{
		{"by itself", 0, jsonapi.CallLimit},
		{"sooner, if its caller has less", time.Second, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.limit > 0 {
					var stop context.CancelFunc
					ctx, stop = context.WithTimeout(ctx, tt.limit)
					defer stop()
				}
				began := time.Now()
				r := refused(t, client(t, slowly).Do(ctx, jsonapi.Call{Method: http.MethodPost, Path: "/x"}, nil))
				if took := time.Since(began); took != tt.want || r.Wire != "no answer in time" || r.Unsent {
					t.Errorf("%+v after %v", r, took)
				}
			})
		})
	}
}

func TestACallerThatGivesUpIsNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		began := time.Now()
		r := refused(t, client(t, slowly).Do(ctx, jsonapi.Call{Method: http.MethodPost, Path: "/x"}, nil))
		if took := time.Since(began); took != time.Second || r.Wire != "given up" || r.Unsent {
			t.Errorf("%+v after %v", r, took)
		}
	})
}

// FuzzDo answers anything: it is read into what was asked for, or it is a refusal that quotes nothing.
func FuzzDo(f *testing.F) {
	for _, body := range []string{`{"id":"a"}`, "", "null", "[]", `{"id":7}`, "<html>", `{"id":"\ud800"}`, strings.Repeat("[", 20_000)} {
		for _, status := range []int{200, 204, 302, 404, 500} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 999 {
			return
		}
		var out struct{ ID string }
		err := client(t, answer(status, strings.NewReader(string(body)))).Do(t.Context(), jsonapi.Call{Method: http.MethodGet, Path: "/x"}, &out)
		if err == nil {
			if status >= 300 || status != 204 && !json.Valid(body) {
				t.Fatalf("%d %q was taken", status, body)
			}
			return
		}
		if r := refused(t, err); r.Status != status || r.Unsent || !r.Read || len(err.Error()) > 60 {
			t.Fatalf("%d %q: %+v", status, body, r)
		}
	})
}

func TestAFormOfPartsHoldsWhateverAFileHolds(t *testing.T) {
	for _, data := range []string{"", "%PDF-1.4\n", "\r\n--till-part--\r\n", "\r\n--till-part-\r\n--till-part", "\x00\xff"} {
		var parts []string
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			_, words, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			if err != nil {
				return nil, err
			}
			form := multipart.NewReader(r.Body, words["boundary"])
			for {
				part, err := form.NextPart()
				if errors.Is(err, io.EOF) {
					return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
				}
				if err != nil {
					return nil, err
				}
				got, err := io.ReadAll(part)
				if err != nil {
					return nil, err
				}
				parts = append(parts, part.FormName(), part.FileName(), part.Header.Get("Content-Type"), string(got))
			}
		})
		c, err := jsonapi.New("https://api.example", false, transport)
		if err != nil {
			t.Fatal(err)
		}
		body := jsonapi.Part{Name: "input", Body: map[string]int{"a": 1}, Files: []jsonapi.File{{Name: "file", As: "a.pdf", Kind: "application/pdf", Data: []byte(data)}}}
		if err := c.Do(t.Context(), jsonapi.Call{Method: http.MethodPost, Path: "/x", Body: body}, nil); err != nil {
			t.Fatal(err)
		}
		if want := []string{"input", "", "application/json", `{"a":1}`, "file", "a.pdf", "application/pdf", data}; !slices.Equal(parts, want) {
			t.Errorf("got %q", parts)
		}
	}
}
