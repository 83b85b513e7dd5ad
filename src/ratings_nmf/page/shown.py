"""Labels and numbers as the page shows them: data, never markup."""

import json
import math
import re
from typing import Any

HEAD, TAIL = 140, 40
"""Characters of a long label that are shown at its start and its end."""

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that are not seen but change what is: control characters and directions of writing."""


def label(text: str) -> str:
    """Return a label as it is shown: unseen characters named, the middle of a very long one left out.

    >>> label("a\\u202eb"), label("<b>")
    ('a⟨U+202E⟩b', '<b>')
    >>> len(label("x" * 10_000)), label("x" * 10_000)[138:164]
    (203, 'xx… (10,000 characters) …x')
    """
    if len(text) > HEAD + TAIL + 40:
        return f"{label(text[:HEAD])}… ({len(text):,} characters) …{label(text[-TAIL:])}"
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number for people, with `digits` significant digits.

    >>> number(0.12461), number(1234567.0), number(4.0), number(-0.0004), number(None)
    ('0.125', '1,234,567', '4', '−0.0004', 'not known')
    """
    if value is None or not math.isfinite(value):
        return "not known"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    text = f"{value:.2e}" if size < -4 or size > 14 else f"{value:,.{max(digits - 1 - size, 0)}f}"
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def aligned(value: float, largest: float) -> str:
    """Return a number with as many decimals as three digits of the largest beside it leave.

    >>> aligned(0.031, 1.5), aligned(12.3, 1500.0)
    ('0.03', '12')
    """
    return f"{value:,.{max(2 - math.floor(math.log10(largest)), 0)}f}" if 1e-4 < largest < 1e15 else number(value)


def percent(share: float) -> str:
    """Return a share as percent.

    >>> percent(0.1246), percent(0.0004), percent(1.0)
    ('12.5\\xa0%', '0.04\\xa0%', '100\\xa0%')
    """
    return f"{number(100 * share)}\u00a0%"


def compact(value: Any, digits: int = 6) -> Any:
    """Round every number of nested lists for the page's data; what is not finite becomes None.

    >>> compact([[1.0, 0.1 + 0.2], [float("nan"), 2.5]])
    [[1, 0.3], [None, 2.5]]
    """
    if isinstance(value, list):
        return [compact(part, digits) for part in value]
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def script_json(content: Any) -> str:
    """Return JSON that can stand in a script element: no label ends it or breaks a line of it.

    >>> script_json({"b": "</script>", "a": "\\u2028"})
    '{"a":"\\\\u2028","b":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)
