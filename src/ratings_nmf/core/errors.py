"""The one exception for what a user can mend."""


class InputError(Exception):
    """Something in the user's input that the user can mend.

    The message is one line: where (file, line or labels, parameter path), what is wrong, what was expected,
    what was found, and how to mend it. Every stage prints it and exits with code 1.
    """
