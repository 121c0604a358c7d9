package interop;

import java.util.Objects;
import java.util.concurrent.Callable;

/** Counts checks and prints a line for each. */
final class Checks {
    private int passed;
    private int failed;

    /** Runs {@code body}; what it throws is the failure. Gives what it returns, or null. */
    <T> T check(String name, Callable<T> body) {
        try {
            T result = body.call();
            passed++;
            System.out.println("ok      java: " + name);
            return result;
        } catch (Exception | AssertionError error) {
            failed++;
            System.out.println("FAILED  java: " + name + ": " + error);
            return null;
        }
    }

    /** Passes only when {@code body} throws an exception that says {@code why}. */
    void refused(String name, String why, Callable<?> body) {
        check("refused: " + name, () -> {
            try {
                body.call();
            } catch (Exception error) {
                if (error.toString().contains(why)) {
                    return null;
                }
                throw error;
            }
            throw new AssertionError("it was accepted");
        });
    }

    /** Throws unless the two are equal. */
    static void expect(String what, Object got, Object wanted) {
        if (!Objects.equals(got, wanted)) {
            throw new AssertionError(what + " is " + got + ", not " + wanted);
        }
    }

    /** Prints the closing line and gives the exit code. */
    int close() {
        System.out.println(passed + " passed, " + failed + " failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }
}
