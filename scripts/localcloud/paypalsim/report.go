package paypalsim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// reportSpan and reportPage are how long a search may reach, and the largest page. https://developer.paypal.com/docs/api/transaction-search/v1/
const (
	reportSpan = 31 * 24 * time.Hour
	reportPage = 500
)

// moved is a row of the report: what moved the shop's balance, above zero if it grew.
type moved struct {
	id, code, reference, kind string
	units, fee                int64
	order                     *order
	at                        time.Time
}

// movements lists all rows, oldest first. A refund that failed has moved nothing in the end.
func (s *Sim) movements() []moved {
	var out []moved
	for _, o := range s.orders.All() {
		for _, c := range o.captures {
			if c.status != completed {
				continue
			}
			out = append(out, moved{c.id, "T0006", o.id, "ODR", c.value, -c.fee, o, c.created})
			for _, d := range c.disputes {
				out = append(out, d.moved()...)
			}
		}
		for _, r := range o.refunds {
			if r.status == completed {
				out = append(out, moved{r.id, "T1107", r.capture.id, "TXN", -r.value, 0, o, r.created})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b moved) int { return a.at.Compare(b.at) })
	return out
}

// moved is what a dispute took, and gave back.
func (d *dispute) moved() []moved {
	o := d.capture.order
	row := func(part, code string, units int64, at time.Time) moved {
		return moved{d.id + "-" + part, code, d.capture.id, "TXN", units, 0, o, at}
	}
	var out []moved
	if d.fee > 0 {
		out = append(out, row("1", "T1201", -d.value, d.created), row("2", "T0106", -d.fee, d.created))
		if !d.open() && d.taken == 0 {
			out = append(out, row("3", "T1202", d.value, d.updated))
		}
	} else if d.taken > 0 {
		out = append(out, row("1", "T1201", -d.taken, d.updated))
	}
	return out
}

func (m moved) view() object {
	info := object{"transaction_id": m.id, "paypal_reference_id": m.reference, "paypal_reference_id_type": m.kind, "transaction_event_code": m.code,
		"transaction_initiation_date": zoned(m.at), "transaction_updated_date": zoned(m.at), "transaction_amount": money(m.units, m.order.currency),
		"transaction_status": "S", "custom_field": m.order.unit.Custom, "invoice_id": m.order.unit.Invoice}
	if m.fee != 0 {
		info["fee_amount"] = money(m.fee, m.order.currency)
	}
	return object{"transaction_info": info}
}

// zoned is how the report writes times.
func zoned(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }

// searchTransactions is GET /v1/reporting/transactions.
func (s *Sim) searchTransactions(c *call) (result, *apiError) {
	query := c.req.URL.Query()
	from, badFrom := time.Parse(time.RFC3339, query.Get("start_date"))
	to, badTo := time.Parse(time.RFC3339, query.Get("end_date"))
	if badFrom != nil || badTo != nil || to.Before(from) || to.Sub(from) > reportSpan {
		return result{}, invalid("/start_date", "INVALID_REQUEST", "The dates are not 31 days at most.")
	}
	size, number := 100, 1
	for name, into := range map[string]*int{"page_size": &size, "page": &number} {
		if text := query.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > reportPage {
				return result{}, invalid("/"+name, "INVALID_REQUEST", "It is no number of the right size.")
			}
			*into = n
		}
	}
	rows := slices.DeleteFunc(s.movements(), func(m moved) bool { return m.at.Before(from) || m.at.Truncate(time.Second).After(to) })
	start, end := min((number-1)*size, len(rows)), min(number*size, len(rows))
	return result{http.StatusOK, object{"transaction_details": views(rows[start:end], moved.view), "account_number": "TILLSIMULATED",
		"start_date": zoned(from), "end_date": zoned(to), "last_refreshed_datetime": zoned(s.now()), "page": number,
		"total_items": len(rows), "total_pages": max((len(rows)+size-1)/size, 1), "links": []object{}}}, nil
}
