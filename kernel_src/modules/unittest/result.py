"""What came of tests, kept and told."""

import sys


class Named:
    """In the place of a test: what failed beside one."""

    def __init__(self, text):
        self._text = text

    def __str__(self):
        return self._text


class TestResult:
    """What came of the tests; each list holds pairs of a test and a traceback."""

    def __init__(self):
        self.testsRun = 0
        self.errors = []
        self.failures = []
        self.skipped = []
        self.expectedFailures = []
        self.unexpectedSuccesses = []
        self.shouldStop = False

    def wasSuccessful(self):
        """True where all went as it should."""
        return not (self.errors or self.failures or self.unexpectedSuccesses)

    def startTest(self, test):
        self.testsRun += 1

    def addSuccess(self, test):
        """A test held."""

    def addError(self, test, err):
        self.errors.append((test, traceback_of(err)))

    def addFailure(self, test, err):
        self.failures.append((test, traceback_of(err)))

    def addSkip(self, test, reason):
        self.skipped.append((test, reason))

    def addExpectedFailure(self, test, err):
        self.expectedFailures.append((test, traceback_of(err)))

    def addUnexpectedSuccess(self, test):
        self.unexpectedSuccesses.append(test)

    def _failed(self, test, error, failure):
        if isinstance(error, failure):
            self.addFailure(test, error)
        else:
            self.addError(test, error)


def traceback_of(error):
    """The traceback of an exception as text."""
    import io

    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue()


class Telling(TestResult):
    """A result that writes as it goes: a letter a test, or a line."""

    def __init__(self, stream, verbosity):
        super().__init__()
        self._stream = stream
        self._verbosity = verbosity

    def startTest(self, test):
        super().startTest(test)
        if self._verbosity > 1:
            self._stream.write("%s ... " % test)

    def _tell(self, letter, word):
        self._stream.write(word + "\n" if self._verbosity > 1 else letter if self._verbosity else "")

    def addSuccess(self, test):
        self._tell(".", "ok")

    def addError(self, test, err):
        super().addError(test, err)
        self._tell("E", "ERROR")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._tell("F", "FAIL")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._tell("s", "skipped %r" % reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._tell("x", "expected failure")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._tell("u", "unexpected success")
