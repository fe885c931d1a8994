"""A built orgkeyd with a socket and a database of its own, run under whatever counts."""
import collections
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent
PROFILES = PACKAGE / ".build" / "counts"

# The code that a processor is given must not follow from its model: callgrind hands the host's
# AVX and BMI on, by which glibc and Nettle choose among their functions. What is left is what
# every x86-64 machine of the last fifteen years has.
SAME_CODE = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps="
    "-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load,-BMI1,-BMI2,-LZCNT,-MOVBE"
    ",-ERMS,-FSRM,-RTM,-SSSE3,-SSE4_1,-SSE4_2",
    # With none of the extensions that have to be named here, as SHA.
    "NETTLE_FAT_OVERRIDE": "vendor:intel",
}
# Nor what the Swift runtime and the loader do from chance, or from which call is the first.
SAME_COURSE = {"SWIFT_DETERMINISTIC_HASHING": "1", "LD_BIND_NOW": "1"}


class Failed(Exception):
    """Nothing could be measured."""


class Tools:
    """The daemon of a directory of binaries, and what it is run under."""

    def __init__(self, binaries, scratch):
        self.scratch = pathlib.Path(scratch)
        self.orgkeyd = self.scratch / "orgkeyd"
        # Valgrind 3.19 gives up on the DWARF 5 that Swift writes.
        run("strip", "--strip-debug", "-o", self.orgkeyd, pathlib.Path(binaries) / "orgkeyd")
        self.heap = self.library("heap")
        self.chance = self.library("chance")
        run("protoc", f"--python_out={scratch}", f"-I{PACKAGE}/proto", "orgkey.proto")
        sys.path.insert(0, str(scratch))

    def library(self, name):
        """What is to be preloaded, compiled."""
        built = self.scratch / f"{name}.so"
        flags = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
        run("clang", *flags, "-o", built, HERE / f"{name}.c")
        return str(built)

    def system_calls(self, database, load):
        """How often each system call was made, by name, over a daemon's life."""
        summary = self.scratch / "strace"
        strace = ["strace", "-f", "-qq", "-c", "-U", "calls,name", "-o", summary]
        self.run_copy(database, load, under=strace)
        rows = re.findall(r"^ *(\d+) (\w+)$", summary.read_text(), re.MULTILINE)
        return collections.Counter({name: int(calls) for calls, name in rows if name != "total"})

    def allocations(self, database, load):
        """Allocations over a daemon's life."""
        return self.heap_counts(database, load)[0]

    def heap_bytes(self, database, load):
        """Bytes that a daemon has taken from the heap and not given back, after `load`."""
        return self.heap_counts(database, load)[1]

    def heap_counts(self, database, load):
        shared = self.scratch / "heap-counts"
        shared.unlink(missing_ok=True)
        held = []

        def look(connection):
            load(connection)
            held.append(struct.unpack("=qq", shared.read_bytes())[1])

        preload = {"LD_PRELOAD": self.heap, "HEAP_COUNTS": str(shared)}
        self.run_copy(database, look, environment=preload)
        return struct.unpack("=qq", shared.read_bytes())[0], held[0]

    def instructions(self, database, load, name):
        """Instructions over a daemon's life, of all threads, and the file with their profile."""
        profile = PROFILES / f"{name}.callgrind"
        PROFILES.mkdir(parents=True, exist_ok=True)
        callgrind = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={profile}"]
        # By chance, what is looked up lies at its place in a hash table or some steps behind.
        repeatable = {**SAME_CODE, "LD_PRELOAD": self.chance}
        self.run_copy(database, load, under=callgrind, environment=repeatable)
        found = re.search(r"^totals: (\d+)$", profile.read_text(), re.MULTILINE)
        if not found:
            raise Failed(f"{profile} has no total")
        return int(found.group(1)), profile.relative_to(PACKAGE)

    def run_copy(self, database, load, **how):
        """A daemon's life on a copy, so that each run finds the same."""
        copy = f"copy-of-{database}"
        shutil.rmtree(self.scratch / copy, ignore_errors=True)
        shutil.copytree(self.scratch / database, self.scratch / copy)
        with self.serving(copy, **how) as connection:
            load(connection)

    @contextlib.contextmanager
    def serving(self, database, under=(), environment=None):
        """A connection to a daemon, which has ended when the block has."""
        (self.scratch / database).mkdir(exist_ok=True)
        path = self.scratch / "orgkey.sock"
        log = self.scratch / "log"
        file = self.scratch / database / "orgkey.db"
        command = [self.orgkeyd, "--socket", path, "--database", file]
        # One thread, so that all calls take one way; no flush, so that it does not fall into some.
        command += ["--threads", "1", "--usage-flush-interval", "1h"]
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [*under, *command], stdout=output, stderr=output, start_new_session=True,
                env={**os.environ, **SAME_COURSE, **(environment or {})})
        try:
            with connect(path, process, log) as connection:
                yield connection
                daemon = peer_of(connection)
            os.kill(daemon, signal.SIGTERM)
            if process.wait(120) != 0:
                raise Failed(f"orgkeyd ended with {process.returncode}:\n{log.read_text()}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def connect(path, process, log):
    """Its one connection, so that nothing but the load is served."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            connection.connect(str(path))
            return connection
        time.sleep(0.02)
    raise Failed(f"orgkeyd does not serve:\n{log.read_text()}")


def peer_of(connection):
    """The daemon's own number, whatever it was started through."""
    return struct.unpack("iII", connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def run(*command):
    if shutil.which(command[0]) is None:
        raise Failed(f"{command[0]} is missing: make deps")
    subprocess.run(command, check=True)
