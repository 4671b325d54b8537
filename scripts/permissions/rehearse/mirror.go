package rehearse

import (
	"fmt"
	"strconv"
	"sync"

	"till/shared/memory"
)

// mirror is what is stored, as DynamoDB gives it.
type mirror struct {
	mu    sync.Mutex
	items map[string]object
}

func place(table string, key memory.Image) string {
	return fmt.Sprint(table, "/", key["pk"], "/", key["sk"])
}

// wrote keeps up with the local store.
func (m *mirror) wrote(w memory.Write) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.New == nil {
		delete(m.items, place(w.Table, w.Keys))
		return
	}
	out := object{}
	for _, part := range []memory.Image{w.Keys, w.New} {
		for name, value := range part {
			switch v := value.(type) {
			case string:
				out[name] = object{"S": v}
			case int64:
				out[name] = object{"N": strconv.FormatInt(v, 10)}
			case []byte:
				out[name] = object{"B": v}
			}
		}
	}
	m.items[place(w.Table, w.Keys)] = out
}

// tables are the template's, as the local store calls them.
func tables() map[string]string {
	return map[string]string{
		"OrdersTable": memory.Orders, "CatalogTable": memory.Catalog, "InboxTable": memory.Inbox, "CustomersTable": memory.Customers,
	}
}

// item is what is stored under a key; nil if nothing is.
func (m *mirror) item(table string, key any) object {
	at := memory.Image{}
	parts, _ := key.(object)
	for name, value := range parts {
		part, _ := value.(object)
		at[name] = part["S"]
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items[place(tables()[table], at)]
}

// batch is what is stored under the keys that are asked for, by table.
func (m *mirror) batch(table string, requested any) object {
	out := object{}
	asked, _ := requested.(object)
	for name, request := range asked {
		part, _ := request.(object)
		keys, _ := part["Keys"].([]any)
		found := []object{}
		for _, key := range keys {
			if i := m.item(table, key); i != nil {
				found = append(found, i)
			}
		}
		out[name] = found
	}
	return out
}
