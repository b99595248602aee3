# SPDX-License-Identifier: MIT
"""Counts the tests of a report in TAP; tests/vm/tap-count says what counts."""
import re

PLAN = re.compile(r"1\.\.([0-9]{1,9})")
TEST = re.compile(r"(not )?ok(?![a-z])")
NUMBER = re.compile(r"(not )?ok *[0-9]* *-? *")
SKIP = re.compile(r"# *SKIP", re.ASCII | re.IGNORECASE)


def read_report(path, errors="replace"):
    """The text of a report, empty if there is none. Other programs may have put any
    bytes into it, among them carriage returns, which end no line."""
    try:
        with open(path, encoding="utf-8", errors=errors, newline="") as f:
            return f.read()
    except OSError:
        return ""


class Count:
    """How many tests passed, failed and were skipped, and a note for each that did not pass."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.notes = []

    def fail(self, text, number=1):
        self.failed += number
        self.notes.append(f"fail: {text}")

    def skip(self, text):
        self.skipped += 1
        self.notes.append(f"skip: {text}")

    def test(self, failed, line):
        text = NUMBER.sub("", line, count=1)
        if failed:
            self.fail(text)
        elif SKIP.search(line):
            self.skip(text)
        else:
            self.passed += 1

    def compare(self, planned, seen):
        """A program that was cut off has run fewer tests than it planned."""
        if planned is None:
            if seen:
                self.fail("no plan: the report may be cut off")
        elif seen < planned:
            self.fail(f"{planned - seen} of {planned} tests did not report", planned - seen)
        elif 0 < planned < seen:
            self.fail(f"{seen} tests reported, {planned} planned")

    def __str__(self):
        return "\n".join([f"{self.passed} {self.failed} {self.skipped}", *self.notes]) + "\n"


def count(status, text):
    """The Count of a report, whose program ended with this status."""
    found, planned, seen = Count(), None, 0
    for line in text.split("\n"):
        plan, test = PLAN.match(line), TEST.match(line)
        if plan:
            planned = int(plan[1])
            why = SKIP.search(line)
            if planned == 0 and why:
                found.skip(line[why.start():])
        elif line.startswith("Bail out!"):
            found.fail(line)
        elif test:
            seen += 1
            found.test(test[1], line)
    found.compare(planned, seen)
    if str(status) != "0" and not found.failed:
        found.fail(f"exit status {status}" + (", though no test failed" if seen else " and no report"))
    if not found.passed + found.failed + found.skipped:
        found.fail("no test was reported")
    return found
