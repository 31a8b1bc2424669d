"""Finding a file of a public corpus: in the user's own copies, in the cache, or at its public home."""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from tfmr.errors import InputError
from tfmr.files import atomic_write

TIMEOUT = 30  # seconds without an answer
_CHUNK = 1 << 16


def fetch(name: str, url: str, sha256: str | None, check: Callable[[Path], object] | None = None) -> Path:
    """The path of a file that is complete and unchanged.

    It is looked for in this order: under the folder that the environment variable ``TFMR_DATA`` names, in the
    cache (:func:`cache_folder`), at its public home, from where it goes into the cache. A download is written
    under a temporary name and takes its own only after all checks, so half a file is never found.

    Args:
        name: path relative to ``TFMR_DATA`` and to the cache, such as ``"multi30k/train.fr.gz"``.
        url: the public home.
        sha256: the checksum in hexadecimal. None where the public file changes from time to time: then the
            checksum of the first download is kept beside it, and the cached copy must go on having it.
        check: called with the path of a fresh download; what it raises keeps the file from being used.

    Raises:
        InputError: there is no copy and the network gives none; a copy or a download has another checksum.
    """
    own = own_copy(name)
    if own is not None:
        if sha256 is not None and checksum(own) != sha256:
            raise InputError(_differs(str(own), sha256, checksum(own)) + "; replace this copy")
        return own
    cached = cache_folder() / name
    if cached.is_file():
        if checksum(cached) == (sha256 or _recorded(cached)):
            return cached
        cached.unlink()  # damaged since it was written, and ours to fetch again
    _make_writable(cached.parent)
    try:
        _download(url, cached, sha256, check)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(error, urllib.error.HTTPError):
            reason = f"HTTP status {error.code}"
        reason = " ".join(str(reason).split())  # a server may answer with lines of anything
        raise InputError(
            f"{name}: there is no copy under TFMR_DATA nor in the cache {cache_folder()}, and the download "
            f"from {url} failed ({reason}); connect to the network, or set TFMR_DATA to a folder with it"
        ) from None
    return cached


def own_copy(name: str) -> Path | None:
    """The user's copy of a file, under the folder that ``TFMR_DATA`` names; None if there is none."""
    folder = os.environ.get("TFMR_DATA")
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise InputError(f"TFMR_DATA: expected a folder, found none at {folder}")
    path = Path(folder) / name
    return path if path.is_file() else None


def cache_folder() -> Path:
    """Where downloads are kept: ``$TFMR_CACHE``, else ``tfmr`` in the user's cache (``~/.cache``)."""
    if folder := os.environ.get("TFMR_CACHE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tfmr"


def checksum(path: Path) -> str:
    """The SHA-256 checksum of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, path: Path, sha256: str | None, check: Callable[[Path], object] | None) -> None:
    """Download into ``path`` after all checks, or raise and leave nothing."""
    _remove_abandoned(path)
    with atomic_write(path) as temporary:
        # Some hosts turn away the name that urllib gives itself.
        request = urllib.request.Request(url, headers={"User-Agent": "tfmr"})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, open(temporary, "wb") as file:
            announced = answer.length or 0
            # disable=None: a bar for a person at a terminal, nothing in a log file
            with tqdm(
                total=announced or None, unit="B", unit_scale=True, desc=path.name, disable=None
            ) as bar:
                while chunk := answer.read(_CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
        size, came = temporary.stat().st_size, checksum(temporary)
        if size < announced:
            raise ConnectionError(f"the connection ended after {size} of {announced} bytes")
        if sha256 is not None and came != sha256:
            raise InputError(_differs(url, sha256, came) + "; the download is not used")
        if check is not None:
            check(temporary)
        if sha256 is None:
            with atomic_write(_record(path)) as record:
                record.write_text(came + "\n", encoding="ascii")


def _make_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"TFMR_CACHE: expected a folder to write to, but {error}") from None
    if not os.access(folder, os.W_OK):
        raise InputError(f"TFMR_CACHE: expected a folder to write to, but {folder} is not writable")


def _differs(place: str, expected: str, came: str) -> str:
    return f"{place}: expected a file with SHA-256 checksum {expected[:12]}…, got {came[:12]}…"


def _record(path: Path) -> Path:
    """Where the checksum of a first download is kept."""
    return path.with_name(path.name + ".sha256")


def _recorded(path: Path) -> str | None:
    record = _record(path)
    return record.read_text(encoding="ascii", errors="replace").strip() if record.is_file() else None


def _remove_abandoned(path: Path) -> None:
    """Remove what a download that was killed an hour ago or earlier could not remove itself."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        if time.time() - part.stat().st_mtime > 3600:
            part.unlink(missing_ok=True)
