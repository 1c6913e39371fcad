"""What a step's `expect` says of its run: its output, and files in its folder."""

from __future__ import annotations

import difflib
import filecmp
import glob
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_WINDOW: Final = 1 << 26
"""Bytes of a file that a pattern is sought in at once."""

_OVERLAP: Final = 1 << 20
"""Bytes that two windows share: what is found in a longer file is not longer."""

_LONGEST_DIFF: Final = 1 << 20
"""Bytes of a file whose differences are told line by line."""


class Check(Protocol):
    """One entry of `expect`; empty texts say nothing."""

    @property
    def output(self) -> str:
        """A pattern to be found in what the run printed."""
        ...

    @property
    def file(self) -> str:
        """Paths in the run's folder, as a shell writes them."""
        ...

    @property
    def contains(self) -> str:
        """A pattern to be found in each of these files."""
        ...

    @property
    def compare_to(self) -> str:
        """A file that each of them must be equal to."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check.

    Args:
        message: What holds, or what does not.
        diff: The differences to the expected file, from it to the run's.
    """

    passed: bool
    message: str
    diff: str = ""


class _FailedError(Exception):
    def __init__(self, message: str, diff: str = "") -> None:
        super().__init__(message)
        self.checked = Checked(passed=False, message=message, diff=diff)


def checked(
    checks: Iterable[Check], run: Path, output: Path, variables: Mapping[str, str]
) -> list[Checked]:
    """Try all checks of a step, whether or not one of them fails.

    Args:
        checks: Of the step.
        run: The folder of its run.
        output: The file with what that printed.
        variables: What `${NAME}` in `compare-to` stands for, such as PROJECT_DIR.
    """
    return [_checked(check, run, output, variables) for check in checks]


def summary(results: Iterable[Checked]) -> str:
    """Give a line such as `2 of 2 checks passed`."""
    passed = [result.passed for result in results]
    return f"{sum(passed)} of {len(passed)} checks passed"


def _checked(
    check: Check, run: Path, output: Path, variables: Mapping[str, str]
) -> Checked:
    try:
        if check.output:
            message = _search(check.output, output, "the output")
        else:
            message = _check_files(check, run, variables)
    except _FailedError as failed:
        return failed.checked
    return Checked(passed=True, message=message)


def _check_files(check: Check, run: Path, variables: Mapping[str, str]) -> str:
    names = glob.glob(check.file, root_dir=run, recursive=True)  # noqa: PTH207 - it is relative
    names = sorted(name for name in names if (run / name).exists())
    if not names:
        raise _FailedError(f"there is no file {check.file}")
    for name in names:
        if check.compare_to:
            _compare(run, name, _expanded(check.compare_to, variables))
        if check.contains:
            _search(check.contains, run / name, name)
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return f"{shown}: as expected"


def _search(pattern: str, path: Path, shown: str) -> str:
    try:
        regex = re.compile(pattern)
    except re.error as error:
        raise _FailedError(f"{pattern!r} is no regular expression: {error}") from None
    try:
        found = _found(regex, path)
    except OSError as error:
        raise _unreadable(shown, error) from None
    if not found:
        raise _FailedError(f"nothing in {shown} matches {pattern!r}")
    return f"{shown} matches {pattern!r}"


def _found(regex: re.Pattern[str], path: Path) -> bool:
    """Whether a file of any length has a match, in the memory of a window."""
    before = 0
    text = b""
    with path.open("rb") as file:
        while chunk := file.read(_WINDOW):
            text += chunk
            last = len(chunk) < _WINDOW
            decoded = _decoded(text)
            # Behind the first character, `^` does not match any more.
            match = regex.search(decoded, min(before, 1))
            # A window's end is none of the file; what ends there is in the next too.
            if match and (last or match.end() + 1 < len(decoded)):
                return True
            before += len(text)
            text = text[-_OVERLAP:]
    return bool(regex.search(_decoded(text), min(before, 1)))


def _decoded(text: bytes) -> str:
    lines = text.decode("utf-8", "replace")
    return lines.replace("\r\n", "\n").replace("\r", "\n")


def _expanded(path: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise _FailedError(f"compare-to: {match[0]} is not defined")
        return variables[match[1]]

    return re.sub(r"\$\{([^}]*)\}", value, path)


def _compare(run: Path, name: str, expected: str) -> None:
    mine, theirs = run / name, run / expected
    for path, shown in ((mine, name), (theirs, expected)):
        if not path.is_file():
            raise _FailedError(f"{shown} is no file to compare")
    try:
        if filecmp.cmp(mine, theirs, shallow=False):
            return
        diff = _difference(mine, theirs, name, expected)
    except OSError as error:
        raise _unreadable(name, error) from None
    if diff != "":
        raise _FailedError(f"{name} differs from {expected}", diff or "")


def _difference(mine: Path, theirs: Path, name: str, expected: str) -> str | None:
    """Give the differences line by line; None where that would say nothing."""
    if max(path.stat().st_size for path in (mine, theirs)) > _LONGEST_DIFF:
        return None
    texts = [path.read_bytes() for path in (theirs, mine)]
    if any(b"\0" in text for text in texts):
        return None
    old, new = (_decoded(text).split("\n") for text in texts)
    return "\n".join(difflib.unified_diff(old, new, expected, name, lineterm=""))


def _unreadable(shown: str, error: OSError) -> _FailedError:
    return _FailedError(f"cannot read {shown}: {error.strerror}")
