// Package daybook makes books out of orders' changes: what a day moved on every account, and what a settlement is compared with.
package daybook

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
)

// Balance is what stands on one account of one gateway in one currency: minor units, debit positive. Safe to log.
type Balance struct {
	Gateway  string         `json:"gateway"` // "" for what no gateway has to do with; Several for a change about more than one.
	Currency money.Currency `json:"currency"`
	Account  ledger.Account `json:"account"`
	Minor    int64          `json:"minor"`
}

// Several stands for the gateways of a change that is about more than one.
const Several = "several"

// Entry is one change's, or one settlement's, postings. Safe to log.
type Entry struct {
	Gateway  string
	Currency money.Currency
	At       time.Time
	Source   string // Where it comes from: "ord_…#3", or a settlement's key.
	Postings []ledger.Posting
}

// Day adds up one day (UTC). Entries come in any order. Not safe for concurrent use.
type Day struct {
	day     string
	known   bool
	rows    map[Balance]*Row // By balances of no amount.
	entries int
	uneven  []string
}

// NewDay begins a day ("2026-11-22") with what the day before closed with; known is false if that is not known, and then the report
// says so and opens with nothing. Errors: fault.Invalid, code day_invalid.
func NewDay(day string, opening []Balance, known bool) (*Day, error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil, fault.New(fault.Invalid, "daybook.NewDay", "day_invalid", "Must be a day such as 2026-01-31.")
	}
	d := &Day{day: day, known: known, rows: map[Balance]*Row{}}
	for _, b := range opening {
		d.row(b.Gateway, b.Currency, b.Account).Opening += b.Minor
	}
	return d, nil
}

// Before names the day before a day; "" for what is none.
func Before(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, -1).Format(time.DateOnly)
}

func (d *Day) row(gateway string, c money.Currency, a ledger.Account) *Row {
	k := Balance{Gateway: gateway, Currency: c, Account: a}
	if d.rows[k] == nil {
		d.rows[k] = &Row{Account: a}
	}
	return d.rows[k]
}

// unevenMax is how many sources of postings that do not balance a report names.
const unevenMax = 20

// Add takes in an entry; one of another day is left out. Errors: fault.Internal, code amount_out_of_range: sums that cannot be counted.
func (d *Day) Add(e Entry) error {
	if e.At.UTC().Format(time.DateOnly) != d.day || len(e.Postings) == 0 {
		return nil
	}
	d.entries++
	if ledger.Check(e.Postings) != nil && len(d.uneven) < unevenMax {
		d.uneven = append(d.uneven, e.Source)
	}
	for _, p := range e.Postings {
		r := d.row(e.Gateway, e.Currency, p.Account)
		side := &r.Debit
		if p.Minor < 0 {
			side = &r.Credit
		}
		sum, err := money.Of(*side, e.Currency).Add(money.Of(p.Minor, e.Currency))
		if err != nil {
			return fault.Wrap(fault.Internal, "daybook.Add", err)
		}
		*side = sum.Minor()
	}
	return nil
}

// Row is one account: minor units. Debit is above zero, Credit below; Closing is Opening + Debit + Credit.
type Row struct {
	Account ledger.Account `json:"account"`
	Opening int64          `json:"opening"`
	Debit   int64          `json:"debit"`
	Credit  int64          `json:"credit"`
	Closing int64          `json:"closing"`
}

// Group is the accounts of one gateway in one currency. Each column comes to zero, or Balanced is false.
type Group struct {
	Gateway  string         `json:"gateway"`
	Currency money.Currency `json:"currency"`
	Accounts []Row          `json:"accounts"`
	Balanced bool           `json:"balanced"`
}

// Report is a day's books. It holds no personal data.
type Report struct {
	Day          string   `json:"day"`
	OpeningKnown bool     `json:"opening_known"`
	Entries      int      `json:"entries"`
	Groups       []Group  `json:"groups"`
	Balanced     bool     `json:"balanced"`
	Uneven       []string `json:"uneven,omitempty"` // Sources of postings that do not come to zero: at once, to people.
}

// Report closes the day. Groups are in the order of gateways and currencies, accounts in that of the chart.
func (d *Day) Report() Report {
	out := Report{Day: d.day, OpeningKnown: d.known, Entries: d.entries, Balanced: len(d.uneven) == 0, Groups: []Group{}}
	out.Uneven = slices.Clone(d.uneven)
	slices.Sort(out.Uneven)
	groups := map[Balance]*Group{}
	for k, r := range d.rows {
		of := Balance{Gateway: k.Gateway, Currency: k.Currency}
		if groups[of] == nil {
			groups[of] = &Group{Gateway: k.Gateway, Currency: k.Currency}
		}
		r.Closing = r.Opening + r.Debit + r.Credit
		groups[of].Accounts = append(groups[of].Accounts, *r)
	}
	chart := ledger.Chart()
	rank := func(a ledger.Account) int {
		if i := slices.Index(chart, a); i >= 0 {
			return i
		}
		return len(chart)
	}
	for _, g := range groups {
		slices.SortFunc(g.Accounts, func(a, b Row) int {
			return cmp.Or(cmp.Compare(rank(a.Account), rank(b.Account)), cmp.Compare(a.Account, b.Account))
		})
		var opening, moved int64
		for _, r := range g.Accounts {
			opening, moved = opening+r.Opening, moved+r.Debit+r.Credit
		}
		g.Balanced = opening == 0 && moved == 0
		out.Balanced = out.Balanced && g.Balanced
		out.Groups = append(out.Groups, *g)
	}
	slices.SortFunc(out.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Gateway, b.Gateway), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}

// Closing is what the next day opens with: accounts on which something stands.
func (r Report) Closing() []Balance {
	var out []Balance
	for _, g := range r.Groups {
		for _, a := range g.Accounts {
			if a.Closing != 0 {
				out = append(out, Balance{g.Gateway, g.Currency, a.Account, a.Closing})
			}
		}
	}
	return out
}

// CSV writes the report as a table, a row per account, with a row of names first. Errors: those of w.
func (r Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"day", "gateway", "currency", "account", "opening", "debit", "credit", "closing"}}
	for _, g := range r.Groups {
		for _, a := range g.Accounts {
			row := []string{r.Day, g.Gateway, string(g.Currency), string(a.Account)}
			for _, n := range [...]int64{a.Opening, a.Debit, a.Credit, a.Closing} {
				row = append(row, strconv.FormatInt(n, 10))
			}
			rows = append(rows, row)
		}
	}
	return out.WriteAll(rows)
}
