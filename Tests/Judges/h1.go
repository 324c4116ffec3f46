// h1 SHA256SUMS: the h1: digest of golang.org/x/mod/sumdb/dirhash over the files that a SHA256SUMS names, in its folder.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/dirhash"
)

func main() {
	log.SetFlags(0)
	sums, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var names []string
	lines := bufio.NewScanner(sums)
	for lines.Scan() {
		names = append(names, lines.Text()[66:])
	}
	h, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(filepath.Dir(os.Args[1]), name))
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h)
}
