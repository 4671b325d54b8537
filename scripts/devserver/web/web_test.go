package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"till/scripts/devserver/web"
)

var config = web.Config{APIBase: "", StripeBase: "http://localhost:8090/stripe", SquareBase: "http://localhost:8090/square", PublishableKey: "pk_test_local"}

func get(t *testing.T, h http.Handler, method, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
	return w.Result()
}

// pages gives every page of the folder with the address at which it is served.
func pages(t *testing.T) map[string]string {
	t.Helper()
	special := map[string]string{"index.html": "/", "dev.html": "/_dev", "missing.html": "/nothing-here"}
	files, err := os.ReadDir("pages")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		switch at, ok := special[f.Name()]; {
		case ok:
			all[f.Name()] = at
		case f.Name() != "layout.html":
			all[f.Name()] = "/shop/" + f.Name()
		}
	}
	if len(all) < 8 {
		t.Fatalf("found %d pages, want 8 or more", len(all))
	}
	return all
}

func TestAnswers(t *testing.T) {
	h := web.Handler(config)
	for _, row := range []struct {
		name, method, path string
		status             int
		media              string
	}{
		{"the root is the catalogue", "GET", "/", 200, "text/html; charset=utf-8"},
		{"the control page has its own address", "GET", "/_dev", 200, "text/html; charset=utf-8"},
		{"pages of the shop lie beneath /shop", "GET", "/shop/checkout.html", 200, "text/html; charset=utf-8"},
		{"the folder of the shop leads to the catalogue", "GET", "/shop/", 303, ""},
		{"modules are JavaScript", "GET", "/assets/js/api.js", 200, "text/javascript; charset=utf-8"},
		{"styles are CSS", "GET", "/assets/css/base.css", 200, "text/css; charset=utf-8"},
		{"a product has its picture", "GET", "/assets/products/mug-blue.svg", 200, "image/svg+xml; charset=utf-8"},
		{"a product without a picture gets a parcel", "GET", "/assets/products/never-drawn.svg", 200, "image/svg+xml; charset=utf-8"},
		{"a picture that cannot be a SKU is not there", "GET", "/assets/products/a/../b.svg", 404, "text/html; charset=utf-8"},
		{"layout is no page", "GET", "/shop/layout.html", 404, "text/html; charset=utf-8"},
		{"the source of a page is not served", "GET", "/pages/order.html", 404, "text/html; charset=utf-8"},
		{"an unknown address has the shop's own page", "GET", "/nothing", 404, "text/html; charset=utf-8"},
		{"HEAD is answered as GET is", "HEAD", "/", 200, "text/html; charset=utf-8"},
		{"pages take no posts", "POST", "/shop/pay.html", 405, "text/plain; charset=utf-8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			res := get(t, h, row.method, row.path)
			defer res.Body.Close()
			if res.StatusCode != row.status {
				t.Errorf("%s %s: status %d, want %d", row.method, row.path, res.StatusCode, row.status)
			}
			if got := res.Header.Get("Content-Type"); row.media != "" && got != row.media {
				t.Errorf("%s %s: type %q, want %q", row.method, row.path, got, row.media)
			}
		})
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	h := web.Handler(config)
	for _, path := range []string{"/", "/_dev", "/nothing", "/shop/pay.html", "/shop", "/assets/js/pay.js", "/assets/products/mug-blue.svg"} {
		res := get(t, h, http.MethodGet, path)
		_ = res.Body.Close()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		policy := map[string]string{}
		for _, directive := range strings.Split(res.Header.Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(directive, " ")
			policy[name] = value
		}
		for name, want := range map[string]string{
			"default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
			"base-uri": "'none'", "object-src": "'none'", "connect-src": "'self' http://localhost:8090", "require-trusted-types-for": "'script'",
		} {
			if policy[name] != want {
				t.Errorf("%s: the policy's %s is %q, want %q", path, name, policy[name], want)
			}
		}
	}
}

func TestConnectSourcesFollowTheConfig(t *testing.T) {
	for _, row := range []struct {
		name string
		cfg  web.Config
		want string
	}{
		{"nobody but the shop itself without a gateway", web.Config{}, "connect-src 'self';"},
		{"the gateway's origin without its path", web.Config{StripeBase: "https://api.stripe.com/stripe"}, "connect-src 'self' https://api.stripe.com;"},
		{"each gateway that takes cards", web.Config{StripeBase: "https://api.stripe.com", SquareBase: "https://pci-connect.squareup.com/v2"},
			"connect-src 'self' https://api.stripe.com https://pci-connect.squareup.com;"},
		{"an address that two share, once", web.Config{StripeBase: "http://localhost:8090/stripe", SquareBase: "http://localhost:8090/square"},
			"connect-src 'self' http://localhost:8090;"},
		{"an API elsewhere too", web.Config{APIBase: "https://api.example", StripeBase: "https://api.stripe.com"}, "connect-src 'self' https://api.example https://api.stripe.com;"},
	} {
		t.Run(row.name, func(t *testing.T) {
			res := get(t, web.Handler(row.cfg), http.MethodGet, "/")
			defer res.Body.Close()
			if got := res.Header.Get("Content-Security-Policy"); !strings.Contains(got, row.want) {
				t.Errorf("policy %q does not hold %q", got, row.want)
			}
		})
	}
}

func TestPagesAreNotKeptAndAssetsAreAskedAbout(t *testing.T) {
	h := web.Handler(config)
	page := get(t, h, http.MethodGet, "/shop/order.html")
	defer page.Body.Close()
	if got := page.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page's Cache-Control is %q, want no-store", got)
	}
	asset := get(t, h, http.MethodGet, "/assets/js/api.js")
	defer asset.Body.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/assets/js/api.js", http.NoBody)
	r.Header.Set("If-None-Match", asset.Header.Get("ETag"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("an asset that is known: %d with %d bytes, want 304 with none", w.Code, w.Body.Len())
	}
}

// importing finds what a module imports; all of ours are relative or beneath /assets.
var importing = regexp.MustCompile(`(?m)(?:^import |from |import\()\s*'([^']+)'`)

func TestModulesImportOnlyModulesThatAreServed(t *testing.T) {
	h := web.Handler(config)
	for name, text := range sources(t, "assets/js", ".js") {
		dir := name[:strings.LastIndex(name, "/")+1]
		for _, found := range importing.FindAllStringSubmatch(text, -1) {
			at := "/" + clean(dir+found[1])
			res := get(t, h, http.MethodGet, at)
			_ = res.Body.Close()
			if !strings.HasPrefix(found[1], ".") || res.StatusCode != http.StatusOK {
				t.Errorf("%s imports %q, which is not served at %s", name, found[1], at)
			}
		}
	}
}
