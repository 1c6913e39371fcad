"""What people call times."""

from __future__ import annotations

from datetime import datetime

import pytest

from sweepflow.operations.filters import FilterError, time_range
from sweepflow.operations.filters.times import seconds

NOW = datetime(2026, 5, 13, 14, 30, 45)  # noqa: DTZ001


def shown(time: float | None) -> str | None:
    if time is None:
        return None
    return str(datetime.fromtimestamp(time)).removesuffix(" 00:00:00")  # noqa: DTZ006


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-05-13", "2026-05-14"),
        ("Yesterday", "2026-05-12", "2026-05-13"),
        ("this hour", "2026-05-13 14:00:00", "2026-05-13 15:00:00"),
        ("this minute", "2026-05-13 14:30:00", "2026-05-13 14:31:00"),
        ("this week", "2026-05-11", "2026-05-18"),
        ("this month", "2026-05-01", "2026-06-01"),
        ("this year", "2026-01-01", "2027-01-01"),
        ("last hour", "2026-05-13 13:30:45", None),
        ("last 5 min", "2026-05-13 14:25:45", None),
        ("last 2 days", "2026-05-11 14:30:45", None),
        ("last 2 weeks", "2026-04-29 14:30:45", None),
        ("last 3 months", "2026-02-13 14:30:45", None),
        ("last week", "2026-05-04", "2026-05-11"),
        ("last month", "2026-04-01", "2026-05-01"),
        ("2 days ago", "2026-05-11", "2026-05-12"),
        ("1 hour ago", "2026-05-13 13:00:00", "2026-05-13 14:00:00"),
        ("5 hr  ago", "2026-05-13 09:00:00", "2026-05-13 10:00:00"),
        ("2 months ago", "2026-03-01", "2026-04-01"),
        ("1 year ago", "2025-01-01", "2026-01-01"),
        ("after 7-1", "2026-07-01", None),
        ("after 9:00", "2026-05-13 09:00:00", None),
        ("after yesterday", "2026-05-13", None),
        ("before yesterday", None, "2026-05-12"),
        ("before 26-05-01", None, "2026-05-01"),
        ("after 2026-05-01 10:00:05", "2026-05-01 10:00:05", None),
        ("between 5-3 and 5-1", "2026-05-01", "2026-05-03"),
        ("between yesterday and today", "2026-05-12", "2026-05-14"),
        ("between 10:00 and 11:30", "2026-05-13 10:00:00", "2026-05-13 11:30:00"),
        ("2026-05-01", "2026-05-01", "2026-05-02"),
        ("10:00", "2026-05-13 10:00:00", "2026-05-13 10:01:00"),
        ("2026-05-01T10:00:05", "2026-05-01 10:00:05", "2026-05-01 10:00:06"),
    ],
)
def test_a_time_is_a_stretch(text: str, start: str | None, end: str | None) -> None:
    found = time_range(text, NOW)
    assert (shown(found.start), shown(found.end)) == (start, end)


def test_a_stretch_ends_before_its_end() -> None:
    today = time_range("today", NOW)
    assert today.start
    assert today.end
    assert today.holds(today.start)
    assert not today.holds(today.end)


def test_a_month_ago_may_have_been_shorter() -> None:
    on_the_31st = NOW.replace(day=31)
    assert (
        shown(time_range("last 3 months", on_the_31st).start) == "2026-02-28 14:30:45"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "foo", "after", "before", "between 5-1", "last", "ago", "13-1", "25:00"),
        *("2026-02-30", "99999999999 years ago", "last 99999999999999999999 days"),
        *("9999 years ago", "after last week", "between and", "5-1 5-2"),
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="is no time") as caught:
        time_range(text, NOW)
    assert "last 2 hours" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("90s", 90.0), ("1.5h", 5400.0), ("1h30m", 5400.0), ("2d", 172800.0)),
        *(("0:01:30", 90.0), ("", None), ("5", None), ("m", None), ("1:99:00", None)),
    ],
)
def test_a_duration_is_seconds(text: str, expected: float | None) -> None:
    assert seconds(text) == expected
