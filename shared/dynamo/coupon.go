package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/pricing"
)

const (
	couponPrefix = "COUPON#"
	skUses       = "USES"
	usesPrefix   = "USES#" // Before a customer.
)

func usesKey(k pricing.UseKey) item {
	if k.Customer == "" {
		return key(couponPrefix+k.Coupon, skUses)
	}
	return key(couponPrefix+k.Coupon, usesPrefix+k.Customer)
}

// Uses is storetest.Store's.
func (s *Store) Uses(ctx context.Context, keys []pricing.UseKey) (map[pricing.UseKey]int64, error) {
	out := make(map[pricing.UseKey]int64, len(keys))
	items := make([]item, 0, len(keys))
	for _, k := range keys {
		if _, again := out[k]; !again {
			out[k] = 0
			items = append(items, usesKey(k))
		}
	}
	got, err := s.batch(ctx, "Uses", s.names.Catalog, items, false)
	if err != nil {
		return nil, err
	}
	for _, each := range got {
		k := pricing.UseKey{Coupon: strings.TrimPrefix(textOf(each, "pk"), couponPrefix)}
		if customer, of := strings.CutPrefix(textOf(each, "sk"), usesPrefix); of {
			k.Customer = customer
		}
		out[k] = numberOf(each, "used")
	}
	return out, nil
}

// moveUses gives an update per counter that moves.
func (s *Store) moveUses(uses []pricing.Use) ([]action, error) {
	counts, err := pricing.Counts(uses)
	if err != nil {
		return nil, err
	}
	var out []action
	for _, c := range counts {
		u := &types.Update{
			TableName: &s.names.Catalog, Key: usesKey(c.UseKey),
			UpdateExpression:          aws.String("SET #used = if_not_exists(#used, :none) + :delta"),
			ConditionExpression:       aws.String("attribute_not_exists(#used) OR #used < :limit"),
			ExpressionAttributeNames:  map[string]string{"#used": "used"},
			ExpressionAttributeValues: item{":none": number(0), ":delta": number(c.Delta), ":limit": number(c.Limit)},
		}
		if c.Delta < 0 {
			u.UpdateExpression, u.ConditionExpression = aws.String("SET #used = #used + :delta"), aws.String("#used > :none")
			delete(u.ExpressionAttributeValues, ":limit")
		}
		out = append(out, action{types.TransactWriteItem{Update: u}, pricing.UsedUp(c.Coupon)})
	}
	return out, nil
}
