"""The app's own command line: Hydra's, in which values may be sweep expressions.

Each word is one override, which the shell has unquoted already. What is left in it of
quotes and backslashes is meant for Hydra and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Hydra's options that are followed by a value of their own.
_WITH_VALUE = (
    *("--cfg", "-c", "--package", "-p", "--config-path", "-cp", "--config-name"),
    *("-cn", "--config-dir", "-cd", "--experimental-rerun", "--info", "-i"),
)
_MULTIRUN = ("-m", "--multirun", "hydra.mode=MULTIRUN")
_DRY_RUN = "--dry-run"


@dataclass(frozen=True)
class CommandLine:
    """The words for Hydra to read, and what was said to Sweepflow."""

    words: tuple[str, ...]
    dry_run: bool

    @classmethod
    def parse(cls, words: Sequence[str]) -> CommandLine:
        """Rewrite the sweep expressions in `words` to what Hydra understands.

        Options, their values and all that stands behind `--` stay as they are.

        Raises:
            SweepSyntaxError: An override is no valid sweep expression.
            PlanError: An override has several values, without `--multirun`.
        """
        end = words.index("--") if "--" in words else len(words)
        ours, rest = words[:end], words[end:]
        multirun = any(word in _MULTIRUN for word in ours)
        rewritten = [
            _rewrite(word, multirun=multirun) if is_override else word
            for word, is_override in _classify(ours)
            if word != _DRY_RUN
        ]
        return cls((*rewritten, *rest), dry_run=_DRY_RUN in ours)


def _classify(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Give each word, and whether it is an override."""
    previous = ""
    for word in words:
        is_option = word.startswith("-")
        yield word, not is_option and previous not in _WITH_VALUE
        previous = word


def _rewrite(word: str, *, multirun: bool) -> str:
    if "=" not in word or "\\" in word:
        return word
    sweep = Sweep.parse_word(word)
    if not multirun and sweep.count > 1:
        raise PlanError(
            f"{word!r} stands for {sweep.count:,} values, and one run takes one",
            hint="add -m before it, to run the app for each of them",
        )
    return sweep.collect()[0]
