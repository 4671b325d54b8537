package engines

import "syscall"

// attributes give a child a group of its own, and a request to end when its parent does, however that ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
