"""Times of the day."""

from .days import checked
from .order import Ordered
from .reading import parsed_time
from .span import timedelta
from .writing import formatted, rest_repr, time_text
from .zone import offset_text, tzinfo


def set_time(self, hour, minute, second, microsecond, zone, fold):
    """Gives an object its time of the day, each part checked."""
    if zone is not None and not isinstance(zone, tzinfo):
        raise TypeError("tzinfo argument must be None or of a tzinfo subclass")
    self.hour = checked(hour, 0, 23, "hour must be in 0..23")
    self.minute = checked(minute, 0, 59, "minute must be in 0..59")
    self.second = checked(second, 0, 59, "second must be in 0..59")
    self.microsecond = checked(microsecond, 0, 999_999, "microsecond must be in 0..999999")
    self.tzinfo = zone
    self.fold = checked(fold, 0, 1, "fold must be either 0 or 1")


def replaced_time(self, hour, minute, second, microsecond, zone):
    """The parts of a time, those that were given in place of its own."""
    return (
        self.hour if hour is None else hour,
        self.minute if minute is None else minute,
        self.second if second is None else second,
        self.microsecond if microsecond is None else microsecond,
        self.tzinfo if zone is True else zone,
    )


def fold_of(self, fold):
    """The fold that was given, or its own."""
    return self.fold if fold is None else fold


def time_us(self):
    """The time of the day in microseconds."""
    return ((self.hour * 60 + self.minute) * 60 + self.second) * 1_000_000 + self.microsecond


class time(Ordered):
    """A time of the day."""

    _kind = "time"

    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        set_time(self, hour, minute, second, microsecond, tzinfo, fold)

    @classmethod
    def fromisoformat(cls, text):
        return cls(*parsed_time(text[1:] if text[:1] == "T" else text))

    def replace(self, hour=None, minute=None, second=None, microsecond=None, tzinfo=True, *, fold=None):
        return type(self)(*replaced_time(self, hour, minute, second, microsecond, tzinfo), fold=fold_of(self, fold))

    def isoformat(self, timespec="auto"):
        return time_text(self, timespec) + offset_text(self.utcoffset())

    def strftime(self, format):
        return formatted(self, format)

    def utcoffset(self):
        return None if self.tzinfo is None else self.tzinfo.utcoffset(None)

    def tzname(self):
        return None if self.tzinfo is None else self.tzinfo.tzname(None)

    def dst(self):
        return None if self.tzinfo is None else self.tzinfo.dst(None)

    def _key(self):
        offset = self.utcoffset()
        us = time_us(self)
        return (None, us) if offset is None else (0, us - offset._us)

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return "datetime.time(%d, %d%s)" % (self.hour, self.minute, rest_repr(self))


time.min = time()
time.max = time(23, 59, 59, 999_999)
time.resolution = timedelta(microseconds=1)
