"""A test: its life, and its parts."""

from .checks import Checks
from .marks import Expected, Skipped, SkipTest, Unexpected
from .result import Named, TestResult


class SubTest:
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
        self._case._result._failed(Named("%s %s" % (self._case, self._words)), error, self._case.failureException)
        return True


class TestCase(Checks):
    """A test is a method whose name begins with ``test``; each runs on an instance of its own."""

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

    def subTest(self, msg=None, **params):
        """A block of its own: when it fails, the test goes on, and fails at its end."""
        words = ([] if msg is None else ["[%s]" % msg]) + (
            ["(%s)" % ", ".join(["%s=%r" % pair for pair in sorted(params.items())])] if params else []
        )
        return SubTest(self, " ".join(words) or "(<subtest>)")

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
            if isinstance(getattr(self, self._testMethodName), Skipped):
                getattr(self, self._testMethodName)()
            self._steps()
            if not self._broken:
                result.addSuccess(self)
        except SkipTest as error:
            result.addSkip(self, str(error))
        except Expected as error:
            result.addExpectedFailure(self, error.args[0])
        except Unexpected:
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
