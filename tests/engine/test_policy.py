"""What a task needs, and when it is tried again."""

from __future__ import annotations

import math
import socket
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.engine.policy import (
    LONGEST_DELAY,
    Resources,
    Retry,
    family,
    is_transient,
    parse_memory,
)
from sweepflow.errors import PlanError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024", 1024),
        ("4GiB", 4 * 1024**3),
        ("4 GiB", 4 * 1024**3),
        ("4gib", 4 * 1024**3),
        ("4Gi", 4 * 1024**3),
        ("500MB", 500 * 1000**2),
        ("512K", 512_000),
        ("1.5kB", 1500),
        ("2B", 2),
    ],
)
def test_memory_in_words(text: str, size: int) -> None:
    assert parse_memory(text) == size
    assert Resources(memory=text).memory == size


@pytest.mark.parametrize("text", ["", "GiB", "4 apples", "-1GB", "1iB", "1e9"])
def test_what_is_no_memory(text: str) -> None:
    with pytest.raises(PlanError, match="is no size of memory") as caught:
        Resources(memory=text)
    assert "4GiB" in str(caught.value.hint)


def test_resources_that_make_no_sense() -> None:
    for make in (
        lambda: Resources(cpus=0),
        lambda: Resources(cpus=True),
        lambda: Resources(gpus=-1),
        lambda: Resources(memory=0),
        lambda: Resources(cpus=1.5),  # pyright: ignore[reportArgumentType]
    ):
        with pytest.raises(PlanError, match="is "):
            make()


def test_resources_can_be_replaced_and_compared() -> None:
    assert replace(Resources(memory="1KiB"), gpus=1) == Resources(1, 1, 1024)


@given(st.integers(1, 2000), st.just(0.0) | st.floats(1e-6, 100))
def test_delays_double_up_to_the_longest(attempt: int, backoff: float) -> None:
    retry = Retry(backoff=backoff)
    assert retry.delay(1) == backoff
    expected = min(retry.delay(attempt) * 2, LONGEST_DELAY)
    assert math.isclose(retry.delay(attempt + 1), expected)


def test_a_family_tells_what_is_transient() -> None:
    names = Retry().names()
    assert names == ("builtins.TimeoutError", "builtins.ConnectionError")
    assert is_transient(family(socket.timeout), names)
    assert is_transient(family(BrokenPipeError), names)
    assert not is_transient(family(ValueError), names)
    assert is_transient(family(UnicodeError), Retry(on=(ValueError,)).names())
    assert not is_transient(family(ValueError), Retry(on=(UnicodeError,)).names())


def test_one_class_or_a_list_of_them_will_do() -> None:
    assert Retry(on=OSError).on == (OSError,)  # pyright: ignore[reportArgumentType]
    assert Retry(on=[OSError]).on == (OSError,)  # pyright: ignore[reportArgumentType]


def test_retries_that_make_no_sense() -> None:
    for make in (
        lambda: Retry(attempts=0),
        lambda: Retry(backoff=-1),
        lambda: Retry(backoff=math.nan),
        lambda: Retry(on=("TimeoutError",)),  # pyright: ignore[reportArgumentType]
        lambda: Retry(on=(sys,)),  # pyright: ignore[reportArgumentType]
    ):
        with pytest.raises(PlanError):
            make()
