package stripegw

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"

	"till/shared/fault"
	"till/shared/payment"
	"till/shared/settlement"
)

var _ settlement.Teller = (*Gateway)(nil)

// settledPage is how many balance transactions are asked for at a time: with their sources an answer stays far below what is read.
const settledPage = 50

// Settled lists balance transactions, newest first. https://docs.stripe.com/api/balance_transactions/list. cursor is the last one's id.
// A restricted key needs to read balance transactions, charges and refunds. Errors: as settlement.Teller.
func (g *Gateway) Settled(ctx context.Context, from, to time.Time, cursor string) (settlement.Page, error) {
	const op = "stripegw.Settled"
	values := &form.Values{}
	values.Add("limit", strconv.Itoa(settledPage))
	values.Add("created[gte]", strconv.FormatInt(from.Unix(), 10))
	values.Add("created[lt]", strconv.FormatInt(to.Unix(), 10))
	values.Add("expand[]", "data.source")
	if cursor != "" {
		values.Add("starting_after", cursor)
	}
	var page eventPage // Of this list, too, each entry is read by itself.
	if err := g.backend.CallRaw(http.MethodGet, "/v1/balance_transactions", g.key, values, &stripe.Params{Context: ctx}, &page); err != nil {
		return settlement.Page{}, classify(op, err)
	}
	data := page.Data
	if data == nil {
		data = []json.RawMessage{}
	}
	answer, err := json.Marshal(map[string]any{"object": "list", "data": data})
	if err != nil {
		return settlement.Page{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	out, err := settlement.ReadPage(answer, settlement.StripeAPI)
	if err != nil || !page.HasMore {
		return out, err
	}
	var last struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(data[len(data)-1], &last) != nil || !payment.IsRef(last.ID, 255) || last.ID == cursor {
		return settlement.Page{}, fault.New(fault.Internal, op, "answer_unreadable", "")
	}
	out.Next = last.ID
	return out, nil
}
