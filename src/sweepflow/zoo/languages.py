"""Which language a text is in, by the words that are most common in each."""

from __future__ import annotations

import re

COMMON_WORDS = {
    "english": "the of and to is that it was for on are with as has have this be at "
    "each how many there she he they we so if not by from more than her his will",
    "spanish": "el la los las de que y en un una es por para con del se su al lo como "
    "más pero si cada hay son tiene total cuántos entonces hoy día también",
    "french": "le la les de des et en un une est pour dans que qui du au aux par sur "
    "il elle ils nous chaque donc combien avec ce cette sont plus ont jour",
    "german": "der die das und ist ein eine einen zu von mit für auf den dem nicht sie "
    "er es wir jede jeder also wie viele hat haben sind pro im insgesamt",
}

_WORDS = {language: set(words.split()) for language, words in COMMON_WORDS.items()}
_ENOUGH = 3
"""Words that are known; fewer decide nothing."""


def language_of(text: str) -> str | None:
    """Give the language whose common words are most of a text; None if none stands out.

    Numbers and formulas count for nothing.
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {
        language: sum(word in known for word in words)
        for language, known in _WORDS.items()
    }
    first, second = sorted(counts, key=lambda language: -counts[language])[:2]
    if counts[first] < _ENOUGH or counts[first] == counts[second]:
        return None
    return first
