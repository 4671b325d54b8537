package access

import (
	"fmt"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
)

// Limits tells in an answer how many payments of an order may still begin and how many cards may still be refused, and, if none,
// when to come again. begun payments are not in o yet. The fields are those of draft-ietf-httpapi-ratelimit-headers-10: quota and window in seconds; what remains.
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
func Limits(o *order.Order, now time.Time, begun int) []apigw.Option {
	q := o.Quota(now)
	q.Payments = max(0, q.Payments-begun)
	policy := fmt.Sprintf(`"payments";q=%d;w=%d, "refused-cards";q=%[3]d;w=%[2]d`, order.PaymentsMax, int(order.QuotaWindow.Seconds()), order.RefusedMax)
	left := fmt.Sprintf(`"payments";r=%d, "refused-cards";r=%d`, q.Payments, q.Cards)
	if q.Again.IsZero() {
		return []apigw.Option{apigw.Set("RateLimit-Policy", policy), apigw.Set("RateLimit", left)}
	}
	wait := q.Again.Sub(now)
	seconds := int((wait + time.Second - 1) / time.Second)
	left = fmt.Sprintf(`"payments";r=%d;t=%d, "refused-cards";r=%d;t=%[2]d`, q.Payments, seconds, q.Cards)
	return []apigw.Option{apigw.Set("RateLimit-Policy", policy), apigw.Set("RateLimit", left), apigw.RetryAfter(wait)}
}

// Limited adds limits to the answer for an error that is about them; any other error stays as it is.
func Limited(err error, limits []apigw.Option) error {
	if !fault.Is(err, fault.TooMany) {
		return err
	}
	return apigw.With(err, limits...)
}
