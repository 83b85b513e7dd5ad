"""How numbers, counts, labels and what was found are said to a person, in figures and on the page."""

import math
import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from ratings_nmf.core.streams import Draw

NOT_MEASURED = "not measured"

FACTORS, MOST_POPULAR = "factors", "most popular"
"""Recommenders whose lists are always measured."""

PREDICTORS = {"": FACTORS, "baselines_": "row and column averages", "global_mean_": "mean of all cells"}
"""What predicts held-out cells, by the prefix of its keys in heldout.json."""

HEAD, TAIL, LONG = 140, 40, 220
"""Characters of a long label that are shown at its start and its end, and above which it is one."""

APART = 6
"""Characters that are needed to tell labels apart."""

MIXED, MISSED = 1.05, 0.02
"""R-hat up to which chains count as mixed, and what intervals' coverage may be off by; a warning beyond."""

MUCH = 2**0.5
"""Times the error of the mean of all cells: what one cell, drawn at random, errs by as a guess of another."""

NAMED = 5
"""Empty rows or columns that a sentence names before it only counts."""

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that are not seen but change what is: control characters and directions of writing."""


def label(text: str) -> str:
    """Return a label as it is shown: unseen characters named, the middle of a very long one left out.

    >>> label("a\\u202eb\\n"), label("<b>")
    ('a⟨U+202E⟩b⟨U+000A⟩', '<b>')
    >>> len(label("x" * 10_000)), label("x" * 10_000)[138:164]
    (203, 'xx… (10,000 characters) …x')
    """
    if len(text) > LONG:
        return f"{label(text[:HEAD])}… ({len(text):,} characters) …{label(text[-TAIL:])}"
    return visible(text)


def visible(text: str) -> str:
    """Return a text of any length with its unseen characters named.

    >>> visible("a\\x1b[31m")
    'a⟨U+001B⟩[31m'
    """
    return UNSEEN.sub(lambda unseen: f"⟨U+{ord(unseen[0]):04X}⟩", text)


def shortened(texts: Sequence[str], room: int) -> list[str]:
    """Leave out the middle of texts that have more characters than there is room for.

    Different ones that would become the same keep their start, and what follows from the first character in which they
    differ, shortened in turn.

    >>> shortened(["The Fellowship of the Ring, 2001", "The Fellowship of the King, 2001", "Brazil"], 16)
    ['The…Ring, 2001', 'The…King, 2001', 'Brazil']
    """
    tail = room // 3
    short = [
        text if len(text) <= room else f"{text[: room - tail - 2].rstrip()}…{text[-tail:].lstrip()}" for text in texts
    ]
    same: dict[str, list[int]] = {}
    for place, text in enumerate(short):
        same.setdefault(text, []).append(place)
    for places in same.values():
        alike = [texts[place] for place in places]
        if len(set(alike)) > 1 and room > APART:
            first = next(place for place, letters in enumerate(zip_longest(*alike)) if len(set(letters)) > 1)
            head = room // 4
            ends = shortened([text[first:] for text in alike], room - head - 1)
            for place, text, end in zip(places, alike, ends, strict=True):
                short[place] = f"{text[:head].rstrip()}…{end}"
    return short


def number(value: float | None, digits: int = 3) -> str:
    """Return a number that stands alone, with so many significant digits; None and NaN were not measured.

    >>> number(0.12461), number(1234567.0), number(4.0), number(-0.0004), number(2e-9), number(None)
    ('0.125', '1,234,567', '4', '−0.0004', '2.00e−09', 'not measured')
    """
    if value is None or not math.isfinite(value):
        return NOT_MEASURED
    size = _size(value)
    if size < -4 or size > 14:
        return _formatted(value, f".{digits - 1}e")
    decimals = max(digits - 1 - size, 0)
    text = _formatted(value, f",.{decimals}f")
    return text.rstrip("0").rstrip(".") if decimals else text


def apart(values: Sequence[float]) -> list[str]:
    """Return numbers that are compared, with three significant digits, or as many up to six as tell them apart.

    >>> apart([0.67031, 0.66972]), apart([0.5, 0.5, 2.0])
    (['0.6703', '0.6697'], ['0.5', '0.5', '2'])
    """
    attempts = ([number(value, digits) for value in values] for digits in (3, 4, 5, 6))
    texts = next(attempts)
    while len(set(texts)) < len(set(values)) and (more := next(attempts, None)):
        texts = more
    return texts


def aligned(values: Sequence[float]) -> list[str]:
    """Return numbers that stand together, to the third digit of the largest, the second below 1; NaN is empty.

    >>> aligned([0.0, 5.338, math.nan, -1.0]), aligned([0.9, 0.031]), aligned([0.04, 0.031])
    (['0.00', '5.34', '', '−1.00'], ['0.90', '0.03'], ['0.040', '0.031'])
    >>> aligned([4.0, 0.0]), aligned([-12345.6]), aligned([512.34, -0.04]), aligned([0.001]), aligned([1e-5])
    (['4', '0'], ['−12,346'], ['512', '0'], ['0.0010'], ['1.00e−05'])
    """
    known = [value for value in values if math.isfinite(value)]
    largest = max(map(abs, known), default=0.0)
    if largest >= 1e7 or 0 < largest < 1e-4:
        form = ".2e"
    elif all(value == round(value) for value in known):
        form = ",.0f"
    else:
        form = f",.{max((2 if largest >= 1 else 1) - _size(largest), 0)}f"
    return [_formatted(value, form) if math.isfinite(value) else "" for value in values]


def percent(share: float | None) -> str:
    """Return a share as percent.

    >>> percent(0.1246), percent(0.0004), percent(1.0), percent(None)
    ('12.5\\xa0%', '0.04\\xa0%', '100\\xa0%', 'not measured')
    """
    return NOT_MEASURED if share is None or not math.isfinite(share) else f"{number(100 * share)}\u00a0%"


def hundredths(share: float) -> str:
    """Return a share of 1, or a cosine, with two decimals.

    >>> hundredths(0.999), hundredths(0.5)
    ('1.00', '0.50')
    """
    return f"{share:.2f}"


def length(value: float, longest: float) -> float:
    """Return how long a bar is, as a share of the longest: as much as can be seen, where it is not nothing.

    >>> length(0.2, 0.8), length(1.2, 6889.0), length(0.0, 1.0)
    (0.25, 0.005, 0.0)
    """
    return max(round(value / longest, 3), 0.005) if value else 0.0


def counted(count: int, noun: str) -> str:
    """Return a count and its noun.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def size(profile: dict[str, Any]) -> str:
    """Say how large and how full a table is, and what its other cells mean.

    >>> size({"rows": 5, "columns": 1, "cells": 4, "zeros": "observed"})[:60]
    '5 rows × 1 column; 4 of the 5 cells (80\\xa0%) are above 0. In t'
    """
    cells = profile["rows"] * profile["columns"]
    others = "In the others 0 is a value like any other: nothing was there."
    if profile["zeros"] == "missing":
        others = "The others were not rated: they are unknown, shown in grey, and the fit ignores them."
    elif isinstance(profile["zeros"], float):
        others = f"The others were not given: each counts as a 0 of weight {number(profile['zeros'])}."
    match profile.get("values"):
        case "log":
            others += " Values are log(1 + x) of those that were given."
        case {"at_least": least}:
            others += f" Given were {profile['below']:,} more, below {number(least)}: they count as not given."
    be = "is" if profile["cells"] == 1 else "are"
    return (
        f"{counted(profile['rows'], 'row')} × {counted(profile['columns'], 'column')}; {profile['cells']:,} of the "
        f"{cells:,} cells ({percent(profile['cells'] / cells)}) {be} above 0. {others}"
    )


def empty_lines(profile: dict[str, Any], spell: Callable[[str], str] = label) -> list[str]:
    """Say which rows and which columns hold nothing, their labels spelled for where they stand.

    >>> empty_lines({"empty_row_count": 1, "empty_rows": ["b"], "empty_column_count": 0, "zeros": "missing"})
    ['1 row without any rating: b.']
    """
    state = {"observed": "all zero", "missing": "without any rating"}.get(profile["zeros"], "without a cell above 0")
    sentences = []
    for side in ("row", "column"):
        if count := profile[f"empty_{side}_count"]:
            names = ", ".join(map(spell, profile[f"empty_{side}s"][:NAMED]))
            more = f" and {count - NAMED:,} more" if count > NAMED else ""
            sentences.append(f"{counted(count, side)} {state}: {names}{more}.")
    return sentences


def drawn_rows(draw: Draw | None) -> list[str]:
    """Say that some rows stand for all of a table that is too large to be worked on as a whole, where so."""
    return [] if draw is None else [f"{str(draw).capitalize()} by hash: the table has more cells than most_cells."]


def on_gain(heldout: dict[str, Any]) -> str:
    """Say how much better than the better of two averages, as good as it, worse or much worse the factors predict.

    Within one standard error they are as good; much worse is an error above `MUCH` times that of the mean. Where a fit
    without some cells had no more of them than W and H leave loadings free, k (rows + columns − k), that is why.

    >>> held_out = {"rmse": 0.9, "baselines_rmse": 1.0, "global_mean_rmse": 1.2, "gain": 0.1, "gain_se": 0.02}
    >>> held_out |= {"fitted_cells": 80, "free_loadings": 18}
    >>> on_gain(held_out)
    'The factors predict better than row and column averages, by 0.10 ± 0.02: RMSE on unseen cells 0.9 against 1.'
    >>> on_gain(held_out | {"gain": -1.0, "rmse": 2.0}).partition(":")[0]
    'The factors predict much worse than row and column averages, by 1.00 ± 0.02'
    >>> on_gain(held_out | {"gain": -1.0, "rmse": 2.0, "fitted_cells": 16}).partition("surprise: ")[2]
    'of the known cells 16 were left to fit 18 loadings to. So few cells do not tell how well the factors predict.'
    """
    averages = {
        "row and column averages": heldout["baselines_rmse"],
        "the mean of all cells": heldout["global_mean_rmse"],
    }
    best = min(averages, key=averages.__getitem__)
    own, other = apart([heldout["rmse"], averages[best]])
    gain, error = heldout["gain"], heldout["gain_se"]
    size, spread = aligned([abs(gain), error])
    if gain > error:
        grade = f"better than {best}, by {size} ± {spread}"
    elif gain >= -error:
        grade = f"as well as {best} ({'better' if gain > 0 else 'worse'} by {size} ± {spread}, which may be chance)"
    else:
        is_much = heldout["rmse"] > MUCH * heldout["global_mean_rmse"]
        grade = f"{'much ' * is_much}worse than {best}, by {size} ± {spread}"
    sentence = f"The factors predict {grade}: RMSE on unseen cells {own} against {other}."
    if gain <= error and heldout["fitted_cells"] <= heldout["free_loadings"]:
        sentence += (
            f" That is no surprise: of the known cells {heldout['fitted_cells']:,} were left to fit "
            f"{heldout['free_loadings']:,} loadings to. So few cells do not tell how well the factors predict."
        )
    return sentence


def on_delivered(heldout: dict[str, Any]) -> list[str]:
    """Say how much the fit delivered errs on cells not seen, with its interval, where that was estimated.

    >>> on_delivered({"delivered": {"rmse": 0.912, "low": 0.88, "high": 0.944}})
    ['The fit delivered, which knows all known cells, errs by 0.91 on cells not seen, with 90\xa0% confidence by 0.88 \
to 0.94.']
    """
    if "delivered" not in heldout:
        return []
    error, low, high = aligned([heldout["delivered"][name] for name in ("rmse", "low", "high")])
    return [
        f"The fit delivered, which knows all known cells, errs by {error} on cells not seen, with {percent(0.9)} "
        f"confidence by {low} to {high}."
    ]


def on_lists(heldout: dict[str, Any]) -> str:
    """Say what the lists find of held-out cells beside those of other recommenders; nothing where not measured.

    >>> lists = {"factors": {"ndcg": 0.4}, "most popular": {"ndcg": 0.2}, "EASE": {"ndcg": 0.3}}
    >>> on_lists({"lists": lists, "ndcg_gain": 0.2, "ndcg_gain_se": 0.01}).partition(" than ")
    ('The lists find more', ' than ', 'the most popular items do, by 0.20 ± 0.01 of NDCG@10 (0.4 against 0.2; \
the best of the others, EASE, finds 0.3).')
    >>> lists = {"item-kNN": {"ndcg": 0.30000004}, **lists}
    >>> on_lists({"lists": lists, "ndcg_gain": 0.0, "ndcg_gain_se": 0.0})
    'The lists find as much as the most popular items do (0.4 against 0.2; the best of the others, EASE, finds 0.3).'
    """
    if "lists" not in heldout:
        return ""
    ndcg = {name: measures["ndcg"] for name, measures in heldout["lists"].items()}
    own, popular = ndcg.pop(FACTORS), ndcg.pop(MOST_POPULAR)
    gain, error = heldout["ndcg_gain"], heldout["ndcg_gain_se"] or 0.0
    size, spread = aligned([abs(gain), error])
    chance = ", which may be chance" if abs(gain) <= error else ""
    grade = f"{'more' if gain > 0 else 'less'} than the most popular items do, by {size} ± {spread} of NDCG@10{chance}"
    best = max(sorted(ndcg), key=lambda name: round(ndcg[name], 6), default="")
    other = f"; the best of the others, {best}, finds {number(ndcg[best])}" if ndcg else ""
    if not gain:
        grade = "as much as the most popular items do"
    return f"The lists find {grade} ({number(own)} against {number(popular)}{other})."


def on_coverage(intervals: dict[str, Any]) -> str:
    """Say how many unseen cells intervals hold, and whether they are off by more than `MISSED` and than chance.

    >>> on_coverage({"coverage_90": 0.85, "cells": 20, "mean_width": 3.3}).partition(": ")[2]
    'so few cells do not tell whether they are off.'
    """
    coverage, cells = intervals["coverage_90"], intervals["cells"]
    sentence = (
        f"Intervals of {percent(0.9)}, {number(intervals['mean_width'])} wide on average, hold {percent(coverage)} of "
        f"{counted(cells, 'unseen cell')}"
    )
    off = abs(coverage - 0.9)
    if off <= MISSED:
        return f"{sentence}."
    if off <= 2 * (0.09 / cells) ** 0.5:  # twice the standard error of 90 %
        return f"{sentence}: so few cells do not tell whether they are off."
    return f"{sentence}: they are too {'narrow' if coverage < 0.9 else 'wide'}."


def fit_warnings(fit: dict[str, Any], heldout: dict[str, Any]) -> list[str]:
    """Say what a reader of the factors must know: not converged, chains apart, too sure.

    >>> fit_warnings({"converged": True}, {})
    []
    >>> fit_warnings({"converged": None, "rhat_noise": 1.2, "rhat_predictions": 1.01}, {})[0][-38:]
    'What they predict agrees (R-hat 1.01).'
    >>> fit_warnings({"converged": None}, {"intervals": {"coverage_90": 0.8, "cells": 5000, "mean_width": 3.3}})
    ['Intervals of 90\xa0%, 3.3 wide on average, hold 80\xa0% of 5,000 unseen cells: they are too narrow.']
    """
    sentences = []
    if fit["converged"] is False:
        sentences.append(
            f"The solver stopped after {counted(fit['n_iter'], 'iteration')} before it had converged; "
            "a larger max_iter under fit.options lets it go on."
        )
    rhats = {name: fit.get(f"rhat_{name}") for name in ("noise", "predictions")}
    if apart := [f"R-hat of the {name} {number(rhat)}" for name, rhat in rhats.items() if rhat and rhat > MIXED]:
        rhat = rhats["predictions"]
        sentences.append(
            f"The chains have not mixed ({', '.join(apart)}): they were started apart and still differ; "
            "a larger burn_in and thinning under fit.options let them go on."
            + (f" What they predict agrees (R-hat {number(rhat)})." if rhat and rhat <= MIXED else "")
        )
    sentences += fit.get("notes", [])
    if "intervals" in heldout and (sentence := on_coverage(heldout["intervals"])).endswith(("narrow.", "wide.")):
        sentences.append(sentence)
    return sentences


def gain_warnings(heldout: dict[str, Any]) -> list[str]:
    """Say where the factors predict unseen cells no better than averages do; not of a fit that is for lists.

    >>> gain_warnings({"beats_baseline": None})
    []
    """
    return [on_gain(heldout)] if heldout.get("beats_baseline") is False and not heldout.get("for_lists") else []


def list_warnings(heldout: dict[str, Any]) -> list[str]:
    """Say where the lists find less of held-out cells than the most popular items do.

    >>> list_warnings({"cells": 0})
    []
    """
    return [on_lists(heldout)] if heldout.get("ndcg_gain", 0.0) < 0 else []


def _size(value: float) -> int:
    """Return the power of ten of a number's first digit, after rounding to three."""
    return int(f"{value:.2e}".partition("e")[2])


def _formatted(value: float, form: str) -> str:
    return f"{value:z{form}}".replace("-", "−")
