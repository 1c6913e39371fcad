"""What holds for every expression."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sweepflow.sweep import SweepSyntaxError, collect, count, expand
from tests.sweep.texts import anything, words

LIMIT = 5_000


@settings(deadline=None)
@given(anything())
@example("a=" + "9" * 100_000 + "k")
@example("a=1e" + "9" * 100_000 + ":2")
@example("a=" + "(" * 100_000)
@example("a=" + "[" * 100_000)
@example("a=" + "1:" * 50_000)
@example("a=1e-308:1e308:1e-308")
@example("a=" + "\\n" * 50_000)
@example("a=" + "(1:1e300)" * 100)
def test_any_text_gives_an_expansion_or_a_syntax_error(text: str) -> None:
    error = None
    try:
        assert len(list(expand(text, limit=LIMIT))) == count(text)
    except SweepSyntaxError as raised:
        error = raised
    if error is not None:
        assert error.text == text
        assert 0 <= error.column <= len(text)
        assert error.message
        assert error.hint
        assert str(error).encode()  # whatever the text holds, it can be printed


@settings(deadline=None)
@given(words(), st.sampled_from([" ", "\n", "  # a, (comment\n", "\t", " \\\n"]))
def test_a_valid_expression_expands_to_the_product_of_its_words(
    parts: list[str], blank: str
) -> None:
    text = blank.join(parts)
    number = count(text)
    assert number == math.prod(map(count, parts))
    axes = [[batch[0] for batch in expand(part, limit=None)] for part in parts]
    batches = itertools.islice(expand(text, limit=None), LIMIT)
    expected = itertools.islice(itertools.product(*axes), LIMIT)
    for batch, row in itertools.zip_longest(batches, expected):
        assert batch == list(row)
    assert math.prod(map(len, axes)) == number


@settings(deadline=None)
@given(words())
def test_what_is_printed_is_read_as_itself(parts: list[str]) -> None:
    text = " ".join(parts)
    for batch in itertools.islice(expand(text, limit=None), 10):
        assert list(expand(" ".join(batch))) == [batch]
    collected = collect(text, limit=None)
    assert collect(" ".join(collected), limit=None) == collected


decimals = st.decimals(-100, 100, places=3).map(lambda d: f"{d:f}")
steps = st.decimals("0.01", 50, places=2).map(lambda d: f"{d:f}")


@settings(deadline=None)
@given(decimals, steps, st.integers(0, 300), st.booleans())
def test_a_range_meets_its_end_exactly(
    start: str, step: str, times: int, down: bool
) -> None:
    signed = -Fraction(step) if down else Fraction(step)
    stop = Fraction(start) + times * signed
    text = f"a={start}:{float(stop):.3f}:{'-' if down else ''}{step}"
    values = [Fraction(batch[0].removeprefix("a=")) for batch in expand(text)]
    assert values == [Fraction(start) + i * signed for i in range(times + 1)]
    assert values[-1] == stop


@settings(deadline=None)
@given(decimals, decimals, steps)
def test_a_range_stays_within_its_end(start: str, stop: str, step: str) -> None:
    first, last, by = Fraction(start), Fraction(stop), Fraction(step)
    text = f"a={start}:{stop}:{'-' if last < first else ''}{step}"
    values = [Fraction(batch[0].removeprefix("a=")) for batch in expand(text)]
    assert len(values) == abs(last - first) // by + 1
    assert values[0] == first
    assert 0 <= abs(last - values[-1]) < by


@settings(deadline=None)
@given(st.decimals(0, 10**6, places=5), st.sampled_from("fpnuµmkMGT"))
def test_a_prefix_scales_without_rounding(number: object, prefix: str) -> None:
    powers = dict(
        zip("fpnuµmkMGT", (-15, -12, -9, -6, -6, -3, 3, 6, 9, 12), strict=True)
    )
    exact = Fraction(str(number)) * Fraction(10) ** powers[prefix]
    for text in (f"a={number}{prefix}", f"a/{prefix}={number}"):
        (batch,) = expand(text)
        value = batch[0].removeprefix("a=")
        assert Fraction(value) == exact
        assert value.isdigit() == (exact.denominator == 1)


@settings(deadline=None)
@given(st.integers(-12, 12), st.integers(0, 12))
def test_powers_of_ten_are_exact_in_a_log(power: int, decades: int) -> None:
    text = f"a=log(1e{power}:1e{power + decades}:{decades + 1})"
    values = [Fraction(batch[0].removeprefix("a=")) for batch in expand(text)]
    assert values == [Fraction(10) ** (power + i) for i in range(decades + 1)]
