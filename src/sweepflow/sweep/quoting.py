r"""Hydra's quotes: what a quoted value means to Hydra, and how to write any text.

Between Hydra's quotes a backslash is an ordinary character, unless it stands (alone or
in a row of them) right before a quote of the same kind: there `\'` is a quote and `\\`
a backslash.
"""

from __future__ import annotations

QUOTES = frozenset("'\"")

_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./")
_BARE_START = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/")
_RESERVED = frozenset({"true", "false", "null", "nan", "inf"})


def closing_quote(text: str, start: int) -> int | None:
    """Give where the quote that opens at `start` is closed, if it is."""
    quote = text[start]
    pos = start + 1
    while pos < len(text):
        if text[pos] == "\\":
            pos += 2
        elif text[pos] == quote:
            return pos
        else:
            pos += 1
    return None


def is_quoted(text: str) -> bool:
    """Tell whether `text` is one quoted string from its first to its last character."""
    return text[:1] in QUOTES and closing_quote(text, 0) == len(text) - 1


def without_shell_quotes(source: str) -> str:
    """Give what Hydra is to see of the quoted string `source`.

    Quotes around a whole quoted string are meant for the shell; others for Hydra.
    """
    inside = source[1:-1]
    return inside if is_quoted(inside) else source


def meaning(source: str) -> str:
    """Give the text that the quoted string `source` is to Hydra."""
    quote = source[0]
    parts: list[str] = []
    pos = 1
    while pos < len(source) - 1:
        stop = _backslashes_end(source, pos)
        if stop == pos:
            stop += 1
            parts.append(source[pos])
        elif source[stop] == quote:
            parts.append("\\" * ((stop - pos) // 2))
            if (stop - pos) % 2:
                parts.append(quote)
                stop += 1
        else:
            parts.append(source[pos:stop])
        pos = stop
    return "".join(parts)


def as_value(text: str) -> str:
    """Write `text` so that both Hydra and a sweep expression read exactly that text."""
    if (
        text[:1] in _BARE_START
        and _BARE.issuperset(text)
        and text.lower() not in _RESERVED
    ):
        return text
    if is_quoted(text):
        return _quoted(text, text[0])  # other quotes around it would be the shell's
    return _quoted(text, '"' if "'" in text or text.endswith("\\") else "'")


def _quoted(text: str, quote: str) -> str:
    parts = [quote]
    pos = 0
    while pos < len(text):
        stop = _backslashes_end(text, pos)
        parts.append(text[pos:stop])
        if stop == len(text) or text[stop] == quote:
            parts.append(text[pos:stop])
        if stop < len(text):
            parts.append(f"\\{quote}" if text[stop] == quote else text[stop])
        pos = stop + 1
    parts.append(quote)
    return "".join(parts)


def _backslashes_end(text: str, start: int) -> int:
    """Give where the row of backslashes that begins at `start` ends."""
    end = start
    while text[end : end + 1] == "\\":
        end += 1
    return end
