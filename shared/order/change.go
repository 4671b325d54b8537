package order

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/pricing"
)

// Ref is a gateway's reference that leads back to the order.
type Ref struct {
	Gateway string `json:"gateway"`
	Ref     string `json:"ref"`
}

// Change is the immutable record CHANGE#n: what happened, who caused it, the new values, what moves together with it, and
// the hash of the record before. From these records come timeline, ledger, outbox and audit chain. The zero Change means
// that there is nothing to store.
type Change struct {
	Order    ID                         `json:"order"`
	N        int                        `json:"n"`
	At       time.Time                  `json:"at"`
	Kind     string                     `json:"kind"`
	By       string                     `json:"by"`              // "shopper", "staff:SUB", "gateway:stripe", "sweep".
	Cause    string                     `json:"cause,omitempty"` // The event or request that led here. No personal data.
	Set      map[string]json.RawMessage `json:"set,omitempty"`   // Members with their new values.
	Unset    []string                   `json:"unset,omitempty"` // Members that are gone.
	Postings []ledger.Posting           `json:"postings,omitempty"`
	Stock    []catalog.Move             `json:"stock,omitempty"`
	Uses     []pricing.Use              `json:"uses,omitempty"`
	Refs     []Ref                      `json:"refs,omitempty"`
	Messages []Message                  `json:"messages,omitempty"`
	Contact  map[string][]byte          `json:"contact,omitempty"` // Sealed by the vault.
	Note     []byte                     `json:"note,omitempty"`    // Staff's words, sealed by the vault.
	Task     string                     `json:"task,omitempty"`    // A waiting task's token: a credential, never logged.
	Prev     string                     `json:"prev,omitempty"`    // Hash of CHANGE#n-1.

	body []byte // The stored form, made once.
}

// IsZero tells that there is nothing to store.
func (c Change) IsZero() bool { return c.N == 0 }

// Encode is the stored form, of which Hash is the hash.
func (c Change) Encode() ([]byte, error) {
	if c.body != nil {
		return c.body, nil
	}
	data, err := json.Marshal(c)
	return data, fault.Wrap(fault.Internal, "order.Change.Encode", err)
}

// DecodeChange reads the stored form and keeps its bytes, so that Hash is that of what was stored: data is not to be changed
// any more.
func DecodeChange(data []byte) (Change, error) {
	var c Change
	if err := json.Unmarshal(data, &c); err != nil {
		return Change{}, fault.Wrap(fault.Internal, "order.DecodeChange", err)
	}
	c.body = data
	return c, nil
}

// Hash is SHA-256 of the stored form, base64url. It covers ciphertext only, so erasing a customer leaves it whole.
func (c Change) Hash() string {
	data, err := c.Encode()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// known holds the JSON names of Record's members.
var known = func() map[string]bool {
	names := map[string]bool{}
	for f := range reflect.TypeFor[Record]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}()

// By says who causes a change, and by which event or request. Safe to log.
type By struct {
	Who   string
	Cause string
	At    time.Time
}

// seal closes a verb: it numbers the change, works out the deadline, notes what is owed and what changed, and links the
// chain. Every verb ends here.
func (o *Order) seal(kind string, by By, c Change) (Change, error) {
	c.Postings = ledger.Net(c.Postings)
	if err := ledger.Check(c.Postings); err != nil {
		return Change{}, err
	}
	at := by.At.UTC().Truncate(time.Millisecond)
	c.Order, c.N, c.At, c.Kind, c.By, c.Cause, c.Prev = o.r.ID, o.r.N+1, at, kind, by.Who, by.Cause, o.r.Head
	o.r.N = c.N
	c.Messages = once(c.Messages)
	for _, m := range c.Messages {
		if m.To == ToMail {
			m.To, m.N, m.At = "", c.N, at.Truncate(time.Second)
			o.r.Owed = append(slices.Clone(o.r.Owed), m)
		}
	}
	if c.Contact != nil {
		o.r.ContactIn = c.N
	}
	if c.Task != "" {
		o.r.TaskIn = c.N
	}
	o.r.Due = o.r.nextDue(by.At)
	if err := o.diff(&c); err != nil {
		return Change{}, err
	}
	body, err := c.Encode()
	if err != nil {
		return Change{}, err
	}
	c.body = body
	o.r.Head = c.Hash()
	o.stored = o.stored.with([]byte("head"), []byte(`"`+o.r.Head+`"`))
	return c, nil
}

// once drops messages that say what another of the same change says: two refunds sent at once are one mail.
func once(messages []Message) []Message {
	var out []Message
	for _, m := range messages {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// diff notes in c which members are new or gone, and makes the new members the stored ones. Id, n and head are left
// out: replaying the chain gives them.
func (o *Order) diff(c *Change) error {
	now, err := o.members()
	if err != nil {
		return err
	}
	c.Set = map[string]json.RawMessage{}
	for _, m := range now {
		switch name := string(m.name); name {
		case "id", "n", "head":
		default:
			if !bytes.Equal(o.stored.get(m.name), m.value) {
				c.Set[name] = m.value
			}
		}
	}
	for _, m := range o.stored {
		if _, still := now.find(m.name); !still {
			c.Unset = append(c.Unset, string(m.name))
		}
	}
	o.stored = now
	return nil
}

// Replay checks a whole chain, from CHANGE#1, and gives the order that it leads to. Errors: fault.Internal, code
// chain_broken: a gap, another order's record, a wrong hash or postings that do not balance.
func Replay(changes []Change) (*Order, error) {
	broken := fault.New(fault.Internal, "order.Replay", "chain_broken", "")
	members := map[string]json.RawMessage{}
	head := ""
	for i, c := range changes {
		if c.N != i+1 || c.Prev != head || c.Order != changes[0].Order || ledger.Check(c.Postings) != nil {
			return nil, broken
		}
		for name, value := range c.Set {
			members[name] = value
		}
		for _, name := range c.Unset {
			delete(members, name)
		}
		head = c.Hash()
		id, badID := json.Marshal(c.Order)
		n, badN := json.Marshal(c.N)
		if badID != nil || badN != nil {
			return nil, broken
		}
		members["id"], members["n"], members["head"] = id, n, json.RawMessage(`"`+head+`"`)
	}
	data, err := json.Marshal(members)
	if err != nil || len(changes) == 0 {
		return nil, broken
	}
	return Decode(data)
}
