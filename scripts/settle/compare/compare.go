// Package compare is the command settle: it reads files, compares them and tells people.
package compare

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/reconcile"
	"till/shared/settlement"
)

// The exit codes.
const (
	agree   = 0
	differ  = 1
	useless = 2
)

// Command is one call of the program. Every field is required.
type Command struct {
	Out, Err io.Writer
	Files    fs.FS                  // From the root on.
	Dir      func() (string, error) // Where names that do not begin at the root begin.
	Now      func() time.Time
}

// asked is what the command line asks for.
type asked struct {
	books   string
	files   []file
	options reconcile.Options
	read    settlement.Options
	json    bool
}

type file struct {
	format settlement.Format
	name   string
}

// Run does what args ask for and gives the exit code.
func (c Command) Run(args []string) int {
	a, err := c.parse(args)
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(c.Err, "settle:", err)
		}
		return useless
	}
	r, err := c.compare(a)
	if err != nil {
		fmt.Fprintln(c.Err, "settle:", err)
		return useless
	}
	if a.json {
		err = printJSON(c.Out, r)
	} else {
		err = c.print(r)
	}
	switch {
	case err != nil:
		fmt.Fprintln(c.Err, "settle:", err)
		return useless
	case len(r.Differences) > 0:
		return differ
	}
	return agree
}

func (c Command) parse(args []string) (asked, error) {
	var a asked
	var from, asOf, zone, currency string
	f := flag.NewFlagSet("settle", flag.ContinueOnError)
	f.SetOutput(c.Err)
	f.StringVar(&a.books, "books", "", "the export of the books (JSON); required")
	f.StringVar(&from, "from", "", "the first day that the files cover; what is older is not expected in them")
	f.StringVar(&asOf, "as-of", "", "the last day that the files cover (today)")
	f.DurationVar(&a.options.Lag, "lag", 0, "how long a gateway may take to settle (72h)")
	f.BoolVar(&a.options.ByDay, "by-day", false, "the files are cut by day, so payouts in them are not whole")
	f.StringVar(&currency, "currency", "", "the account's currency, for square_csv")
	f.StringVar(&zone, "zone", "UTC", "the time zone of times without an offset")
	f.BoolVar(&a.json, "json", false, "print everything as JSON, with the postings that the settlement brings")
	f.Usage = func() {
		fmt.Fprintln(c.Err, "usage: settle -books FILE [flags] FORMAT=FILE …   (formats: stripe, paypal, square, square_csv)")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return a, err
	}
	a.read.Currency = money.Currency(currency)
	var badZone, badFrom, badEnd error
	a.read.Zone, badZone = time.LoadLocation(zone)
	a.options.From, badFrom = day(from, time.Time{})
	end, badEnd := day(asOf, c.Now().UTC().Truncate(24*time.Hour))
	a.options.AsOf = end.Add(24 * time.Hour)
	if err := errors.Join(badZone, badFrom, badEnd); err != nil {
		return a, err
	}
	for _, arg := range f.Args() {
		format, name, named := strings.Cut(arg, "=")
		if !named || !slices.Contains(settlement.Formats(), settlement.Format(format)) {
			return a, fmt.Errorf("%q is not FORMAT=FILE", arg)
		}
		a.files = append(a.files, file{settlement.Format(format), name})
		a.options.Gateways = append(a.options.Gateways, gateway(settlement.Format(format)))
	}
	if a.books == "" || len(a.files) == 0 {
		f.Usage()
		return a, errors.New("the books and at least one file are needed")
	}
	return a, nil
}

func day(text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	return time.Parse(time.DateOnly, text)
}

func gateway(f settlement.Format) string {
	name, _, _ := strings.Cut(string(f), "_")
	return name
}

// compare reads the books and all files.
func (c Command) compare(a asked) (reconcile.Result, error) {
	in, err := c.open(a.books)
	if err != nil {
		return reconcile.Result{}, err
	}
	book, bad := reconcile.ReadBook(in)
	if err := errors.Join(bad, in.Close()); err != nil {
		return reconcile.Result{}, fmt.Errorf("%s: %w", a.books, err)
	}
	m := reconcile.New(book, a.options)
	var unread []reconcile.Difference
	for _, f := range a.files {
		in, err := c.open(f.name)
		if err != nil {
			return reconcile.Result{}, err
		}
		a.read.Format = f.format
		m.File(filepath.Base(f.name))
		sum, bad := settlement.Read(in, a.read, func(r settlement.Record) error {
			m.Add(r)
			return nil
		})
		if err := errors.Join(bad, in.Close()); err != nil {
			return reconcile.Result{}, fmt.Errorf("%s: %w", f.name, err)
		}
		for _, each := range sum.Faults {
			unread = append(unread, reconcile.Unread(gateway(f.format), each))
		}
		if !a.json {
			fmt.Fprintf(c.Out, "%s: %d rows, %d of money, %d that could not be read\n", f.name, sum.Rows, sum.Records, len(sum.Faults))
		}
	}
	r := m.Result()
	r.Differences = append(r.Differences, unread...)
	return r, nil
}

func (c Command) open(name string) (fs.File, error) {
	if !filepath.IsAbs(name) {
		dir, err := c.Dir()
		if err != nil {
			return nil, err
		}
		name = filepath.Join(dir, name)
	}
	name = strings.TrimPrefix(filepath.ToSlash(filepath.Clean(name)), "/")
	in, err := c.Files.Open(name)
	if err != nil {
		return nil, err
	}
	return in, nil
}

func printJSON(w io.Writer, r reconcile.Result) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return fault.Wrap(fault.Internal, "compare.printJSON", out.Encode(r))
}

// print tells people: differences first, then what the settlement brings.
func (c Command) print(r reconcile.Result) error {
	var b strings.Builder
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "\n%s  %s\n    %s\n", d.Code, describe(d), d.Action)
	}
	fees, bank := map[money.Currency]int64{}, map[money.Currency]int64{}
	for _, e := range r.Journal {
		sums := ledger.Balances(e.Postings)
		fees[e.Currency] += sums[ledger.Fees]
		bank[e.Currency] += sums[ledger.Bank]
	}
	fmt.Fprintf(&b, "\n%d differences; %d too early to say; %d entries for the ledger", len(r.Differences), len(r.Waiting), len(r.Journal))
	for _, each := range []struct {
		what string
		sums map[money.Currency]int64
	}{{"fees", fees}, {"to the bank", bank}} {
		for _, currency := range slices.Sorted(maps.Keys(each.sums)) {
			if n := each.sums[currency]; n != 0 {
				fmt.Fprintf(&b, "; %s %s", each.what, money.Of(n, currency).Format("en"))
			}
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(c.Out, b.String())
	return err
}

// describe is a difference in a line.
func describe(d reconcile.Difference) string {
	parts := []string{string(d.Subject), d.Gateway}
	for _, text := range []string{d.Ref, d.Order, d.Attempt, d.Refund} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if d.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", d.Line))
	}
	if d.Subject != reconcile.Row || !d.Theirs.IsZero() {
		parts = append(parts, "ours "+amount(d.Ours), "theirs "+amount(d.Theirs))
	}
	return strings.Join(parts, "  ")
}

func amount(a money.Amount) string {
	if a == (money.Amount{}) {
		return "nothing"
	}
	return a.Format("en")
}
