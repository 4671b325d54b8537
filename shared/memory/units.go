package memory

// Units is what a commit would be billed by DynamoDB on demand, in write request units: one for each started KiB of an
// item, the larger of before and after; twice that in a transaction; and one for each index entry that is added or taken
// away, two for one that moves. Index entries hold keys only, but those of products.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
func (s *Store) units(puts []put) int {
	total := 0
	for _, p := range puts {
		before := s.table(p.table).items[p.key]
		size := started(max(p.next.bytes(), before.bytes()))
		if len(puts) > 1 {
			size *= 2
		}
		total += size
		for _, i := range indexes[p.table] {
			if i[0] == own {
				continue
			}
			total += entryUnits(p.table, before, p.next, i[1], i[2])
		}
	}
	return total
}

func entryUnits(table string, before, after Image, hash, sort string) int {
	had, has := before.text(hash) != "", after.text(hash) != ""
	size := 1
	if table == Catalog {
		size = started(max(before.bytes(), after.bytes()))
	}
	switch {
	case had && has && before.text(hash) == after.text(hash) && before.text(sort) == after.text(sort):
		if table == Catalog {
			return size // All attributes are projected, so the entry is written again.
		}
		return 0
	case had && has:
		return 2 * size
	case had || has:
		return size
	default:
		return 0
	}
}

// started is how many KiB a size has begun.
func started(bytes int) int { return (bytes + 1023) / 1024 }
