"""Tests that are left out, or must fail."""


class SkipTest(Exception):
    """Raised in a test that is to be left out."""


def skip(reason):
    """A decorator: the test, or every test of the class, is left out."""

    def decorate(thing):
        if isinstance(thing, type):
            thing._skipped = reason
            return thing
        return Skipped(reason)

    return decorate


class Skipped:
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


class Expected(Exception):
    """The test failed as it was said to."""


class Unexpected(Exception):
    """It did not."""


def expectedFailure(test):
    """A decorator: the test must fail."""

    def failing(self):
        try:
            test(self)
        except Exception as error:
            raise Expected(error)
        raise Unexpected

    return failing
