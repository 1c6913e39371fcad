"""What compiled code tells where its source does not."""

from __future__ import annotations

from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator


def holds_code(node: ast.Lambda, code: CodeType) -> bool:
    """Say whether code was compiled from this lambda and not from one beside it."""
    body = node.body
    begin = (body.lineno, body.col_offset)
    end = (body.end_lineno or 0, body.end_col_offset or 0)
    places = ((p[0], p[2]) for p in code.co_positions() if p[2])
    return all(begin <= (line or 0, column or 0) <= end for line, column in places)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def names_in(code: CodeType) -> set[str]:
    """Give the names that code uses: global ones, and attributes."""
    return {name for each in _codes(code) for name in each.co_names}


def bytecode(code: CodeType) -> str:
    """Give a text of what code does; it holds for one version of Python only."""

    def plain(constants: Iterable[object]) -> list[str]:
        return [repr(c) for c in constants if not isinstance(c, CodeType)]

    return "".join(
        f"{each.co_code.hex()}{each.co_names}{plain(each.co_consts)}"
        for each in _codes(code)
    )
