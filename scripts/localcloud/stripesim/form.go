package stripesim

import (
	"net/url"
	"sort"
	"strconv"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// form is a request's parameters in Stripe's bracket syntax: "a[b][c]=1", "list[]=x", "list[0]=x".
type form struct {
	at     string // The prefix of these names in the whole request, for error messages.
	values url.Values
}

func (f form) full(name string) string {
	if f.at == "" {
		return name
	}
	root, rest, _ := strings.Cut(name, "[")
	if rest != "" {
		rest = "[" + rest
	}
	return f.at + "[" + root + "]" + rest
}

func (f form) text(name string) string {
	all := f.values[name]
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func (f form) has(name string) bool {
	if _, ok := f.values[name]; ok {
		return true
	}
	for key := range f.values {
		if strings.HasPrefix(key, name+"[") {
			return true
		}
	}
	return false
}

// integer reads a whole number; 0 and false if it is not there.
func (f form) integer(name string) (n int64, there bool, bad *apiError) {
	text := f.text(name)
	if text == "" {
		return 0, false, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, true, invalid(f.full(name), "parameter_invalid_integer", "Invalid integer: "+gatewaysim.Shorten(text))
	}
	return n, true, nil
}

func (f form) boolean(name string) (yes bool, bad *apiError) {
	switch text := f.text(name); text {
	case "":
		return false, nil
	case "true", "false":
		return text == "true", nil
	default:
		return false, invalid(f.full(name), "", "Invalid boolean: "+gatewaysim.Shorten(text))
	}
}

// oneOf reads a word out of a closed list; the first is the default.
func (f form) oneOf(name string, words ...string) (string, *apiError) {
	text := f.text(name)
	if text == "" {
		return words[0], nil
	}
	for _, word := range words {
		if text == word {
			return text, nil
		}
	}
	return "", invalid(f.full(name), "", "Invalid "+f.full(name)+": must be one of "+strings.Join(words, ", "))
}

// list reads "name[]=x" (repeated) or "name[0]=x", in order.
func (f form) list(name string) []string {
	list := append([]string(nil), f.values[name+"[]"]...)
	for i := 0; ; i++ {
		all, ok := f.values[name+"["+strconv.Itoa(i)+"]"]
		if !ok {
			return list
		}
		list = append(list, all...)
	}
}

// sub is the hash below name.
func (f form) sub(name string) form {
	below := form{at: f.full(name), values: url.Values{}}
	for key, value := range f.values {
		rest, ok := strings.CutPrefix(key, name+"[")
		if !ok {
			continue
		}
		if root, tail, ok := strings.Cut(rest, "]"); ok {
			below.values[root+tail] = value
		}
	}
	return below
}

// rows is a list of hashes: "name[0][…]", "name[1][…]".
func (f form) rows(name string) []form {
	below := f.sub(name)
	var rows []form
	for i := 0; below.has(strconv.Itoa(i)); i++ {
		rows = append(rows, below.sub(strconv.Itoa(i)))
	}
	return rows
}

// only refuses names that are not in the list, as Stripe does.
func (f form) only(names ...string) *apiError {
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	var unknown []string
	for key := range f.values {
		if root, _, _ := strings.Cut(key, "["); !known[root] {
			unknown = append(unknown, root)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	sort.Strings(unknown)
	name := f.full(gatewaysim.Shorten(unknown[0]))
	return invalid(name, "parameter_unknown", "Received unknown parameter: "+name)
}

// metadata merges the request's metadata into old: "" deletes a key. Limits: 50 keys, 40 characters a key, 500 a value.
// https://docs.stripe.com/api/metadata
func (f form) metadata(old map[string]string) (map[string]string, *apiError) {
	merged := map[string]string{}
	for k, v := range old {
		merged[k] = v
	}
	below := f.sub("metadata")
	for key := range below.values {
		value := below.text(key)
		switch {
		case len(key) > 40 || key == "":
			return nil, invalid(f.full("metadata"), "", "Metadata keys have 1 to 40 characters.")
		case len([]rune(value)) > 500:
			return nil, invalid(f.full("metadata")+"["+key+"]", "", "Metadata values have up to 500 characters.")
		case value == "":
			delete(merged, key)
		default:
			merged[key] = value
		}
	}
	if len(merged) > 50 {
		return nil, invalid(f.full("metadata"), "", "Metadata has up to 50 keys.")
	}
	return merged, nil
}
