package sheet_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"till/scripts/catalog/sheet"
	"till/shared/catalog"
	"till/shared/edge/goods"
	"till/shared/money"
)

func products() []catalog.Product {
	return []catalog.Product{
		{SKU: "mug", Name: "Mug, \"blue\"", Description: "Two\nlines; one = two", Prices: map[money.Currency]int64{"EUR": 1999, "JPY": 0}, WeightGrams: 350, Active: true},
		{SKU: "=cmd", Name: "=1+1", Description: "'quoted", Prices: map[money.Currency]int64{"EUR": 1}},
		{SKU: "tee", Name: "@tee", Prices: map[money.Currency]int64{"USD": 5}, TaxClass: "reduced", Digital: true, Family: "tee", Unlisted: true, Active: true,
			Options: []catalog.Option{{Name: "Colour", Value: "Navy blue"}, {Name: "Size", Value: "-M"}}, Quantities: catalog.Quantities{Min: 2, Max: 12, Step: 2},
			Images: []catalog.Image{{URL: "/a.svg", Alt: "+A tee"}, {URL: "https://img.example/b.jpg", Alt: "Its back"}},
			From:   time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
}

func TestWhatIsWrittenIsReadAsTheSame(t *testing.T) {
	var asCSV bytes.Buffer
	if err := sheet.WriteCSV(&asCSV, products()); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(products())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"CSV": asCSV.String(), "CSV of a spreadsheet": "\xef\xbb\xbf" + asCSV.String(), "JSON": string(asJSON),
		"JSON of the API": `{"products":` + string(asJSON) + `}`} {
		lines, err := sheet.Read(strings.NewReader(text))
		if err != nil || len(lines) != 3 {
			t.Fatalf("%s: %d lines, %v", name, len(lines), err)
		}
		for i, l := range lines {
			if want := goods.Of(products()[i]); l.Fault != "" || !reflect.DeepEqual(l.Product, want) {
				t.Errorf("%s line %d: %q %+v; want %+v", name, l.N, l.Fault, l.Product, want)
			}
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	var out bytes.Buffer
	if err := sheet.WriteCSV(&out, products()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{",=1+1", "\n=cmd", ",@tee", ",+A tee", `"=`} {
		if strings.Contains(out.String(), text) {
			t.Errorf("%q stands in\n%s", text, out.String())
		}
	}
}

func TestWhatIsWrongInALineIsItsOwnAffair(t *testing.T) {
	lines, err := sheet.Read(strings.NewReader("sku,name,price_EUR,digital,options\nmug,Mug,12.50,maybe,blue\ntea,Tea,900,,\ncup,Cup\n"))
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if strings.Contains(lines[0].Fault, "\n") {
		t.Errorf("%q is more than a line of a report", lines[0].Fault)
	}
	for _, want := range []string{"price_EUR", "digital", "options"} {
		if !strings.Contains(lines[0].Fault, want) {
			t.Errorf("%q does not name %s", lines[0].Fault, want)
		}
	}
	if lines[1].Fault != "" || lines[1].N != 3 || lines[1].Product.Prices["EUR"] != 900 || lines[2].Fault == "" {
		t.Errorf("got %+v", lines)
	}
	lines, err = sheet.Read(strings.NewReader(`[{"sku":"mug","price":1},{"sku":"tea","name":"Tea","prices":{"EUR":900}}]`))
	if err != nil || lines[0].Fault == "" || lines[1].Fault != "" || lines[1].N != 2 {
		t.Errorf("got %+v, %v", lines, err)
	}
}

func TestAFileThatIsNoCatalogueIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no columns that are needed": "name\nMug\n", "a column nobody knows": "sku,name,prize\n", "a column twice": "sku,name,name\n",
		"a price in no currency": "sku,name,price_XXX\n", "broken quotes": "sku,name\n\"mug,Mug\n", "broken JSON": "[{", "a number": "{\"products\":7}",
	} {
		if lines, err := sheet.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s was read: %+v", name, lines)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "sku,name\nmug,Mug\n", "[]", `[{"sku":"mug"}]`, `{"products":[null]}`, "sku,name,image_1_url\n'=a,'',x\n", "sku\xff,name\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := sheet.Read(bytes.NewReader(data))
		if err != nil && lines != nil {
			t.Errorf("%d lines beside %v", len(lines), err)
		}
		for _, l := range lines {
			if _, err := json.Marshal(l.Product); err != nil {
				t.Errorf("line %d cannot be sent: %v", l.N, err)
			}
		}
	})
}
