import io
import unittest

order = []


class Numbers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        order.append("class")

    @classmethod
    def tearDownClass(cls):
        order.append("end of class")

    def setUp(self):
        order.append("up")
        self.addCleanup(order.append, "cleanup")

    def tearDown(self):
        order.append("down")

    def test_holds(self):
        order.append("test")
        self.assertEqual(1 + 1, 2)
        self.assertNotEqual(1, 2)
        self.assertTrue(1)
        self.assertFalse("")
        self.assertIs(None, None)
        self.assertIsNot([], [])
        self.assertIsNone(None)
        self.assertIsNotNone(0)
        self.assertIn(1, [1])
        self.assertNotIn(2, [1])
        self.assertIsInstance(1, int)
        self.assertNotIsInstance("", int)
        self.assertLess(1, 2)
        self.assertLessEqual(2, 2)
        self.assertGreater(2, 1)
        self.assertGreaterEqual(2, 2)
        self.assertAlmostEqual(1.0, 1.00000001)
        self.assertAlmostEqual(1.0, 1.2, delta=0.5)
        self.assertNotAlmostEqual(1.0, 1.1)
        self.assertCountEqual([1, 2, 2], [2, 1, 2])
        self.assertRegex("abc", "b+")
        self.assertNotRegex("abc", "x")
        self.assertListEqual([1], [1])
        self.assertDictEqual({1: 2}, {1: 2})
        with self.assertRaises(ValueError) as caught:
            int("x")
        self.assertIsInstance(caught.exception, ValueError)
        self.assertRaises((KeyError, IndexError), lambda: [][1])
        with self.assertRaisesRegex(ValueError, "b.d"):
            raise ValueError("bad")

    def test_fails(self):
        self.assertEqual(1, 2, "not so")

    def test_is_in_error(self):
        raise KeyError("oh")

    def test_parts(self):
        for i in range(4):
            with self.subTest(i=i):
                self.assertEqual(i % 2, 0)

    @unittest.skip("not today")
    def test_skipped(self):
        order.append("never")

    def test_skips_itself(self):
        self.skipTest("not here")

    @unittest.skipIf(False, "no")
    @unittest.skipUnless(True, "no")
    def test_is_not_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.fail("as said")

    @unittest.expectedFailure
    def test_unexpected(self):
        pass

    def not_a_test(self):
        raise RuntimeError


@unittest.skip("the class too")
class Skipped(unittest.TestCase):
    def test_never(self):
        order.append("never")


class Later(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.value = 1

    async def test_async(self):
        self.assertEqual(self.value, 1)

    async def test_async_fails(self):
        self.assertEqual(self.value, 2)

    def test_plain(self):
        self.assertEqual(self.value, 1)


class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("no class")

    def test_never(self):
        order.append("never")


def nothing():
    pass


def messages():
    checks = unittest.TestCase("fail")
    for name, arguments in (
        ("assertEqual", (1, "1")),
        ("assertTrue", (0,)),
        ("assertFalse", ([1],)),
        ("assertIs", (1, "a")),
        ("assertIn", (1, [2])),
        ("assertIsNone", (1,)),
        ("assertIsNotNone", (None,)),
        ("assertLess", (2, 1)),
        ("assertRaises", (ValueError, nothing)),
        ("assertAlmostEqual", (1.0, 1.5)),
        ("assertNotIn", (1, [1])),
    ):
        try:
            getattr(checks, name)(*arguments)
        except AssertionError as error:
            print(name, error)


def told(text):
    """What stands at the head of each report, and the counts; a time and a traceback are another each time."""
    for line in text.split("\n"):
        if line.startswith(("FAILED", "OK", "NO TESTS")):
            print(line)
        elif line.startswith("Ran "):
            print(line.rpartition(" in ")[0])


messages()
loader = unittest.TestLoader()
print(loader.getTestCaseNames(Later))
for cls in (Numbers, Skipped, Later, Broken):
    out = io.StringIO()
    result = unittest.TextTestRunner(stream=out, verbosity=1).run(loader.loadTestsFromTestCase(cls))
    print(
        cls.__name__,
        repr(out.getvalue().split("\n")[0]),
        result.wasSuccessful(),
        result.testsRun if cls is not Broken else "",
    )
    print(
        len(result.failures),
        len(result.errors),
        len(result.skipped),
        len(result.expectedFailures),
        len(result.unexpectedSuccesses),
    )
    print([reason for _, reason in result.skipped])
    told(out.getvalue())
print(order[:6], order.count("up"), order.count("down"), order.count("cleanup"), "never" in order, order[-1])
suite = unittest.TestSuite()
suite.addTest(Numbers("test_holds"))
suite.addTests([Later("test_plain"), unittest.TestSuite([Numbers("test_parts")])])
print(suite.countTestCases())
out = io.StringIO()
unittest.TextTestRunner(stream=out).run(unittest.TestSuite())
kept = unittest.main(exit=False, testRunner=unittest.TextTestRunner(stream=out), argv=["x"])
print(sorted([out.getvalue().count(word) for word in ("FAIL: ", "ERROR: ")]))
try:
    unittest.main(argv=["x"], testRunner=unittest.TextTestRunner(stream=out))
except SystemExit as end:
    print("status", int(end.args[0]))
