"""The page as one text: what it says of each dataset, style, script, and a policy that allows these and no more."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

import yaml
from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from ratings_nmf.core import words
from ratings_nmf.core.progress import progress
from ratings_nmf.core.words import counted, number, percent
from ratings_nmf.figures.colours import AMOUNT, DIFFERENCE, LEVEL, NOT_RATED
from ratings_nmf.figures.sources import Sources
from ratings_nmf.files.loadings import CSV_LIMIT
from ratings_nmf.page.matrices import CELLS, cells, consensus_blocks, grouping, lines, lists, matrices, told_apart
from ratings_nmf.page.measures import convergence_panel, heldout_panel, survey_panel
from ratings_nmf.page.panels import component_cards, notes, parts, recommendations_panel, small_table, tiles

SCRIPTS = (
    "text", "codes", "scales", "lines", "tables", "picture", "cell", "heatmap", "likeness", "parts", "survey", "search",
    "profile", "address", "printing", "page",
)  # fmt: skip
"""Modules of the page's script, each of which may use those before it; only the last does anything by itself."""

MOST = 3_000_000
"""Bytes that a page has at most, unless blocks, short labels and small layers take more."""

LENGTHS = (100, 60, 40, 28)
"""Characters that labels have at most, tried in turn, of a page that whole ones make too large."""

SMALL = 1 / 200
"""Share of these bytes that a layer, or a side's labels, may take in any case: small datasets keep theirs beside one
that fills a page."""


def describe(sources: Sources) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the template shows of a dataset, and what the page's script needs of it."""
    table, factors, fit = sources.table, sources.factors, sources.fit
    data = matrices(table, factors)
    if sources.consensus:
        data["consensus"] = consensus_blocks(sources.consensus, table.column_labels)
    survey = survey_panel(sources.evidence, sources.survey, fitted=fit["n_components"])
    more = [*words.drawn_rows(table.draw), *survey["warnings"]]
    content = {
        "name": sources.name,
        "size": words.size(sources.profile),
        "figures": tiles(sources.profile, fit, sources.heldout),
        "notes": notes(sources.profile, fit, sources.heldout, more=more),
        "count": counted(fit["n_components"], "component"),
        "grouping": grouping(table.shape, data),
        "is_cut": max(map(len, (*table.row_labels, *table.column_labels))) > words.LONG,
        "in_blocks": [side for side in ("rows", "columns") if "sizes" in data[side]],
        "views_left_out": [
            view for view, name in (("interval", "low"), ("consensus", "consensus")) if name not in data
        ],
        "components": (cards := component_cards(table, factors)),
        "longest": max((len(line["label"]) for card in cards for line in (*card["rows"], *card["columns"])), default=0),
        "whole": "the total" if factors.parts == len(factors.components) else "all parts",
        "parts": parts(factors),
        "fit": (
            f"On the cells it was fitted to, W @ H misses by {number(fit['mae'])} on average (root of the mean "
            f"square: {number(fit['rmse'])}) and explains {percent(fit['explained_variance'])} of the table's "
            "sum of squares. More components always bring these errors down, so they say how close the picture is, "
            "not how well it predicts."
        ),
        "convergence": convergence_panel(sources.loss_curve, sources.traces, converged=fit["converged"]),
        "survey": survey,
        "heldout": heldout_panel(sources.heldout),
        "recommendations": recommendations_panel(sources.heldout, sources.recommendations, to=sources.to),
        "parameters": yaml.safe_dump(
            {sources.name: sources.parameters}, sort_keys=False, allow_unicode=True, default_flow_style=None
        ),
        **small_table(table, factors),
    }
    data |= {
        "survey": survey["scores"],
        "range": [sources.profile["minimum"], sources.profile["maximum"]],
        "to": sources.to,
        "files": _files(sources),
        "cut": content["is_cut"],
    }
    return content, data


def layers(sources: Sources, *, most: float = MOST) -> dict[str, Any]:
    """Return what a page holds of a dataset where there is room, by name.

    What takes more than `most` bytes even with one for each loading, item of a list and stored cell is left out.
    """
    table, factors, recommendations = sources.table, sources.factors, sources.recommendations
    content: dict[str, tuple[int, Callable[[], dict[str, Any]]]] = {
        "lists": (len(recommendations.items), lambda: lists(table, factors, recommendations, to=sources.to))
    }
    if table.size > CELLS:
        loadings = factors.W.size + factors.H.size
        content |= {
            "lines": (loadings, lambda: lines(table, factors)),
            "cells": (len(table.values), lambda: cells(table, factors)),
        }
    return {name: make() for name, (least, make) in content.items() if least <= most}


def build(datasets: Sequence[Sources], *, seed: int, most: int = MOST) -> str:
    """Return the page about all datasets, in their order, with as many layers as `most` bytes hold.

    The same inputs give the same text.
    """
    contents = [describe(sources) for sources in progress(datasets, unit="datasets")]
    style, script = _read("style.css"), scripts(SCRIPTS)
    data = {
        "colours": {"amount": AMOUNT, "difference": DIFFERENCE, "level": LEVEL, "unrated": NOT_RATED},
        "datasets": {content["name"]: data for content, data in contents},
    }

    def page() -> str:
        return template("page").render(
            datasets=[content for content, _ in contents],
            seed=seed,
            not_rated=NOT_RATED,
            policy=policy(style=style, script=script),
            style=Markup(style),
            script=Markup(script),
            data=Markup(script_json(data)),
        )

    whole = [{side: entry[side]["labels"] for side in ("rows", "columns")} for _, entry in contents]
    for longest in (words.LONG, *LENGTHS):
        for (content, entry), labels in zip(contents, whole, strict=True):
            for side, some in labels.items():
                if max(map(len, some)) > longest and len(script_json(some)) > SMALL * most:
                    entry[side]["labels"] = told_apart(words.shortened(some, longest))
                    content["is_cut"] = entry["cut"] = True
        if (room := most - len(page().encode())) >= 0:
            break
    extras = [
        {
            name: (layer, len(script_json({name: layer})))
            for name, layer in layers(sources, most=max(room, SMALL * most)).items()
        }
        for sources in datasets
    ]
    for name in ("lines", "lists", "cells"):
        with_it = [(extra[name], entry) for extra, (_, entry) in zip(extras, contents, strict=True) if name in extra]
        for (layer, size), entry in sorted(with_it, key=lambda pair: pair[0][1]):
            if size <= max(room, SMALL * most):
                entry[name] = layer
                room -= size
    return page()


def template(name: str) -> Template:
    """Return a template of the page, in which no text of the user's becomes markup."""
    environment = Environment(
        loader=FunctionLoader(lambda file: _read(f"templates/{file}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = percent
    return environment.get_template(f"{name}.html.j2")


def scripts(names: Sequence[str]) -> str:
    """Return modules of the page's script as one script that leaves no name behind."""
    body = "\n".join(map(script_of, names))
    return f'"use strict";\n(() => {{\n{body}}})();\n'


def script_of(name: str) -> str:
    """Return a module of the page's script."""
    return _read(f"scripts/{name}.js")


def policy(*, style: str, script: str) -> str:
    """Return a content security policy that allows one style sheet and one script by their hashes, and no request.

    >>> policy(style="", script="").count("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    2
    """
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def script_json(content: Any) -> str:
    """Return JSON that can stand in a script element: no label ends it or breaks a line of it.

    >>> script_json({"b": "</script>", "a": "\\u2028"})
    '{"a":"\\\\u2028","b":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda character: f"\\u{ord(character[0]):04x}", text)


def _files(sources: Sources) -> dict[str, str]:
    """Return what pandas reads loadings, a line's cells and lists by, where the page does not hold them."""
    factors, folder = sources.factors, f"data/factors/{sources.name}"
    if factors.W.size + factors.H.size <= CSV_LIMIT:
        command = 'pd.read_csv("{}/{}.csv", index_col=0)'
        loadings = {"rows": command.format(folder, "W"), "columns": f"{command.format(folder, 'H')}.T"}
    else:
        command = 'pd.read_parquet("{}/{}.parquet").set_index("{}")'
        loadings = {"rows": command.format(folder, "W", "row"), "columns": command.format(folder, "H", "column")}
    name, interim = sources.name, f"data/interim/{sources.name}"
    texts = "dtype=str, keep_default_na=False, skip_blank_lines=False"
    labels = {side: f'pd.read_csv("{interim}/{side}s.csv", {texts})["{side}"]' for side in ("row", "column")}
    columns = ", ".join(f'{side}=lambda c: {all_}.take(c["{side}"]).to_numpy()' for side, all_ in labels.items())
    return {
        **loadings,
        **{
            f"{side}_labels": f"{all_}.to_frame()"
            for side, all_ in zip(("rows", "columns"), labels.values(), strict=True)
        },
        "cells": f'pd.read_parquet("{interim}/cells.parquet").loc[lambda c: WHERE].assign({columns})',
        "lists": (
            f'pd.read_csv("data/recommendations/{name}.csv", {texts})'
            f'.loc[lambda r: r["for"] == {labels[sources.to[:-1]]}[LINE]]'
        ),
    }


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return files("ratings_nmf.page").joinpath(name).read_text(encoding="utf-8")
