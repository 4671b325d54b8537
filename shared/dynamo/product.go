package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/catalog"
	"till/shared/fault"
)

// The keys of what stands beside a product: its versions, the words it is found by, and its family.
func versionKey(sku catalog.SKU, n int) item { return key("SKU#"+string(sku), versionSort(n)) }

func versionSort(n int) string { return fmt.Sprintf("VERSION#%06d", n) }

func wordPlace(word string) string { return "WORD#" + catalog.Prefix(word) }

func familyPlace(family string) string { return "FAMILY#" + family }

// SaveProduct is storetest.Store's. It reads first what is there, to know which words are not the product's any more.
func (s *Store) SaveProduct(ctx context.Context, p catalog.Product, e catalog.Edit) error {
	const op = "SaveProduct"
	p.Version = e.Before + 1
	old, err := s.Product(ctx, p.SKU)
	switch {
	case fault.Is(err, fault.NotFound):
		old = catalog.Product{}
	case err != nil:
		return err
	case old.Version == p.Version && old.Same(p):
		return nil // Our own earlier write.
	}
	if old.Version != e.Before {
		return catalog.Moved("dynamo.SaveProduct")
	}
	body, bad := p.Encode()
	version, worse := catalog.VersionOf(p, e).Encode()
	if bad != nil || worse != nil {
		return internal(op, "unencodable")
	}
	sum := sha256.Sum256([]byte(s.names.Catalog + "/" + string(version)))
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(base64.RawURLEncoding.EncodeToString(sum[:])[:tokenBytes])}
	add := func(put *types.Put) { in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: put}) }
	add(s.putVersion(p, string(body), e.Before))
	history := versionKey(p.SKU, p.Version)
	history["body"] = text(string(version))
	add(&types.Put{TableName: &s.names.Catalog, Item: history, ConditionExpression: aws.String("attribute_not_exists(pk)")})
	was, is := beside(old), beside(p)
	for _, k := range was {
		if !slices.Contains(is, k) {
			in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.names.Catalog, Key: key(k[0], k[1])}})
		}
	}
	for _, k := range is {
		if !slices.Contains(was, k) {
			i := key(k[0], k[1])
			i["of"] = text(string(p.SKU))
			add(&types.Put{TableName: &s.names.Catalog, Item: i})
		}
	}
	call := s.write(op, string(p.SKU))
	_, err = s.client.TransactWriteItems(ctx, in, call.options)
	if reasons, cancelled := reasonsOf(err); cancelled && verdict(reasons) == lost {
		return catalog.Moved("dynamo.SaveProduct")
	}
	return call.fail(err)
}

// putVersion is the product itself, on condition of the version before. One that was stored before there were versions is the first.
func (s *Store) putVersion(p catalog.Product, body string, before int) *types.Put {
	i := productKey(p.SKU)
	i["body"], i["sku"], i["n"], i["list"] = text(body), text(string(p.SKU)), number(int64(p.Version)), text(string(catalog.Unlisted))
	if p.Active && !p.Unlisted {
		i["list"] = text(string(catalog.Listed))
	}
	put := &types.Put{TableName: &s.names.Catalog, Item: i, ConditionExpression: aws.String("n = :before"),
		ExpressionAttributeValues: item{":before": number(int64(before))}}
	switch before {
	case 0:
		put.ConditionExpression, put.ExpressionAttributeValues = aws.String("attribute_not_exists(pk)"), nil
	case 1:
		put.ConditionExpression = aws.String("n = :before OR (attribute_exists(pk) AND attribute_not_exists(n))")
	}
	return put
}

// beside is the keys under which a product is found.
func beside(p catalog.Product) [][2]string {
	var out [][2]string
	for _, w := range p.Words() {
		out = append(out, [2]string{wordPlace(w), w + "#" + string(p.SKU)})
	}
	if p.Family != "" && p.Active {
		out = append(out, [2]string{familyPlace(p.Family), string(p.SKU)})
	}
	return out
}

// ProductVersions is storetest.Store's.
func (s *Store) ProductVersions(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error) {
	last := versionSort(999_999)
	if before > 0 {
		last = versionSort(before - 1)
	}
	rows, err := s.query(ctx, "ProductVersions", &dynamodb.QueryInput{
		TableName: &s.names.Catalog, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :first AND :last"),
		ExpressionAttributeValues: item{":pk": productKey(sku)["pk"], ":first": text(versionSort(0)), ":last": text(last)},
	}, limit)
	if err != nil {
		return nil, err
	}
	var out []catalog.Version
	for _, each := range rows {
		v, err := catalog.DecodeVersion([]byte(textOf(each, "body")))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Family is storetest.Store's.
func (s *Store) Family(ctx context.Context, family string) ([]catalog.SKU, error) {
	rows, err := s.query(ctx, "Family", &dynamodb.QueryInput{
		TableName: &s.names.Catalog, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(familyPlace(family))},
	}, catalog.FamilyMax)
	if err != nil {
		return nil, err
	}
	var out []catalog.SKU
	for _, each := range rows {
		out = append(out, catalog.SKU(textOf(each, "sk")))
	}
	return out, nil
}

// FindProducts is storetest.Store's.
func (s *Store) FindProducts(ctx context.Context, search catalog.Search, cursor string, limit int) (products []catalog.Product, next string, err error) {
	lead := search.Lead()
	in := &dynamodb.QueryInput{
		TableName: &s.names.Catalog, KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :lead)"),
		ExpressionAttributeValues: item{":pk": text(wordPlace(lead)), ":lead": text(lead)},
	}
	if cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		word, sku, _ := strings.Cut(string(raw), "#")
		if _, noSKU := catalog.ParseSKU(sku); err != nil || noSKU != nil || !strings.HasPrefix(word, lead) {
			return nil, "", badCursor("FindProducts")
		}
		in.ExclusiveStartKey = key(wordPlace(lead), string(raw))
	}
	rows, err := s.query(ctx, "FindProducts", in, limit+1)
	if err != nil {
		return nil, "", err
	}
	page := rows[:max(0, min(len(rows), limit))]
	if len(rows) > len(page) && len(page) > 0 {
		next = base64.RawURLEncoding.EncodeToString([]byte(textOf(page[len(page)-1], "sk")))
	}
	skus := make([]catalog.SKU, len(page))
	for i, row := range page {
		_, sku, _ := strings.Cut(textOf(row, "sk"), "#")
		skus[i] = catalog.SKU(sku)
	}
	if len(skus) == 0 {
		return nil, next, nil
	}
	found, err := s.Products(ctx, skus)
	if err != nil {
		return nil, "", err
	}
	for i, row := range page {
		word, _, _ := strings.Cut(textOf(row, "sk"), "#")
		if p, there := found[skus[i]]; there && search.Finds(p, word) {
			products = append(products, p)
		}
	}
	return products, next, nil
}
