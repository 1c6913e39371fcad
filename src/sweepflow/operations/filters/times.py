"""Times as people write them: `today`, `last 2 hours`, `between 5-1 and 5-3`."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sweepflow.operations.filters.errors import FilterError

_FORMS: Final = (
    "write 'today', 'yesterday', 'this week', 'last 2 hours', '3 days ago', a date or "
    "time such as 2026-05-01 or 9:30, 'before' or 'after' one of these, or 'between' "
    "two"
)
_UNITS: Final = ("minute", "hour", "day", "week", "month", "year")
_UNIT: Final = r"(?P<unit>minute|min|hour|hr|day|week|month|year)s?"
_DATE: Final = re.compile(
    r"(?:(?:(?P<year>\d{4}|\d{2})-)?(?P<month>\d{1,2})-(?P<day>\d{1,2}))?"
    r"(?:(?:^|\s+|t)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
)
_SHORT: Final = {"min": "minute", "hr": "hour"}
_DURATION: Final = re.compile(
    r"(?:(?P<days>\d+(?:\.\d+)?)d)?\s*(?:(?P<hours>\d+(?:\.\d+)?)h)?\s*"
    r"(?:(?P<minutes>\d+(?:\.\d+)?)m)?\s*(?:(?P<seconds>\d+(?:\.\d+)?)s)?"
)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From a Unix time until before another; None where it has no such end."""

    start: float | None
    end: float | None

    def holds(self, time: float) -> bool:
        return not self.compare("<", time) and not self.compare(">", time)

    def compare(self, sign: str, time: float) -> bool:
        """Whether a time is before it, `<`, behind it, `>`, or that or in it."""
        before = self.start is not None and time < self.start
        behind = self.end is not None and time >= self.end
        answers = {"<": before, ">": behind, "<=": not behind, ">=": not before}
        return answers[sign]


def time_range(text: str, now: datetime | None = None) -> TimeRange:
    """Give what a text means, by the clock of this machine.

    Args:
        text: Such as `last 2 hours`.
        now: The local time; by default that of the clock.

    Raises:
        FilterError: It means no time.
    """
    now = now or datetime.now()  # noqa: DTZ005 - people mean their own
    try:
        start, end = _range(" ".join(text.lower().split()), now)
        return TimeRange(
            start and start.timestamp(),
            end and end.timestamp(),
        )
    except (ValueError, OverflowError):
        raise FilterError(f"{text!r} is no time", text, 0, _FORMS) from None


def seconds(text: str) -> float | None:
    """Give the seconds of `90s`, `1h30m` or `0:01:30`; None if it is no duration."""
    if match := re.fullmatch(r"(\d+):([0-5]?\d):([0-5]?\d)", text):
        hours, minutes, rest = map(int, match.groups())
        return float(hours * 3600 + minutes * 60 + rest)
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        return None
    parts = {name: float(value) for name, value in match.groupdict().items() if value}
    return timedelta(**parts).total_seconds()


_Range = tuple[datetime | None, datetime | None]


def _range(text: str, now: datetime) -> _Range:
    word, _, rest = text.partition(" ")
    if word == "between":
        first, sep, second = rest.partition(" and ")
        if not sep:
            raise ValueError(text)
        return _between(_moment(first, now), _moment(second, now))
    if word == "before":
        return None, _moment(rest, now)[0]
    if word == "after":
        return _moment(rest, now)[1], None
    return _plain(text, now)


def _plain(text: str, now: datetime) -> _Range:
    if match := re.fullmatch(rf"last (?P<count>\d+ )?{_UNIT}", text):
        unit = _unit(match)
        if match["count"] is None and unit in {"week", "month", "year"}:
            return _whole(unit, now, 1)
        return _back(now, unit, int(match["count"] or 1)), None
    if match := _DATE.fullmatch(text):
        start = _date(match, now)
        return start, start + _width(match)
    return _moment(text, now)


def _moment(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Give where a time begins and, where it is a stretch, ends."""
    if text in {"today", "yesterday"}:
        return _whole("day", now, 0 if text == "today" else 1)
    if match := re.fullmatch(rf"this {_UNIT}", text):
        return _whole(_unit(match), now, 0)
    if match := re.fullmatch(rf"(?P<count>\d+) {_UNIT} ago", text):
        return _whole(_unit(match), now, int(match["count"]))
    if text and (match := _DATE.fullmatch(text)):
        start = _date(match, now)
        return start, start
    raise ValueError(text)


def _between(
    first: tuple[datetime, datetime], second: tuple[datetime, datetime]
) -> _Range:
    first, second = sorted((first, second))
    return first[0], second[1]


def _date(match: re.Match[str], now: datetime) -> datetime:
    given = {k: int(v) for k, v in match.groupdict().items() if v is not None}
    if not given:
        raise ValueError(match.string)
    year = given.get("year", now.year)
    return now.replace(
        year=year + 2000 if year < 100 else year,
        month=given.get("month", now.month),
        day=given.get("day", now.day),
        hour=given.get("hour", 0),
        minute=given.get("minute", 0),
        second=given.get("second", 0),
        microsecond=0,
    )


def _width(match: re.Match[str]) -> timedelta:
    if match["second"]:
        return timedelta(seconds=1)
    return timedelta(minutes=1) if match["hour"] else timedelta(days=1)


def _unit(match: re.Match[str]) -> str:
    return _SHORT.get(match["unit"], match["unit"])


def _whole(unit: str, now: datetime, ago: int) -> tuple[datetime, datetime]:
    """Give the whole minute, hour… that was so many of them ago."""
    start = _begin(_back(_begin(now, unit), unit, ago), unit)
    return start, _begin(_back(start, unit, -1), unit)


def _begin(time: datetime, unit: str) -> datetime:
    time = time.replace(second=0, microsecond=0)
    if unit == "minute":
        return time
    time = time.replace(minute=0)
    if unit == "hour":
        return time
    time = time.replace(hour=0)
    if unit == "week":
        return time - timedelta(days=time.weekday())
    if unit in {"month", "year"}:
        time = time.replace(day=1)
    return time.replace(month=1) if unit == "year" else time


def _back(time: datetime, unit: str, count: int) -> datetime:
    if unit not in {"month", "year"}:
        return time - timedelta(**{f"{unit}s": count})
    months = time.year * 12 + time.month - 1 - count * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    # Of the 31st, a month ago may have been the 30th.
    day = min(time.day, monthrange(year, month)[1])
    return time.replace(year=year, month=month, day=day)
