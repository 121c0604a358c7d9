package main

import (
	"fmt"
	"os"
	"strings"
)

var passed, failed int

// check counts one check and prints a line for it.
func check(name string, err error) {
	if err != nil {
		failed++
		fmt.Printf("FAILED  go: %s: %v\n", name, err)
		return
	}
	passed++
	fmt.Printf("ok      go: %s\n", name)
}

// must is check for a step that the ones after it cannot do without.
func must(name string, err error) {
	if check(name, err); err != nil {
		closeChecks()
	}
}

// refused passes only when err says why.
func refused(name, why string, err error) {
	switch {
	case err == nil:
		err = fmt.Errorf("it was accepted")
	case strings.Contains(err.Error(), why):
		err = nil
	}
	check("refused: "+name, err)
}

// expect gives an error unless the two are equal.
func expect(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is %q, not %q", what, got, want)
	}
	return nil
}

// closeChecks prints the closing line and ends the program.
func closeChecks() {
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
	os.Exit(0)
}
