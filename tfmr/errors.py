"""The one error that speaks to a person, and what is refused in many places."""

from numbers import Integral


class InputError(ValueError):
    """Bad input: a wrong argument, a broken file, a device that is not there.

    The message is one sentence that names the argument, what was expected and what it got instead. The command line
    prints that sentence, without a traceback, and exits with status 2.
    """


def check_count(name: str, value: object) -> None:
    """Refuse what is no whole number of at least 1; ``True`` is none, and a batch of 1.5 sentences would never be full."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InputError(f"{name}: expected a whole number of at least 1, got {value!r}")


def check_probability(name: str, value: float) -> None:
    """Refuse a probability of dropping something that is negative, or so large that nothing would be left."""
    if not 0.0 <= value < 1.0:
        raise InputError(f"{name}: expected a probability in [0, 1), got {value!r}")
