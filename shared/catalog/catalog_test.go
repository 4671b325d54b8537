package catalog_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
)

func mug() catalog.Product {
	return catalog.Product{SKU: "mug-blue", Name: "Mug", Description: "Blue.", WeightGrams: 350, Active: true,
		Prices: map[money.Currency]int64{"EUR": 1999, "JPY": 2500, "KWD": 0}}
}

func TestCheck(t *testing.T) {
	many := map[money.Currency]int64{}
	for _, c := range strings.Fields(`AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD
		CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG`) {
		many[money.Currency(c)] = 1
	}
	tests := []struct {
		name   string
		change func(*catalog.Product)
		want   []string // Place and code of each fault.
	}{
		{"a good product has no faults", func(*catalog.Product) {}, nil},
		{"a name of 120 characters that are not ASCII", func(p *catalog.Product) { p.Name = strings.Repeat("ß", 120) }, nil},
		{"an EAN is a SKU", func(p *catalog.Product) { p.SKU = "4006381000093" }, nil},
		{"no SKU", func(p *catalog.Product) { p.SKU = "" }, []string{"/sku sku_invalid"}},
		{"no name", func(p *catalog.Product) { p.Name = "" }, []string{"/name name_invalid"}},
		{"a name that is too long", func(p *catalog.Product) { p.Name = strings.Repeat("a", 121) }, []string{"/name name_invalid"}},
		{"a description that is too long", func(p *catalog.Product) { p.Description = strings.Repeat("a", 2001) },
			[]string{"/description description_invalid"}},
		{"no price", func(p *catalog.Product) { p.Prices = nil }, []string{"/prices price_invalid"}},
		{"too many prices", func(p *catalog.Product) { p.Prices = many }, []string{"/prices price_invalid"}},
		{"a price below nothing", func(p *catalog.Product) { p.Prices = map[money.Currency]int64{"USD": -1} },
			[]string{"/prices/USD price_invalid"}},
		{"a price in no currency", func(p *catalog.Product) { p.Prices = map[money.Currency]int64{"eur": 1} },
			[]string{"/prices currency_invalid"}},
		{"a weight below nothing", func(p *catalog.Product) { p.WeightGrams = -1 }, []string{"/weight_grams weight_invalid"}},
		{"a class of tax and nothing to carry", func(p *catalog.Product) { p.TaxClass, p.Digital = "reduced", true }, nil},
		{"a class of tax that is a sentence", func(p *catalog.Product) { p.TaxClass = "reduced rate" }, []string{"/tax_class tax_class_invalid"}},
		{"more than a tonne", func(p *catalog.Product) { p.WeightGrams = 1_000_001 }, []string{"/weight_grams weight_invalid"}},
		{"every fault at once", func(p *catalog.Product) {
			*p = catalog.Product{SKU: "/", Description: strings.Repeat("a", 2001), WeightGrams: -1,
				Prices: map[money.Currency]int64{"USD": -1, "": 1}}
		}, []string{"/sku sku_invalid", "/name name_invalid", "/description description_invalid", "/prices currency_invalid",
			"/prices/USD price_invalid", "/weight_grams weight_invalid"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mug()
			tt.change(&p)
			err := p.Check()
			var got []string
			for _, e := range fault.All(err) {
				if e.Kind != fault.Invalid || e.Msg == "" {
					t.Errorf("%v has kind %v and says %q", e, e.Kind, e.Msg)
				}
				got = append(got, e.At+" "+e.Code)
			}
			if !slices.Equal(got, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParseSKU(t *testing.T) {
	for _, text := range []string{"a", "mug-blue", "4006381000093", "A.b_c-9", strings.Repeat("x", 64)} {
		if sku, err := catalog.ParseSKU(text); err != nil || string(sku) != text {
			t.Errorf("%q was read as %q, %v", text, sku, err)
		}
	}
	for _, text := range []string{"", "-a", ".a", "_a", "a b", "a/b", "a#b", "é", "a\n", "a\x00", strings.Repeat("x", 65)} {
		if sku, err := catalog.ParseSKU(text); sku != "" || fault.Code(err) != "sku_unknown" || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q was read as %q, %v", text, sku, err)
		}
	}
}

func TestPrice(t *testing.T) {
	p := mug()
	if price, sold := p.Price("EUR"); !sold || price != money.Of(1999, "EUR") {
		t.Errorf("in euro %v, %v", price, sold)
	}
	if price, sold := p.Price("KWD"); !sold || !price.IsZero() {
		t.Errorf("for nothing: %v, %v", price, sold)
	}
	if _, sold := p.Price("USD"); sold {
		t.Error("sold in a currency that it has no price in")
	}
	p.Active = false
	if _, sold := p.Price("EUR"); sold {
		t.Error("sold though it is not active")
	}
}

func TestProductsComeBack(t *testing.T) {
	song := mug()
	song.TaxClass, song.Digital = "reduced", true
	old := catalog.Product{SKU: "x", Prices: maps.Clone(mug().Prices)}
	for _, p := range []catalog.Product{mug(), song, old} {
		data, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		p.Version = 1 // As what was stored before there were versions.
		if back, err := catalog.DecodeProduct(data); err != nil || !cmp.Equal(back, p) {
			t.Errorf("%+v came back as %+v, %v", p, back, err)
		}
	}
	for _, data := range []string{"", "{", `{"prices":[]}`, `{"prices":{"EUR":1.5}}`, "7"} {
		if _, err := catalog.DecodeProduct([]byte(data)); !fault.Is(err, fault.Internal) {
			t.Errorf("%q was read: %v", data, err)
		}
	}
}
