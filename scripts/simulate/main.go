// Simulate runs the whole product in virtual time, with people round it and everything that can go wrong, as a seed decides,
// and holds it against every invariant.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// Garbage is taken away when there is four times as much of it as of what is alive, or when a process holds this much memory. To leave it
// longer takes longer, as each page that is written to for the first time is work of the system's, and memory that was just used is near.
const (
	garbage = 400
	room    = 1 << 30
	roomFor = 512 << 10 // For each order more.
)

func main() {
	debug.SetGCPercent(garbage)
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}
