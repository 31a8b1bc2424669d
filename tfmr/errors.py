"""The one error that speaks to a person."""


class InputError(ValueError):
    """Bad input: a wrong argument, a broken file, a device that is not there.

    The message is one sentence that names the argument, what was expected and what it got instead. The command line
    prints that sentence, without a traceback, and exits with status 2.
    """
