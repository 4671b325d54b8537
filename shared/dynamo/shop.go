package dynamo

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/order"
	"till/shared/routing"
	"till/shared/shop"
)

// Settings is storetest.Store's.
func (s *Store) Settings(ctx context.Context) (shop.Version, error) {
	got, err := s.settingsBefore(ctx, "Settings", 0, 1)
	if err != nil || len(got) == 0 {
		return shop.Version{}, err
	}
	return got[0], nil
}

// SettingsAt is storetest.Store's.
func (s *Store) SettingsAt(ctx context.Context, n int) (shop.Version, error) {
	got, err := s.get(ctx, "SettingsAt", s.names.Catalog, settingsKey(n))
	if err != nil {
		return shop.Version{}, err
	}
	return shop.DecodeVersion([]byte(textOf(got, "body")))
}

// SettingsBefore is storetest.Store's.
func (s *Store) SettingsBefore(ctx context.Context, n, limit int) ([]shop.Version, error) {
	return s.settingsBefore(ctx, "SettingsBefore", n, limit)
}

func (s *Store) settingsBefore(ctx context.Context, op string, n, limit int) ([]shop.Version, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.names.Catalog, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": text(settingsPK)},
		ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
	}
	if n > 0 {
		in.KeyConditionExpression = aws.String("pk = :pk AND sk < :before")
		in.ExpressionAttributeValues[":before"] = text(textOf(settingsKey(n), "sk"))
	}
	rows, err := s.query(ctx, op, in, limit)
	if err != nil {
		return nil, err
	}
	var out []shop.Version
	for _, each := range rows {
		v, err := shop.DecodeVersion([]byte(textOf(each, "body")))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// SaveSettings is storetest.Store's. Versions are never taken away, so a number that is free behind the one that the caller has read is
// the next.
func (s *Store) SaveSettings(ctx context.Context, v shop.Version) error {
	if v.N < 1 {
		return internal("SaveSettings", "wrong_version")
	}
	body, err := v.Encode()
	if err != nil {
		return internal("SaveSettings", "unencodable")
	}
	i := settingsKey(v.N)
	i["body"] = text(string(body))
	c := s.write("SaveSettings", strconv.Itoa(v.N))
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.names.Catalog, Item: i, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, c.options)
	if old, there := oldItem(err); there {
		if textOf(old, "body") != string(body) {
			return conflict("SaveSettings", order.VersionConflict, "The settings were changed by somebody else. Look again.")
		}
		return nil
	}
	return c.fail(err)
}

// breakerKey is that of a gateway's breaker.
func breakerKey(gateway string) item { return key("GATEWAY#"+gateway, "BREAKER") }

// Breakers is storetest.Store's.
func (s *Store) Breakers(ctx context.Context, gateways []string) (map[string]routing.Breaker, error) {
	out := make(map[string]routing.Breaker, len(gateways))
	var keys []item
	for _, name := range gateways {
		if _, twice := out[name]; !twice {
			out[name] = routing.Breaker{Gateway: name}
			keys = append(keys, breakerKey(name))
		}
	}
	rows, err := s.batch(ctx, "Breakers", s.names.Catalog, keys, false)
	if err != nil {
		return nil, err
	}
	for _, each := range rows {
		b, err := routing.DecodeBreaker([]byte(textOf(each, "body")))
		if err != nil {
			return nil, err
		}
		out[b.Gateway] = b
	}
	return out, nil
}

// SaveBreaker is storetest.Store's.
func (s *Store) SaveBreaker(ctx context.Context, b routing.Breaker) error {
	if b.N < 1 {
		return internal("SaveBreaker", "wrong_version")
	}
	body, err := b.Encode()
	if err != nil {
		return internal("SaveBreaker", "unencodable")
	}
	// An update, where a put would do: those who note how a gateway does may change what is in the catalogue's table, and put nothing there.
	in := &dynamodb.UpdateItemInput{TableName: &s.names.Catalog, Key: breakerKey(b.Gateway), ConditionExpression: aws.String("attribute_not_exists(pk)"),
		UpdateExpression: aws.String("SET body = :body, n = :n"), ExpressionAttributeValues: item{":body": text(string(body)), ":n": number(int64(b.N))}}
	if b.N > 1 {
		in.ConditionExpression, in.ExpressionAttributeValues[":before"] = aws.String("n = :before"), number(int64(b.N-1))
	}
	c := s.write("SaveBreaker", b.Gateway)
	_, err = s.client.UpdateItem(ctx, in, c.options)
	if _, lost := oldItem(err); lost {
		return conflict("SaveBreaker", order.VersionConflict, "")
	}
	return c.fail(err)
}
