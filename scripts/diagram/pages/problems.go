package pages

import (
	"fmt"
	"io/fs"

	"till/shared/edge/problem"
)

// problems lists the codes of the API.
func problems(fs.FS) (string, error) {
	var rows [][]string
	for _, e := range problem.All() {
		rows = append(rows, []string{fmt.Sprintf("<a id=%q></a>`%s`", e.Code, e.Code), fmt.Sprint(e.Status), e.Means, e.Do})
	}
	return table([]string{"code", "status", "what it means", "what to do"}, rows), nil
}
