// Package plantedtest switches each planted mistake on and lets people do, in one process, what brings it to light. Each story
// is also told without the mistake: then nothing may be wrong. Its tests are built with the tag planted.
package plantedtest
