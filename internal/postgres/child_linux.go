package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// endWithParent has the kernel ask for a fast shutdown when we are gone,
// also when we were killed.
func endWithParent(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGINT }

func watchParent(int) func() { return func() {} }

// isPostmaster tells a running postmaster, whose working folder is its data,
// from another program that has got its pid since.
func isPostmaster(pid int, data string) bool {
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err != nil && !os.IsNotExist(err) || dir == data
}
