package web_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"till/scripts/devserver/web"
)

// page is a parsed page with its elements in the order of the text.
type page struct {
	name     string
	elements []*html.Node
	text     string
}

func parsed(t *testing.T) []page {
	t.Helper()
	h := web.Handler(config)
	var all []page
	for name, at := range pages(t) {
		res := get(t, h, http.MethodGet, at)
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		root, err := html.Parse(strings.NewReader(string(body)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p := page{name: name, text: string(body)}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				p.elements = append(p.elements, n)
			}
		}
		all = append(all, p)
	}
	return all
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func (p page) ids() map[string]*html.Node {
	all := map[string]*html.Node{}
	for _, n := range p.elements {
		if id, ok := attr(n, "id"); ok {
			all[id] = n
		}
	}
	return all
}

func sources(t *testing.T, dir, ext string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS("."), dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ext {
			return err
		}
		body, err := os.ReadFile(name) //nolint:gosec // The name comes from the walk through the package's own folder.
		all[name] = string(body)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("no %s in %s: %v", ext, dir, err)
	}
	return all
}

func clean(name string) string { return path.Clean(name) }

func TestPagesNameTheirLanguageAndHaveATitle(t *testing.T) {
	for _, p := range parsed(t) {
		titles, lang := 0, ""
		for _, n := range p.elements {
			switch {
			case n.Data == "html":
				lang, _ = attr(n, "lang")
			case n.Data == "title" && n.FirstChild != nil && len(n.FirstChild.Data) > len(" – Till demo shop"):
				titles++
			}
		}
		if lang != "en" || titles != 1 {
			t.Errorf("%s: lang %q and %d titles, want en and one", p.name, lang, titles)
		}
	}
}

func TestNoPageHasInlineCode(t *testing.T) {
	for _, p := range parsed(t) {
		for _, n := range p.elements {
			if _, external := attr(n, "src"); n.Data == "style" || n.Data == "script" && (!external || n.FirstChild != nil) {
				t.Errorf("%s: <%s> inside the page", p.name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: <%s %s> is inline code", p.name, n.Data, a.Key)
				}
			}
		}
	}
}

func TestIdsAreUniqueAndReferencesExist(t *testing.T) {
	for _, p := range parsed(t) {
		seen := map[string]bool{}
		ids := p.ids()
		for _, n := range p.elements {
			if id, ok := attr(n, "id"); ok && seen[id] {
				t.Errorf("%s: id %q stands twice", p.name, id)
			} else if ok {
				seen[id] = true
			}
			for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "form"} {
				refs, _ := attr(n, name)
				for _, ref := range strings.Fields(refs) {
					if ids[ref] == nil {
						t.Errorf("%s: <%s %s=%q> names nothing", p.name, n.Data, name, ref)
					}
				}
			}
		}
	}
}

func TestEveryControlHasALabel(t *testing.T) {
	for _, p := range parsed(t) {
		labelled := map[string]bool{}
		for _, n := range p.elements {
			if n.Data == "label" {
				of, _ := attr(n, "for")
				labelled[of] = true
				if n.FirstChild == nil {
					t.Errorf("%s: the label for %q is empty", p.name, of)
				}
			}
		}
		for _, n := range p.elements {
			id, _ := attr(n, "id")
			if (n.Data == "input" || n.Data == "select" || n.Data == "textarea") && !labelled[id] {
				t.Errorf("%s: <%s id=%q> has no label", p.name, n.Data, id)
			}
		}
	}
}

func TestPicturesHaveAlternatives(t *testing.T) {
	for _, p := range parsed(t) {
		for _, n := range p.elements {
			if _, ok := attr(n, "alt"); n.Data == "img" && !ok {
				t.Errorf("%s: an image without alt", p.name)
			}
			if hidden, _ := attr(n, "aria-hidden"); n.Data == "svg" && hidden != "true" {
				t.Errorf("%s: an icon that is read aloud", p.name)
			}
		}
	}
}

// TestHeadingsAreInOrder leaves out dialogs, which are documents of their own, and parts of which one at a time is shown.
func TestHeadingsAreInOrder(t *testing.T) {
	for _, p := range parsed(t) {
		last, firsts := 0, 0
		for _, n := range p.elements {
			if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
				continue
			}
			level := int(n.Data[1] - '0')
			if level > last+1 {
				t.Errorf("%s: h%d after h%d", p.name, level, last)
			}
			if level == 1 {
				firsts++
			}
			last = level
		}
		if firsts == 0 {
			t.Errorf("%s: no h1", p.name)
		}
	}
}

func TestReferencesResolveOnThisHost(t *testing.T) {
	h := web.Handler(config)
	for _, p := range parsed(t) {
		for _, n := range p.elements {
			for _, name := range []string{"href", "src", "action", "xlink:href"} {
				ref, ok := attr(n, name)
				if !ok {
					continue
				}
				checkReference(t, h, p, ref)
			}
		}
	}
	for name, text := range sources(t, "assets/css", ".css") {
		for _, found := range regexp.MustCompile(`url\("?([^")]+)"?\)`).FindAllStringSubmatch(text, -1) {
			checkReference(t, h, page{name: name}, found[1])
		}
	}
}

func checkReference(t *testing.T, h http.Handler, p page, ref string) {
	t.Helper()
	u, err := url.Parse(ref)
	if err != nil || u.Host != "" || u.Scheme != "" {
		t.Errorf("%s: %q is not on this host", p.name, ref)
		return
	}
	if u.Path == "" {
		if p.ids()[u.Fragment] == nil {
			t.Errorf("%s: %q leads nowhere", p.name, ref)
		}
		return
	}
	res := get(t, h, http.MethodGet, u.Path)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s: %q answers %d", p.name, ref, res.StatusCode)
	}
	if strings.HasSuffix(u.Path, ".svg") && u.Fragment != "" && !strings.Contains(string(body), `id="`+u.Fragment+`"`) {
		t.Errorf("%s: %q is not in that file", p.name, ref)
	}
}

// names of XML are addresses that nobody fetches.
var foreign = regexp.MustCompile(`(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s'"]*`)

func TestNoAssetNamesAForeignHost(t *testing.T) {
	for ext, dir := range map[string]string{".js": "assets/js", ".css": "assets/css", ".svg": "assets"} {
		for name, text := range sources(t, dir, ext) {
			text = regexp.MustCompile(`(?m)^\s*(//|\*).*$`).ReplaceAllString(text, "")
			for _, found := range foreign.FindAllString(text, -1) {
				if !strings.HasPrefix(found, "http://www.w3.org/") {
					t.Errorf("%s: %s", name, found)
				}
			}
		}
	}
}

func TestScriptsBuildPagesFromTextAlone(t *testing.T) {
	risky := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|setAttribute\('style'|setAttribute\('on`)
	for name, text := range sources(t, "assets/js", ".js") {
		if found := risky.FindString(text); found != "" {
			t.Errorf("%s: %s", name, found)
		}
		if lines := strings.Count(text, "\n"); lines > 200 {
			t.Errorf("%s: %d lines, at most 200", name, lines)
		}
	}
}

// A form without names sends nothing: should its script fail to load, a press on Enter still cannot carry a card number
// to the shop's server.
func TestCardFieldsCannotBeSubmittedToTheShop(t *testing.T) {
	fields := 0
	for _, p := range parsed(t) {
		for _, n := range p.elements {
			if kind, _ := attr(n, "autocomplete"); !strings.HasPrefix(kind, "cc-") {
				continue
			}
			fields++
			if _, named := attr(n, "name"); named {
				t.Errorf("%s: a card field has a name", p.name)
			}
			if _, off := attr(n, "disabled"); !off {
				t.Errorf("%s: a card field is open before its script has loaded", p.name)
			}
		}
	}
	if fields != 3 {
		t.Errorf("found %d card fields, want number, expiry and code", fields)
	}
}

func TestWhoeverIsAskedToPayReadsThatItIsSecureAndWhoTakesTheCard(t *testing.T) {
	for _, p := range parsed(t) {
		if p.name == "order.html" && (!strings.Contains(p.text, "This checkout is secure.") || !strings.Contains(p.text, "The card goes to the gateway")) {
			t.Errorf("%s does not say so", p.name)
		}
	}
	words := sources(t, "assets/js", ".js")["assets/js/pay-way.js"]
	for _, said := range []string{"sends it to Stripe itself", "on PayPal’s page. It takes the money", "sends it to Square itself"} {
		if !strings.Contains(words, said) {
			t.Errorf("no way to pay says %q", said)
		}
	}
}
