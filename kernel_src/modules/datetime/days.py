"""The Gregorian calendar: days counted from the first of year 1."""

MINYEAR = 1
MAXYEAR = 9999
BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)
EPOCH = 719163
"""The ordinal of the first day of 1970."""
LAST = 3_652_059
"""The ordinal of the last day of all."""
DAY_US = 86_400_000_000


def leap(year):
    """True for a year of 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(year, month):
    """How many days a month has."""
    return 29 if month == 2 and leap(year) else BEFORE_MONTH[month] - BEFORE_MONTH[month - 1]


def days_before_year(year):
    """How many days lie before a year."""
    year -= 1
    return year * 365 + year // 4 - year // 100 + year // 400


def days_before_month(year, month):
    """How many days of the year lie before a month."""
    return BEFORE_MONTH[month - 1] + (month > 2 and leap(year))


def from_ordinal(ordinal):
    """Year, month and day of the day of that number."""
    if not 1 <= ordinal <= LAST:
        raise OverflowError("date value out of range")
    year = (ordinal - 1) * 400 // 146_097 + 1
    while days_before_year(year + 1) < ordinal:
        year += 1
    while days_before_year(year) >= ordinal:
        year -= 1
    day = ordinal - days_before_year(year)
    month = 12
    while days_before_month(year, month) >= day:
        month -= 1
    return year, month, day - days_before_month(year, month)


def checked(value, low, high, message):
    """`value`, where it is a whole number within bounds."""
    if not isinstance(value, int):
        raise TypeError("an integer is required")
    if not low <= value <= high:
        raise ValueError(message)
    return value


def rounded(value):
    """To the nearest whole number, half to even, as CPython does."""
    return value if isinstance(value, int) else int(round(value))
