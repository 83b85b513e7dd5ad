"""Labels as a figure can show them: every character has a glyph, and none is too long."""

import unicodedata
from functools import cache

from anyascii import anyascii
from matplotlib.font_manager import FontProperties, findfont, get_font

LONGEST = 28
"""Characters a drawn label has at most."""

FONT = FontProperties(family="DejaVu Sans")
"""The font that matplotlib ships: the same glyphs on every machine."""


def drawable(label: str) -> str:
    """Return a label as it is drawn: on one line, in glyphs that the font has, its middle left out when long.

    What the font lacks (Chinese, Japanese, Korean, emoji and more) is transliterated to ASCII; control and
    direction characters are left out. The artifacts keep the label as it is.

    >>> drawable("Żółć"), drawable("東京"), drawable("a\\nb")
    ('Żółć', 'DongJing', 'a b')
    >>> drawable("A label of more characters than fit beside a heatmap")
    'A label of more c…a heatmap'
    """
    shown = "".join(_drawable_character(character) for character in " ".join(label.split()))
    shown = shown or "?"
    if len(shown) <= LONGEST:
        return shown
    tail = LONGEST // 3
    return f"{shown[: LONGEST - tail - 2].rstrip()}…{shown[-tail:].lstrip()}"


def _drawable_character(character: str) -> str:
    if unicodedata.category(character)[0] == "C":
        return ""
    return character if ord(character) in _glyphs() else anyascii(character)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT, fallback_to_default=False)).get_charmap())
