# SPDX-License-Identifier: MIT
"""Counts the results of tests, and shows those that did not pass."""
import os
import re

from tap import count, read_report


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def merge(paths, out, top):
    """Merges several reports; one that is cut off shows in the sum of the plans."""
    total, lines = 0, []
    for path in paths:
        text = read(path)
        plan = re.search(r"^1\.\.(\d+)", text, re.M)
        # One without a plan counts as one test that did not report.
        total += int(plan[1]) if plan else 1
        name = os.path.relpath(path, top)
        for line in text.splitlines():
            if not line.startswith("1.."):
                lines.append(re.sub(r"^((?:not )?ok)( \d+)?( -)?", rf"\1 - {name}:", line))
    write(out, "\n".join([*lines, f"1..{total}"]) + "\n")


def explained(text):
    """The output that follows each failed test of a report."""
    show, lines = False, []
    for line in text.splitlines():
        if re.match(r"(not )?ok\b", line):
            show = line.startswith("not")
        elif not re.match(r" *#", line):
            continue
        if show:
            lines.append(line)
    return lines[:40]


class Report:
    def __init__(self, say):
        self.say = say
        self.passed = self.failed = self.skipped = 0
        self.bad = []

    def count(self, name, status, tap="", log="", cost="", quiet=False):
        """Adds a report to the sums. A quiet one is shown only if it has failures or notes."""
        found = count(status, read_report(tap) if tap else "")
        self.passed += found.passed
        self.failed += found.failed
        self.skipped += found.skipped
        if found.failed:
            self.bad.append(name)
        if quiet and not found.failed and not found.notes:
            return
        self.say(f"{'FAIL' if found.failed else 'ok':4} {name:34} {found.passed:3} passed, "
                 f"{found.failed} failed, {found.skipped} skipped{cost}")
        for note in found.notes:
            self.say(f"       {note}")
        if found.failed and tap:
            for line in explained(read(tap)):
                self.say(f"       | {line}")
        if found.failed and log:
            self.say(f"       the output is in {log}; its end:")
            for line in read(log).splitlines()[-20:]:
                self.say(f"       | {line}")

    def count_all(self, names, directory, prefix):
        for name in names:
            log, tap = f"{directory}/{name}.log", f"{directory}/{name}.tap"
            self.count(f"{prefix} {name}", read(f"{directory}/{name}.rc").strip() or 125,
                       tap, log if os.path.exists(log) else "", quiet=True)
