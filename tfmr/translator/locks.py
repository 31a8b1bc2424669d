"""One process at a time in a folder.

The lock is the operating system's, on an open file: it ends with the process that holds it, however that dies.
A lock file found lying about therefore means nothing, and nobody has to remove it by hand.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfmr.errors import InputError

LOCK = ".lock"


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Be the only process inside the ``with`` block for this folder; the folder is made if need be.

    A disk that knows no locks (some network disks) is used without one.

    Raises:
        InputError: another process is inside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK
    handle = _open_locked(path)
    try:
        yield
    finally:
        if os.name != "nt":  # there, an open file cannot be removed, and an empty one may stay
            path.unlink(missing_ok=True)  # before the lock ends, or it could be the next process's
        os.close(handle)


def _open_locked(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _lock(handle):
            os.close(handle)
            raise InputError(
                f"--out: expected a folder in which nobody trains, but another process does in {path.parent}; "
                "wait for it, or give another --out"
            )
        if _is_at(path, handle):
            return handle
        os.close(handle)  # its last holder removed the file between our opening and our locking it


def _lock(handle: int) -> bool:
    """Whether the lock could be had; it is not waited for."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # this disk knows no locks
        pass
    return True


def _is_at(path: Path, handle: int) -> bool:
    """Whether the open file still has this name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False
