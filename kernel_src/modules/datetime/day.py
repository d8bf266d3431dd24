"""Days."""

from math import floor
from time import time_ns

from .days import EPOCH, LAST, MAXYEAR, MINYEAR, checked, days_before_month, days_before_year, days_in, from_ordinal
from .order import Ordered
from .reading import parsed_date
from .span import timedelta
from .writing import formatted


class date(Ordered):
    """A day."""

    _kind = "date"

    def __init__(self, year, month, day):
        self._day(year, month, day)

    def _day(self, year, month, day):
        self.year = checked(year, MINYEAR, MAXYEAR, "year %r is out of range" % (year,))
        self.month = checked(month, 1, 12, "month must be in 1..12")
        self.day = checked(day, 1, days_in(year, month), "day is out of range for month")

    @classmethod
    def today(cls):
        return cls.fromtimestamp(time_ns() / 1_000_000_000)

    @classmethod
    def fromtimestamp(cls, timestamp):
        return cls.fromordinal(EPOCH + int(floor(timestamp / 86_400)))

    @classmethod
    def fromordinal(cls, ordinal):
        return cls(*from_ordinal(checked(ordinal, 1, LAST, "ordinal must be in 1..%d" % LAST)))

    @classmethod
    def fromisoformat(cls, text):
        return cls(*parsed_date(text))

    @classmethod
    def fromisocalendar(cls, year, week, day):
        checked(day, 1, 7, "Invalid weekday: %r (range is [1, 7])" % (day,))
        first = date(year, 1, 4)
        found = cls.fromordinal(first.toordinal() - first.weekday() + (week - 1) * 7 + day - 1)
        if found.isocalendar()[:2] != (year, week):
            raise ValueError("Invalid week: %r" % (week,))
        return found

    def toordinal(self):
        return days_before_year(self.year) + days_before_month(self.year, self.month) + self.day

    def weekday(self):
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        return self.weekday() + 1

    def isocalendar(self):
        thursday = from_ordinal(self.toordinal() - self.weekday() + 3)
        day_of_year = days_before_month(thursday[0], thursday[1]) + thursday[2]
        return thursday[0], (day_of_year - 1) // 7 + 1, self.isoweekday()

    def replace(self, year=None, month=None, day=None):
        return type(self)(
            self.year if year is None else year,
            self.month if month is None else month,
            self.day if day is None else day,
        )

    def timetuple(self):
        day_of_year = self.toordinal() - days_before_year(self.year)
        return self.year, self.month, self.day, 0, 0, 0, self.weekday(), day_of_year, -1

    def isoformat(self):
        return "%04d-%02d-%02d" % (self.year, self.month, self.day)

    def ctime(self):
        return self.strftime("%a %b ") + "%2d" % self.day + self.strftime(" %H:%M:%S %Y")

    def strftime(self, format):
        return formatted(self, format)

    def _key(self):
        return 0, self.toordinal()

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return type(self)(*from_ordinal(self.toordinal() + other.days))

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return type(self)(*from_ordinal(self.toordinal() - other.days))
        if isinstance(other, date) and other._kind == "date":
            return timedelta(self.toordinal() - other.toordinal())
        return NotImplemented

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return "datetime.date(%d, %d, %d)" % (self.year, self.month, self.day)


date.min = date(MINYEAR, 1, 1)
date.max = date(MAXYEAR, 12, 31)
date.resolution = timedelta(days=1)
