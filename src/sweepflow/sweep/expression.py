"""Sweep expressions as a whole, and what they expand to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.sweep.errors import SweepSyntaxError
from sweepflow.sweep.parser import parse, parse_word
from sweepflow.sweep.product import product, product_size

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sweepflow.sweep.override import Word

DEFAULT_LIMIT = 1_000_000
"""Values of one key, and batches of one expression, that are expanded unasked."""

_DIGITS_PER_BIT = 0.30103
_LONGEST_COUNT = 10**15
"""A larger count is told as a power of ten."""


class Sweep:
    """A sweep expression that was read, and is not expanded yet. Immutable."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words

    @classmethod
    def parse(cls, text: str) -> Sweep:
        """Give the sweep that `text` stands for.

        Raises:
            SweepSyntaxError: The text has no meaning.
        """
        return cls(parse(text))

    @classmethod
    def parse_word(cls, text: str) -> Sweep:
        """Give the sweep of one override, which the user's shell has split off.

        A blank in it belongs to the value, since the quotes around it are gone.

        Raises:
            SweepSyntaxError: The text has no meaning.
        """
        return cls([parse_word(text)])

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in order: without `+`, `++`, `~`, and a suffix such as `/m`.

        An option such as `--config-name=x` counts with what stands before its `=`.
        """
        return tuple(key for word in self._words for key in word.keys)

    @property
    def count(self) -> int:
        """The number of batches, known without expanding anything."""
        return product_size(self._words)

    def replaced_by(self, other: Sweep) -> Sweep:
        """Give this sweep with the values of `other` for the keys that both have.

        They stand in the place of the old ones; keys only in `other` come at the end.
        """
        replaced = frozenset(other.keys)
        waiting = list(other._words)
        words: list[Word] = []
        for word in self._words:
            kept = word.without(replaced)
            if kept is not None:
                words.append(kept)
                continue
            placed = [new for new in waiting if not set(word.keys).isdisjoint(new.keys)]
            waiting = [new for new in waiting if new not in placed]
            words += placed
        return Sweep([*words, *waiting])

    def without(self, keys: Collection[str]) -> Sweep:
        """Give what is left of this sweep when it says nothing about some keys."""
        kept = (word.without(keys) for word in self._words)
        return Sweep([word for word in kept if word is not None])

    def expand(self, limit: int | None = DEFAULT_LIMIT) -> Iterator[list[str]]:
        """Yield the batches of an `each`: every combination, the last key fastest.

        Args:
            limit: Values of one key and batches of the whole to allow; None for any.

        Raises:
            SweepSyntaxError: There are more than `limit`. It is raised at the call,
                before anything is expanded.
        """
        if limit is not None:
            self._check_values(limit)
            self._check_batches(limit)
        return map(list, product(self._words))

    def collect(self, limit: int | None = DEFAULT_LIMIT) -> list[str]:
        """Give the overrides of an `all`: one for each key, its values with commas.

        Args:
            limit: Values of one key to allow; None for any number.

        Raises:
            SweepSyntaxError: There are more than `limit`, or there is a pipe.
        """
        if limit is not None:
            self._check_values(limit)
        return [word.collected() for word in self._words]

    def _check_values(self, limit: int) -> None:
        for word in self._words:
            if word.size > limit:
                raise _too_many(word, word.size, "values", limit)

    def _check_batches(self, limit: int) -> None:
        batches = 1
        for word in self._words:
            batches *= word.count
            if batches > limit:
                raise _too_many(word, self.count, "batches", limit)


def expand(text: str, *, limit: int | None = DEFAULT_LIMIT) -> Iterator[list[str]]:
    """Yield the batches that the `each` expression `text` stands for.

    Args:
        text: A sweep expression.
        limit: Values of one key and batches of the whole to allow; None for any.

    Returns:
        Lists of overrides: every combination, the last key fastest. They are made as
        they are asked for, so that memory does not grow with their number. Without
        any key there is one empty batch.

    Raises:
        SweepSyntaxError: The text has no meaning, or stands for more than `limit`. It
            is raised at the call, before anything is expanded.
    """
    return Sweep.parse(text).expand(limit)


def collect(text: str, *, limit: int | None = DEFAULT_LIMIT) -> list[str]:
    """Give the overrides that the `all` expression `text` stands for.

    Args:
        text: A sweep expression without pipes.
        limit: Values of one key to allow; None for any number.

    Returns:
        One override for each key, its values with commas between.

    Raises:
        SweepSyntaxError: The text has no meaning, or a key more than `limit` values.
    """
    return Sweep.parse(text).collect(limit)


def count(text: str) -> int:
    """Give the number of batches that `expand` would yield without a limit.

    Nothing is expanded for it: the grid may have any size.

    Raises:
        SweepSyntaxError: The text has no meaning.
    """
    return Sweep.parse(text).count


def _too_many(word: Word, number: int, unit: str, limit: int) -> SweepSyntaxError:
    if number < _LONGEST_COUNT:
        told = f"{number:,}"
    else:
        told = f"about 10^{int(number.bit_length() * _DIGITS_PER_BIT)}"
    return SweepSyntaxError(
        f"{told} {unit} are more than the limit of {limit:,}",
        word.text,
        word.column,
        "raise the limit if they are meant: --limit N on the command line, "
        "limit=N in Python",
    )
