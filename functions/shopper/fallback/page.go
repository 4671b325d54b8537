package fallback

import (
	"fmt"
	"html"
	"strings"

	"till/shared/edge/problem"
)

// page is what a code means and what its sender can do, or the list of all codes; found is false for any other path. It has no style and no
// script: the API's own security policy allows none.
func page(path string) (text string, found bool) {
	code, below := strings.CutPrefix(path, problem.Path)
	switch {
	case path == strings.TrimSuffix(problem.Path, "/") || path == problem.Path:
		return list(), true
	case !below:
		return "", false
	}
	e, found := problem.Of(code)
	if !found {
		return "", false
	}
	return document(e.Code, fmt.Sprintf("<p>%s</p>\n<h2>What to do</h2>\n<p>%s</p>\n<p>Answered with status %d. <a href=\"%s\">All codes</a></p>",
		html.EscapeString(e.Means), html.EscapeString(e.Do), e.Status, problem.Path)), true
}

// list names every code with what it means.
func list() string {
	var out strings.Builder
	out.WriteString("<dl>\n")
	for _, e := range problem.All() {
		fmt.Fprintf(&out, "<dt><a href=\"%s%s\"><code>%s</code></a></dt><dd>%s</dd>\n", problem.Path, e.Code, e.Code, html.EscapeString(e.Means))
	}
	out.WriteString("</dl>")
	return document("Codes of this API", out.String())
}

// document is a page in HTML. title is ours and needs no escape.
func document(title, body string) string {
	return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n" +
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>" + title + "</title>\n<main>\n<h1>" + title + "</h1>\n" + body + "\n</main>\n</html>\n"
}
