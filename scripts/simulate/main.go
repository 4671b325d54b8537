// Simulate runs the whole product in virtual time, with people round it and everything that can go wrong, as a seed decides,
// and holds it against every invariant.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// Garbage is left where it lies until a world has ended, when hardly anything is alive any more and taking it away costs nothing; or
// until a process holds this much memory. A world of usual size leaves about 1.2 GB.
const (
	room    = 1 << 30
	roomFor = 512 << 10 // For each order more.
)

func main() {
	debug.SetGCPercent(-1)
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}
