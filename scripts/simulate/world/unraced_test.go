//go:build !race

package world_test

// raced tells that the race detector watches.
const raced = false
