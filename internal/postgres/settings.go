package postgres

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// includeSettings ends postgresql.conf. Lines that an operator adds below
// it, and ALTER SYSTEM, win over ours.
const includeSettings = "\ninclude_if_exists = 'tradewind.conf'\n"

// settings are rewritten at each start. Fsync, synchronous_commit and
// full_page_writes stay on, as PostgreSQL has them: a commit is on disk.
var settings = map[string]string{
	"work_mem":             "16MB",
	"maintenance_work_mem": "128MB",
	"max_connections":      "100",
	"random_page_cost":     "1.1", // solid-state disks
	"jit":                  "off", // costs more than it gains on short statements
	"timezone":             "UTC",
	"log_timezone":         "UTC",
	"lc_messages":          "C",
	"log_line_prefix":      "%m [%p] ",
	"log_checkpoints":      "off",

	"default_text_search_config": "pg_catalog.simple",
}

var scratchSettings = map[string]string{
	"fsync":              "off",
	"synchronous_commit": "off",
	"full_page_writes":   "off",
	"wal_level":          "minimal",
	"max_wal_senders":    "0",
	"autovacuum_naptime": "10min",
}

// sized are the settings that go by memory. Pages change in memory until the log
// is of its size: each that changes after it is written to the log as a whole.
func sized(memory uint64) map[string]string {
	const mega, giga = 1 << 20, 1 << 30
	if memory == 0 {
		memory = giga
	}
	pages := min(max(memory/4, 128*mega), 8*giga)
	megabytes := func(bytes uint64) string { return fmt.Sprintf("%dMB", bytes/mega) }
	return map[string]string{
		"shared_buffers":       megabytes(pages),
		"effective_cache_size": megabytes(max(memory/2, giga)),
		"max_wal_size":         megabytes(min(max(2*pages, 2*giga), 8*giga)),
	}
}

func writeSettings(l layout, as *account, o Options) error {
	all := sized(o.Memory)
	maps.Copy(all, settings)
	if o.Scratch {
		maps.Copy(all, scratchSettings)
	}
	maps.Copy(all, o.Settings)
	var b strings.Builder
	b.WriteString("# Written at each start. Put settings of your own at the end of postgresql.conf.\n")
	for _, key := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s = '%s'\n", key, strings.ReplaceAll(all[key], "'", "''"))
	}
	file := filepath.Join(l.data, "tradewind.conf")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return err
	}
	return as.own(file)
}
