"""What is found out about a file, the keys of params.yaml that read it, and what only its owner can say."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from ratings_nmf.core.params import IngestParameters


class Key(NamedTuple):
    """A value of params.yaml, and the reason for it."""

    value: Any
    reason: str = ""


@dataclass(kw_only=True)
class Description:
    """What is known of a file, and what is not.

    Attributes
    ----------
    findings
        What was found: a heading, and a sentence.
    ingest
        The keys under `ingest` that read the file, without its path.
    questions
        Keys that only the owner of the file can settle, and between what.
    profile
        Of what was looked at, as `Tally.profile` gives it; None where ingest would refuse the file.
    cells
        How many known cells the file has, about.
    rates
        Whether its values are ratings, as far as can be told.
    """

    findings: list[tuple[str, str]] = field(default_factory=list)
    ingest: dict[str, Key] = field(default_factory=dict)
    questions: list[tuple[str, str]] = field(default_factory=list)
    profile: dict[str, Any] | None = None
    cells: int = 0
    rates: bool = False

    def parameters(self) -> IngestParameters:
        """Return the keys as ingest takes them, for a copy in UTF-8."""
        keys = {name: key.value for name, key in self.ingest.items() if name != "encoding"}
        parameters: IngestParameters = msgspec.convert({**keys, "path": "sample"}, IngestParameters)
        return parameters
