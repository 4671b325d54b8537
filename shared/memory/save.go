package memory

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"

	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/planted"
)

// shards is over how many hash keys a due index is spread.
const shards = 4

// shard says on which of them an id stands.
func shard(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return strconv.Itoa(int(h.Sum32() % shards))
}

// Save is storetest.Store's.
func (s *Store) Save(ctx context.Context, o *order.Order, c order.Change) error {
	if c.IsZero() {
		return nil
	}
	return do(ctx, s, "Save", func() error {
		change, next, err := images(o, c)
		if err != nil {
			return err
		}
		items, id := s.table(Orders).items, o.ID()
		if stored, there := items[changeKey(id, c.N)]; there && stored.text("body") == change.text("body") {
			return nil // Our own earlier write.
		}
		_, taken := items[changeKey(id, c.N)]
		if items[orderKey(id)].number("n") != int64(c.N-1) || taken {
			return conflict("Save", order.VersionConflict, "The order was changed by somebody else. Look again.")
		}
		puts := []put{{table: Orders, key: orderKey(id), next: next}, {table: Orders, key: changeKey(id, c.N), next: change}}
		if planted.Bug(16) && c.Kind == "checked" {
			puts = puts[:1]
		}
		refs, refused := s.refs(id, c.Refs)
		moved, short := s.moved(c.Stock)
		if refused != nil {
			return refused
		}
		used, gone := s.used(c.Uses)
		if err := errors.Join(short, gone); err != nil {
			return err
		}
		if err := s.commit("Save", slices.Concat(puts, moved, used, refs)...); err != nil {
			return err
		}
		s.remember(o, c)
		return nil
	})
}

// remember keeps what was saved for those who read it next, if the store is lazy.
func (s *Store) remember(o *order.Order, c order.Change) {
	if !s.remembers() {
		return
	}
	t := s.table(Orders)
	t.decoded[orderKey(o.ID())] = o.Clone()
	if _, stored := t.items[changeKey(o.ID(), c.N)]; stored {
		t.decoded[changeKey(o.ID(), c.N)] = c.Clone()
	}
}

// remembers counts saves, and tells whether what was saved now is kept as it is. Else it is read from its bytes again.
func (s *Store) remembers() bool {
	s.saved++
	return s.Lazy > 0 && s.saved%s.Lazy != 0
}

// images checks a change against its order and gives the items to store.
func images(o *order.Order, c order.Change) (change, next Image, err error) {
	r := o.Record()
	if c.Order != r.ID || c.N != r.N {
		return nil, nil, internal("Save", "wrong_change")
	}
	if err := ledger.Check(c.Postings); err != nil {
		return nil, nil, err
	}
	if c.Hash() != r.Head {
		return nil, nil, internal("Save", "wrong_hash")
	}
	changeBody, badChange := c.Encode()
	body, badOrder := o.Encode()
	if err := errors.Join(badChange, badOrder); err != nil {
		return nil, nil, err
	}
	change = Image{"body": string(changeBody)}
	if len(c.Messages) > 0 {
		change["msgs"] = int64(len(c.Messages))
	}
	placed := r.PlacedAt.UTC().Format(placedForm)
	at := c.At.UTC().Format(placedForm)
	if day := at[:len("2006-01-02")]; len(c.Postings) > 0 && day != placed[:len("2006-01-02")] {
		change["day"], change["placed"] = lateDay(day), at
	}
	next = Image{"n": int64(r.N), "body": string(body), "day": placed[:len("2006-01-02")], "placed": placed}
	if r.Listed {
		next["customer"] = r.Customer
	}
	if r.OpenReturn() {
		next["returns"] = openReturns
	}
	if !r.Due.IsZero() {
		next["due_shard"], next["due"] = shard(string(r.ID)), dueText(r.Due)
	}
	return change, next, nil
}

// refs gives the reference items of an order. Errors: fault.Conflict, code ref_taken.
func (s *Store) refs(id order.ID, refs []order.Ref) ([]put, error) {
	var out []put
	for i, r := range refs {
		if slices.Contains(refs[:i], r) {
			continue
		}
		if item, there := s.table(Orders).items[refKey(r)]; there && item.text("order_id") != string(id) {
			return nil, conflict("Save", "ref_taken", "")
		}
		out = append(out, put{table: Orders, key: refKey(r), next: Image{"order_id": string(id)}})
	}
	return out, nil
}

// unitsMax is more units than Count lets anybody have, and little enough that no sum of moves wraps.
const unitsMax = 1 << 40

// place is a bin of a SKU.
type place struct {
	sku catalog.SKU
	bin catalog.Bin
}

// merge adds up the moves per bin, so that each stock item is written once. Errors: fault.Internal, code move_invalid.
func merge(moves []catalog.Move) (map[place]catalog.Tally, error) {
	sums := make(map[place]catalog.Tally, len(moves))
	for _, m := range moves {
		m.Quantity = min(m.Quantity, unitsMax) // Nobody has that many: a shortage, as it would be unbounded.
		free, reserved, sold := m.Deltas()
		if !m.Valid() {
			return nil, internal("Save", "move_invalid")
		}
		at := place{m.SKU, m.Bin}
		sum := sums[at]
		sums[at] = catalog.Tally{Open: sum.Open + free, Reserved: sum.Reserved + reserved, Sold: sum.Sold + sold}
	}
	return sums, nil
}

// moved gives the stock items after the moves. Errors: a shortage per SKU, joined, in their order; as merge.
func (s *Store) moved(moves []catalog.Move) ([]put, error) {
	sums, err := merge(moves)
	if err != nil {
		return nil, err
	}
	var out []put
	var short []error
	var last catalog.SKU
	for _, at := range slices.SortedFunc(maps.Keys(sums), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.sku, b.sku), cmp.Compare(a.bin, b.bin))
	}) {
		d := sums[at]
		if d == (catalog.Tally{}) {
			continue
		}
		item, there := s.table(Catalog).items[binKey(at.sku, at.bin)]
		after := tallyOf(at.bin, item)
		after.Open, after.Reserved, after.Sold = after.Open+d.Open, after.Reserved+d.Reserved, after.Sold+d.Sold
		least := min(after.Open, after.Reserved, after.Sold)
		if planted.Bug(1) {
			least = min(after.Reserved, after.Sold)
		}
		if !there || least < 0 {
			if len(short) == 0 || last != at.sku {
				short = append(short, catalog.Shortage(at.sku))
			}
			last = at.sku
			continue
		}
		out = append(out, put{table: Catalog, key: binKey(at.sku, at.bin), next: counted(item, after)})
	}
	return out, errors.Join(short...)
}
