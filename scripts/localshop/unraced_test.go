//go:build !race

package localshop_test

// raced tells that the race detector watches.
const raced = false
