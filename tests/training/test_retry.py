from __future__ import annotations

import itertools

import pytest

from sweepflow.training.retry import patiently, pauses, retry_after


def test_pauses_grow_to_the_longest() -> None:
    given = [*itertools.islice(pauses(1.0, 8.0, factor=2.0), 6)]
    longest = [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert all(
        0.75 * most <= pause <= most for pause, most in zip(given, longest, strict=True)
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", None), ("86400", None), ("soon", None)],
)
def test_what_an_answer_asks_for(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_an_answer_may_ask_for_nothing() -> None:
    assert retry_after({}) is None


class Asked:
    """Fails some times, then answers."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self) -> str:
        self.left -= 1
        if self.left >= 0:
            raise ConnectionError(self.left)
        return "here"


def test_what_passes_is_asked_again() -> None:
    assert patiently(Asked(1), passes=lambda _: True, seconds=9.0) == "here"


def test_what_does_not_pass_is_raised_at_once() -> None:
    asked = Asked(3)
    with pytest.raises(ConnectionError):
        patiently(asked, passes=lambda _: False, seconds=9.0)
    assert asked.left == 2


def test_patience_ends() -> None:
    with pytest.raises(ConnectionError):
        patiently(Asked(9), passes=lambda _: True, seconds=0.1)
