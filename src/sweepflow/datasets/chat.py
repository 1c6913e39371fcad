"""A chat dataset: samples that do not change, each kept as its line of JSON."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

from sweepflow.datasets.checks import NoSampleError, Sample, canonical
from sweepflow.datasets.errors import DatasetError
from sweepflow.datasets.files import checked_lines, read_lines, write_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self


class ChatDataset(Sequence[Sample]):
    """An immutable sequence of chat samples, in OpenAI's fine-tuning format.

    A sample is `{"messages": [{"role": "user", "content": "…"}, …]}` with at least one
    message of the assistant; whatever else it has, such as `tools` or `metadata`, is
    kept. It takes the memory of its text: a sample that is asked for is made anew, so
    that changing it changes no dataset.
    """

    __slots__ = ("_lines",)

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        """Take samples, each of which is checked.

        Raises:
            DatasetError: One of them is no sample; with its number, from 1.
        """
        self._lines: tuple[bytes, ...] = tuple(_checked(samples))

    @classmethod
    def _of(cls, lines: Iterable[bytes]) -> Self:
        """Give the dataset of lines that were checked before."""
        dataset = cls()
        dataset._lines = tuple(lines)
        return dataset

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a file with a sample in each line of JSON; blank lines count for none.

        Of a `DatasetAtom`, that is `ChatDataset.load(atom.path)`.

        Raises:
            DatasetError: It cannot be read, is empty, is not UTF-8, begins with a byte
                order mark, or has a line that is no sample; with file and line.
        """
        return cls._of(read_lines(Path(path)))

    @classmethod
    def read(cls, lines: Iterable[bytes], path: Path | str) -> Self:
        """Take lines of JSON that are not in a file of their own; see `load`.

        Args:
            lines: Such as an opened member of an archive.
            path: Where errors say that they stand.

        Raises:
            DatasetError: See `load`.
        """
        return cls._of(checked_lines(Path(path), lines))

    @classmethod
    def from_hugging_face(
        cls,
        name: str,
        *,
        split: str = "train",
        config: str | None = None,
        revision: str | None = None,
        messages: str | Callable[[dict[str, Any]], list[dict[str, Any]]] = "messages",
        **options: Any,  # noqa: ANN401 - whatever it takes
    ) -> Self:
        """Take a split of a dataset from Hugging Face, by the `datasets` package.

        Args:
            name: Its name there, or a local folder with files of data.
            split: Such as `train`, or `train[:100]`.
            config: Which of its configurations, where it has several.
            revision: A commit, tag or branch; without a commit it may change.
            messages: The column with the messages, or a function that makes them of a
                row.
            options: More of `datasets.load_dataset`, such as `cache_dir`.

        Raises:
            DatasetError: It cannot be had, has no such column, or a row is no sample.
            MissingExtraError: The package is not installed.
        """
        from sweepflow.datasets.hugging_face import samples

        options |= {"name": config, "split": split, "revision": revision}
        return cls(samples(name, messages, options))

    @classmethod
    def concatenate(cls, *datasets: ChatDataset) -> Self:
        """Give the samples of several datasets, one dataset after the other."""
        lines = (dataset._lines for dataset in datasets)  # noqa: SLF001 - our own
        return cls._of(chain.from_iterable(lines))

    def save(self, path: Path | str) -> None:
        """Write a file that `load` reads, all of it or nothing; folders are made.

        Equal datasets give equal files, byte for byte.

        Raises:
            DatasetError: It has no samples, or the file cannot be written.
        """
        if not self._lines:
            raise DatasetError(f"{path}: a dataset without samples is not saved")
        write_lines(Path(path), self._lines)

    @property
    def digest(self) -> str:
        """The SHA-256 of what `save` writes, in hexadecimal."""
        digest = hashlib.sha256()
        for line in self._lines:
            digest.update(line + b"\n")
        return digest.hexdigest()

    def sample(self, n: int, seed: int) -> Self:
        """Give `n` samples at different places, in an order that the seed decides.

        Raises:
            DatasetError: There are fewer.
        """
        if not 0 <= n <= len(self):
            raise DatasetError(f"cannot take {n:,} of {len(self):,} samples")
        chosen = random.Random(seed).sample(range(len(self)), n)  # noqa: S311 - no secret
        return self._of(self._lines[index] for index in chosen)

    def shuffle(self, seed: int) -> Self:
        """Give all samples in an order that the seed decides."""
        return self.sample(len(self), seed)

    def split(self, part: float, seed: int) -> tuple[Self, Self]:
        """Shuffle, then cut in two.

        Args:
            part: What the first is to have: a number of samples if it is an `int`,
                else a fraction from 0.0 to 1.0, of which the nearest number is taken.
            seed: Decides which sample goes where.

        Raises:
            DatasetError: There are fewer samples, or it is no fraction.
        """
        if isinstance(part, int):
            count = part
        elif 0.0 <= part <= 1.0:
            count = round(part * len(self))
        else:
            raise DatasetError(
                f"cannot split at {part!r}",
                hint="write a fraction from 0.0 to 1.0, or a whole number of samples",
            )
        if not 0 <= count <= len(self):
            raise DatasetError(f"cannot split {count:,} off {len(self):,} samples")
        shuffled = self.shuffle(seed)
        return shuffled[:count], shuffled[count:]

    def __add__(self, other: ChatDataset) -> Self:
        return self.concatenate(self, other)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Sample | Self:
        if isinstance(index, slice):
            return self._of(self._lines[index])
        return _sample(self._lines[index])

    def __iter__(self) -> Iterator[Sample]:
        return map(_sample, self._lines)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ChatDataset):
            return NotImplemented
        return self._lines == other._lines

    def __hash__(self) -> int:
        return hash(self._lines)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,} samples>"


def _sample(line: bytes) -> Sample:
    return cast("Sample", json.loads(line))


def _checked(samples: Iterable[Sample]) -> Iterator[bytes]:
    for number, sample in enumerate(samples, 1):
        try:
            yield canonical(sample)
        except NoSampleError as error:
            raise DatasetError(f"sample {number:,} {error}") from None
