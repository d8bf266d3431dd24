"""Dates and times, after CPython's module of the name.

Days are counted in the Gregorian calendar for all years; the machine's local time is UTC. What differs: there is no
`strptime`, and `strftime` knows the English names alone.
"""

from math import floor
from time import time_ns

MINYEAR = 1
MAXYEAR = 9999

_MONTHS = ("January February March April May June July August September October November December").split()
_DAYS = ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)
_EPOCH = 719163
"""The ordinal of the first day of 1970."""
_LAST = 3_652_059
"""The ordinal of the last day of all."""
_DAY_US = 86_400_000_000


def _leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(year, month):
    return 29 if month == 2 and _leap(year) else _BEFORE_MONTH[month] - _BEFORE_MONTH[month - 1]


def _days_before_year(year):
    year -= 1
    return year * 365 + year // 4 - year // 100 + year // 400


def _days_before_month(year, month):
    return _BEFORE_MONTH[month - 1] + (month > 2 and _leap(year))


def _from_ordinal(ordinal):
    if not 1 <= ordinal <= _LAST:
        raise OverflowError("date value out of range")
    year = (ordinal - 1) * 400 // 146_097 + 1
    while _days_before_year(year + 1) < ordinal:
        year += 1
    while _days_before_year(year) >= ordinal:
        year -= 1
    day = ordinal - _days_before_year(year)
    month = 12
    while _days_before_month(year, month) >= day:
        month -= 1
    return year, month, day - _days_before_month(year, month)


def _check(value, low, high, message):
    if not isinstance(value, int):
        raise TypeError("an integer is required")
    if not low <= value <= high:
        raise ValueError(message)
    return value


def _rounded(value):
    """To the nearest whole number, half to even, as CPython does."""
    return value if isinstance(value, int) else int(round(value))


def _offset_text(offset, separator=":"):
    if offset is None:
        return ""
    us = offset._us
    sign = "-" if us < 0 else "+"
    seconds, us = divmod(abs(us), 1_000_000)
    text = "%s%02d%s%02d" % (sign, seconds // 3600, separator, seconds // 60 % 60)
    if seconds % 60 or us:
        text += "%s%02d" % (separator, seconds % 60)
    return text + (".%06d" % us if us else "")


class timedelta:
    """A span of time, in microseconds inside."""

    def __init__(self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0):
        us = 0
        for value, unit in (
            (weeks, 7 * _DAY_US),
            (days, _DAY_US),
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
                us += int(whole) * unit + _rounded((value - whole) * unit)
        if not -999_999_999 * _DAY_US <= us < 1_000_000_000 * _DAY_US:
            raise OverflowError("days=%d; must have magnitude <= 999999999" % (us // _DAY_US))
        self._us = us

    @property
    def days(self):
        return self._us // _DAY_US

    @property
    def seconds(self):
        return self._us // 1_000_000 % 86_400

    @property
    def microseconds(self):
        return self._us % 1_000_000

    def total_seconds(self):
        return self._us / 1_000_000

    def __add__(self, other):
        return _span(self._us + other._us) if isinstance(other, timedelta) else NotImplemented

    def __sub__(self, other):
        return _span(self._us - other._us) if isinstance(other, timedelta) else NotImplemented

    def __mul__(self, other):
        return _span(_rounded(self._us * other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, timedelta):
            return self._us / other._us
        if isinstance(other, int):
            quotient, rest = divmod(self._us, other)
            double = 2 * abs(rest) - abs(other)
            return _span(quotient + (double > 0 or (double == 0 and quotient % 2 == 1)))
        return _span(_rounded(self._us / other))

    def __floordiv__(self, other):
        return self._us // other._us if isinstance(other, timedelta) else _span(self._us // other)

    def __mod__(self, other):
        return _span(self._us % other._us)

    def __divmod__(self, other):
        return self // other, self % other

    def __neg__(self):
        return _span(-self._us)

    def __pos__(self):
        return self

    def __abs__(self):
        return _span(abs(self._us))

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


def _span(us):
    return timedelta(microseconds=us)


timedelta.min = timedelta(-999_999_999)
timedelta.max = timedelta(999_999_999, 86_399, 999_999)
timedelta.resolution = timedelta(microseconds=1)


class tzinfo:
    """A zone of time; what is made of it says its offset from UTC."""

    def utcoffset(self, dt):
        raise NotImplementedError("a tzinfo subclass must implement utcoffset()")

    def tzname(self, dt):
        raise NotImplementedError("a tzinfo subclass must implement tzname()")

    def dst(self, dt):
        raise NotImplementedError("a tzinfo subclass must implement dst()")

    def fromutc(self, dt):
        return dt + dt.utcoffset()


class timezone(tzinfo):
    """A zone with one offset for all times."""

    def __init__(self, offset, name=None):
        if not isinstance(offset, timedelta):
            raise TypeError("offset must be a timedelta")
        if abs(offset._us) >= _DAY_US:
            raise ValueError("offset must be a timedelta strictly between -24 and 24 hours")
        self._offset = offset
        self._name = name

    def utcoffset(self, dt):
        return self._offset

    def tzname(self, dt):
        return self._name or "UTC" + (_offset_text(self._offset) if self._offset else "")

    def dst(self, dt):
        return None

    def fromutc(self, dt):
        return dt + self._offset

    def __eq__(self, other):
        return isinstance(other, timezone) and self._offset == other._offset

    def __hash__(self):
        return hash(self._offset)

    def __str__(self):
        return self.tzname(None)

    def __repr__(self):
        if self is timezone.utc:
            return "datetime.timezone.utc"
        return "datetime.timezone(%r%s)" % (self._offset, "" if self._name is None else ", %r" % self._name)


timezone.utc = timezone(timedelta())
UTC = timezone.utc


class _Ordered:
    """Comparisons by a key, between objects of one kind."""

    def _compared(self, other):
        """Below, at or above zero; None where the two cannot be compared."""
        if not isinstance(other, _Ordered) or isinstance(other, datetime) != isinstance(self, datetime):
            return None
        if isinstance(other, date) != isinstance(self, date):
            return None
        mine, its = self._key(), other._key()
        if (mine[0] is None) != (its[0] is None):
            return None
        return (mine > its) - (mine < its) if mine[0] is not None else (mine[1] > its[1]) - (mine[1] < its[1])

    def _order(self, other):
        order = self._compared(other)
        if order is None:
            if isinstance(other, type(self)):
                raise TypeError("can't compare offset-naive and offset-aware times")
            raise TypeError("can't compare %s to %s" % (type(self).__name__, type(other).__name__))
        return order

    def __eq__(self, other):
        return self._compared(other) == 0

    def __lt__(self, other):
        return self._order(other) < 0

    def __le__(self, other):
        return self._order(other) <= 0

    def __gt__(self, other):
        return self._order(other) > 0

    def __ge__(self, other):
        return self._order(other) >= 0

    def __hash__(self):
        return hash(self._key())


class date(_Ordered):
    """A day."""

    def __init__(self, year, month, day):
        self._day(year, month, day)

    def _day(self, year, month, day):
        self.year = _check(year, MINYEAR, MAXYEAR, "year %r is out of range" % (year,))
        self.month = _check(month, 1, 12, "month must be in 1..12")
        self.day = _check(day, 1, _days_in(year, month), "day is out of range for month")

    @classmethod
    def today(cls):
        return cls.fromtimestamp(time_ns() / 1_000_000_000)

    @classmethod
    def fromtimestamp(cls, timestamp):
        return cls.fromordinal(_EPOCH + int(floor(timestamp / 86_400)))

    @classmethod
    def fromordinal(cls, ordinal):
        return cls(*_from_ordinal(_check(ordinal, 1, _LAST, "ordinal must be in 1..%d" % _LAST)))

    @classmethod
    def fromisoformat(cls, text):
        return cls(*_parsed_date(text))

    @classmethod
    def fromisocalendar(cls, year, week, day):
        _check(day, 1, 7, "Invalid weekday: %r (range is [1, 7])" % (day,))
        first = date(year, 1, 4)
        found = cls.fromordinal(first.toordinal() - first.weekday() + (week - 1) * 7 + day - 1)
        if found.isocalendar()[:2] != (year, week):
            raise ValueError("Invalid week: %r" % (week,))
        return found

    def toordinal(self):
        return _days_before_year(self.year) + _days_before_month(self.year, self.month) + self.day

    def weekday(self):
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        return self.weekday() + 1

    def isocalendar(self):
        thursday = _from_ordinal(self.toordinal() - self.weekday() + 3)
        day_of_year = _days_before_month(thursday[0], thursday[1]) + thursday[2]
        return thursday[0], (day_of_year - 1) // 7 + 1, self.isoweekday()

    def replace(self, year=None, month=None, day=None):
        return type(self)(
            self.year if year is None else year,
            self.month if month is None else month,
            self.day if day is None else day,
        )

    def timetuple(self):
        day_of_year = self.toordinal() - _days_before_year(self.year)
        return self.year, self.month, self.day, 0, 0, 0, self.weekday(), day_of_year, -1

    def isoformat(self):
        return "%04d-%02d-%02d" % (self.year, self.month, self.day)

    def ctime(self):
        return self.strftime("%a %b ") + "%2d" % self.day + self.strftime(" %H:%M:%S %Y")

    def strftime(self, format):
        return _formatted(self, format)

    def _key(self):
        return 0, self.toordinal()

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return type(self)(*_from_ordinal(self.toordinal() + other.days))

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return type(self)(*_from_ordinal(self.toordinal() - other.days))
        if isinstance(other, date) and not isinstance(other, datetime):
            return timedelta(self.toordinal() - other.toordinal())
        return NotImplemented

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return "datetime.date(%d, %d, %d)" % (self.year, self.month, self.day)


date.min = date(MINYEAR, 1, 1)
date.max = date(MAXYEAR, 12, 31)
date.resolution = timedelta(days=1)


class time(_Ordered):
    """A time of the day."""

    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        _set_time(self, hour, minute, second, microsecond, tzinfo, fold)

    @classmethod
    def fromisoformat(cls, text):
        return cls(*_parsed_time(text[1:] if text[:1] == "T" else text))

    def replace(self, hour=None, minute=None, second=None, microsecond=None, tzinfo=True, *, fold=None):
        return type(self)(*_replaced(self, hour, minute, second, microsecond, tzinfo), fold=_fold(self, fold))

    def isoformat(self, timespec="auto"):
        return _time_text(self, timespec) + _offset_text(self.utcoffset())

    def strftime(self, format):
        return _formatted(self, format)

    def utcoffset(self):
        return None if self.tzinfo is None else self.tzinfo.utcoffset(None)

    def tzname(self):
        return None if self.tzinfo is None else self.tzinfo.tzname(None)

    def dst(self):
        return None if self.tzinfo is None else self.tzinfo.dst(None)

    def _key(self):
        offset = self.utcoffset()
        us = _time_us(self)
        return (None, us) if offset is None else (0, us - offset._us)

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return "datetime.time(%d, %d%s)" % (self.hour, self.minute, _rest_repr(self))


class datetime(date):
    """A day and a time of it."""

    def __init__(self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        self._day(year, month, day)
        _set_time(self, hour, minute, second, microsecond, tzinfo, fold)

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
        return cls._of_us(whole * 1_000_000 + _rounded((timestamp - whole) * 1_000_000), tz)

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
        return cls(*_parsed_date(text[:10]), *(_parsed_time(text[11:]) if len(text) > 10 else ()))

    @classmethod
    def _of_us(cls, us, tz=None):
        """Of microseconds since the epoch."""
        naive = cls._of_days(us + _EPOCH * _DAY_US, tz)
        return naive if tz is None else tz.fromutc(naive)

    @classmethod
    def _of_days(cls, us, tz):
        """Of microseconds since day 0 of the calendar."""
        day, us = divmod(us, _DAY_US)
        seconds, us = divmod(us, 1_000_000)
        return cls(*_from_ordinal(day), seconds // 3600, seconds // 60 % 60, seconds % 60, us, tz)

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
            *_replaced(self, hour, minute, second, microsecond, tzinfo),
            fold=_fold(self, fold),
        )

    def astimezone(self, tz=None):
        """The same moment in another zone; without a zone of its own it is UTC."""
        tz = timezone.utc if tz is None else tz
        offset = self.utcoffset()
        utc = self if offset is None else self - offset
        return tz.fromutc(utc.replace(tzinfo=tz))

    def timestamp(self):
        """Seconds since 1970; without a zone of its own it is UTC."""
        return (self._utc_us() - _EPOCH * _DAY_US) / 1_000_000

    def timetuple(self):
        dst = self.dst()
        flag = -1 if dst is None else int(bool(dst))
        return self._tuple(self, flag)

    def utctimetuple(self):
        offset = self.utcoffset()
        return self._tuple(self - offset if offset else self, 0)

    def _tuple(self, moment, flag):
        day_of_year = moment.toordinal() - _days_before_year(moment.year)
        clock = (moment.hour, moment.minute, moment.second, moment.weekday(), day_of_year, flag)
        return (moment.year, moment.month, moment.day) + clock

    def isoformat(self, sep="T", timespec="auto"):
        return date.isoformat(self) + sep + _time_text(self, timespec) + _offset_text(self.utcoffset())

    def utcoffset(self):
        return None if self.tzinfo is None else self.tzinfo.utcoffset(self)

    def tzname(self):
        return None if self.tzinfo is None else self.tzinfo.tzname(self)

    def dst(self):
        return None if self.tzinfo is None else self.tzinfo.dst(self)

    def _us(self):
        return self.toordinal() * _DAY_US + _time_us(self)

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
        return _span(self._utc_us() - other._utc_us())

    def __str__(self):
        return self.isoformat(" ")

    def __repr__(self):
        day = "%d, %d, %d, %d, %d" % (self.year, self.month, self.day, self.hour, self.minute)
        return "datetime.datetime(%s%s)" % (day, _rest_repr(self))


def _set_time(self, hour, minute, second, microsecond, zone, fold):
    if zone is not None and not isinstance(zone, tzinfo):
        raise TypeError("tzinfo argument must be None or of a tzinfo subclass")
    self.hour = _check(hour, 0, 23, "hour must be in 0..23")
    self.minute = _check(minute, 0, 59, "minute must be in 0..59")
    self.second = _check(second, 0, 59, "second must be in 0..59")
    self.microsecond = _check(microsecond, 0, 999_999, "microsecond must be in 0..999999")
    self.tzinfo = zone
    self.fold = _check(fold, 0, 1, "fold must be either 0 or 1")


def _replaced(self, hour, minute, second, microsecond, zone):
    return (
        self.hour if hour is None else hour,
        self.minute if minute is None else minute,
        self.second if second is None else second,
        self.microsecond if microsecond is None else microsecond,
        self.tzinfo if zone is True else zone,
    )


def _fold(self, fold):
    return self.fold if fold is None else fold


def _time_us(self):
    return ((self.hour * 60 + self.minute) * 60 + self.second) * 1_000_000 + self.microsecond


def _rest_repr(self):
    text = ", %d" % self.second if self.second or self.microsecond else ""
    text += ", %d" % self.microsecond if self.microsecond else ""
    text += ", fold=1" if self.fold else ""
    return text + ("" if self.tzinfo is None else ", tzinfo=%r" % self.tzinfo)


def _time_text(self, timespec):
    if timespec == "auto":
        timespec = "microseconds" if self.microsecond else "seconds"
    if timespec not in _SPECS:
        raise ValueError("Unknown timespec value")
    form, values = _SPECS[timespec]
    return form % values(self)


_SPECS = {
    "hours": ("%02d", lambda t: (t.hour,)),
    "minutes": ("%02d:%02d", lambda t: (t.hour, t.minute)),
    "seconds": ("%02d:%02d:%02d", lambda t: (t.hour, t.minute, t.second)),
    "milliseconds": ("%02d:%02d:%02d.%03d", lambda t: (t.hour, t.minute, t.second, t.microsecond // 1000)),
    "microseconds": ("%02d:%02d:%02d.%06d", lambda t: (t.hour, t.minute, t.second, t.microsecond)),
}


def _formatted(self, form):
    parts = []
    i = 0
    while i < len(form):
        if form[i] != "%" or i + 1 == len(form):
            parts.append(form[i])
            i += 1
            continue
        parts.append(_field(self, form[i + 1]))
        i += 2
    return "".join(parts)


def _field(self, letter):
    day = self if isinstance(self, date) else date(1900, 1, 1)
    clock = self if hasattr(self, "hour") else time()
    if letter in _NUMBERS:
        form, value = _NUMBERS[letter]
        return form % value(day, clock)
    if letter in "aA":
        name = _DAYS[day.weekday()]
        return name if letter == "A" else name[:3]
    if letter in "bBh":
        name = _MONTHS[day.month - 1]
        return name if letter == "B" else name[:3]
    if letter == "p":
        return "AM" if clock.hour < 12 else "PM"
    if letter == "z":
        return _offset_text(clock.utcoffset(), "") if hasattr(clock, "utcoffset") else ""
    if letter == "Z":
        return clock.tzname() or ""
    if letter in _COMPOUND:
        return _formatted(self, _COMPOUND[letter])
    return "%" if letter == "%" else "%" + letter


def _day_of_year(day):
    return day.toordinal() - _days_before_year(day.year)


_NUMBERS = {
    "Y": ("%d", lambda d, t: d.year),
    "m": ("%02d", lambda d, t: d.month),
    "d": ("%02d", lambda d, t: d.day),
    "e": ("%2d", lambda d, t: d.day),
    "H": ("%02d", lambda d, t: t.hour),
    "I": ("%02d", lambda d, t: t.hour % 12 or 12),
    "M": ("%02d", lambda d, t: t.minute),
    "S": ("%02d", lambda d, t: t.second),
    "f": ("%06d", lambda d, t: t.microsecond),
    "y": ("%02d", lambda d, t: d.year % 100),
    "j": ("%03d", lambda d, t: _day_of_year(d)),
    "w": ("%d", lambda d, t: d.isoweekday() % 7),
    "u": ("%d", lambda d, t: d.isoweekday()),
    "U": ("%02d", lambda d, t: (_day_of_year(d) + 6 - d.isoweekday() % 7) // 7),
    "W": ("%02d", lambda d, t: (_day_of_year(d) + 6 - d.weekday()) // 7),
    "G": ("%04d", lambda d, t: d.isocalendar()[0]),
    "V": ("%02d", lambda d, t: d.isocalendar()[1]),
}
_COMPOUND = {
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "R": "%H:%M",
    "D": "%m/%d/%y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "c": "%a %b %e %H:%M:%S %Y",
}


def _digits(text):
    if not text or not all("0" <= each <= "9" for each in text):
        raise ValueError("Invalid isoformat string")
    return int(text)


def _parsed_date(text):
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        return _digits(text[:4]), _digits(text[5:7]), _digits(text[8:])
    if len(text) == 8 and "-" not in text:
        return _digits(text[:4]), _digits(text[4:6]), _digits(text[6:])
    raise ValueError("Invalid isoformat string: %r" % text)


def _parsed_time(text):
    """Hour, minute, second, microsecond, zone."""
    zone = None
    if text[-1:] in ("Z", "z"):
        zone = timezone.utc
        text = text[:-1]
    else:
        for sign in "+-":
            at = text.rfind(sign)
            if at >= 0:
                hour, minute, second, us = _parsed_clock(text[at + 1 :])
                span = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=us)
                zone = timezone(span if sign == "+" else -span) if span else timezone.utc
                text = text[:at]
    return _parsed_clock(text) + (zone,)


def _parsed_clock(text):
    clock, _, fraction = text.replace(",", ".").partition(".")
    parts = clock.split(":") if ":" in clock else [clock[i : i + 2] for i in range(0, len(clock), 2)]
    if not 1 <= len(parts) <= 3 or any(len(each) != 2 for each in parts) or (fraction and len(parts) != 3):
        raise ValueError("Invalid isoformat string: %r" % text)
    if text[-1:] == "." or text[-1:] == ",":
        raise ValueError("Invalid isoformat string: %r" % text)
    numbers = [_digits(each) for each in parts] + [0, 0]
    us = _digits((fraction + "000000")[:6]) if fraction else 0
    return numbers[0], numbers[1], numbers[2], us


time.min = time()
time.max = time(23, 59, 59, 999_999)
time.resolution = timedelta(microseconds=1)
datetime.min = datetime(MINYEAR, 1, 1)
datetime.max = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999_999)
datetime.resolution = timedelta(microseconds=1)
