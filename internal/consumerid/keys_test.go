package consumerid_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

func TestKeysOfAConfiguration(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for _, texts := range [][]string{
		nil, {""}, {"reference:" + key}, {"a:" + key}, {key, key}, {"reference:" + key, "a:" + key, "a:" + key},
		{"reference:" + key, "reference:" + key}, {"reference:" + key, "a:c2hvcnQ="}, {"reference:" + key, "a:" + key + "!"},
		{"reference:" + key, "a b:" + key}, {"reference:" + key, strings.Repeat("a", 33) + ":" + key},
	} {
		_, err := consumerid.ParseKeys(texts)
		if err == nil {
			t.Errorf("%q is taken", texts)
		} else if strings.Contains(err.Error(), key) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
	if _, err := consumerid.ParseKeys([]string{"reference:" + key, " b:" + key, "a:" + key}); err != nil {
		t.Error(err)
	}
}

func TestKeysOfDevelopment(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	first, err := consumerid.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := consumerid.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := parse(fixture.IdentityNumber)
	if string(first.Person(n)) != string(again.Person(n)) {
		t.Error("the second start has other keys")
	}
	path := filepath.Join(dir, "identity-keys")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := consumerid.OpenKeys(dir); err == nil || !strings.Contains(err.Error(), "others may read") {
		t.Errorf("a file that others may read: %v", err)
	}
}
