package localshop_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"time"

	"till/scripts/acceptance"
)

// mailedCode asks for a one-time code as the address, and gives what was mailed; "" for nothing.
func (w *world) mailedCode(email, purpose string) string {
	w.t.Helper()
	before := len(w.Mails.All())
	w.Post("/customers/code", "", "", map[string]string{"email": email, "purpose": purpose}).Want(w.t, http.StatusAccepted)
	w.pass(time.Second)
	for _, m := range w.Mails.All()[before:] {
		if strings.HasPrefix(m.Key, "code#") {
			return regexp.MustCompile(`\b\d{8}\b`).FindString(m.Text)
		}
	}
	return ""
}

// coded is the header that carries a code with its address.
func coded(email, code string) map[string]string {
	return bearer(base64.StdEncoding.EncodeToString([]byte(email + ":" + code)))
}

// miss is another code than the right one.
func miss(code string) string {
	if code == "00000000" {
		return "00000001"
	}
	return "00000000"
}

// codes is about the one-time codes of customers.
func codes() []badInput {
	const ada = "ada@example.com"
	return []badInput{
		{"N57 a one-time code that is wrong, used, or has ended", 401, "code_invalid", func(w *world) replies {
			w.Cancel(w.Place(acceptance.Of("mug-blue", 1, "EUR")).ID).Want(w.t, http.StatusOK)
			code, out := w.mailedCode(ada, "export"), replies{}
			get := func(email, code string) acceptance.Reply {
				return w.Call(http.MethodGet, "/customers/export", coded(email, code), nil)
			}
			out["wrong"], out["none"], out["another's"] = get(ada, miss(code)), get(ada, ""), get("bob@example.com", code)
			out["for something else"] = w.Call(http.MethodDelete, "/customers", coded(ada, code), nil)
			out["no base64"] = w.Call(http.MethodGet, "/customers/export", bearer("..."), nil)
			get(ada, code).Want(w.t, http.StatusOK)
			out["used"] = get(ada, code)
			old := w.mailedCode(ada, "export")
			w.pass(15 * time.Minute)
			out["ended"] = get(ada, old)
			return out
		}},
		{"N57 the sixth try of a one-time code", 429, "rate_limited", func(w *world) replies {
			w.Cancel(w.Place(acceptance.Of("mug-blue", 1, "EUR")).ID).Want(w.t, http.StatusOK)
			code, out := w.mailedCode(ada, "erasure"), replies{}
			w.mailedCode("nobody@example.com", "erasure")
			erase := func(email, code string) acceptance.Reply {
				return w.Call(http.MethodDelete, "/customers", coded(email, code), nil)
			}
			for range 5 {
				erase(ada, miss(code)).Want(w.t, http.StatusUnauthorized, "code_invalid")
				erase("nobody@example.com", miss(code)).Want(w.t, http.StatusUnauthorized, "code_invalid")
			}
			out["wrong"], out["right"], out["of whom nobody knows"] = erase(ada, miss(code)), erase(ada, code), erase("nobody@example.com", code)
			return out
		}},
	}
}
