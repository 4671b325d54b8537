//go:build planted

package planted

import (
	"fmt"
	"sync/atomic"
)

// Possible tells whether this program can be given a bug.
const Possible = true

// chosen is the bug that is on, for the whole process; 0: none.
var chosen atomic.Int32

// Bug tells whether the bug of that number is on.
func Bug(n int) bool { return int(chosen.Load()) == n }

// Choose switches one bug on and all others off; 0 switches all off. The error says that there is no such bug. It is of the
// whole process: worlds that run beside each other have the same bug.
func Choose(n int) error {
	if n < 0 || n > Count {
		return fmt.Errorf("planted: there is no bug %d", n)
	}
	chosen.Store(int32(n))
	return nil
}
