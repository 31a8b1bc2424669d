"""Reading text strictly and writing files whole or not at all."""

import errno
import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tfmr.errors import InputError

# What a disk answers when it takes no more. (A caller's download, which may fail too, has other reasons.)
_REFUSALS = {getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS")} - {None}


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success it becomes ``path``, on failure it disappears.

    A reader of ``path`` therefore sees the old file or the new one, never half of either, even if the
    process is killed while writing.

    Raises:
        InputError: the folder cannot be made or written to, or the disk is full; the sentence names ``path``.
    """
    path = Path(path)
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        with naming(path, _REFUSALS):
            yield temporary
        with naming(path):
            with open(temporary, "r+b") as written:  # on the disk before it takes the old file's name
                os.fsync(written.fileno())
            _give_usual_permissions(temporary)
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def naming(path: Path, numbers: set[int] | None = None) -> Iterator[None]:
    """Turn errors of the disk (all, or those of these numbers) into a sentence about ``path``."""
    try:
        yield
    except OSError as error:
        if numbers is not None and error.errno not in numbers:
            raise
        raise InputError(f"{path}: expected to write this file, got {error.strerror or error}") from None


def _give_usual_permissions(temporary: Path) -> None:
    """``mkstemp`` makes files private; files of a run are for whoever may read the folder."""
    umask = os.umask(0)
    os.umask(umask)
    with suppress(OSError):  # a FAT or a network disk may know no permissions
        os.chmod(temporary, 0o666 & ~umask)


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file, plain or gzip (``.gz``).

    Raises:
        InputError: the file is missing, is not gzip although its name says so, or is not valid UTF-8
            (the message gives the line).
    """
    path = Path(path)
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise InputError(f"file: expected a file at {path}, found none") from None
    except IsADirectoryError:
        raise InputError(f"file: expected a file at {path}, found a folder") from None
    except (EOFError, OSError, zlib.error) as error:  # a gzip file that was cut or changed raises any of them
        raise InputError(f"file: expected readable data in {path}, but reading failed ({error})") from None
    return decode_text(data, path)


def read_lines(path: str | Path) -> list[str]:
    """The lines of a UTF-8 text file, without their line ends (see :func:`read_text`)."""
    return split_lines(read_text(path))


def decode_text(data: bytes, name: str | Path) -> str:
    """The text that UTF-8 bytes stand for; ``name`` is what an error calls them (see :func:`read_text`)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"file: expected UTF-8 text in {name}, but line {line} is not valid UTF-8") from None


def split_lines(text: str) -> list[str]:
    """The lines of a text, without their line ends and without a byte-order mark."""
    # Not str.splitlines: it also breaks at characters such as U+2028 that may stand inside a sentence.
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
