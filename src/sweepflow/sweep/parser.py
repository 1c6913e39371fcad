r"""From text to words.

expression  word*                          blanks and comments between them
word        option | "~" key | assignment ("|" (assignment | values))*
assignment  key "=" values                 `key=` alone gives an empty value
values      element ("," element)*
element     quoted | function | range | part+
part        group | log | brackets | protected | bare
group       "(" element ("," element)* ")"
brackets    "[" … "]" | "{" … "}"          read by Hydra
function    "choice" "(" … ")" and so on   read by Hydra
protected   '…' | "…" | \.                 as a shell reads them
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.sweep.elements import Elements
from sweepflow.sweep.errors import shown
from sweepflow.sweep.override import Assignment, Fixed, Override
from sweepflow.sweep.quoting import QUOTES
from sweepflow.sweep.scanner import Scanner, is_key_char
from sweepflow.sweep.values import Text, Verbatim

if TYPE_CHECKING:
    from typing import Final

    from sweepflow.sweep.errors import SweepSyntaxError
    from sweepflow.sweep.override import Word
    from sweepflow.sweep.values import Element

_PREFIXES = ("++", "+", "~")


def parse(text: str) -> tuple[Word, ...]:
    """Give the words of an expression.

    Raises:
        SweepSyntaxError: It has no meaning.
    """
    return tuple(_Parser(Scanner(text)).words())


def parse_word(text: str) -> Word:
    """Give the one word that `text` is.

    Raises:
        SweepSyntaxError: It has no meaning.
    """
    return _Parser(Scanner(text, one_word=True)).word()


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._elements = Elements(self._scanner)

    def words(self) -> list[Word]:
        words: list[Word] = []
        self._scanner.skip_to_start()
        while self._scanner.peek():
            words.append(self.word())
            self._scanner.skip_blanks()
        return words

    def word(self) -> Word:
        return self._option() if self._scanner.peek() == "-" else self._override()

    def _option(self) -> Fixed:
        scanner = self._scanner
        start = scanner.pos
        read: list[str] = []
        while not scanner.at_blank():
            if scanner.peek() in QUOTES or scanner.peek() == "\\":
                read.append(scanner.protected())
            else:
                read.append(scanner.peek())
                scanner.pos += 1
        word = "".join(read)
        return Fixed(word, word.partition("=")[0], text=scanner.text, column=start)

    def _override(self) -> Word:
        scanner = self._scanner
        start = scanner.pos
        pipe: int | None = None
        assignments: list[Assignment] = []
        key = self._key()
        if not key.has_value:
            word = key.prefix + key.name
            return Fixed(word, key.name, text=scanner.text, column=start)
        lists: list[list[Element]] = []
        if key.lead is None and scanner.at_blank():
            lists.append([Verbatim("")])
        else:
            lists.append(self._elements.read_list(key.lead))
        while scanner.peek() == "|":
            pipe = scanner.pos if pipe is None else pipe
            scanner.pos += 1
            if scanner.peek() == "=" or scanner.key_ahead():
                assignments.append(Assignment(key.prefix, key.name, lists))
                key = self._key()
                lists = []
            if scanner.at_blank():
                raise scanner.error(
                    "empty section after '|'",
                    "write values behind it, or '' for empty text",
                )
            lists.append(self._elements.read_list(None))
        assignments.append(Assignment(key.prefix, key.name, lists))
        return Override(assignments, pipe=pipe, text=scanner.text, column=start)

    def _key(self) -> _Key:
        """Read a key and the "=" behind it, which only a `~key` can do without."""
        scanner = self._scanner
        start = scanner.pos
        written = ""
        lead: Text | None = None
        while lead is None and scanner.peek() != "=" and not scanner.at_blank():
            column = scanner.pos
            if scanner.peek() in QUOTES or scanner.peek() == "\\":
                read, equals, rest = scanner.protected().partition("=")
                lead = Text(rest, protected=True) if equals else None
            else:
                read = scanner.peek()
                scanner.pos += 1
            for char in read:
                if not is_key_char(char) and written + char not in _PREFIXES:
                    raise self._bad_key(char, written, column)
                written += char
        prefix = next((p for p in _PREFIXES if written.startswith(p)), "")
        name = written[len(prefix) :]
        has_value = lead is not None or scanner.peek() == "="
        if not name:
            raise scanner.error("empty key", "write the key first: key=value", start)
        if not has_value and prefix != "~":
            raise scanner.error(
                f"{shown(name)} has no value",
                f"write {shown(name + '=VALUE')[1:-1]}; an option begins with '-', and "
                "a value with blanks in it belongs in quotes",
                start,
            )
        if has_value and name.endswith("/"):
            raise scanner.error(
                "empty suffix behind '/' in a key",
                "write lr/m=1 for thousandths, or leave the '/' out",
            )
        if lead is None and has_value:
            scanner.pos += 1
        return _Key(prefix, name, lead, has_value=has_value)

    def _bad_key(self, char: str, before: str, column: int) -> SweepSyntaxError:
        if char == "|" and not before:
            return self._scanner.error(
                "empty section before '|'", "write key=values before it", column
            )
        return self._scanner.error(
            f"a key cannot hold {shown(char)}",
            "write key=value; a value with blanks in it belongs in quotes",
            column,
        )


class _Key:
    """A key as it was read.

    Attributes:
        prefix: `+`, `++`, `~` or nothing.
        name: What stands behind the prefix.
        lead: The start of the value, if that stands in the same quotes as the "=".
        has_value: Whether there is a "=".
    """

    def __init__(
        self, prefix: str, name: str, lead: Text | None, *, has_value: bool
    ) -> None:
        self.prefix: Final = prefix
        self.name: Final = name
        self.lead: Final = lead
        self.has_value: Final = has_value
