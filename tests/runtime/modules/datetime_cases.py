from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo


def refused(function, *arguments):
    try:
        print("not refused", function(*arguments))
    except (ValueError, TypeError, OverflowError) as error:
        print(type(error).__name__)


# timedelta
a = timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5, microseconds=6, weeks=7)
print(repr(a), a, a.days, a.seconds, a.microseconds, a.total_seconds())
b = timedelta(hours=-1)
print(
    repr(b),
    b,
    abs(b),
    -b,
    +b,
    bool(b),
    bool(timedelta()),
    a + b,
    a - b,
    b * 3,
    3 * b,
    b * 0.5,
    b / 2,
    a // 7,
    a % timedelta(hours=5),
)
print(
    round(a / b, 6),
    a // b,
    divmod(a, timedelta(days=1)),
    timedelta(seconds=1.5),
    timedelta(days=0.5, seconds=0.25),
    timedelta(microseconds=0.6),
)
print(a > b, a < b, a >= a, a <= b, a == timedelta(), a != b, a == 1, len({a, b, timedelta(hours=-1)}))
print(
    repr(timedelta()),
    timedelta.min,
    timedelta.max,
    timedelta.resolution,
    timedelta(microseconds=5) / 2,
    timedelta(microseconds=7) / 2,
)
refused(timedelta, 1_000_000_000)

# date
for year, month, day in (
    (1, 1, 1),
    (1970, 1, 1),
    (2000, 2, 29),
    (2024, 2, 29),
    (2024, 12, 30),
    (2027, 1, 3),
    (1900, 3, 1),
    (9999, 12, 31),
):
    d = date(year, month, day)
    print(repr(d), d, d.toordinal(), d.weekday(), d.isoweekday(), tuple(d.isocalendar()), tuple(d.timetuple()))
    print(
        date.fromordinal(d.toordinal()) == d,
        date.fromisoformat(d.isoformat()) == d,
        date.fromisocalendar(*d.isocalendar()) == d,
    )
for ordinal in range(1, 3_652_060, 36_523):
    assert date.fromordinal(ordinal).toordinal() == ordinal
for wrong in ((2023, 2, 29), (2024, 13, 1), (2024, 0, 1), (0, 1, 1), (10000, 1, 1), (2024, 4, 31), ("x", 1, 1)):
    refused(date, *wrong)
refused(date.fromordinal, 0)
refused(date.fromisoformat, "2024-1-01")
refused(date.fromisocalendar, 2023, 53, 1)
d = date(2024, 1, 31)
print(
    d + timedelta(days=30),
    d - timedelta(1),
    timedelta(1) + d,
    d - date(2023, 1, 31),
    d.replace(day=1),
    d.replace(year=2025, month=5),
)
print(
    d < date(2024, 2, 1), d == date(2024, 1, 31), d > date(2025, 1, 1), d == 3, {d: "key"}[date(2024, 1, 31)], d.ctime()
)
print(date.fromtimestamp(86400 * 365), date.min, date.max, date.fromisoformat("20240131"))
refused(lambda: d < 3)

# time
t = time(1, 2, 3, 4)
print(
    repr(t),
    t,
    repr(time()),
    time(23),
    repr(time(1, 2, 3)),
    t.isoformat("minutes"),
    t.isoformat("milliseconds"),
    t.isoformat("hours"),
)
print(
    t.replace(hour=5),
    t < time(2),
    t == time(1, 2, 3, 4),
    time.min,
    time.max,
    repr(time(1, tzinfo=UTC)),
    time(1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
)
for text in (
    "04:23:01",
    "04:23",
    "T042301",
    "04:23:01.000384",
    "04:23:01,5",
    "04:23:01+04:00",
    "23Z",
    "00:00-00:30:15",
):
    print(repr(time.fromisoformat(text)))
for text in ("4:23", "04:2", "24:00", "", "04:23:01.", "aa:bb"):
    refused(time.fromisoformat, text)
refused(time, 24)
refused(time, 1, 2, 3, 1_000_000)
print(time(12, tzinfo=UTC) == time(13, tzinfo=timezone(timedelta(hours=1))), time(12) == time(12, tzinfo=UTC))
refused(lambda: time(12) < time(12, tzinfo=UTC))

# timezone
zone = timezone(timedelta(hours=5, minutes=45))
print(
    repr(zone),
    zone,
    repr(timezone.utc),
    timezone.utc,
    timezone(timedelta(0)) == UTC,
    timezone(timedelta(hours=-1), "X"),
    repr(timezone(-timedelta(hours=1), "X")),
)
refused(timezone, timedelta(days=1))
refused(timezone, 5)

# datetime
n = datetime(2024, 2, 29, 12, 34, 56, 789)
print(repr(n), n, n.date(), n.time(), n.isoformat(), n.isoformat(" ", "seconds"), n.weekday(), tuple(n.timetuple()))
u = n.replace(tzinfo=UTC)
z = u.astimezone(zone)
print(
    repr(u),
    u,
    z,
    repr(z),
    z == u,
    z - u,
    hash(z) == hash(u),
    u.timestamp(),
    z.timestamp(),
    tuple(z.utctimetuple()),
    z.tzname(),
    z.utcoffset(),
    z.timetz(),
    u.dst(),
)
print(
    n + timedelta(days=365, seconds=1),
    n - timedelta(microseconds=790),
    n - datetime(2000, 1, 1),
    timedelta(1) + n,
    z + timedelta(hours=10),
)
print(
    n < datetime(2025, 1, 1),
    n == u,
    n != u,
    u < z + timedelta(1),
    n == date(2024, 2, 29),
    datetime(2024, 1, 1) == date(2024, 1, 1),
)
refused(lambda: n < u)
refused(lambda: n - u)
refused(lambda: n < date(2025, 1, 1))
print(
    datetime.fromtimestamp(0, UTC),
    datetime.fromtimestamp(1_700_000_000.25, UTC),
    datetime.fromtimestamp(-0.5, UTC),
    datetime.fromtimestamp(1e9, zone),
)
print(
    datetime.combine(date(2024, 1, 1), time(1, 2, tzinfo=UTC)),
    datetime.combine(date(2024, 1, 1), time(1, 2), zone),
    datetime.min,
    datetime.max,
)
for text in (
    "2024-02-29",
    "2024-02-29T12:34",
    "2024-02-29 12:34:56.789012",
    "2024-02-29T12:34:56+05:45",
    "2024-02-29T12:34:56Z",
):
    print(repr(datetime.fromisoformat(text)))
for text in ("2024-02-30", "2024-02-29T", "yesterday", "2024-02-29T25:00"):
    refused(datetime.fromisoformat, text)
print(
    n.replace(year=2020, hour=1, tzinfo=zone),
    n.replace(microsecond=0).isoformat(),
    n.isoformat(timespec="microseconds"),
    datetime(2024, 1, 1, fold=1),
)
print(
    n.strftime("%Y-%m-%d %H:%M:%S.%f %y %j %a %A %b %B %I %p %w %U %W %% %z|%Z|"),
    z.strftime("%z %Z %c"),
    d.strftime("%d/%m/%Y %H:%M"),
    t.strftime("%H:%M:%S"),
)
print(n.ctime(), n.strftime("%F %T %D %R %G-%V %u %e %x %X %h"))
now = datetime.now(UTC)
print(
    now.year >= 2024, now.tzinfo, abs(datetime.now(UTC) - now) < timedelta(seconds=5), date.today() >= date(2024, 1, 1)
)
refused(datetime, 2024, 1, 1, 24)
refused(datetime, 2024, 1, 1, 0, 60)
refused(lambda: datetime.max + timedelta(days=1))


class Summer(tzinfo):
    def utcoffset(self, dt):
        return timedelta(hours=2 if 4 <= dt.month <= 9 else 1)

    def dst(self, dt):
        return timedelta(hours=1 if 4 <= dt.month <= 9 else 0)

    def tzname(self, dt):
        return "summer" if 4 <= dt.month <= 9 else "winter"


s = datetime(2024, 7, 1, 12, tzinfo=Summer())
w = datetime(2024, 1, 1, 12, tzinfo=Summer())
print(s, w, s.tzname(), w.dst(), s.strftime("%Z%z"), s.astimezone(UTC), s.timetuple()[8])
