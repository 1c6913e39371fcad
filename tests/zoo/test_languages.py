"""A text's language is known by its common words, and is not guessed at."""

from __future__ import annotations

import pytest

from sweepflow.zoo.languages import language_of

TEXTS = {
    "english": "She has 3 apples and buys 4 more, so there are 7 in the basket.",
    "spanish": "Cada caja tiene 12 huevos, por lo que en 3 cajas hay 36. #### 36",
    "french": "Il vend 5 livres par jour, donc il gagne 35 euros dans la semaine.",
    "german": "Jede Kiste hat 6 Flaschen, also sind es insgesamt 18. Das ist viel.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_is_known(language: str) -> None:
    text = TEXTS[language]
    assert language_of(text) == language
    assert language_of(text.upper()) == language
    assert language_of(f"3 + 4 = 7. {text}") == language


@pytest.mark.parametrize(
    "text", ["", "42", "#### 1,000", "x = 3 * y", "Hola", "que is de", "los the las of"]
)
def test_too_little_decides_nothing(text: str) -> None:
    assert language_of(text) is None


def test_a_foreign_word_does_not_decide() -> None:
    assert language_of("The word 'que' is what they say in Spain for that") == "english"
