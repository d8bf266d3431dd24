"""Dates and times as text."""

from .days import days_before_year
from .zone import offset_text

MONTHS = ("January February March April May June July August September October November December").split()
DAYS = ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()


def rest_repr(self):
    """What a repr says after the minutes."""
    text = ", %d" % self.second if self.second or self.microsecond else ""
    text += ", %d" % self.microsecond if self.microsecond else ""
    text += ", fold=1" if self.fold else ""
    return text + ("" if self.tzinfo is None else ", tzinfo=%r" % self.tzinfo)


def time_text(self, timespec):
    """The time of the day in ISO's form, as far as `timespec` says."""
    if timespec == "auto":
        timespec = "microseconds" if self.microsecond else "seconds"
    if timespec not in SPECS:
        raise ValueError("Unknown timespec value")
    form, values = SPECS[timespec]
    return form % values(self)


SPECS = {
    "hours": ("%02d", lambda t: (t.hour,)),
    "minutes": ("%02d:%02d", lambda t: (t.hour, t.minute)),
    "seconds": ("%02d:%02d:%02d", lambda t: (t.hour, t.minute, t.second)),
    "milliseconds": ("%02d:%02d:%02d.%03d", lambda t: (t.hour, t.minute, t.second, t.microsecond // 1000)),
    "microseconds": ("%02d:%02d:%02d.%06d", lambda t: (t.hour, t.minute, t.second, t.microsecond)),
}


def formatted(self, form):
    """`form` with every field of it filled."""
    parts = []
    i = 0
    while i < len(form):
        if form[i] != "%" or i + 1 == len(form):
            parts.append(form[i])
            i += 1
            continue
        parts.append(field(self, form[i + 1]))
        i += 2
    return "".join(parts)


def field(self, letter):
    """One field of a form, by its letter."""
    import datetime as dt  # late: its parts need this one

    day = self if isinstance(self, dt.date) else dt.date(1900, 1, 1)
    clock = self if hasattr(self, "hour") else dt.time()
    if letter in NUMBERS:
        form, value = NUMBERS[letter]
        return form % value(day, clock)
    if letter in "aA":
        name = DAYS[day.weekday()]
        return name if letter == "A" else name[:3]
    if letter in "bBh":
        name = MONTHS[day.month - 1]
        return name if letter == "B" else name[:3]
    if letter == "p":
        return "AM" if clock.hour < 12 else "PM"
    if letter == "z":
        return offset_text(clock.utcoffset(), "") if hasattr(clock, "utcoffset") else ""
    if letter == "Z":
        return clock.tzname() or ""
    if letter in COMPOUND:
        return formatted(self, COMPOUND[letter])
    return "%" if letter == "%" else "%" + letter


def day_of_year(day):
    """The day's number in its year."""
    return day.toordinal() - days_before_year(day.year)


NUMBERS = {
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
    "j": ("%03d", lambda d, t: day_of_year(d)),
    "w": ("%d", lambda d, t: d.isoweekday() % 7),
    "u": ("%d", lambda d, t: d.isoweekday()),
    "U": ("%02d", lambda d, t: (day_of_year(d) + 6 - d.isoweekday() % 7) // 7),
    "W": ("%02d", lambda d, t: (day_of_year(d) + 6 - d.weekday()) // 7),
    "G": ("%04d", lambda d, t: d.isocalendar()[0]),
    "V": ("%02d", lambda d, t: d.isocalendar()[1]),
}


COMPOUND = {
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "R": "%H:%M",
    "D": "%m/%d/%y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "c": "%a %b %e %H:%M:%S %Y",
}
