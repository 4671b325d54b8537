package memory

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// DynamoDB's limits. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	itemBytesMax        = 400 << 10
	actionsMax          = 100
	transactionBytesMax = 4 << 20
)

// key is an item's primary key; the Inbox has no sort key.
type key struct{ pk, sk string }

func (k key) image() Image {
	i := make(Image, 2)
	k.name(i)
	return i
}

// name writes the key into an item.
func (k key) name(i Image) {
	i["pk"] = k.pk
	if k.sk != "" {
		i["sk"] = k.sk
	}
}

// table is the items of one table. Items are replaced, never changed.
type table struct {
	items   map[key]Image
	decoded map[key]any // What is in an item's body, if it was read since it was written. Not to be changed or handed out.
	indexes map[string]*index
}

// body reads what an item holds, once: most are read many times. Who hands it out hands out a copy.
func body[T any](t *table, k key, decode func([]byte) (T, error)) (T, error) {
	if known, is := t.decoded[k].(T); is {
		return known, nil
	}
	got, err := decode([]byte(t.items[k].text("body")))
	if err == nil {
		t.decoded[k] = got
	}
	return got, err
}

// index lists the items that have its two attributes, per hash in the order of sort, then of the key.
type index struct {
	hash, sort string
	rows       map[string][]entry
}

type entry struct {
	sort string
	key  key
}

func compare(a, b entry) int {
	return cmp.Or(cmp.Compare(a.sort, b.sort), cmp.Compare(a.key.pk, b.key.pk), cmp.Compare(a.key.sk, b.key.sk))
}

// indexes says which indexes each table has: name, hash attribute and sort attribute, as in template.yaml.
var indexes = map[string][][3]string{
	Orders:    {{"due", "due_shard", "due"}, {"day", "day", "placed"}, {"customer", "customer", "placed"}, {"returns", "returns", "placed"}},
	Catalog:   {{"list", "list", "sku"}, {own, "pk", "sk"}},
	Inbox:     {{"due", "due_shard", "due"}, {"kept", "kept", "since"}},
	Customers: {{own, "pk", "sk"}},
}

// own lists items by their own key, as a query of the table itself reads them. It is no index that anybody pays for.
const own = "own"

// table gives a table, made on first use.
func (s *Store) table(name string) *table {
	if s.tables == nil {
		s.tables = make(map[string]*table)
	}
	t := s.tables[name]
	if t == nil {
		t = &table{items: make(map[key]Image), decoded: make(map[key]any), indexes: make(map[string]*index)}
		for _, i := range indexes[name] {
			t.indexes[i[0]] = &index{hash: i[1], sort: i[2], rows: make(map[string][]entry)}
		}
		s.tables[name] = t
	}
	return t
}

// text is a string attribute of an item; "" if it is not there.
func (i Image) text(name string) string {
	text, _ := i[name].(string)
	return text
}

// number is a number attribute of an item; 0 if it is not there.
func (i Image) number(name string) int64 {
	n, _ := i[name].(int64)
	return n
}

// clone is a copy of a bytes attribute of an item.
func (i Image) clone(name string) []byte {
	raw, _ := i[name].([]byte)
	return slices.Clone(raw)
}

// bytes is the size that DynamoDB counts for an item, numbers at their upper bound.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func (i Image) bytes() int {
	size := 0
	for name, value := range i {
		size += len(name)
		switch v := value.(type) {
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		case int64:
			size += len(strconv.FormatInt(v, 10))/2 + 2
		}
	}
	return size
}

// put is one item to write: next nil removes it.
type put struct {
	table string
	key   key
	next  Image
}

// commit writes all or, at a limit of DynamoDB, nothing. The caller has checked every condition under the same lock.
// Errors: fault.Internal: item_too_large, too_many_actions, item_twice, transaction_too_large.
func (s *Store) commit(op string, puts ...put) error {
	if len(puts) > actionsMax {
		return internal(op, "too_many_actions")
	}
	total := 0
	for i, p := range puts {
		if p.next != nil {
			p.key.name(p.next)
		}
		size := p.next.bytes()
		total += size
		switch {
		case size > itemBytesMax:
			return internal(op, "item_too_large")
		case slices.ContainsFunc(puts[:i], func(other put) bool { return other.table == p.table && other.key == p.key }):
			return internal(op, "item_twice")
		}
	}
	if total > transactionBytesMax {
		return internal(op, "transaction_too_large")
	}
	if s.OnUnits != nil {
		s.OnUnits(op, s.units(puts))
	}
	for _, p := range puts {
		s.write(p)
	}
	return nil
}

func (s *Store) write(p put) {
	t := s.table(p.table)
	before, there := t.items[p.key]
	for _, i := range t.indexes {
		i.move(p.key, before, p.next)
	}
	delete(t.decoded, p.key)
	event := "INSERT"
	switch {
	case p.next == nil:
		event = "REMOVE"
		delete(t.items, p.key)
	default:
		if there {
			event = "MODIFY"
		}
		t.items[p.key] = p.next
	}
	// A put that changes nothing leaves no record.
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
	if s.OnWrite != nil && !before.equal(p.next) {
		s.writes = append(s.writes, Write{Table: p.table, Event: event, Keys: p.key.image(), New: p.next})
	}
}

// equal compares two items; one that is not there equals another that is not.
func (i Image) equal(other Image) bool {
	return (i == nil) == (other == nil) && maps.EqualFunc(i, other, func(a, b any) bool {
		raw, isRaw := a.([]byte)
		if !isRaw {
			_, other := b.([]byte)
			return !other && a == b
		}
		twin, other := b.([]byte)
		return other && bytes.Equal(raw, twin)
	})
}

// move takes an item out of where it stood in the index and puts it where it stands now.
func (i *index) move(k key, before, after Image) {
	old, next := before.text(i.hash), after.text(i.hash)
	from, to := entry{before.text(i.sort), k}, entry{after.text(i.sort), k}
	if old == next && from == to {
		return
	}
	if at, found := slices.BinarySearchFunc(i.rows[old], from, compare); found && old != "" {
		i.rows[old] = slices.Delete(i.rows[old], at, at+1)
	}
	if next != "" && to.sort != "" {
		at, _ := slices.BinarySearchFunc(i.rows[next], to, compare)
		i.rows[next] = slices.Insert(i.rows[next], at, to)
	}
}

// until gives the first entries of all hashes up to a sort value, earliest first, at most limit.
func (i *index) until(sort string, limit int) []entry {
	var out []entry
	for _, rows := range i.rows {
		end, _ := slices.BinarySearchFunc(rows, sort, func(e entry, sort string) int {
			if e.sort <= sort {
				return -1
			}
			return 1
		})
		out = append(out, rows[:min(end, limit)]...)
	}
	slices.SortFunc(out, compare)
	return out[:min(len(out), limit)]
}
