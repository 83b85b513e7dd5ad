"""The one exception for what a user can mend."""

from typing import Self


class InputError(Exception):
    """Something in the user's input that the user can mend.

    The text is one line: where (file, line or labels, parameter), what is wrong, what was expected, what was found,
    and how to mend it. Every stage prints it and exits with code 1.

    Attributes
    ----------
    parameter
        Path of the parameter that the error is about, in a dataset's block of params.yaml; None for another error.
    block
        Path of the block, "" for the whole file; None until someone knows it.

    >>> InputError("expected 1 to 5; found 6", parameter="fit.n_components").within("datasets.a")
    InputError('params.yaml: datasets.a.fit.n_components: expected 1 to 5; found 6')
    """

    def __init__(self, message: str, *, parameter: str | None = None, block: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.block = block

    def within(self, block: str) -> Self:
        """Say which block of params.yaml the parameter is in, if there is one and nobody did so before."""
        if self.block is None:
            self.block = block
        return self

    def __str__(self) -> str:
        message = super().__str__()
        if self.parameter is None:
            return message
        file = "" if self.block is None else "params.yaml"
        path = ".".join(part for part in (self.block, self.parameter) if part)
        return ": ".join(part for part in (file, path, message) if part)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
