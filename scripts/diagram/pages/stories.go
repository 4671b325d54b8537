package pages

import (
	"io/fs"

	"till/scripts/acceptance"
)

// stories is what may happen to a payment, and by which ways to pay it is played.
func stories(fs.FS) (string, error) {
	head := []string{"story"}
	for _, w := range acceptance.Ways() {
		head = append(head, w.Gateway+", "+w.Mode)
	}
	var rows [][]string
	for _, s := range acceptance.Stories() {
		row := []string{s.Name}
		for _, w := range acceptance.Ways() {
			cell := "played"
			switch {
			case s.Never(w) != "":
				cell = "cannot be. " + s.Never(w)
			case s.Currency(w) != "EUR":
				cell += ", in " + s.Currency(w)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return table(head, rows), nil
}
