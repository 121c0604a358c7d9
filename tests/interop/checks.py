"""Counts checks and prints a line for each, in the name of the folder whose program runs."""

import sys
from pathlib import Path

PART = Path(sys.argv[0]).resolve().parent.name
counts = {"passed": 0, "failed": 0}


def check(name, body):
    """Runs `body`; what it raises is the failure. Gives what it returns, or None."""
    try:
        result = body()
    except Exception as error:  # a failed check must not hide the checks after it
        counts["failed"] += 1
        print(f"FAILED  {PART}: {name}: {type(error).__name__} {error}", flush=True)
        return None
    counts["passed"] += 1
    print(f"ok      {PART}: {name}", flush=True)
    return result


def refused(name, why, body):
    """Passes only when `body` raises an exception of exactly the type `why`."""

    def expect():
        try:
            body()
        except Exception as error:
            if type(error) is not why:
                raise
            return
        raise AssertionError("it was accepted")

    check(f"refused: {name}", expect)


def same(seen, expected):
    """What was seen has to be what was expected."""
    if seen != expected:
        raise AssertionError(f"{seen!r}, expected {expected!r}")


def close():
    """Prints the closing line and gives the exit code."""
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 0 if counts["passed"] and not counts["failed"] else 1
