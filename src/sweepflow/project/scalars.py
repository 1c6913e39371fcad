r"""From a position in a text to the place where that character is written.

A YAML text may be folded over lines, indented, quoted or escaped, and so differs from
what stands in the file; yet all that YAML adds, drops or changes is white space and
marks of quoting. The n-th character of the text that is no white space is therefore
the n-th such character of what is written, whichever style it is written in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE: Final = frozenset(" \t\n\x85\u2028\u2029")
_NEWLINE: Final = "\n"

# One character of a text as it is written in double quotes.
_ESCAPED: Final = re.compile(
    r"\\x(?P<x>[0-9A-Fa-f]{2})|\\u(?P<u>[0-9A-Fa-f]{4})|\\U(?P<U>[0-9A-Fa-f]{8})"
    r"|\\(?P<letter>.)|.",
    re.DOTALL,
)
_ESCAPED_SPACE: Final = _SPACE | frozenset("tnrNLP")
_CODED_SPACE: Final = _SPACE | {"\r"}
_SINGLE: Final = re.compile("''|.", re.DOTALL)


def locate(written: str, style: str, text: str, offset: int) -> int:
    """The index in `written` of the character at `offset` of `text`.

    Exact for any character but white space. For white space, and for the end of the
    text, it is counted from the character before, on whose line it is taken to be.

    Args:
        written: The scalar as it stands in the file, quotes and block header included.
        style: YAML's style: `'`, `"`, `|`, `>` or nothing for plain.
        text: The value that YAML reads from `written`.
        offset: A position in `text`; one past the end is its end.
    """
    offset = min(max(offset, 0), len(text))
    anchor = next(
        (i for i in range(offset, -1, -1) if _is_solid(text[i : i + 1])), None
    )
    rank = 0 if anchor is None else sum(map(_is_solid, text[:anchor]))
    index = next((i for n, i in enumerate(_solid(written, style)) if n == rank), 0)
    if anchor is None or anchor == offset:
        return index
    gap = text[anchor:offset]
    return index + (1 if _NEWLINE in gap else len(gap))


def _is_solid(character: str) -> bool:
    return character not in _SPACE and bool(character)


def _solid(written: str, style: str) -> Iterator[int]:
    """Where in `written` the characters stand that are no white space."""
    if style == '"':
        yield from _solid_escaped(written)
    elif style == "'":
        for found in _SINGLE.finditer(written, 1, len(written) - 1):
            if found[0] not in _SPACE:
                yield found.start()
    else:
        # A block's header (`>-  # a comment`) ends with its line.
        begin = written.find(_NEWLINE) + 1 if style in {"|", ">"} else 0
        for index in range(begin, len(written)):
            if written[index] not in _SPACE:
                yield index


def _solid_escaped(written: str) -> Iterator[int]:
    """The same in double quotes, where an escape may stand for white space."""
    for found in _ESCAPED.finditer(written, 1, len(written) - 1):
        code = found["x"] or found["u"] or found["U"]
        if code:
            space = chr(int(code, 16)) in _CODED_SPACE
        elif found["letter"]:
            space = found["letter"] in _ESCAPED_SPACE
        else:
            space = found[0] in _SPACE
        if not space:
            yield found.start()
