package web

import (
	"bytes"
	"html/template"

	"till/shared/edge/problem"
)

// told is what the page of a code is made of: one code, or all of them.
type told struct {
	Config
	Problem  problem.Entry
	Problems []problem.Entry
}

// addProblems makes the pages to which the type of a problem document leads.
func (s site) addProblems(cfg Config, layout *template.Template, body []byte) {
	page := template.Must(template.Must(layout.Clone()).Parse(string(body)))
	add := func(at string, t told) {
		var out bytes.Buffer
		if err := page.ExecuteTemplate(&out, "layout", t); err != nil {
			panic(err)
		}
		s.files[at] = file{body: out.Bytes(), media: media[".html"], page: true}
	}
	add(problem.Path, told{Config: cfg, Problems: problem.All()})
	for _, e := range problem.All() {
		add(problem.Path+e.Code, told{Config: cfg, Problem: e})
	}
}
