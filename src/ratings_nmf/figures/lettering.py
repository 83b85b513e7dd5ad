"""All text of a figure: its font, labels in glyphs that the font has, axis labels, title and caption."""

import textwrap
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from anyascii import anyascii
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from ratings_nmf.core import words
from ratings_nmf.figures.colours import INK, MUTED

LABEL_SIZE = 9

LONGEST = 28
"""Characters that a drawn label has at most."""

FONT = FontProperties(family="DejaVu Sans")
"""The font that matplotlib ships: the same glyphs on every machine."""


def font(size: float) -> FontProperties:
    """Return the figures' font in a size, in points."""
    copy = FONT.copy()
    copy.set_size(size)
    return copy


def drawable(text: str) -> str:
    """Return a label as it is drawn: as it is shown elsewhere, in glyphs of the font, its middle left out when long.

    What the font lacks (Chinese, Japanese, Korean, emoji and more) is transliterated to ASCII. The artifacts keep
    the label as it is.

    >>> drawable("Żółć"), drawable("東京"), drawable("a\\nb")
    ('Żółć', 'DongJing', 'a⟨U+000A⟩b')
    >>> drawable("A label of more characters than fit beside a heatmap")
    'A label of more c…a heatmap'
    """
    return drawables([text])[0]


def drawables(labels: Iterable[str]) -> list[str]:
    """Return labels as they are drawn beside one another; of those that would come out the same, what differs is kept.

    >>> drawables(f"The Lord of the Rings: The {part} of the Ring (2001)" for part in ("Fellowship", "Return"))
    ['The Lor…Fellowship o…(2001)', 'The Lor…Return of th…(2001)']
    """
    glyphs = ["".join(map(_drawable_character, words.label(label))).strip() or "?" for label in labels]
    return words.shortened(glyphs, LONGEST)


def text_width(figure: Figure, text: str) -> float:
    """Return the width of a label in inches."""
    canvas = figure.canvas if isinstance(figure.canvas, FigureCanvasAgg) else FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    width, _, _ = renderer.get_text_width_height_descent(text, font(LABEL_SIZE), False)
    return float(width) / figure.dpi


def style_axes(axes: Axes, across: str, up: str) -> None:
    """Write the labels of a chart's axes and leave only the lines that are needed."""
    axes.set_xlabel(across, fontproperties=font(LABEL_SIZE), color=INK)
    axes.set_ylabel(up, fontproperties=font(LABEL_SIZE), color=INK)
    axes.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED, which="both")
    axes.spines[["top", "right"]].set_visible(False)


def write(axes: Axes, text: str, place: tuple[float, float], *, size: float = LABEL_SIZE - 0.5, **style: Any) -> None:
    """Write a text at a place of axes, in the unit of ``xycoords``; `size` and what moves it are in points."""
    style = {"xytext": (0, 0), "color": MUTED, **style}
    axes.annotate(text, place, textcoords="offset points", fontproperties=font(size), parse_math=False, **style)


def write_caption(axes: Axes, title: str, lines: Iterable[str], width: float) -> None:
    """Write a title and the lines below it above axes that are `width` inches wide; long lines are wrapped."""
    characters = int(max(width + 1.5, 5.0) / 0.078)
    shorter = [part for line in lines for part in textwrap.wrap(line, characters)]
    corner: dict[str, Any] = {"place": (0, 1), "xycoords": "axes fraction"}
    for above, line in enumerate(reversed(shorter)):
        write(axes, line, xytext=(0, 6 + 12 * above), **corner)
    height = 12 + 12 * len(shorter)
    write(axes, title, size=LABEL_SIZE + 2, xytext=(0, height), color=INK, fontweight="bold", **corner)


def write_ticks(labels: Iterable[Text]) -> None:
    """Put an axis's labels, which are a table's, into the figures' font."""
    for label in labels:
        label.set(fontproperties=font(LABEL_SIZE), color=INK, parse_math=False)


def _drawable_character(character: str) -> str:
    if unicodedata.category(character)[0] == "C":
        return ""
    return character if ord(character) in _glyphs() else anyascii(character)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT, fallback_to_default=False)).get_charmap())
