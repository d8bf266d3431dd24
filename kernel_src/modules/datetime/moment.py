"""Days with a time."""

from math import floor
from time import time_ns

from .clock import fold_of, replaced_time, set_time, time, time_us
from .day import date
from .days import DAY_US, EPOCH, MAXYEAR, MINYEAR, days_before_year, from_ordinal, rounded
from .reading import parsed_date, parsed_time
from .span import span_of, timedelta
from .writing import rest_repr, time_text
from .zone import offset_text, timezone


class datetime(date):
    """A day and a time of it."""

    _kind = "datetime"

    def __init__(self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        self._day(year, month, day)
        set_time(self, hour, minute, second, microsecond, tzinfo, fold)

    @classmethod
    def now(cls, tz=None):
        return cls._of_us(time_ns() // 1000, tz)

    @classmethod
    def today(cls):
        return cls.now()

    @classmethod
    def utcnow(cls):
        return cls.now()

    @classmethod
    def fromtimestamp(cls, timestamp, tz=None):
        whole = int(floor(timestamp))
        return cls._of_us(whole * 1_000_000 + rounded((timestamp - whole) * 1_000_000), tz)

    @classmethod
    def utcfromtimestamp(cls, timestamp):
        return cls.fromtimestamp(timestamp)

    @classmethod
    def combine(cls, date, time, tzinfo=True):
        zone = time.tzinfo if tzinfo is True else tzinfo
        return cls(
            date.year, date.month, date.day, time.hour, time.minute, time.second, time.microsecond, zone, fold=time.fold
        )

    @classmethod
    def fromisoformat(cls, text):
        return cls(*parsed_date(text[:10]), *(parsed_time(text[11:]) if len(text) > 10 else ()))

    @classmethod
    def _of_us(cls, us, tz=None):
        """Of microseconds since the epoch."""
        naive = cls._of_days(us + EPOCH * DAY_US, tz)
        return naive if tz is None else tz.fromutc(naive)

    @classmethod
    def _of_days(cls, us, tz):
        """Of microseconds since day 0 of the calendar."""
        day, us = divmod(us, DAY_US)
        seconds, us = divmod(us, 1_000_000)
        return cls(*from_ordinal(day), seconds // 3600, seconds // 60 % 60, seconds % 60, us, tz)

    def date(self):
        return date(self.year, self.month, self.day)

    def time(self):
        return time(self.hour, self.minute, self.second, self.microsecond, fold=self.fold)

    def timetz(self):
        return time(self.hour, self.minute, self.second, self.microsecond, self.tzinfo, fold=self.fold)

    def replace(
        self,
        year=None,
        month=None,
        day=None,
        hour=None,
        minute=None,
        second=None,
        microsecond=None,
        tzinfo=True,
        *,
        fold=None,
    ):
        return type(self)(
            self.year if year is None else year,
            self.month if month is None else month,
            self.day if day is None else day,
            *replaced_time(self, hour, minute, second, microsecond, tzinfo),
            fold=fold_of(self, fold),
        )

    def astimezone(self, tz=None):
        """The same moment in another zone; without a zone of its own it is UTC."""
        tz = timezone.utc if tz is None else tz
        offset = self.utcoffset()
        utc = self if offset is None else self - offset
        return tz.fromutc(utc.replace(tzinfo=tz))

    def timestamp(self):
        """Seconds since 1970; without a zone of its own it is UTC."""
        return (self._utc_us() - EPOCH * DAY_US) / 1_000_000

    def timetuple(self):
        dst = self.dst()
        flag = -1 if dst is None else int(bool(dst))
        return self._tuple(self, flag)

    def utctimetuple(self):
        offset = self.utcoffset()
        return self._tuple(self - offset if offset else self, 0)

    def _tuple(self, moment, flag):
        day_of_year = moment.toordinal() - days_before_year(moment.year)
        clock = (moment.hour, moment.minute, moment.second, moment.weekday(), day_of_year, flag)
        return (moment.year, moment.month, moment.day) + clock

    def isoformat(self, sep="T", timespec="auto"):
        return date.isoformat(self) + sep + time_text(self, timespec) + offset_text(self.utcoffset())

    def utcoffset(self):
        return None if self.tzinfo is None else self.tzinfo.utcoffset(self)

    def tzname(self):
        return None if self.tzinfo is None else self.tzinfo.tzname(self)

    def dst(self):
        return None if self.tzinfo is None else self.tzinfo.dst(self)

    def _us(self):
        return self.toordinal() * DAY_US + time_us(self)

    def _utc_us(self):
        offset = self.utcoffset()
        return self._us() - (0 if offset is None else offset._us)

    def _key(self):
        return None if self.utcoffset() is None else 0, self._utc_us()

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return type(self)._of_days(self._us() + other._us, self.tzinfo)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return type(self)._of_days(self._us() - other._us, self.tzinfo)
        if not isinstance(other, datetime):
            return NotImplemented
        if (self.utcoffset() is None) != (other.utcoffset() is None):
            raise TypeError("can't subtract offset-naive and offset-aware datetimes")
        return span_of(self._utc_us() - other._utc_us())

    def __str__(self):
        return self.isoformat(" ")

    def __repr__(self):
        day = "%d, %d, %d, %d, %d" % (self.year, self.month, self.day, self.hour, self.minute)
        return "datetime.datetime(%s%s)" % (day, rest_repr(self))


datetime.min = datetime(MINYEAR, 1, 1)
datetime.max = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999_999)
datetime.resolution = timedelta(microseconds=1)
