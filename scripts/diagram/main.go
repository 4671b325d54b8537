// Command diagram writes anew what the documents take from the code: the diagrams of the states and the tables. Run it in the
// project's folder after a change of a state table, the state machine, template.yaml or the Makefile; a test fails until then.
package main

import (
	"fmt"
	"os"

	"till/scripts/diagram/pages"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "diagram:", err)
		os.Exit(1)
	}
}

func run() error {
	blocks, err := pages.Blocks(os.DirFS("."))
	if err != nil {
		return err
	}
	for _, name := range pages.Documents() {
		before, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		after, err := pages.Fill(string(before), blocks)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if after == string(before) {
			continue
		}
		if err := os.WriteFile(name, []byte(after), 0o644); err != nil { //nolint:gosec // a document that everybody may read
			return err
		}
		if _, err := fmt.Fprintln(os.Stdout, name); err != nil {
			return err
		}
	}
	return nil
}
