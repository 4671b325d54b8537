package template

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// reader takes typed values out of a template and collects every fault.
type reader struct {
	res      *resolver
	errs     []error
	implicit bool // some route uses the API that SAM makes unasked
}

func (rd *reader) err() error { return errors.Join(rd.errs...) }

func (rd *reader) fault(path, format string, args ...any) {
	rd.errs = append(rd.errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

// node is a mapping of the template with its place. Values in it are resolved when they are asked for.
type node struct {
	rd   *reader
	m    map[string]any
	path string
}

func (n node) has(key string) bool { return n.value(key) != nil }

// value is the resolved value; nil if it is not there.
func (n node) value(key string) any {
	raw, ok := n.m[key]
	if !ok {
		return nil
	}
	v, err := n.rd.res.resolve(raw, n.path+"."+key)
	if err != nil {
		n.rd.errs = append(n.rd.errs, err)
		return nil
	}
	if _, gone := v.(absent); gone {
		return nil
	}
	return v
}

// raw is the mapping under key without resolving what is in it; empty if it is not there.
func (n node) raw(key string) node {
	out := node{rd: n.rd, path: n.path + "." + key, m: map[string]any{}}
	switch v := n.m[key].(type) {
	case nil:
	case map[string]any:
		out.m = v
		if _, _, computed := intrinsic(v); computed {
			resolved, _ := n.value(key).(map[string]any)
			out.m = resolved
		}
	default:
		n.rd.fault(out.path, "not a mapping")
	}
	return out
}

func (n node) text(key string) string {
	switch v := n.value(key).(type) {
	case nil:
		return ""
	case map[string]any, []any:
		n.rd.fault(n.path+"."+key, "not a text")
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func (n node) need(key string) string {
	if n.m[key] == nil {
		n.rd.fault(n.path+"."+key, "missing")
		return ""
	}
	return n.text(key)
}

func (n node) number(key string, otherwise int) int {
	text := n.text(key)
	if text == "" {
		return otherwise
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		n.rd.fault(n.path+"."+key, "%q is not a whole number", text)
	}
	return v
}

func (n node) seconds(key string, otherwise time.Duration) time.Duration {
	if n.m[key] == nil {
		return otherwise
	}
	return time.Duration(n.number(key, 0)) * time.Second
}

func (n node) flag(key string, otherwise bool) bool {
	switch n.text(key) {
	case "":
		return otherwise
	case "true":
		return true
	case "false":
		return false
	}
	n.rd.fault(n.path+"."+key, "not true or false")
	return false
}

// list is a list of texts; one text is a list of one.
func (n node) list(key string) []string {
	switch v := n.value(key).(type) {
	case nil:
		return nil
	case []any:
		out, err := texts(v, n.path+"."+key)
		if err != nil {
			n.rd.errs = append(n.rd.errs, err)
		}
		return out
	case map[string]any:
		n.rd.fault(n.path+"."+key, "not a list")
		return nil
	default:
		return []string{fmt.Sprint(v)}
	}
}

func (n node) contains(key, want string) bool {
	for _, each := range n.list(key) {
		if each == want {
			return true
		}
	}
	return false
}

// present tells whether the resource's condition lets it exist.
func (rd *reader) present(id string) bool {
	res, ok := rd.res.doc.resources[id].(map[string]any)
	if !ok {
		rd.fault("Resources."+id, "not a mapping")
		return false
	}
	name, ok := res["Condition"].(string)
	if !ok {
		return true
	}
	there, err := rd.res.condition(name, "Resources."+id+".Condition")
	if err != nil {
		rd.errs = append(rd.errs, err)
	}
	return there
}

func (rd *reader) output(t *Template, id string) {
	out, _ := rd.res.doc.outputs[id].(map[string]any)
	n := node{rd: rd, m: out, path: "Outputs." + id}
	if name, ok := out["Condition"].(string); ok {
		if there, err := rd.res.condition(name, n.path); err != nil || !there {
			return
		}
	}
	// Outputs are for people: one that asks for what is not local is left out.
	if v, err := rd.res.resolve(out["Value"], n.path); err == nil {
		t.Outputs[id] = fmt.Sprint(v)
	}
}
