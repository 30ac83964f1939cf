//go:build unix && !linux

package postgres

import (
	"os/exec"
	"syscall"
)

func endWithParent(*exec.Cmd, syscall.Signal) {}

func watchParent(pid int) (stop func()) { return watchByShell(pid) }

func isPostmaster(int, string) bool { return true }
