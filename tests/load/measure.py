"""Starting servers, loading them with wrk, and reading from the kernel what they used."""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A running server, in a folder of its own."""

    def __init__(self, command, address, ready, settings=None):
        """Starts it and waits for a 200 at `ready`. `started_ms` is how long that took."""
        self.address, self.base = address, f"http://{address}"
        self.folder = tempfile.TemporaryDirectory()
        self.output = Path(self.folder.name, "stdout")
        began = time.monotonic()
        with self.output.open("w") as out, Path(self.folder.name, "stderr").open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder.name, env=os.environ | (settings or {}), stdout=out, stderr=log
            )
        while not self._answers(ready):
            if self.process.poll() is not None or time.monotonic() - began > 30:
                raise SystemExit(f"{command} did not start:\n" + Path(self.folder.name, "stderr").read_text())
            time.sleep(0.001)
        self.started_ms = (time.monotonic() - began) * 1000

    def get(self, path):
        """The body at `path`; OSError if there is none."""
        with urllib.request.urlopen(self.base + path, timeout=2) as answer:
            return answer.read()

    def first_line(self):
        """What it prints first, which may be after it answers first."""
        while "\n" not in (text := self.output.read_text()):
            time.sleep(0.01)
        return text.partition("\n")[0]

    def _answers(self, path):
        try:
            return bool(self.get(path))
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def cpu_seconds(self):
        """User and system time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self, field="VmRSS"):
        """Resident memory now, or with `VmHWM` at its highest."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise KeyError(field)

    def load(self, path, script, *arguments, connections=64, threads=2, seconds=8):
        """Loads it with wrk. Gives requests and CPU microseconds a request, latencies in milliseconds, and refusals."""
        before = self.cpu_seconds()
        report = run_wrk(self.base + path, script, arguments, connections, threads, seconds)
        used = self.cpu_seconds() - before
        report["per_second"] = report["requests"] / report["micros"] * 1e6
        report["cpu_us"] = used / report["requests"] * 1e6
        for name in ("p50", "p99", "max"):
            report[name] /= 1000
        return report


def run_wrk(url, script, arguments, connections, threads, seconds):
    """One run of wrk; everything that its script reported."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", f"tests/load/{script}.lua", url, "--"]
    ended = subprocess.run([*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)
    report = {}
    for line in ended.stdout.splitlines():
        if line.startswith("{"):
            report |= json.loads(line)
    if "requests" not in report:
        raise SystemExit(f"wrk {url}: {ended.stdout}{ended.stderr}")
    return report


def disk_syncs_per_second(folder):
    """How many small appends with fdatasync this disk takes a second, one after another."""
    began, count = time.monotonic(), 0
    with tempfile.TemporaryFile(dir=folder) as file:
        while time.monotonic() - began < 2:
            file.write(b"x" * 300)
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
    return count / (time.monotonic() - began)
