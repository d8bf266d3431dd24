"""Many tests, and how they are found."""

from .case import IsolatedAsyncioTestCase, TestCase
from .marks import SkipTest
from .result import Named


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
            result.addSkip(Named("setUpClass (%s)" % cls.__name__), str(error))
            return True
        except Exception as error:
            result.addError(Named("setUpClass (%s)" % cls.__name__), error)
            return True
        return False

    def _leave(self, cls, broken, result):
        if cls is None or broken or cls._skipped is not None:
            return
        try:
            cls.tearDownClass()
        except Exception as error:
            result.addError(Named("tearDownClass (%s)" % cls.__name__), error)


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
