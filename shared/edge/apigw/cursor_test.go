package apigw_test

import (
	"strings"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func encode(t *testing.T, position string) string {
	t.Helper()
	cursor, err := apigw.EncodeCursor("products", position)
	if err != nil {
		t.Fatal(err)
	}
	return cursor
}

func TestCursorComesBackInItsOwnList(t *testing.T) {
	for _, position := range []string{"", "mug-blue", "a\x00b", "Nguyễn", strings.Repeat("p", 512)} {
		got, err := apigw.DecodeCursor("products", encode(t, position))
		if err != nil || got != position {
			t.Errorf("%q came back as %q, %v", position, got, err)
		}
	}
	if _, err := apigw.EncodeCursor("products", strings.Repeat("p", 513)); !fault.Is(err, fault.Internal) {
		t.Errorf("a position over the limit: %v", err)
	}
}

func TestCursorAlteredOrOfAnotherListIsRefused(t *testing.T) {
	cursor := encode(t, "mug-blue")
	refused := func(list, cursor string) {
		t.Helper()
		if _, err := apigw.DecodeCursor(list, cursor); !fault.Is(err, fault.Unreadable) || fault.Code(err) != "cursor_invalid" {
			t.Errorf("%q in %q: %v", cursor, list, err)
		}
	}
	refused("orders", cursor)
	refused("productsm", encode(t, "mug-blue"))
	refused("product", encode(t, "mug-blue"))
	for i := range cursor {
		for _, c := range []byte("AaZ09-_=\n ") {
			if altered := cursor[:i] + string(c) + cursor[i+1:]; altered != cursor {
				refused("products", altered)
			}
		}
		refused("products", cursor[:i])
	}
	for _, each := range []string{cursor + "A", cursor + "\n", cursor + "=", " " + cursor, "../../etc", strings.Repeat("A", 100_000)} {
		refused("products", each)
	}
}

func FuzzDecodeCursor(f *testing.F) {
	good, err := apigw.EncodeCursor("products", "mug-blue")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", good, good[1:], good + "\n", "AQ", "!!"} {
		f.Add("products", seed)
	}
	f.Fuzz(func(t *testing.T, list, cursor string) {
		position, err := apigw.DecodeCursor(list, cursor)
		if err != nil {
			if !fault.Is(err, fault.Unreadable) {
				t.Errorf("%q: %v", cursor, err)
			}
			return
		}
		if again, err := apigw.EncodeCursor(list, position); err != nil || again != cursor {
			t.Errorf("%q was taken, but is written %q, %v", cursor, again, err)
		}
	})
}

func allowed() []string {
	return []string{"https://shop.example", "https://shop.example:8443", "http://localhost:8080", "http://plain.example"}
}

func TestReturnURL(t *testing.T) {
	tests := []struct {
		name, url string
		ok        bool
	}{
		{"a page", "https://shop.example/thanks", true},
		{"the origin alone", "https://shop.example", true},
		{"path, query and fragment", "https://shop.example/a/b?c=d&e=f@g#h", true},
		{"a port on the list", "https://shop.example:8443/", true},
		{"localhost without TLS", "http://localhost:8080/back", true},
		{"empty", "", false},
		{"off the list", "https://other.example/", false},
		{"a script", "javascript:alert(1)", false},
		{"a script that looks like a URL", "javascript://shop.example/%0aalert(1)", false},
		{"data", "data:text/html,x", false},
		{"no scheme", "//evil.example/", false},
		{"no scheme, our host", "//shop.example/", false},
		{"relative", "/thanks", false},
		{"a user name", "https://shop.example@evil.example/", false},
		{"a user name at our host", "https://ok@shop.example/", false},
		{"an empty user name", "https://@shop.example/", false},
		{"our name as a subdomain", "https://shop.example.evil.example/", false},
		{"our name as an ending", "https://evilshop.example/", false},
		{"a subdomain", "https://www.shop.example/", false},
		{"a backslash", `https://shop.example\@evil.example/`, false},
		{"backslashes for slashes", `https:\\shop.example\`, false},
		{"a backslash in the path", `https://shop.example/\evil`, false},
		{"another port", "https://shop.example:444/", false},
		{"the default port written out", "https://shop.example:443/", false},
		{"an empty port", "https://shop.example:/", false},
		{"no port where the list has one", "http://localhost/", false},
		{"without TLS", "http://shop.example/", false},
		{"without TLS though on the list", "http://plain.example/", false},
		{"an IDN look-alike", "https://shоp.example/", false},
		{"its punycode", "https://xn--shp-pmd.example/", false},
		{"full-width dot", "https://shop．example/", false},
		{"full-width slash", "https://shop.example／.evil.example/", false},
		{"an escape in the host", "https://shop%2eexample/", false},
		{"a trailing dot", "https://shop.example./", false},
		{"capitals", "HTTPS://SHOP.EXAMPLE/", false},
		{"one slash", "https:/shop.example/", false},
		{"three slashes", "https:///shop.example/", false},
		{"no slashes", "https:shop.example/", false},
		{"a line break", "https://shop.example/\r\nSet-Cookie: a=b", false},
		{"a tab in the scheme", "ht\ttps://shop.example/", false},
		{"a space before", " https://shop.example/", false},
		{"a NUL", "https://shop.example/\x00", false},
		{"an IP address", "https://127.0.0.1/", false},
		{"too long", "https://shop.example/" + strings.Repeat("a", 2048), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := apigw.ReturnURL(tt.url, allowed())
			if (err == nil) != tt.ok || (err != nil && fault.Code(err) != "return_url_not_allowed") {
				t.Errorf("%q: %v", tt.url, err)
			}
		})
	}
	if err := apigw.ReturnURL("https://shop.example/", nil); err == nil {
		t.Error("an empty list allowed an origin")
	}
}

func FuzzReturnURL(f *testing.F) {
	for _, seed := range []string{"", "https://shop.example/a?b#c", "https://shop.example@evil/", `https:\\shop.example`, "//evil",
		"http://localhost:8080", "https://shop.example:8443/", "https://shop.example.evil/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if err := apigw.ReturnURL(raw, allowed()); err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		for _, origin := range allowed() {
			rest, found := strings.CutPrefix(raw, origin)
			if found && (rest == "" || strings.ContainsAny(rest[:1], "/?#")) && !strings.ContainsAny(raw, "\\\r\n\t ") {
				return
			}
		}
		t.Errorf("%q was taken", raw)
	})
}
