"""The one exception that is written for the person at the keyboard."""


class InputError(Exception):
    """Something given is not usable: one sentence that names the file or value and says what is allowed.

    The command line prints it as it is and exits with code 2; every other exception is a fault of ours.
    (Not a ValueError, which the parser of the command line would wrap in words of its own.)
    """


class SomeFailedError(Exception):
    """Some of many pieces of work failed and the others are done: one sentence; the command line exits with code 1."""
