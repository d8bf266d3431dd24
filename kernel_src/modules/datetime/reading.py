"""Dates and times from text."""

from .span import timedelta
from .zone import timezone


def digits(text):
    """A number of digits alone."""
    if not text or not all("0" <= each <= "9" for each in text):
        raise ValueError("Invalid isoformat string")
    return int(text)


def parsed_date(text):
    """Year, month and day of an ISO date."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        return digits(text[:4]), digits(text[5:7]), digits(text[8:])
    if len(text) == 8 and "-" not in text:
        return digits(text[:4]), digits(text[4:6]), digits(text[6:])
    raise ValueError("Invalid isoformat string: %r" % text)


def parsed_time(text):
    """Hour, minute, second, microsecond, zone."""
    zone = None
    if text[-1:] in ("Z", "z"):
        zone = timezone.utc
        text = text[:-1]
    else:
        for sign in "+-":
            at = text.rfind(sign)
            if at >= 0:
                hour, minute, second, us = parsed_clock(text[at + 1 :])
                span = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=us)
                zone = timezone(span if sign == "+" else -span) if span else timezone.utc
                text = text[:at]
    return parsed_clock(text) + (zone,)


def parsed_clock(text):
    """Hour, minute, second and microsecond of an ISO time without a zone."""
    clock, _, fraction = text.replace(",", ".").partition(".")
    parts = clock.split(":") if ":" in clock else [clock[i : i + 2] for i in range(0, len(clock), 2)]
    if not 1 <= len(parts) <= 3 or any(len(each) != 2 for each in parts) or (fraction and len(parts) != 3):
        raise ValueError("Invalid isoformat string: %r" % text)
    if text[-1:] == "." or text[-1:] == ",":
        raise ValueError("Invalid isoformat string: %r" % text)
    numbers = [digits(each) for each in parts] + [0, 0]
    us = digits((fraction + "000000")[:6]) if fraction else 0
    return numbers[0], numbers[1], numbers[2], us
