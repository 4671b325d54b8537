// Package web is the demo shop and the control page as files of the program: no build step, no foreign hosts.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed pages assets
var embedded embed.FS

// Config is what the pages must know about the servers they call. Nothing in it is secret: it is sent to every browser.
type Config struct {
	APIBase        string // Where Till's API answers, without a slash at the end; "" is the origin of the pages.
	StripeBase     string // Where the browser posts cards to: "http://localhost:8090/stripe", in production Stripe's own host.
	SquareBase     string // Likewise Square's. PayPal is gone to, and never called.
	PublishableKey string // Stripe's key for browsers (pk_…), used when a payment's answer names none.
}

// Handler serves the shop at / and /shop/, their assets at /assets/, and the control page at /_dev. Other paths get the
// shop's 404 page, other methods than GET and HEAD a 405. It keeps no state and needs no file beside the program.
// It panics, at the start, only if an embedded page cannot be parsed, which the package's tests rule out.
func Handler(cfg Config) http.Handler {
	s := site{csp: contentPolicy(cfg), files: map[string]file{}}
	s.addAssets()
	s.addPages(cfg)
	return s
}

// file is one answer, made once at the start.
type file struct {
	body  []byte
	media string
	etag  string
	page  bool // Pages are never stored by the browser: they name the order's and the gateway's addresses.
}

type site struct {
	csp   string
	files map[string]file
}

// paths gives the pages that are not found under their own file's name.
var paths = map[string]string{"index.html": "/", "dev.html": "/_dev", "missing.html": "404"}

var media = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".ts":   "text/plain; charset=utf-8", // Types for whoever writes a client of their own.
	".svg":  "image/svg+xml; charset=utf-8",
}

// illustration is the address of a product's picture; the catalogue decides which SKUs there are, so any may be asked for.
var illustration = regexp.MustCompile(`^/assets/products/[A-Za-z0-9._-]{1,64}\.svg$`)

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.secure(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address is only read.", http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Path == "/shop" || r.URL.Path == "/shop/" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	f, found := s.files[r.URL.Path]
	if !found && illustration.MatchString(r.URL.Path) {
		f, found = s.files["/assets/products/default.svg"]
	}
	if !found {
		s.answer(w, r, s.files["404"], http.StatusNotFound)
		return
	}
	s.answer(w, r, f, http.StatusOK)
}

func (s site) answer(w http.ResponseWriter, r *http.Request, f file, status int) {
	w.Header().Set("Content-Type", f.media)
	if f.page {
		w.Header().Set("Cache-Control", "no-store")
	} else {
		w.Header().Set("Cache-Control", "no-cache") // Kept, but asked about each time: a new build shows at once.
		w.Header().Set("ETag", f.etag)
		if r.Header.Get("If-None-Match") == f.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(f.body) // A browser that has gone away is nobody's fault.
}

// secure sets the headers that every answer has. HSTS is left to the edge in production: sent from localhost behind a
// TLS proxy it would bind every other project on that name for two years.
func (s site) secure(h http.Header) {
	h.Set("Content-Security-Policy", s.csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=()")
}

// contentPolicy allows the pages their own files, their API, and the gateways that take cards from them. Trusted Types make a
// slip into innerHTML fail in the browser instead of becoming a hole.
func contentPolicy(cfg Config) string {
	connect := []string{"'self'"}
	for _, base := range []string{cfg.APIBase, cfg.StripeBase, cfg.SquareBase} {
		if u, err := url.Parse(base); err == nil && u.Host != "" && !slices.Contains(connect, u.Scheme+"://"+u.Host) {
			connect = append(connect, u.Scheme+"://"+u.Host)
		}
	}
	return strings.Join([]string{
		"default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'none'",
		"connect-src " + strings.Join(connect, " "), "frame-src 'none'", "object-src 'none'", "base-uri 'none'",
		"form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
	}, "; ")
}

func (s site) addAssets() {
	each("assets", func(name string, body []byte) {
		sum := sha256.Sum256(body)
		s.files["/"+name] = file{body: body, media: media[path.Ext(name)], etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	})
}

func (s site) addPages(cfg Config) {
	layout := template.Must(template.ParseFS(embedded, "pages/layout.html"))
	each("pages", func(name string, body []byte) {
		base := path.Base(name)
		if base == "layout.html" {
			return
		}
		if base == "problem.html" {
			s.addProblems(cfg, layout, body)
			return
		}
		page := template.Must(template.Must(layout.Clone()).Parse(string(body)))
		var out bytes.Buffer
		if err := page.ExecuteTemplate(&out, "layout", cfg); err != nil {
			panic(err)
		}
		at, special := paths[base]
		if !special {
			at = "/shop/" + base
		}
		s.files[at] = file{body: out.Bytes(), media: media[".html"], page: true}
	})
}

// each calls do for every embedded file beneath dir. The files are part of the program, so reading them cannot fail.
func each(dir string, do func(name string, body []byte)) {
	err := fs.WalkDir(embedded, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(name)
		if err == nil {
			do(name, body)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
}

// IsAPI tells the API's requests from the pages', which share an address here: by their first part, and by what the caller
// can read.
func IsAPI(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "products", "quotes", "orders", "account", "webhooks", "staff", "customers":
		return true
	case "", "shop", "assets", "_dev", "problems", "favicon.ico":
		return false
	}
	return !strings.Contains(r.Header.Get("Accept"), "text/html")
}
