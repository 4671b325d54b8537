package catalog_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
)

func TestPartsOfAProduct(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	image := func(url string) func(*catalog.Product) {
		return func(p *catalog.Product) { p.Images = []catalog.Image{{URL: url, Alt: "A mug"}} }
	}
	bad := []string{"/images/0/url image_invalid"}
	tests := []struct {
		name   string
		change func(*catalog.Product)
		want   []string
	}{
		{"a picture elsewhere", image("https://img.example/a/mug.jpg?w=300"), nil},
		{"a picture of the shop's own", image("/assets/products/mug.svg"), nil},
		{"a picture over http", image("http://img.example/mug.jpg"), bad},
		{"a script", image("javascript:alert(1)"), bad},
		{"a picture in the address", image("data:image/png;base64,AAAA"), bad},
		{"a host without a scheme", image("//img.example/mug.jpg"), bad},
		{"a name and a password", image("https://me:secret@img.example/mug.jpg"), bad},
		{"another port", image("https://img.example:8443/mug.jpg"), bad},
		{"out of the folder", image("/assets/../../etc/passwd"), bad},
		{"a quote", image(`https://img.example/"onload=x`), bad},
		{"no address", image(""), bad},
		{"an address of 501 bytes", image("https://img.example/" + strings.Repeat("a", 481)), bad},
		{"a picture that nobody described", func(p *catalog.Product) { p.Images = []catalog.Image{{URL: "/a.svg", Alt: ""}} }, []string{"/images/0/alt image_invalid"}},
		{"nine pictures", func(p *catalog.Product) { p.Images = make([]catalog.Image, 9) }, []string{"/images image_invalid"}},
		{"a variant", func(p *catalog.Product) {
			p.Family, p.Options = "tee", []catalog.Option{{"Size", "M"}, {"Colour", "Blue"}}
		}, nil},
		{"options of no family", func(p *catalog.Product) { p.Options = []catalog.Option{{"Size", "M"}} }, []string{"/options option_invalid"}},
		{"a family without options", func(p *catalog.Product) { p.Family = "tee" }, []string{"/options option_invalid"}},
		{"a family that is a sentence", func(p *catalog.Product) { p.Family, p.Options = "The Tee", []catalog.Option{{"Size", "M"}} }, []string{"/family family_invalid"}},
		{"an option twice", func(p *catalog.Product) { p.Family, p.Options = "tee", []catalog.Option{{"Size", "M"}, {"size", "L"}} }, []string{"/options/1/name option_invalid"}},
		{"an option without a value", func(p *catalog.Product) { p.Family, p.Options = "tee", []catalog.Option{{"Size", " "}} }, []string{"/options/0/value option_invalid"}},
		{"dates", func(p *catalog.Product) { p.From, p.Until = at, at.Add(time.Second) }, nil},
		{"dates the wrong way", func(p *catalog.Product) { p.From, p.Until = at, at }, []string{"/until dates_invalid"}},
		{"half a second", func(p *catalog.Product) { p.From = at.Add(time.Millisecond) }, []string{"/from dates_invalid"}},
		{"a date of another age", func(p *catalog.Product) { p.From = at.AddDate(-900, 0, 0) }, []string{"/from dates_invalid"}},
		{"by the half dozen", func(p *catalog.Product) { p.Quantities = catalog.Quantities{Min: 6, Max: 60, Step: 6} }, nil},
		{"below nothing", func(p *catalog.Product) { p.Quantities.Min = -1 }, []string{"/quantities/min quantities_invalid"}},
		{"limits that nothing fits", func(p *catalog.Product) { p.Quantities = catalog.Quantities{Min: 7, Max: 11, Step: 6} }, []string{"/quantities/max quantities_invalid"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mug()
			tt.change(&p)
			var got []string
			for _, e := range fault.All(p.Check()) {
				if e.Kind != fault.Invalid || e.Msg == "" {
					t.Errorf("%+v", e)
				}
				got = append(got, e.At+" "+e.Code)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestQuantitiesThatOneOrderMayHave(t *testing.T) {
	tests := []struct {
		limits catalog.Quantities
		allow  []int64
		refuse []int64
		says   string
	}{
		{catalog.Quantities{}, []int64{1, 10_000}, []int64{0, -1}, "from 1"},
		{catalog.Quantities{Min: 3}, []int64{3, 4}, []int64{1, 2}, "from 3"},
		{catalog.Quantities{Max: 2}, []int64{1, 2}, []int64{3}, "from 1 to 2"},
		{catalog.Quantities{Step: 6, Max: 12}, []int64{6, 12}, []int64{1, 7, 18}, "from 6 to 12, by 6"},
	}
	for _, tt := range tests {
		if got := tt.limits.String(); got != tt.says {
			t.Errorf("%+v says %q", tt.limits, got)
		}
		for _, n := range tt.allow {
			if !tt.limits.Allow(n) {
				t.Errorf("%+v refuses %d", tt.limits, n)
			}
		}
		for _, n := range tt.refuse {
			if tt.limits.Allow(n) {
				t.Errorf("%+v allows %d", tt.limits, n)
			}
		}
	}
}

func TestWhatIsNotOnSaleNowIsNotActive(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	read := catalog.OnSaleNow(func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Product, error) {
		return map[catalog.SKU]catalog.Product{"now": {Active: true, From: at}, "soon": {Active: true, From: at.Add(1)}, "gone": {Active: true, Until: at}, "never": {}}, nil
	}, func() time.Time { return at })
	got, err := read(t.Context(), nil)
	if err != nil || !got["now"].Active || got["soon"].Active || got["gone"].Active || got["never"].Active {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Harbour mug, blue": "harbour mug blue", "Café CRÈME": "cafe creme", "Straße & Øl": "strasse ol", "5 × A4": "5 a4", "tea Tea TEA": "tea",
		"ﬁne": "fine", "": "", "— !": "", "日本 茶": "日本 茶", strings.Repeat("a", 99): strings.Repeat("a", 24),
	} {
		if got := strings.Join(catalog.Words(text), " "); got != want {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
	p := mug()
	p.Name = "a b c d e f g h i j k l m n o"
	if got := p.Words(); len(got) != 12 {
		t.Errorf("it is found by %d words", len(got))
	}
}

func TestASearchNeedsAWord(t *testing.T) {
	for _, text := range []string{"", "m", "m u g", "!", strings.Repeat("mug ", 26), "\xff\xff"} {
		if _, err := catalog.ParseSearch(text); fault.Code(err) != "query_invalid" || fault.All(err)[0].At != "?q" {
			t.Errorf("%q: %v", text, err)
		}
	}
	s, err := catalog.ParseSearch(" BLUE  mug ")
	if err != nil || s.Lead() != "blue" || s.Name() != "blue mug" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestASearchIsLedByEachOfItsLongestWords(t *testing.T) {
	s, err := catalog.ParseSearch("a bowl of walnut, oiled twice by hand")
	var leads []string
	for _, by := range s.Leads() {
		leads = append(leads, by.Lead())
		if by.Name() != s.Name() {
			t.Errorf("led by %s it is %q", by.Lead(), by.Name())
		}
	}
	if got := strings.Join(leads, " "); err != nil || got != "walnut oiled twice bowl" {
		t.Errorf("it is led by %s, %v", got, err)
	}
}

// FuzzParseSearch searches for anything: what it looks by is bounded, and a key that the store can begin with.
func FuzzParseSearch(f *testing.F) {
	for _, seed := range []string{"", "mug", "blue mug", "Ⅷ", "é\u0301", "\xff", "#", strings.Repeat("a ", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := catalog.ParseSearch(text)
		if err != nil {
			return
		}
		if lead := s.Lead(); len([]rune(lead)) < 2 || len([]rune(lead)) > 24 || strings.ContainsAny(lead, "# /") || !strings.HasPrefix(lead, catalog.Prefix(lead)) {
			t.Errorf("%q is looked for by %q", text, lead)
		}
		p := catalog.Product{Name: text, Active: true}
		words := p.Words()
		slices.Sort(words)
		for _, by := range append(s.Leads(), s) {
			finds := 0
			for _, w := range words {
				if by.Finds(p, w) {
					finds++
				}
			}
			if len(catalog.Words(text)) <= 12 && finds != 1 {
				t.Errorf("%q led by %q finds itself %d times", text, by.Lead(), finds)
			}
		}
	})
}

func FuzzDecodeVersion(f *testing.F) {
	f.Add([]byte(`{"version":2,"at":"2026-11-22T12:00:00Z","by":"staff:1","product":{"sku":"mug"}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := catalog.DecodeVersion(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if _, err := v.Encode(); err != nil && v.At.Year() < 9999 {
			t.Fatalf("%q: %v", data, err)
		}
	})
}
