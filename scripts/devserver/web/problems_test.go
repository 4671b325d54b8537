package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"till/scripts/devserver/web"
	"till/shared/edge/problem"
)

func TestEveryCodeHasItsPage(t *testing.T) {
	shop := web.Handler(web.Config{})
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		if web.IsAPI(r) {
			t.Errorf("%s is taken for the API's", path)
		}
		w := httptest.NewRecorder()
		shop.ServeHTTP(w, r)
		return w
	}
	index := get(problem.Path).Body.String()
	for _, e := range problem.All() {
		if w := get(problem.Path + e.Code); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<code>"+e.Code+"</code>") {
			t.Errorf("%s: %d", e.Code, w.Code)
		}
		if !strings.Contains(index, `href="/problems/`+e.Code+`"`) {
			t.Errorf("%s is not in the list", e.Code)
		}
	}
	if w := get(problem.Path + "nothing"); w.Code != http.StatusNotFound {
		t.Errorf("a code that is none: %d", w.Code)
	}
}
