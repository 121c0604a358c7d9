"""Counts checks and prints a line for each."""

counts = {"passed": 0, "failed": 0}


def check(name, body):
    """Runs `body`; what it raises is the failure. Gives what it returns, or None."""
    try:
        result = body()
    except Exception as error:  # a failed check must not hide the checks after it
        counts["failed"] += 1
        print(f"FAILED  python: {name}: {type(error).__name__} {error}", flush=True)
        return None
    counts["passed"] += 1
    print(f"ok      python: {name}", flush=True)
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


def close():
    """Prints the closing line and gives the exit code."""
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 0 if counts["passed"] and not counts["failed"] else 1
