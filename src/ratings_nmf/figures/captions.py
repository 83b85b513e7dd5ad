"""The words around a figure: its title, lines that explain it, and the font and inks of all its text."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties

from ratings_nmf.figures.glyphs import FONT

INK = "#27272a"
MUTED = "#71717a"
LABEL_SIZE = 9


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What is written around a figure: its title, lines below the title, and what its colours or heights mean."""

    title: str
    lines: tuple[str, ...]
    colours: str


def font(size: float) -> FontProperties:
    """Return the figures' font in a size, in points."""
    sized = FONT.copy()
    sized.set_size(size)
    return sized


def write_caption(axes: Axes, caption: Caption, lines: Iterable[str], width: float) -> None:
    """Write the title and the lines below it above axes that are `width` inches wide; long lines are wrapped."""
    characters = int(max(width + 1.5, 5.0) / 0.078)
    wrapped = [part for line in lines for part in textwrap.wrap(line, characters)]
    place: dict[str, Any] = {
        "xy": (0, 1),
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "parse_math": False,
    }
    for above, line in enumerate(reversed(wrapped)):
        axes.annotate(line, xytext=(0, 6 + 12 * above), fontproperties=font(LABEL_SIZE - 0.5), color=MUTED, **place)
    axes.annotate(
        caption.title,
        xytext=(0, 12 + 12 * len(wrapped)),
        fontproperties=font(LABEL_SIZE + 2),
        fontweight="bold",
        color=INK,
        **place,
    )
