"""The page as one text: templates filled, style and script put in, and a policy that allows these and nothing else."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ratings_nmf.core.progress import progress
from ratings_nmf.core.words import percent
from ratings_nmf.figures.colours import AMOUNT, DIFFERENCE, NOT_RATED
from ratings_nmf.page.dataset import Sources, describe


def build(datasets: Sequence[Sources], *, seed: int) -> str:
    """Return the page about all datasets, in their order; the same inputs give the same text."""
    contents = [describe(sources) for sources in progress(datasets, unit="datasets")]
    style, script = _read("style.css"), _read("script.js")
    data = {
        "colours": {"amount": AMOUNT, "difference": DIFFERENCE, "unrated": NOT_RATED},
        "datasets": {content["name"]: data for content, data in contents},
    }
    environment = Environment(
        loader=FunctionLoader(lambda name: _read(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = percent
    return environment.get_template("page.html.j2").render(
        datasets=[content for content, _ in contents],
        seed=seed,
        not_rated=NOT_RATED,
        policy=policy(style=style, script=script),
        style=Markup(style),
        script=Markup(script),
        data=Markup(script_json(data)),
    )


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


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return files("ratings_nmf.page").joinpath(name).read_text(encoding="utf-8")
