# SPDX-License-Identifier: MIT
"""Reports unittest's results as TAP."""

import sys
import unittest


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0

    def startTest(self, test):
        super().startTest(test)
        self.before = len(self.failures) + len(self.errors)

    def stopTest(self, test):
        self.count += 1
        bad = (self.failures + self.errors)[self.before:]
        print("%s %d - %s" % ("not ok" if bad else "ok", self.count,
                                        test.id().split(".", 1)[1].replace("_", " ")))
        for _, trace in bad:
            print("\n".join("# " + line for line in trace.splitlines()))
        super().stopTest(test)


def main():
    """Runs all tests of the calling program, and exits."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = Result()
    suite.run(result)
    print("1..%d" % result.count)
    sys.exit(0 if result.wasSuccessful() else 1)
