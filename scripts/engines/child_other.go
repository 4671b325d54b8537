//go:build !linux

package engines

import "syscall"

// attributes give a child a group of its own. Only Linux can tie its life to its parent's.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
