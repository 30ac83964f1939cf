package postgres_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// TestDownloads serves this machine's PostgreSQL, by way of scripts, in the
// form of the public repository.
func TestDownloads(t *testing.T) {
	t.Parallel()
	found, err := postgres.Installations(t.Context())
	must(t, err)
	jar := archive(t, found[0].Bin)
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".jar") {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(jar)
	}))
	t.Cleanup(repository.Close)

	dir := dbtest.Folder(t)
	s, err := postgres.Start(t.Context(), postgres.DownloadingFrom(quietly(dir), repository.URL))
	must(t, err)
	ask(t, s.DSN("shop"), "select 'x'")
	must(t, s.Stop(t.Context()))
	if _, err := os.Stat(filepath.Join(dir, "postgres", "binaries", "bin", "postgres")); err != nil {
		t.Error(err)
	}

	// It is kept: the next start needs no repository.
	s, err = postgres.Start(t.Context(), postgres.On(quietly(dir)))
	must(t, err)
	must(t, s.Stop(t.Context()))

	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	_, err = postgres.Start(t.Context(), postgres.DownloadingFrom(quietly(dbtest.Folder(t)), gone.URL))
	names(t, err, "downloading one failed", "no version found", "DATABASE_URL")
}

// archive packs scripts that call the programs in bin: a zip of one .txz.
func archive(t *testing.T, bin string) []byte {
	t.Helper()
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		text := "#!/bin/sh\nexec '" + filepath.Join(bin, name) + "' \"$@\"\n"
		must(t, w.WriteHeader(&tar.Header{Name: "bin/" + name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(text))
		must(t, err)
	}
	must(t, w.Close())

	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	entry, err := z.Create("postgres.txz")
	must(t, err)
	_, err = entry.Write(storedXZ(files.Bytes()))
	must(t, err)
	must(t, z.Close())
	return jar.Bytes()
}

// storedXZ is an .xz file that holds data as it is: one block of uncompressed
// LZMA2 chunks, checked by CRC-32.
func storedXZ(data []byte) []byte {
	sum := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	varint := func(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }
	pad := func(b []byte) []byte {
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		return b
	}

	flags := []byte{0, 1} // CRC-32
	out := append([]byte{0xfd, '7', 'z', 'X', 'Z', 0}, flags...)
	out = append(out, sum(flags)...)

	header := []byte{2, 0, 0x21, 1, 0x16, 0, 0, 0} // 12 bytes, LZMA2 with an 8 MiB dictionary
	block := slices.Concat(header, sum(header))
	for i, rest := 0, data; len(rest) > 0; i++ {
		n := min(len(rest), 1<<16)
		control := byte(2)
		if i == 0 {
			control = 1 // resets the dictionary
		}
		block = append(block, control, byte((n-1)>>8), byte(n-1))
		block = append(block, rest[:n]...)
		rest = rest[n:]
	}
	block = append(block, 0)
	unpadded := len(block) + 4
	block = append(pad(block), sum(data)...)
	out = append(out, block...)

	index := append([]byte{0, 1}, varint(unpadded)...)
	index = pad(append(index, varint(len(data))...))
	index = append(index, sum(index)...)
	out = append(out, index...)

	footer := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), flags...)
	out = append(out, sum(footer)...)
	out = append(out, footer...)
	return append(out, 'Y', 'Z')
}
