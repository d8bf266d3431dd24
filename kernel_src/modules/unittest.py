"""Tests as methods of classes, after CPython's module of the name.

``unittest.main()`` runs those of the app and ends the machine with status 0, or 1 where one failed.
"""

import sys
import time


class SkipTest(Exception):
    """Raised in a test that is to be left out."""


def skip(reason):
    """A decorator: the test, or every test of the class, is left out."""

    def decorate(thing):
        if isinstance(thing, type):
            thing._skipped = reason
            return thing
        return _Skipped(reason)

    return decorate


class _Skipped:
    """In the place of a test that is left out."""

    def __init__(self, reason):
        self.reason = reason

    def __call__(self):
        raise SkipTest(self.reason)


def skipIf(condition, reason):
    """As `skip`, where `condition` is true."""
    return skip(reason) if condition else _same


def skipUnless(condition, reason):
    """As `skip`, where `condition` is false."""
    return _same if condition else skip(reason)


def _same(thing):
    return thing


class _Expected(Exception):
    """The test failed as it was said to."""


class _Unexpected(Exception):
    """It did not."""


def expectedFailure(test):
    """A decorator: the test must fail."""

    def failing(self):
        try:
            test(self)
        except Exception as error:
            raise _Expected(error)
        raise _Unexpected

    return failing


class _Raises:
    """The block that must raise, or the call that must."""

    def __init__(self, case, expected, pattern=None):
        self._by = ""
        self._case = case
        self._expected = expected
        self._pattern = pattern
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        names = self._expected if isinstance(self._expected, tuple) else (self._expected,)
        if kind is None:
            by = " by " + self._by if self._by else ""
            self._case.fail("%s not raised%s" % (" or ".join([each.__name__ for each in names]), by))
        if not issubclass(kind, self._expected):
            return False
        self.exception = error
        if self._pattern is not None:
            self._case.assertRegex(str(error), self._pattern)
        return True


class _SubTest:
    """A part of a test; when it fails, the test goes on."""

    def __init__(self, case, words):
        self._case = case
        self._words = words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is None or self._case._result is None:
            return False
        if issubclass(kind, SkipTest) or not issubclass(kind, Exception):
            return False
        self._case._broken = True
        self._case._result._failed(_Named("%s %s" % (self._case, self._words)), error, self._case.failureException)
        return True


class _Named:
    def __init__(self, text):
        self._text = text

    def __str__(self):
        return self._text


class TestCase:
    """A test is a method whose name begins with ``test``; each runs on an instance of its own."""

    failureException = AssertionError
    _skipped = None
    _result = None

    def __init__(self, methodName="runTest"):
        self._testMethodName = methodName
        self._cleanups = []
        self._broken = False

    @classmethod
    def setUpClass(cls):
        """Runs before the first test of the class."""

    @classmethod
    def tearDownClass(cls):
        """Runs after the last."""

    def setUp(self):
        """Runs before each test."""

    def tearDown(self):
        """Runs after each test."""

    def __str__(self):
        return "%s (%s.%s)" % (self._testMethodName, type(self).__name__, self._testMethodName)

    def id(self):
        """The test's whole name."""
        return "%s.%s" % (type(self).__name__, self._testMethodName)

    def addCleanup(self, function, *args, **kwargs):
        """`function` is called after the test, the last one added first."""
        self._cleanups.append((function, args, kwargs))

    def skipTest(self, reason):
        """Leaves the rest of the test out."""
        raise SkipTest(reason)

    def fail(self, msg=None):
        """Fails."""
        raise self.failureException(msg)

    def subTest(self, msg=None, **params):
        """A block of its own: when it fails, the test goes on, and fails at its end."""
        words = ([] if msg is None else ["[%s]" % msg]) + (
            ["(%s)" % ", ".join(["%s=%r" % pair for pair in sorted(params.items())])] if params else []
        )
        return _SubTest(self, " ".join(words) or "(<subtest>)")

    def _call(self, function):
        function()

    def run(self, result=None):
        """Runs the test into `result`."""
        result = TestResult() if result is None else result
        self._result = result
        result.startTest(self)
        try:
            if self._skipped is not None:
                raise SkipTest(self._skipped)
            if isinstance(getattr(self, self._testMethodName), _Skipped):
                getattr(self, self._testMethodName)()
            self._steps()
            if not self._broken:
                result.addSuccess(self)
        except SkipTest as error:
            result.addSkip(self, str(error))
        except _Expected as error:
            result.addExpectedFailure(self, error.args[0])
        except _Unexpected:
            result.addUnexpectedSuccess(self)
        except Exception as error:
            result._failed(self, error, self.failureException)
        return result

    def _steps(self):
        try:
            self._call(self.setUp)
            try:
                self._call(getattr(self, self._testMethodName))
            finally:
                self._call(self.tearDown)
        finally:
            while self._cleanups:
                function, args, kwargs = self._cleanups.pop()
                function(*args, **kwargs)

    def _check(self, holds, msg, text):
        if not holds:
            self.fail(text if msg is None else "%s : %s" % (text, msg))

    def assertTrue(self, expr, msg=None):
        self._check(expr, msg, "%r is not true" % (expr,))

    def assertFalse(self, expr, msg=None):
        self._check(not expr, msg, "%r is not false" % (expr,))

    def assertEqual(self, first, second, msg=None):
        self._check(first == second, msg, "%r != %r" % (first, second))

    def assertNotEqual(self, first, second, msg=None):
        self._check(first != second, msg, "%r == %r" % (first, second))

    def assertIs(self, expr1, expr2, msg=None):
        self._check(expr1 is expr2, msg, "%r is not %r" % (expr1, expr2))

    def assertIsNot(self, expr1, expr2, msg=None):
        self._check(expr1 is not expr2, msg, "unexpectedly identical: %r" % (expr1,))

    def assertIsNone(self, obj, msg=None):
        self._check(obj is None, msg, "%r is not None" % (obj,))

    def assertIsNotNone(self, obj, msg=None):
        self._check(obj is not None, msg, "unexpectedly None")

    def assertIn(self, member, container, msg=None):
        self._check(member in container, msg, "%r not found in %r" % (member, container))

    def assertNotIn(self, member, container, msg=None):
        self._check(member not in container, msg, "%r unexpectedly found in %r" % (member, container))

    def assertIsInstance(self, obj, cls, msg=None):
        self._check(isinstance(obj, cls), msg, "%r is not an instance of %r" % (obj, cls))

    def assertNotIsInstance(self, obj, cls, msg=None):
        self._check(not isinstance(obj, cls), msg, "%r is an instance of %r" % (obj, cls))

    def assertLess(self, a, b, msg=None):
        self._check(a < b, msg, "%r not less than %r" % (a, b))

    def assertLessEqual(self, a, b, msg=None):
        self._check(a <= b, msg, "%r not less than or equal to %r" % (a, b))

    def assertGreater(self, a, b, msg=None):
        self._check(a > b, msg, "%r not greater than %r" % (a, b))

    def assertGreaterEqual(self, a, b, msg=None):
        self._check(a >= b, msg, "%r not greater than or equal to %r" % (a, b))

    def assertAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        if first == second:
            return
        apart = abs(first - second)
        if delta is not None:
            self._check(apart <= delta, msg, "%r != %r within %r delta (%r difference)" % (first, second, delta, apart))
            return
        places = 7 if places is None else places
        near = round(apart, places) == 0
        self._check(near, msg, "%r != %r within %d places (%r difference)" % (first, second, places, apart))

    def assertNotAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        try:
            self.assertAlmostEqual(first, second, places, None, delta)
        except self.failureException:
            return
        self._check(False, msg, "%r == %r" % (first, second))

    def assertCountEqual(self, first, second, msg=None):
        rest = list(second)
        missing = []
        for each in first:
            if each in rest:
                rest.remove(each)
            else:
                missing.append(each)
        self._check(not missing and not rest, msg, "only in the first: %r; in the second: %r" % (missing, rest))

    def assertRegex(self, text, expected_regex, msg=None):
        found = _search(expected_regex, text)
        self._check(found, msg, "Regex didn't match: %r not found in %r" % (expected_regex, text))

    def assertNotRegex(self, text, unexpected_regex, msg=None):
        found = _search(unexpected_regex, text)
        self._check(not found, msg, "Regex matched: %r in %r" % (unexpected_regex, text))

    def assertRaises(self, expected_exception, callable=None, *args, **kwargs):
        """The block, or the call, raises that."""
        return self._raising(_Raises(self, expected_exception), callable, args, kwargs)

    def assertRaisesRegex(self, expected_exception, expected_regex, callable=None, *args, **kwargs):
        """The same, and its text is found by the pattern."""
        return self._raising(_Raises(self, expected_exception, expected_regex), callable, args, kwargs)

    def _raising(self, context, function, args, kwargs):
        if function is None:
            return context
        context._by = getattr(function, "__name__", "the call")
        with context:
            function(*args, **kwargs)

    assertListEqual = assertTupleEqual = assertDictEqual = assertSetEqual = assertSequenceEqual = assertEqual
    assertMultiLineEqual = assertEqual


def _search(pattern, text):
    import re

    return re.search(pattern, text)


class IsolatedAsyncioTestCase(TestCase):
    """A test may be async; so may setUp and tearDown, or the same under the names asyncSetUp and asyncTearDown."""

    async def asyncSetUp(self):
        """Runs before each test, after setUp."""

    async def asyncTearDown(self):
        """Runs after each test, before tearDown."""

    def _call(self, function):
        result = function()
        if hasattr(result, "send"):
            import asyncio

            asyncio.run(result)

    def _steps(self):
        test = getattr(self, self._testMethodName)

        async def whole():
            await self.asyncSetUp()
            try:
                result = test()
                if hasattr(result, "send"):
                    await result
            finally:
                await self.asyncTearDown()

        self._whole = whole
        name = self._testMethodName
        self._testMethodName = "_whole"
        try:
            super()._steps()
        finally:
            self._testMethodName = name


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
        self.errors.append((test, _traceback(err)))

    def addFailure(self, test, err):
        self.failures.append((test, _traceback(err)))

    def addSkip(self, test, reason):
        self.skipped.append((test, reason))

    def addExpectedFailure(self, test, err):
        self.expectedFailures.append((test, _traceback(err)))

    def addUnexpectedSuccess(self, test):
        self.unexpectedSuccesses.append(test)

    def _failed(self, test, error, failure):
        if isinstance(error, failure):
            self.addFailure(test, error)
        else:
            self.addError(test, error)


def _traceback(error):
    import io

    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue()


class _Telling(TestResult):
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


class TestSuite:
    """Tests, and suites of them, in order."""

    def __init__(self, tests=()):
        self._tests = list(tests)

    def __iter__(self):
        return iter(self._tests)

    def countTestCases(self):
        """How many tests there are, in suites within too."""
        return sum([each.countTestCases() if isinstance(each, TestSuite) else 1 for each in self._tests])

    def addTest(self, test):
        self._tests.append(test)

    def addTests(self, tests):
        for test in tests:
            self.addTest(test)

    def run(self, result):
        """Runs all into `result`; a class is set up before its first test and torn down after its last."""
        cls = None
        broken = False
        for test in self._tests:
            if isinstance(test, TestSuite):
                test.run(result)
                continue
            if type(test) is not cls:
                self._leave(cls, broken, result)
                cls = type(test)
                broken = self._enter(cls, result)
            if not broken:
                test.run(result)
        self._leave(cls, broken, result)
        return result

    def _enter(self, cls, result):
        """True where the class cannot be set up."""
        if cls._skipped is not None:
            return False
        try:
            cls.setUpClass()
        except SkipTest as error:
            result.addSkip(_Named("setUpClass (%s)" % cls.__name__), str(error))
            return True
        except Exception as error:
            result.addError(_Named("setUpClass (%s)" % cls.__name__), error)
            return True
        return False

    def _leave(self, cls, broken, result):
        if cls is None or broken or cls._skipped is not None:
            return
        try:
            cls.tearDownClass()
        except Exception as error:
            result.addError(_Named("tearDownClass (%s)" % cls.__name__), error)


class TestLoader:
    """Finds tests."""

    testMethodPrefix = "test"

    def getTestCaseNames(self, testCaseClass):
        """The methods that are tests, by name."""
        prefix = self.testMethodPrefix
        return sorted([n for n in dir(testCaseClass) if n.startswith(prefix) and callable(getattr(testCaseClass, n))])

    def loadTestsFromTestCase(self, testCaseClass):
        """One of each method of the class."""
        names = self.getTestCaseNames(testCaseClass)
        if not names and hasattr(testCaseClass, "runTest"):
            names = ["runTest"]
        return TestSuite([testCaseClass(name) for name in names])

    def loadTestsFromModule(self, module):
        """One of each method of each class of the module, the classes by name."""
        suite = TestSuite()
        for name in sorted(dir(module)):
            found = getattr(module, name)
            if isinstance(found, type) and issubclass(found, TestCase):
                if found is not TestCase and found is not IsolatedAsyncioTestCase:
                    suite.addTest(self.loadTestsFromTestCase(found))
        return suite


defaultTestLoader = TestLoader()


class TextTestRunner:
    """Runs tests and writes what came of them, left out to standard error."""

    def __init__(self, stream=None, descriptions=True, verbosity=1):
        self._stream = sys.stderr if stream is None else stream
        self._verbosity = verbosity

    def run(self, test):
        """The result of `test`, a test or a suite."""
        write = self._stream.write
        result = _Telling(self._stream, self._verbosity)
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
