//go:build !planted

package planted

import "errors"

// Possible tells whether this program can be given a bug.
const Possible = false

// Bug tells whether the bug of that number is on: never in this program.
func Bug(int) bool { return false }

// Choose switches one bug on and all others off; 0 switches all off. The error says that this program cannot be given any.
func Choose(n int) error {
	if n == 0 {
		return nil
	}
	return errors.New("planted: build with -tags planted to switch a bug on")
}
