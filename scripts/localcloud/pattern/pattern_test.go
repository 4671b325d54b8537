package pattern_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"till/scripts/localcloud/pattern"
)

func TestPatterns(t *testing.T) {
	for _, row := range []struct {
		name, pattern, event string
		want                 bool
	}{
		{"an equal text fits", `{"a":["x"]}`, `{"a":"x"}`, true},
		{"one of several fits", `{"a":["x","y"]}`, `{"a":"y"}`, true},
		{"another text does not", `{"a":["x"]}`, `{"a":"z"}`, false},
		{"a missing field does not", `{"a":["x"]}`, `{}`, false},
		{"every field must fit", `{"a":["x"],"b":["y"]}`, `{"a":"x","b":"z"}`, false},
		{"fields within fields", `{"a":{"b":{"S":["x"]}}}`, `{"a":{"b":{"S":"x"}}}`, true},
		{"numbers compare by value", `{"a":[1]}`, `{"a":1.0}`, true},
		{"null and truth values", `{"a":[null],"b":[true]}`, `{"a":null,"b":true}`, true},
		{"an element of a list fits", `{"a":["x"]}`, `{"a":["w","x"]}`, true},
		{"prefix", `{"a":[{"prefix":"CHANGE#"}]}`, `{"a":"CHANGE#1"}`, true},
		{"another prefix", `{"a":[{"prefix":"CHANGE#"}]}`, `{"a":"ORDER"}`, false},
		{"suffix", `{"a":[{"suffix":"z"}]}`, `{"a":"xyz"}`, true},
		{"ignoring case", `{"a":[{"equals-ignore-case":"ABC"}]}`, `{"a":"abc"}`, true},
		{"wildcard", `{"a":[{"wildcard":"a*c*e"}]}`, `{"a":"abcde"}`, true},
		{"wildcard that does not end so", `{"a":[{"wildcard":"a*d"}]}`, `{"a":"abcde"}`, false},
		{"exists", `{"a":[{"exists":true}]}`, `{"a":null}`, true},
		{"exists not", `{"a":{"b":[{"exists":false}]}}`, `{}`, true},
		{"anything but", `{"a":[{"anything-but":["x","y"]}]}`, `{"a":"z"}`, true},
		{"anything but this", `{"a":[{"anything-but":"x"}]}`, `{"a":"x"}`, false},
		{"anything but a prefix", `{"a":[{"anything-but":{"prefix":"x"}}]}`, `{"a":"xyz"}`, false},
		{"numeric range", `{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":5}`, true},
		{"out of the range", `{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":0}`, false},
		{"either field", `{"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"y"}`, true},
		{"neither field", `{"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"x"}`, false},
		{"not JSON", `{"a":["x"]}`, `oops`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := pattern.Compile(row.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match([]byte(row.event)); got != row.want {
				t.Fatalf("%s on %s: %v", row.pattern, row.event, got)
			}
			var event lazy
			if json.Unmarshal([]byte(row.event), &event.members) == nil && p.Fits(event) != row.want {
				t.Fatalf("%s on %s asked for its members: %v", row.pattern, row.event, !row.want)
			}
		})
	}
}

// lazy reads a member when it is asked for it.
type lazy struct{ members map[string]json.RawMessage }

// Member is pattern.Object's.
func (l lazy) Member(name string) (any, bool) {
	raw, there := l.members[name]
	if !there {
		return nil, false
	}
	var inner lazy
	if json.Unmarshal(raw, &inner.members) == nil && inner.members != nil {
		return inner, true
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	err := d.Decode(&value)
	return value, err == nil
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, bad := range []string{``, `[]`, `{}`, `{"a":"x"}`, `{"a":[]}`, `{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":[{"prefix":1}]}`,
		`{"a":[{"numeric":["~",1]}]}`, `{"a":[{"numeric":[">"]}]}`, `{"a":[{"exists":"yes"}]}`, `{"$or":["x"]}`, `{"a":[{"prefix":"x","suffix":"y"}]}`} {
		if _, err := pattern.Compile(bad); err == nil {
			t.Errorf("%s compiled", bad)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`{"a":[{"prefix":"x"},{"wildcard":"*a*"}]}`, `{"a":["b"]}`)
	f.Fuzz(func(t *testing.T, source, event string) {
		p, err := pattern.Compile(source)
		if err != nil {
			return
		}
		if p.Match([]byte(event)) && !json.Valid([]byte(event)) {
			t.Fatal("what is no JSON fits")
		}
	})
}
