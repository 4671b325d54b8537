package memory

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"till/shared/catalog"
)

// The keys of what stands beside a product: its versions, the words it is found by, and its family.
func versionKey(sku catalog.SKU, n int) key { return key{"SKU#" + string(sku), versionSort(n)} }

func versionSort(n int) string {
	digits := strconv.Itoa(n)
	return "VERSION#" + strings.Repeat("0", max(0, 6-len(digits))) + digits
}

func wordKey(word string, sku catalog.SKU) key {
	return key{"WORD#" + catalog.Prefix(word), word + "#" + string(sku)}
}

func familyKey(family string, sku catalog.SKU) key { return key{"FAMILY#" + family, string(sku)} }

// SaveProduct is storetest.Store's.
func (s *Store) SaveProduct(ctx context.Context, p catalog.Product, e catalog.Edit) error {
	return do(ctx, s, "SaveProduct", func() error {
		p.Version = e.Before + 1
		var old catalog.Product
		if item, there := s.table(Catalog).items[productKey(p.SKU)]; there {
			var err error
			if old, err = catalog.DecodeProduct([]byte(item.text("body"))); err != nil {
				return err
			}
		}
		if old.Version == p.Version && old.Same(p) {
			return nil // Our own earlier write.
		}
		if old.Version != e.Before {
			return catalog.Moved("memory.SaveProduct")
		}
		body, bad := p.Encode()
		version, worse := catalog.VersionOf(p, e).Encode()
		if bad != nil || worse != nil {
			return internal("SaveProduct", "unencodable")
		}
		item := Image{"body": string(body), "sku": string(p.SKU), "n": int64(p.Version), "list": "0"}
		if p.Active && !p.Unlisted {
			item["list"] = "1"
		}
		puts := []put{
			{table: Catalog, key: productKey(p.SKU), next: item},
			{table: Catalog, key: versionKey(p.SKU, p.Version), next: Image{"body": string(version)}},
		}
		was, is := beside(old), beside(p)
		for _, k := range was {
			if !slices.Contains(is, k) {
				puts = append(puts, put{table: Catalog, key: k})
			}
		}
		for _, k := range is {
			if !slices.Contains(was, k) {
				puts = append(puts, put{table: Catalog, key: k, next: Image{"of": string(p.SKU)}})
			}
		}
		return s.commit("SaveProduct", puts...)
	})
}

// beside is the keys under which a product is found.
func beside(p catalog.Product) []key {
	var out []key
	for _, w := range p.Words() {
		out = append(out, wordKey(w, p.SKU))
	}
	if p.Family != "" && p.Active {
		out = append(out, familyKey(p.Family, p.SKU))
	}
	return out
}

// rows lists the items under a partition key whose sort keys begin with a text, from behind a sort key on.
func (s *Store) rows(pk, begin, after string) []key { return s.rowsOf(Catalog, pk, begin, after) }

func (s *Store) rowsOf(table, pk, begin, after string) []key {
	all := s.table(table).indexes[own].rows[pk]
	var out []key
	from, _ := slices.BinarySearchFunc(all, max(begin, after), func(e entry, sk string) int { return strings.Compare(e.sort, sk) })
	for _, e := range all[from:] {
		if !strings.HasPrefix(e.sort, begin) {
			break
		}
		if e.sort > after {
			out = append(out, e.key)
		}
	}
	return out
}

// ProductVersions is storetest.Store's.
func (s *Store) ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error) {
	return ask(ctx, s, "ProductVersions", func() ([]catalog.Version, error) {
		var out []catalog.Version
		keys := s.rows("SKU#"+string(sku), "VERSION#", "")
		slices.Reverse(keys)
		for _, k := range keys {
			if len(out) == limit {
				break
			}
			if before > 0 && k.sk >= versionSort(before) {
				continue
			}
			v, err := catalog.DecodeVersion([]byte(s.table(Catalog).items[k].text("body")))
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	})
}

// Family is storetest.Store's.
func (s *Store) Family(ctx context.Context, family string) ([]catalog.SKU, error) {
	return ask(ctx, s, "Family", func() ([]catalog.SKU, error) {
		var out []catalog.SKU
		for _, k := range s.rows("FAMILY#"+family, "", "") {
			if len(out) < catalog.FamilyMax {
				out = append(out, catalog.SKU(k.sk))
			}
		}
		return out, nil
	})
}

// FindProducts is storetest.Store's.
func (s *Store) FindProducts(ctx context.Context, search catalog.Search, cursor string, limit int) (products []catalog.Product, next string, err error) {
	type page struct {
		products []catalog.Product
		next     string
	}
	got, err := ask(ctx, s, "FindProducts", func() (page, error) {
		after, err := wordCursor(search, cursor)
		if err != nil {
			return page{}, err
		}
		var p page
		for i, k := range s.rows("WORD#"+catalog.Prefix(search.Lead()), search.Lead(), after) {
			if i == limit {
				p.next = base64.RawURLEncoding.EncodeToString([]byte(after))
				break
			}
			after = k.sk
			word, sku, _ := strings.Cut(k.sk, "#")
			product, err := s.product(productKey(catalog.SKU(sku)))
			if err != nil {
				return page{}, err
			}
			if search.Finds(product, word) {
				p.products = append(p.products, product)
			}
		}
		return p, nil
	})
	return got.products, got.next, err
}

// wordCursor reads behind which word and SKU to go on. Errors: fault.Unreadable, code cursor_invalid.
func wordCursor(search catalog.Search, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	word, sku, _ := strings.Cut(string(raw), "#")
	if _, noSKU := catalog.ParseSKU(sku); err != nil || noSKU != nil || !strings.HasPrefix(word, search.Lead()) {
		return "", badCursor("FindProducts")
	}
	return string(raw), nil
}
