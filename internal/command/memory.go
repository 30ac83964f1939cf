package command

import (
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// limitMemory has the collector work harder before a container's limit is
// reached. Where GOMEMLIMIT says something, that holds; without a limit
// nothing does. A private PostgreSQL lives in the same container.
func limitMemory(withPostgreSQL bool) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	part := 0.9
	if withPostgreSQL {
		part = 0.5
	}
	_, _ = memlimit.Set(memlimit.WithRatio(part)) // fails where nothing tells of a limit
}

// collectAt is how much may be allocated beside what is in use, in percent,
// before it is collected: little is in use, so this is little, too.
const collectAt = 200

// memory in bytes that the container may use, else the machine; 0 where neither is told.
func memory() uint64 {
	bytes, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
	if err != nil {
		return 0
	}
	return bytes
}
