// Package sheet reads and writes a catalogue as people keep it: CSV for spreadsheets, JSON for programs. Amounts are minor units.
package sheet

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"till/shared/catalog"
	"till/shared/edge/goods"
	"till/shared/money"
)

// Limits of a file.
const (
	BytesMax = 64 << 20
	LinesMax = 100_000
)

// Line is one product of a file.
type Line struct {
	N       int // Where it stands: the line of a CSV file, the number of a JSON list's member.
	Product goods.Request
	Fault   string // Why it cannot be read; "" if it can.
}

// fixed are the columns that every CSV has, but for prices and images.
func fixed() []string {
	return []string{"sku", "name", "description", "weight_grams", "tax_class", "digital", "family", "options", "unlisted", "min", "max", "step", "from", "until", "active"}
}

// pricePrefix begins the columns of prices: price_EUR.
const pricePrefix = "price_"

// imageColumns are those of the nth image, from 1.
func imageColumns(n int) (url, alt string) {
	return fmt.Sprintf("image_%d_url", n), fmt.Sprintf("image_%d_alt", n)
}

// ErrTooLarge is the error of a file over the limits.
var ErrTooLarge = errors.New("the file has more than 64 MiB or 100,000 products")

// Read reads a file, JSON if it begins so, else CSV. What a line alone has wrong is its Fault. Errors: a file that is neither, has unknown
// columns, or is over the limits.
func Read(r io.Reader) ([]Line, error) {
	data, err := io.ReadAll(io.LimitReader(r, BytesMax+1))
	if err != nil {
		return nil, err
	}
	if len(data) > BytesMax {
		return nil, ErrTooLarge
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if begins := bytes.TrimLeft(data, " \t\r\n"); len(begins) > 0 && (begins[0] == '[' || begins[0] == '{') {
		return readJSON(data)
	}
	return readCSV(data)
}

func readJSON(data []byte) ([]Line, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		var whole struct {
			Products []json.RawMessage `json:"products"`
		}
		if err := json.Unmarshal(data, &whole); err != nil {
			return nil, errors.New("the file is no list of products")
		}
		raw = whole.Products
	}
	if len(raw) > LinesMax {
		return nil, ErrTooLarge
	}
	lines := make([]Line, len(raw))
	for i, each := range raw {
		lines[i].N = i + 1
		var p struct {
			goods.Request
			Version int `json:"version"` // As exported; what is there decides.
		}
		d := json.NewDecoder(bytes.NewReader(each))
		d.DisallowUnknownFields()
		if err := d.Decode(&p); err != nil {
			lines[i].Fault = "it is no product: a member is unknown or of another type"
		}
		lines[i].Product = p.Request
	}
	return lines, nil
}

func readCSV(data []byte) ([]Line, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, errors.New("the file has no line of columns")
	}
	if err := known(header); err != nil {
		return nil, err
	}
	var lines []Line
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the file is no CSV: %w", err)
		}
		if len(lines) == LinesMax {
			return nil, ErrTooLarge
		}
		n, _ := r.FieldPos(0)
		l := Line{N: n}
		if len(record) != len(header) {
			l.Fault = fmt.Sprintf("it has %d cells, not %d", len(record), len(header))
		} else if err := fill(&l.Product, header, record); err != nil {
			l.Fault = strings.ReplaceAll(err.Error(), "\n", "; ") // One line of the report.
		}
		lines = append(lines, l)
	}
}

// known refuses columns that mean nothing: a misspelt one would empty what it was to fill.
func known(header []string) error {
	seen := map[string]bool{}
	for _, name := range header {
		ok := slices.Contains(fixed(), name)
		if code, is := strings.CutPrefix(name, pricePrefix); is {
			_, err := money.Parse(code)
			ok = err == nil
		}
		for n := 1; n <= catalog.ImagesMax; n++ {
			url, alt := imageColumns(n)
			ok = ok || name == url || name == alt
		}
		if !ok || seen[name] {
			return fmt.Errorf("column %q is unknown or there twice", name)
		}
		seen[name] = true
	}
	if !seen["sku"] || !seen["name"] {
		return errors.New("the columns sku and name are missing")
	}
	return nil
}

// fill reads the cells of a line.
func fill(p *goods.Request, header, record []string) error {
	p.Prices = map[string]int64{}
	cells := map[string]string{}
	var faults []error
	for i, name := range header {
		cells[name] = plain(record[i])
		if code, is := strings.CutPrefix(name, pricePrefix); is && cells[name] != "" {
			minor, err := strconv.ParseInt(cells[name], 10, 64)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s is no whole number of minor units", name))
			}
			p.Prices[code] = minor
		}
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(cells[name], 10, 64)
		if cells[name] != "" && err != nil {
			faults = append(faults, fmt.Errorf("%s is no whole number", name))
		}
		return n
	}
	yes := func(name string) bool {
		v, err := strconv.ParseBool(cells[name])
		if cells[name] != "" && err != nil {
			faults = append(faults, fmt.Errorf("%s is neither true nor false", name))
		}
		return v
	}
	p.SKU, p.Name, p.Description, p.TaxClass, p.Family = cells["sku"], cells["name"], cells["description"], cells["tax_class"], cells["family"]
	p.From, p.Until, p.WeightGrams, p.Digital, p.Unlisted = cells["from"], cells["until"], number("weight_grams"), yes("digital"), yes("unlisted")
	p.Quantities = goods.Quantities{Min: number("min"), Max: number("max"), Step: number("step")}
	if cells["active"] != "" {
		active := yes("active")
		p.Active = &active
	}
	for each := range strings.SplitSeq(cells["options"], ";") {
		if name, value, is := strings.Cut(each, "="); is {
			p.Options = append(p.Options, goods.Option{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
		} else if strings.TrimSpace(each) != "" {
			faults = append(faults, errors.New("options are not written as Colour=Blue; Size=M"))
		}
	}
	for n := 1; n <= catalog.ImagesMax; n++ {
		url, alt := imageColumns(n)
		if cells[url] != "" || cells[alt] != "" {
			p.Images = append(p.Images, goods.Image{URL: cells[url], Alt: cells[alt]})
		}
	}
	return errors.Join(faults...)
}

// Formulas: a cell that a spreadsheet would work out is written with an apostrophe before it, and one that begins with an apostrophe with
// another. https://owasp.org/www-community/attacks/CSV_Injection
const begins = "=+-@\t\r'"

func guarded(cell string) string {
	if cell != "" && strings.ContainsRune(begins, rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func plain(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(begins, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// WriteCSV writes products. What Read makes of it are the same products.
func WriteCSV(w io.Writer, products []catalog.Product) error {
	currencies, images := map[string]bool{}, 0
	for _, p := range products {
		for c := range p.Prices {
			currencies[string(c)] = true
		}
		images = max(images, len(p.Images))
	}
	codes := slices.Sorted(maps.Keys(currencies))
	header := fixed()
	for _, c := range codes {
		header = append(header, pricePrefix+c)
	}
	for n := range images {
		url, alt := imageColumns(n + 1)
		header = append(header, url, alt)
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	for _, p := range products {
		if err := out.Write(record(p, codes, images)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func record(p catalog.Product, codes []string, images int) []string {
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	var options []string
	for _, o := range p.Options {
		options = append(options, o.Name+"="+o.Value)
	}
	r := goods.Of(p)
	cells := []string{r.SKU, r.Name, r.Description, number(r.WeightGrams), r.TaxClass, strconv.FormatBool(r.Digital), r.Family, strings.Join(options, "; "),
		strconv.FormatBool(r.Unlisted), number(r.Quantities.Min), number(r.Quantities.Max), number(r.Quantities.Step), r.From, r.Until, strconv.FormatBool(p.Active)}
	for _, c := range codes {
		cell := ""
		if minor, sold := r.Prices[c]; sold {
			cell = strconv.FormatInt(minor, 10)
		}
		cells = append(cells, cell)
	}
	for n := range images {
		var i goods.Image
		if n < len(r.Images) {
			i = r.Images[n]
		}
		cells = append(cells, i.URL, i.Alt)
	}
	for i := range cells {
		cells[i] = guarded(cells[i])
	}
	return cells
}
