"""The text of a step, `train --needed lr=0.1`, in its parts."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import Final

from sweepflow.project.operations.report import nearest

_VALUES: Final = {
    "-l": "label",
    "--label": "label",
    "--gpus": "gpus",
    "-bl": "batch-label",
    "--batch-label": "batch-label",
    "-o": "optimizer",
    "--optimizer": "optimizer",
    "-N": "minimize",
    "--minimize": "minimize",
    "-X": "maximize",
    "--maximize": "maximize",
    "-m": "max-trials",
    "--max-trials": "max-trials",
    "--trials": "max-trials",
    "--random-seed": "random-seed",
    "--stop-after": "stop-after",
}
_LISTS: Final = {
    "-t": "tags",
    "--tag": "tags",
    "-bt": "batch-tags",
    "--batch-tag": "batch-tags",
    "-Fo": "opt-flags",
    "--opt-flag": "opt-flags",
}
_SWITCHES: Final = {
    "-O": "optimize",
    "--optimize": "optimize",
    "--no-gpus": "no-gpus",
    "-f": "force-flags",
    "--force-flags": "force-flags",
    "--fail-on-trial-error": "fail-on-trial-error",
    "--needed": "needed",
}
# What a run may be told, but a step has no use for: with a value, and without.
_UNUSED_VALUES: Final = frozenset(
    [
        "-c",
        "--comment",
        "-d",
        "--run-dir",
        "--start",
        "--restart",
        "--proto",
        "-bc",
        "--batch-comment",
        "--debug-sourcecode",
        "--pidfile",
        "--save-trials",
        "-D",
        "--dep",
        "--break",
        "--test-output-scalars",
        "--remote",
    ]
)
_UNUSED_SWITCHES: Final = frozenset(
    [
        "-ec",
        "--edit-comment",
        "-e",
        "--edit-flags",
        "--stage",
        "--force-sourcecode",
        "-ebc",
        "--edit-batch-comment",
        "--stage-trials",
        "-y",
        "--yes",
        "--force-deps",
        "-b",
        "--background",
        "-n",
        "--no-wait",
        "--keep-run",
        "--keep-batch",
        "--break-on-error",
        "-q",
        "--quiet",
    ]
)
_NUMBERS: Final = {"max-trials": int, "random-seed": int, "stop-after": float}
_KNOWN: Final = (*_VALUES, *_LISTS, *_SWITCHES)

_QUOTED_OR_LITERAL: Final = re.compile(
    r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\\$\{|\\.""", re.DOTALL
)


class LineError(ValueError):
    """The text is no step; says why, going on from its name."""


@dataclass
class Line:
    """What a step's text says.

    Args:
        operation: The name of the operation.
        arguments: Its flags, each a name and the text behind the `=`.
        batch_files: The files of `@FILE`.
        options: The options, by the keys that they have in a mapping.
        lists: Those that may be given several times, likewise.
        unused: The options that have no effect in a step.
    """

    operation: str = ""
    arguments: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    batch_files: list[str] = field(default_factory=list[str])
    options: dict[str, object] = field(default_factory=dict[str, object])
    lists: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    unused: list[str] = field(default_factory=list[str])


def split(text: str) -> list[str]:
    r"""The words of a text as a shell has them, except that `\${` stays as it is.

    Raises:
        ValueError: A quote is not closed.
    """
    return shlex.split(_QUOTED_OR_LITERAL.sub(_kept, text))


def parse(text: str) -> Line:
    """The parts of a step's text.

    Raises:
        LineError: It names no operation, or holds what no step may.
    """
    try:
        words = split(text)
    except ValueError:
        raise LineError("has a quote that is not closed") from None
    line, positional = Line(), list[str]()
    while words:
        word = words.pop(0)
        if word == "--":
            positional += words
            break
        if word.startswith("-") and len(word) > 1:
            _option(line, word, words)
        else:
            positional.append(word)
    if not positional or not positional[0].strip() or "=" in positional[0]:
        raise LineError("names no operation: begin with its name, as in 'train lr=0.1'")
    line.operation, *rest = positional
    for word in rest:
        if word.startswith("@"):
            line.batch_files.append(word[1:])
        else:
            line.arguments.append(argument(word))
    return line


def argument(word: str) -> tuple[str, str]:
    """The two sides of `NAME=VALUE`.

    Raises:
        LineError: It is written otherwise.
    """
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise LineError(f"has {word!r}, which is no NAME=VALUE")
    return name, value


def _kept(found: re.Match[str]) -> str:
    return r"\\${" if found[0] == r"\${" else found[0]


def _option(line: Line, word: str, words: list[str]) -> None:
    name, equals, value = word.partition("=")
    if name in _SWITCHES or name in _UNUSED_SWITCHES:
        if equals:
            raise LineError(f"gives {name} a value, which it does not take")
        if name in _SWITCHES:
            line.options[_SWITCHES[name]] = True
        else:
            line.unused.append(name)
        return
    if name not in _VALUES and name not in _LISTS and name not in _UNUSED_VALUES:
        near = nearest(name, _KNOWN)
        hint = f": did you mean {near}?" if near else ""
        raise LineError(f"has the unknown option {name}{hint}")
    if not equals:
        if not words:
            raise LineError(f"has no value behind {name}")
        value = words.pop(0)
    if name in _UNUSED_VALUES:
        line.unused.append(name)
    elif name in _LISTS:
        line.lists.setdefault(_LISTS[name], []).append(value)
    else:
        line.options[_VALUES[name]] = _value(name, value)


def _value(name: str, text: str) -> object:
    kind = _NUMBERS.get(_VALUES[name])
    if kind is None:
        return text
    try:
        return kind(text)
    except ValueError:
        raise LineError(f"has {text!r} behind {name}, which is no number") from None
