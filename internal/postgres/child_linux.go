package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// endWithParent has the kernel send the child a signal when we are gone,
// also when we were killed. The thread that starts it counts as the parent.
func endWithParent(cmd *exec.Cmd, signal syscall.Signal) { cmd.SysProcAttr.Pdeathsig = signal }

func watchParent(int) (stop func()) { return func() {} }

// isPostmaster tells a running postmaster, whose working folder is its data,
// from another program that has got its pid since.
func isPostmaster(pid int, data string) bool {
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err != nil && !os.IsNotExist(err) || dir == data
}
