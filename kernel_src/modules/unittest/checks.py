"""What a test can hold."""


class Raises:
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


class Checks:
    """The methods assert…, each with a message of one's own at the end."""

    failureException = AssertionError

    def fail(self, msg=None):
        """Fails."""
        raise self.failureException(msg)

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
        return self._raising(Raises(self, expected_exception), callable, args, kwargs)

    def assertRaisesRegex(self, expected_exception, expected_regex, callable=None, *args, **kwargs):
        """The same, and its text is found by the pattern."""
        return self._raising(Raises(self, expected_exception, expected_regex), callable, args, kwargs)

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
