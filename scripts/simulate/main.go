// Simulate runs the whole product in virtual time, with people round it and everything that can go wrong, as a seed decides,
// and holds it against every invariant.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// garbage is how much of it may lie about, in percent of what is alive: worlds are short, and memory is not.
const garbage = 800

func main() {
	debug.SetGCPercent(garbage)
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}
