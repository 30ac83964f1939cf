package postgres_test

import (
	"os"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// onDisk is a data folder where the server would have it, not in memory.
func onDisk(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "tradewind-") //nolint:usetesting // b.TempDir lies in a closed folder
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// BenchmarkColdStart makes a cluster and starts it.
func BenchmarkColdStart(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		dir := onDisk(b)
		b.StartTimer()
		startAndStop(b, dir)
	}
}

// BenchmarkWarmStart starts a cluster that is there.
func BenchmarkWarmStart(b *testing.B) {
	dir := onDisk(b)
	startAndStop(b, dir)
	for b.Loop() {
		startAndStop(b, dir)
	}
}

func startAndStop(b *testing.B, dir string) {
	b.Helper()
	s, err := postgres.Start(b.Context(), quietly(dir))
	if err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	if err := s.Stop(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
}
