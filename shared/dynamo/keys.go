package dynamo

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/catalog"
	"till/shared/order"
	"till/shared/vault"
)

// item is one stored item, or its key.
type item = map[string]types.AttributeValue

// The sort keys of items that stand alone under their partition key.
const (
	skOrder    = "ORDER"
	skRef      = "REF"
	skEntry    = "ENTRY"
	skClosing  = "CLOSING"
	skFindings = "FINDINGS"
	skProduct  = "PRODUCT"
	skStock    = "STOCK"
	skWatch    = "WATCH"
	skCheck    = "CHECK"
	skDayKey   = "DAYKEY"
	skIndex    = "INDEX"
	skCustomer = "CUSTOMER"
	skCode     = "CODE"
	skNoted    = "ORDER#"
)

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func binary(value []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: value} }

// textOf is a string attribute; "" if it is not there.
func textOf(i item, name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// numberOf is a number attribute; 0 if it is not there or not whole.
func numberOf(i item, name string) int64 {
	v, ok := i[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// binaryOf is a binary attribute; nil if it is not there.
func binaryOf(i item, name string) []byte {
	if v, ok := i[name].(*types.AttributeValueMemberB); ok {
		return v.Value
	}
	return nil
}

func key(pk, sk string) item { return item{"pk": text(pk), "sk": text(sk)} }

func orderKey(id order.ID) item { return key("ORDER#"+string(id), skOrder) }

// changeSort is the sort key of CHANGE#n: of fixed width, so that text sorts as numbers do.
func changeSort(n int) string { return fmt.Sprintf("CHANGE#%06d", n) }

func changeKey(id order.ID, n int) item { return key("ORDER#"+string(id), changeSort(n)) }

func refKey(r order.Ref) item { return key("REF#"+r.Gateway+"#"+r.Ref, skRef) }

func productKey(sku catalog.SKU) item { return key("SKU#"+string(sku), skProduct) }

func stockKey(sku catalog.SKU) item { return key("SKU#"+string(sku), skStock) }

// binKey is that of a bin's counters; the first bin's is stockKey.
func binKey(sku catalog.SKU, bin catalog.Bin) item {
	if bin == "" {
		return stockKey(sku)
	}
	return key("SKU#"+string(sku), skStock+"#"+string(bin))
}

// eventKey is that of the Inbox, which has no sort key.
func eventKey(event string) item { return item{"pk": text(event)} }

// settingsKey is that of a version of the shop's settings: of fixed width, so that text sorts as numbers do.
func settingsKey(n int) item { return key(settingsPK, fmt.Sprintf("VERSION#%09d", n)) }

const settingsPK = "SHOP#SETTINGS"

// stockPK is what the comparison of stock with the records of its changes leaves under: the last one, and the days that it need not read again.
const stockPK = "SHOP#STOCK"

func stockDay(day string) string { return "DAY#" + day }

func dayKey(purpose, day string) item { return key("DAYKEY#"+purpose+"#"+day, skDayKey) }

func indexKey(hash string) item { return key("INDEX#"+hash, skIndex) }

func customerKey(id vault.CustomerID) item { return key("CUSTOMER#"+string(id), skCustomer) }

func codeKey(hash string) item { return key("CODE#"+hash, skCode) }

// notedKey is that of a note that an order is a customer's.
func notedKey(customer, id string) item { return key("CUSTOMER#"+customer, skNoted+id) }

// shards is over how many hash keys a due index is spread, so that no one of them takes every write.
const shards = 4

// shard says on which of them an id stands.
func shard(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return strconv.Itoa(int(h.Sum32() % shards))
}

// placedForm is how the indexes of days, customers and returns sort orders: of fixed width, so that text sorts as time does.
const placedForm = "2006-01-02T15:04:05.000Z"

// lateDay is under what the day index lists a day's changes of orders of other days.
func lateDay(day string) string { return "LEDGER#" + day }

// entryDay is under what it lists a day's entries of settlements.
func entryDay(day string) string { return "ENTRIES#" + day }

// openReturns is under what the index of returns has its orders.
const openReturns = "open"

func entryKey(name string) item { return key("ENTRY#"+name, skEntry) }

func closingKey(day string) item { return key("CLOSING#"+day, skClosing) }

func findingsKey(day string) item { return key("FINDINGS#"+day, skFindings) }

func dueText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// setDue puts an item on the due index; a zero time leaves it off.
func setDue(i item, id string, at time.Time) {
	if !at.IsZero() {
		i["due_shard"], i["due"] = text(shard(id)), text(dueText(at))
	}
}
