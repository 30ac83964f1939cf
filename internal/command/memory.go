package command

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// limitMemory has the collector work harder before a container's limit is
// reached. Where GOMEMLIMIT says something, that holds; without a limit
// nothing does. A private PostgreSQL lives in the same container.
func limitMemory(withPostgreSQL bool) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if limit, ok := memoryLimit(string(text), withPostgreSQL); ok {
			debug.SetMemoryLimit(limit)
		}
		return
	}
}

// collectAt is how much may be allocated beside what is in use, in percent,
// before it is collected: little is in use, so this is little, too.
const collectAt = 200

// memoryLimit is our part of what a container may use.
func memoryLimit(container string, withPostgreSQL bool) (int64, bool) {
	const unlimited = 1 << 60 // cgroup v1 says a number near the largest
	limit, err := strconv.ParseInt(strings.TrimSpace(container), 10, 64)
	if err != nil || limit <= 0 || limit >= unlimited { // v2 says "max"
		return 0, false
	}
	if withPostgreSQL {
		return limit / 2, true
	}
	return limit / 10 * 9, true
}
