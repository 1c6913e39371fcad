"""Numbers from a stream: pieces, lines, floods and what is no text."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sweepflow.engine.scalars import DEFAULT, Reader, Scalar, compiled
from tests.memory import peak_memory

if TYPE_CHECKING:
    from collections.abc import Mapping


def scalars(
    output: bytes, config: Mapping[str, str] | None = None, *flags: str
) -> list[Scalar]:
    patterns = compiled(None if config is None else [config])
    reader = Reader(patterns, flags)
    return [*reader.feed(output), *reader.finish()]


def test_a_step_holds_for_what_follows_and_for_its_own_line() -> None:
    output = b"loss: 3\nstep: 1\nloss: 2\nacc: 0.5\nloss: 1 (step 2)\nloss: 0\n"
    assert scalars(output) == [
        ("loss", 3.0, None),
        ("loss", 2.0, 1),
        ("acc", 0.5, 1),
        ("loss", 1.0, 2),
        ("loss", 0.0, 2),
    ]


def test_flags_that_a_command_prints_are_no_results_unless_a_pattern_says_so() -> None:
    assert scalars(b"lr: 1\nloss: 2\n", None, "lr") == [("loss", 2.0, None)]
    assert scalars(b"lr: 1\n", {"lr": r"lr: (\value)"}, "lr") == [("lr", 1.0, None)]


def test_a_carriage_return_ends_a_line() -> None:
    assert scalars(b"10%\rloss: 1\r\n 20%\rloss: 2") == [
        ("loss", 1.0, None),
        ("loss", 2.0, None),
    ]


def test_what_is_no_text_is_passed_over() -> None:
    output = b"\x00\xff\xfe\n\x00\x01loss: 1\x07\nbad\xff: 2\n" + bytes(range(256))
    assert scalars(output)[:2] == [("loss", 1.0, None), ("bad", 2.0, None)]


def test_a_step_that_is_no_number_changes_nothing() -> None:
    config = {"step": r"s=(\S+)", "a": r"a=(\S+)"}
    assert scalars(b"s=3\ns=nan a=1\n", config) == [("a", 1.0, 3)]


def read_a_line_without_end() -> None:
    reader = Reader(DEFAULT)
    chunk = b"x" * 2**20
    tracemalloc.start()
    for _ in range(64):
        assert not list(reader.feed(chunk))
    assert [s.name for s in reader.feed(b"\nloss: 1\n")] == ["loss"]


def test_a_line_without_end_takes_no_memory() -> None:
    assert peak_memory(read_a_line_without_end) < 8 * 2**20


@given(st.lists(st.binary(max_size=20) | st.just(b"a: 1\n"), max_size=20))
def test_the_pieces_of_a_stream_do_not_matter(pieces: list[bytes]) -> None:
    reader = Reader(DEFAULT)
    found = [scalar for piece in pieces for scalar in reader.feed(piece)]
    assert [*found, *reader.finish()] == scalars(b"".join(pieces))


ATOMS = [
    *(b"loss", b":", b": ", b" ", b"\t", b"1", b".5", b"e-", b"(step 3)", b"\x00"),
    *(b"\n", b"\r", b"\x1f", b"\xc2\xa0", b"\xff", b"\xc3", b"\x85", b"step"),
]


@given(st.lists(st.sampled_from(ATOMS), max_size=20).map(b"".join))
def test_what_is_passed_over_quickly_holds_no_number(output: bytes) -> None:
    reader = Reader(replace(DEFAULT, may_match=None))
    assert [*reader.feed(output), *reader.finish()] == scalars(output)
