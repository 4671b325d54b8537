package catalog

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Image is a picture of a product.
type Image struct {
	URL string `json:"url"` // https, or a path on the shop's own site.
	Alt string `json:"alt"` // What it shows, for who cannot see it.
}

// Option is one thing in which a variant differs from the others of its family: Size, M.
type Option struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Quantities is how many of a product one order may have; zero members are no limit.
type Quantities struct {
	Min  int64 `json:"min,omitempty"`
	Max  int64 `json:"max,omitempty"`
	Step int64 `json:"step,omitempty"` // Sold by so many: 6 eggs.
}

// Allow tells whether one order may have n.
func (q Quantities) Allow(n int64) bool {
	return n >= max(1, q.Min) && (q.Max == 0 || n <= q.Max) && (q.Step == 0 || n%q.Step == 0)
}

// String says the limits to people: "2 to 12, by 2".
func (q Quantities) String() string {
	text := "from " + strconv.FormatInt(max(1, q.Min, q.Step), 10)
	if q.Max > 0 {
		text += " to " + strconv.FormatInt(q.Max, 10)
	}
	if q.Step > 1 {
		text += ", by " + strconv.FormatInt(q.Step, 10)
	}
	return text
}

// OnSale tells whether shoppers can have the product at a time.
func (p Product) OnSale(now time.Time) bool {
	return p.Active && !now.Before(p.From) && (p.Until.IsZero() || now.Before(p.Until))
}

// OnSaleNow reads products as they can be sold now: one that is not yet, or not any more, on sale is not active.
func OnSaleNow(read func(context.Context, []SKU) (map[SKU]Product, error), now func() time.Time) func(context.Context, []SKU) (map[SKU]Product, error) {
	return func(ctx context.Context, skus []SKU) (map[SKU]Product, error) {
		products, err := read(ctx, skus)
		at := now()
		for sku, p := range products {
			p.Active = p.OnSale(at)
			products[sku] = p
		}
		return products, err
	}
}

// Limits of a product's parts. FamilyMax keeps a family within one page.
const (
	ImagesMax   = 8
	OptionsMax  = 4
	FamilyMax   = 100
	quantityMax = 10_000
	urlBytesMax = 500
	altMax      = 200
	optionMax   = 40
)

var familyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// IsFamily tells whether a text may name a family.
func IsFamily(text string) bool { return familyForm.MatchString(text) }

// plain tells whether a text is 1 to max characters that people can read.
func plain(text string, most int) bool {
	n := utf8.RuneCountInString(text)
	return n > 0 && n <= most && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl)
}

// goodURL takes https addresses without a name or password in them, and paths on the shop's own site.
func goodURL(text string) bool {
	if len(text) > urlBytesMax || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^{|}`+"`", r) }) {
		return false
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return false
	}
	if u.Scheme == "" {
		return u.Host == "" && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(text, "//") && !strings.Contains(u.Path, "..")
	}
	return u.Scheme == "https" && u.Hostname() != "" && u.Port() == ""
}

// note takes one fault of a product: where, its code, and what to tell people.
type note = func(at, code, msg string)

func (p Product) checkImages(bad note) {
	if len(p.Images) > ImagesMax {
		bad("/images", "image_invalid", "Must be 8 images at most.")
		return
	}
	for i, each := range p.Images {
		at := "/images/" + strconv.Itoa(i)
		if !goodURL(each.URL) {
			bad(at+"/url", "image_invalid", "Must be an https address, or a path on the shop's own site.")
		}
		if !plain(each.Alt, altMax) {
			bad(at+"/alt", "image_invalid", "Must say in 1 to 200 characters what the image shows.")
		}
	}
}

func (p Product) checkVariant(bad note) {
	switch {
	case p.Family == "" && len(p.Options) > 0:
		bad("/options", "option_invalid", "Only a variant has options: name its family.")
	case p.Family != "" && !IsFamily(p.Family):
		bad("/family", "family_invalid", "Must be 1 to 64 small letters, digits or dashes.")
	case p.Family != "" && (len(p.Options) == 0 || len(p.Options) > OptionsMax):
		bad("/options", "option_invalid", "Must be 1 to 4 options that set the variant apart.")
		return
	}
	seen := map[string]bool{}
	for i, o := range p.Options[:min(len(p.Options), OptionsMax)] {
		at := "/options/" + strconv.Itoa(i)
		if !plain(o.Name, optionMax) || strings.ContainsAny(o.Name, ";=") || seen[strings.ToLower(o.Name)] {
			bad(at+"/name", "option_invalid", "Must be 1 to 40 characters without ; and =, and another than before.")
		}
		seen[strings.ToLower(o.Name)] = true
		if !plain(o.Value, optionMax) || strings.ContainsAny(o.Value, ";=") {
			bad(at+"/value", "option_invalid", "Must be 1 to 40 characters without ; and =.")
		}
	}
}

func (p Product) checkSale(bad note) {
	for _, each := range [...]struct {
		at string
		t  time.Time
	}{{"/from", p.From}, {"/until", p.Until}} {
		if year := each.t.UTC().Year(); !each.t.IsZero() && (year < 2000 || year > 2200 || each.t.Nanosecond() != 0) {
			bad(each.at, "dates_invalid", "Must be a time of this century or the next, in whole seconds.")
		}
	}
	if !p.Until.IsZero() && !p.From.Before(p.Until) {
		bad("/until", "dates_invalid", "Must be later than from.")
	}
	q := p.Quantities
	for _, each := range [...]struct {
		at string
		n  int64
	}{{"/min", q.Min}, {"/max", q.Max}, {"/step", q.Step}} {
		if each.n < 0 || each.n > quantityMax {
			bad("/quantities"+each.at, "quantities_invalid", "Must be a whole number from 1 to 10,000.")
			return
		}
	}
	least := max(1, q.Min, q.Step)
	if q.Step > 0 {
		least = (least + q.Step - 1) / q.Step * q.Step
	}
	if q.Max > 0 && least > q.Max {
		bad("/quantities/max", "quantities_invalid", "No quantity fits these limits.")
	}
}
