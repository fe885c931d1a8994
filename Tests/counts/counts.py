#!/usr/bin/env python3
"""Holds an optimized orgkeyd to the counts in expected.txt: counts.py DIRECTORY_OF_THE_BINARIES.

Every figure is the difference of two runs, divided by what the second did more: starting and
ending cancel out. They are counts, not times, so a busy machine does not change them.

With --why TEXT, figures that have changed are written to the file, and TEXT beside them.
"""
import argparse
import pathlib
import platform
import sys
import tempfile

from daemon import Failed, Tools

EXPECTED = pathlib.Path(__file__).resolve().parent / "expected.txt"
TOLERANCE = 0.02
CALLS, IN_FLIGHT = 8_000, 16
# Callgrind is some fifty times slower than the processor.
CALLS_UNDER_CALLGRIND = 4_000
# Of each question before it is counted, so that neither run alone sees what only first calls do.
WARM_UP = 32
# Whole chunks of the daemon's tables, which hold 4,096 rows.
ROWS, ROWS_BEFORE = 25 * 4_096, 5 * 4_096


# ---------------------------------------------------------------- what is measured


class Measurement:
    """The figures of one daemon, as text, by name."""

    def __init__(self, tools):
        # It needs what protoc made for these tools.
        import world

        self.tools, self.world = tools, world
        self.figures, self.details = {}, {}
        with tools.serving("questions") as connection:
            world.fill_for_questions(connection)
        with tools.serving("rows") as connection:
            world.fill_with_organizations(connection, "before", ROWS_BEFORE)
            world.fill_with_keys(connection, "before", ROWS_BEFORE)
        self.count_system_calls()
        self.count_allocations()
        self.count_instructions()
        self.count_bytes()

    def load(self, question=None, calls=0, in_flight=1):
        """All questions a few times, then one of them many times."""

        def run(connection):
            for each in self.world.QUESTIONS.values():
                each.ask(connection, WARM_UP)
            if question:
                question.ask(connection, calls, in_flight)

        return run

    def count_system_calls(self):
        question = self.world.QUESTIONS["allowed"]
        base = self.tools.system_calls("questions", self.load())
        for how, in_flight in [("one-at-a-time", 1), (f"{IN_FLIGHT}-in-flight", IN_FLIGHT)]:
            made = self.tools.system_calls("questions", self.load(question, CALLS, in_flight))
            made.subtract(base)
            name = f"system-calls/{how}"
            self.figures[name] = f"{made.total() / CALLS:.4f}"
            self.details[name] = f"of {CALLS} calls: " + ", ".join(
                f"{count} {call}" for call, count in made.most_common() if count > 0)

    def count_allocations(self):
        base = self.tools.allocations("questions", self.load())
        for name, question in self.world.QUESTIONS.items():
            made = self.tools.allocations("questions", self.load(question, CALLS)) - base
            self.figures[f"allocations/{name}"] = f"{made / CALLS:.3f}"

    def count_instructions(self):
        base, _ = self.tools.instructions("questions", self.load(), "nothing")
        for name, question in self.world.QUESTIONS.items():
            run = self.load(question, CALLS_UNDER_CALLGRIND)
            total, profile = self.tools.instructions("questions", run, name)
            self.figures[f"instructions/{name}"] = f"{(total - base) / CALLS_UNDER_CALLGRIND:.0f}"
            self.details[f"instructions/{name}"] = f"by function: callgrind_annotate {profile}"

    def count_bytes(self):
        # Once it has answered, it is done with loading.
        question = self.world.QUESTIONS["denied-unknown-key"]

        def answered(connection):
            question.ask(connection, 1)

        before = self.tools.heap_bytes("rows", answered)
        with self.tools.serving("rows") as connection:
            self.world.fill_with_organizations(connection, "more", ROWS)
        organizations = self.tools.heap_bytes("rows", answered)
        with self.tools.serving("rows") as connection:
            self.world.fill_with_keys(connection, "more", ROWS)
        keys = self.tools.heap_bytes("rows", answered)
        self.figures["bytes/organization"] = f"{(organizations - before) / ROWS:.1f}"
        self.figures["bytes/key"] = f"{(keys - organizations) / ROWS:.1f}"


# ---------------------------------------------------------------- what is expected


class Expectation:
    """expected.txt: its preface, and each figure with the reason of its last change."""

    def __init__(self):
        lines = EXPECTED.read_text().splitlines()
        self.preface = [line for line in lines if not line or line.startswith("#")]
        rows = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
        self.values = {name: value for name, value, _ in rows}
        self.reasons = {name: why for name, _, why in rows}

    def update(self, figures, why):
        """Takes over what has changed, however little; what is as it was keeps its reason."""
        for name, value in figures.items():
            if difference(value, self.values.get(name)) is not None:
                self.values[name], self.reasons[name] = value, why
        rows = [f"{name:<33} {self.values[name]:>7}  {self.reasons[name]}" for name in figures]
        EXPECTED.write_text("\n".join(self.preface + rows) + "\n")


def difference(measured, expected):
    """None, or in words how far `measured` is off. The last digit is rounding, or one single
    event in thousands of calls, such as an allocation of the daemon's own once in a run."""
    if expected is None:
        return "not in the file"
    last_digit = 10 ** -len(measured.partition(".")[2])
    measured, expected = float(measured), float(expected)
    if abs(measured - expected) <= max(TOLERANCE * expected, 1.5 * last_digit):
        return None
    word = "WORSE" if measured > expected else "better"
    return f"{word} by {abs(measured / expected - 1):.1%}" if expected else word


def is_comparable(name):
    """Instructions are of the processor that the file was made on."""
    return platform.machine() == "x86_64" or not name.startswith("instructions/")


# ---------------------------------------------------------------- the verdict


def check(measurement, expectation):
    """Prints the table; true if all is as expected."""
    faults = []
    print(f"{'per Authorize, or per row':<33} {'measured':>9} {'expected':>9}")
    for name, value in measurement.figures.items():
        expected = expectation.values.get(name)
        if not is_comparable(name):
            off = f"not compared on {platform.machine()}"
        elif off := difference(value, expected):
            faults.append(f"{name}: {value}, expected {expected or 'nothing'}: {off}")
            if name in measurement.details:
                faults.append(f"  {measurement.details[name]}")
        print(f"{name:<33} {value:>9} {expected or '-':>9}  {off or ''}".rstrip())
    if gone := [name for name in expectation.values if name not in measurement.figures]:
        faults.append(f"in the file and not measured: {', '.join(gone)}")
    sys.stdout.flush()
    if faults:
        print("\n".join(["", "make counts:", *faults]), file=sys.stderr)
        print(
            "\nTake back what makes it worse. If it is worth it, or if a figure is better, run"
            '\n  make counts-update WHY="what changed, and why"'
            "\nand commit Tests/counts/expected.txt with the change. A better figure has to be"
            "\nwritten too: one that stays too high hides what makes it worse next.",
            file=sys.stderr)
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binaries", help="the directory of orgkeyd")
    parser.add_argument("--why", help="write what has changed to the file, for this reason")
    options = parser.parse_args()
    if options.why is not None and not options.why.strip():
        parser.error('say why: make counts-update WHY="what changed, and why"')
    if options.why and platform.machine() != "x86_64":
        parser.error("the file's instructions are those of x86_64: update it there")
    expectation = Expectation()
    with tempfile.TemporaryDirectory(prefix="orgkey-counts-") as scratch:
        measurement = Measurement(Tools(options.binaries, scratch))
    if options.why:
        expectation.update(measurement.figures, " ".join(options.why.split()))
    return 0 if check(measurement, expectation) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"counts: {failed}")
