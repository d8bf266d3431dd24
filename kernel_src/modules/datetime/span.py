"""Spans of time."""

from math import floor

from .days import DAY_US, rounded


class timedelta:
    """A span of time, in microseconds inside."""

    def __init__(self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0):
        us = 0
        for value, unit in (
            (weeks, 7 * DAY_US),
            (days, DAY_US),
            (hours, 3_600_000_000),
            (minutes, 60_000_000),
            (seconds, 1_000_000),
            (milliseconds, 1000),
            (microseconds, 1),
        ):
            if isinstance(value, int):
                us += value * unit
            else:
                whole = floor(value)
                us += int(whole) * unit + rounded((value - whole) * unit)
        if not -999_999_999 * DAY_US <= us < 1_000_000_000 * DAY_US:
            raise OverflowError("days=%d; must have magnitude <= 999999999" % (us // DAY_US))
        self._us = us

    @property
    def days(self):
        return self._us // DAY_US

    @property
    def seconds(self):
        return self._us // 1_000_000 % 86_400

    @property
    def microseconds(self):
        return self._us % 1_000_000

    def total_seconds(self):
        return self._us / 1_000_000

    def __add__(self, other):
        return span_of(self._us + other._us) if isinstance(other, timedelta) else NotImplemented

    def __sub__(self, other):
        return span_of(self._us - other._us) if isinstance(other, timedelta) else NotImplemented

    def __mul__(self, other):
        return span_of(rounded(self._us * other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, timedelta):
            return self._us / other._us
        if isinstance(other, int):
            quotient, rest = divmod(self._us, other)
            double = 2 * abs(rest) - abs(other)
            return span_of(quotient + (double > 0 or (double == 0 and quotient % 2 == 1)))
        return span_of(rounded(self._us / other))

    def __floordiv__(self, other):
        return self._us // other._us if isinstance(other, timedelta) else span_of(self._us // other)

    def __mod__(self, other):
        return span_of(self._us % other._us)

    def __divmod__(self, other):
        return self // other, self % other

    def __neg__(self):
        return span_of(-self._us)

    def __pos__(self):
        return self

    def __abs__(self):
        return span_of(abs(self._us))

    def __bool__(self):
        return self._us != 0

    def __eq__(self, other):
        return isinstance(other, timedelta) and self._us == other._us

    def __lt__(self, other):
        return self._us < other._us if isinstance(other, timedelta) else NotImplemented

    def __le__(self, other):
        return self._us <= other._us if isinstance(other, timedelta) else NotImplemented

    def __gt__(self, other):
        return self._us > other._us if isinstance(other, timedelta) else NotImplemented

    def __ge__(self, other):
        return self._us >= other._us if isinstance(other, timedelta) else NotImplemented

    def __hash__(self):
        return hash(self._us)

    def __str__(self):
        days, seconds = self.days, self.seconds
        text = "%d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
        if self.microseconds:
            text += ".%06d" % self.microseconds
        return "%d day%s, %s" % (days, "" if abs(days) == 1 else "s", text) if days else text

    def __repr__(self):
        parts = [(name, getattr(self, name)) for name in ("days", "seconds", "microseconds")]
        return "datetime.timedelta(%s)" % (", ".join(["%s=%d" % each for each in parts if each[1]]) or "0")


def span_of(us):
    """A span of so many microseconds."""
    return timedelta(microseconds=us)


timedelta.min = timedelta(-999_999_999)
timedelta.max = timedelta(999_999_999, 86_399, 999_999)
timedelta.resolution = timedelta(microseconds=1)
