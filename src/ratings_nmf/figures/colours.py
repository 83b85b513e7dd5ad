"""The colours of figures and page; nothing is imported, so that the page needs no matplotlib."""

INK = "#27272a"
MUTED = "#71717a"
GRID = "#f0f0f2"
BAND = "#e4e4e7"
"""Of the chosen number of components."""

BAR = "#3b82c4"
LINES = ("#1d4ed8", "#b45309", "#0f766e", "#7c3aed")

NOT_RATED = "#d4d4d8"
"""Of a cell that is unknown."""

AMOUNT = ("#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58")
"""YlGnBu of ColorBrewer: from 0 to the largest value."""

LEVEL = ("#fafafa", "#d4d4d8", "#a1a1aa", "#71717a", "#3f3f46")
"""Greys for levels, which stand in a strip beside the parts: from 0 to the largest level."""

DIFFERENCE = (
    "#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7", "#fddbc7", "#f4a582", "#d6604d", "#b2182b",
    "#67001f",
)  # fmt: skip
"""RdBu of ColorBrewer, reversed: blue below 0, white at 0, red above."""
