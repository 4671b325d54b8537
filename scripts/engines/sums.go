package engines

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed" // The list of checksums and the pom are part of the program.
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sums lists the SHA-256 of each file of DynamoDB Local, as sha256sum writes it.
//
//go:embed dynamodb-local.sha256
var sums []byte

// pom says what Maven fetches.
//
//go:embed pom.xml
var pom []byte

// checkSums holds a folder to the list: the same files, each with its checksum, and no other.
func checkSums(folder string) error { return checkAgainst(folder, sums) }

func checkAgainst(folder string, list []byte) error {
	want, err := parseSums(list)
	if err != nil {
		return err
	}
	found, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("DynamoDB Local is not whole: %w; run `make tools`", err)
	}
	var wrong []error
	for _, f := range found {
		sum, listed := want[f.Name()]
		delete(want, f.Name())
		if !listed {
			wrong = append(wrong, fmt.Errorf("%s is there, but not in the list", f.Name()))
			continue
		}
		got, err := sumOf(filepath.Join(folder, f.Name()))
		if err == nil && got != sum {
			err = fmt.Errorf("%s has SHA-256 %s, but %s is in the list", f.Name(), got, sum)
		}
		wrong = append(wrong, err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		wrong = append(wrong, fmt.Errorf("%s is in the list, but not there", name))
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("DynamoDB Local in %s is not what scripts/engines/dynamodb-local.sha256 says; it is not started:\n%w\n"+
			"Remove %s and run `make tools`. If it is wrong again and nobody changed the version in pom.xml, do not trust what was fetched",
			folder, err, filepath.Dir(folder))
	}
	return nil
}

// parseSums reads lines of a hash, blanks and a file's name.
func parseSums(list []byte) (map[string]string, error) {
	out := make(map[string]string)
	lines := bufio.NewScanner(bytes.NewReader(list))
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 2 || len(fields[0]) != sha256.Size*2 || filepath.Base(fields[1]) != fields[1] {
			return nil, fmt.Errorf("dynamodb-local.sha256 has a line that is not a checksum and a name: %q", line)
		}
		out[fields[1]] = fields[0]
	}
	if len(out) == 0 {
		return nil, errors.New("dynamodb-local.sha256 lists nothing")
	}
	return out, lines.Err()
}

func sumOf(file string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }() // It was only read.
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
