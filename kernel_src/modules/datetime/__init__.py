"""Dates and times, after CPython's module of the name.

Days are counted in the Gregorian calendar for all years; the machine's local time is UTC. What differs: there is no
`strptime`, and `strftime` knows the English names alone.
"""

from .clock import time
from .day import date
from .days import MAXYEAR, MINYEAR
from .moment import datetime
from .span import timedelta
from .zone import UTC, timezone, tzinfo
