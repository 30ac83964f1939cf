//go:build unix && !linux

package postgres

import (
	"os/exec"
	"strconv"
	"syscall"
)

func endWithParent(*exec.Cmd) {}

// watchParent leaves a shell behind that reads from a pipe only we hold:
// the pipe ends when we do, also when we were killed, and the shell then asks
// the postmaster for a fast shutdown.
func watchParent(pid int) func() {
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -INT "$0"`, strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return func() {}
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = pipe.Close()
		_ = cmd.Wait()
	}
}

func isPostmaster(int, string) bool { return true }
