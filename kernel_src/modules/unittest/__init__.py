"""Tests as methods of classes, after CPython's module of the name.

``unittest.main()`` runs those of the app and ends the machine with status 0, or 1 where one failed.
"""

import sys
import time

from .case import IsolatedAsyncioTestCase, TestCase
from .marks import SkipTest, expectedFailure, skip, skipIf, skipUnless
from .result import Telling, TestResult
from .suite import TestLoader, TestSuite, defaultTestLoader


class TextTestRunner:
    """Runs tests and writes what came of them, left out to standard error."""

    def __init__(self, stream=None, descriptions=True, verbosity=1):
        self._stream = sys.stderr if stream is None else stream
        self._verbosity = verbosity

    def run(self, test):
        """The result of `test`, a test or a suite."""
        write = self._stream.write
        result = Telling(self._stream, self._verbosity)
        started = time.ticks_us()
        test.run(result)
        seconds = time.ticks_diff(time.ticks_us(), started) / 1_000_000
        write("\n")
        for word, found in (("ERROR", result.errors), ("FAIL", result.failures)):
            for case, traceback in found:
                write("=" * 70 + "\n%s: %s\n" % (word, case) + "-" * 70 + "\n%s\n" % traceback)
        for case in result.unexpectedSuccesses:
            write("=" * 70 + "\nUNEXPECTED SUCCESS: %s\n" % case)
        count = result.testsRun
        write("-" * 70 + "\nRan %d test%s in %.3fs\n\n" % (count, "" if count == 1 else "s", seconds))
        numbers = (
            ("failures", len(result.failures)),
            ("errors", len(result.errors)),
            ("skipped", len(result.skipped)),
            ("expected failures", len(result.expectedFailures)),
            ("unexpected successes", len(result.unexpectedSuccesses)),
        )
        told = ", ".join(["%s=%d" % each for each in numbers if each[1]])
        word = "OK" if result.wasSuccessful() else "FAILED"
        if not count and result.wasSuccessful():
            word = "NO TESTS RAN"
        write(word + (" (%s)" % told if told else "") + "\n")
        return result


def main(module="__main__", defaultTest=None, argv=None, testRunner=None, exit=True, verbosity=1):
    """Runs the tests of a module, the app's own where none is named."""
    if isinstance(module, str):
        module = __import__(module)
    runner = TextTestRunner(verbosity=verbosity) if testRunner is None else testRunner
    result = runner.run(defaultTestLoader.loadTestsFromModule(module))
    if exit:
        sys.exit(not result.wasSuccessful())
    return result
