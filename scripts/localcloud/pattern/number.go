package pattern

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// equal compares JSON values exactly; numbers by value, so 1 is 1.0.
func equal(a, b any) bool {
	x, y := ratio(a), ratio(b)
	if x != nil && y != nil {
		return x.Cmp(y) == 0
	}
	switch a := a.(type) {
	case string:
		s, ok := b.(string)
		return ok && a == s
	case bool:
		s, ok := b.(bool)
		return ok && a == s
	case nil:
		return b == nil
	}
	return false
}

func ratio(v any) *big.Rat {
	n, ok := v.(json.Number)
	if !ok || len(n) > 64 {
		return nil
	}
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return nil
	}
	return r
}

// numeric is [">", 0, "<=", 5].
func numeric(arg any, path string) (matcher, error) {
	list, _ := arg.([]any)
	if len(list) == 0 || len(list)%2 != 0 {
		return nil, fmt.Errorf("%s: numeric wants pairs of operator and number", path)
	}
	for i := 0; i < len(list); i += 2 {
		op, _ := list[i].(string)
		if ratio(list[i+1]) == nil || !known(op) {
			return nil, fmt.Errorf("%s: numeric wants pairs of operator and number", path)
		}
	}
	return func(v any, there bool) bool {
		n := ratio(v)
		if !there || n == nil {
			return false
		}
		for i := 0; i < len(list); i += 2 {
			if !holds(list[i].(string), n.Cmp(ratio(list[i+1]))) {
				return false
			}
		}
		return true
	}, nil
}

func known(op string) bool {
	switch op {
	case "=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

func holds(op string, sign int) bool {
	switch op {
	case "=":
		return sign == 0
	case "<":
		return sign < 0
	case "<=":
		return sign <= 0
	case ">":
		return sign > 0
	}
	return sign >= 0
}
