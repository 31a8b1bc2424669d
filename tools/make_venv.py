"""Make a virtual environment, or say in one sentence what this machine lacks.

    python3 tools/make_venv.py .venv

Written to run, and to explain itself, under any Python 3.
"""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def problem(version, missing=()):
    """The sentence for a Python of this version in which these modules are missing; None if all is well."""
    name = "%d.%d" % tuple(version[:2])  # noqa: UP031 - an old Python must be able to read this file
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        return (
            "this book needs Python 3.11, 3.12 or 3.13, and %s is Python %s: install one of them "  # noqa: UP031
            "(Debian, Ubuntu: apt install python3.12 python3.12-venv; macOS: brew install python@3.12) "
            "and name it, as in `make book PYTHON=python3.12`" % (sys.executable or "python3", name)
        )
    if missing:
        return (
            "Python %s is here, but without its module %s: install it (Debian, Ubuntu: "  # noqa: UP031
            "apt install python%s-venv; Fedora: dnf install python3) and run the same command again"
            % (name, " and ".join(missing), name)
        )
    return None


def main(folder):
    """Make the environment in ``folder``; returns the exit status."""
    missing = []
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            missing.append(module)
    sentence = problem(sys.version_info, missing)
    if sentence:
        sys.stderr.write(sentence + "\n")
        return 1
    import venv

    # clear: what may be left of an environment whose Python is gone
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
