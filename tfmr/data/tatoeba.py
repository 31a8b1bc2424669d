"""Tatoeba: short sentences that people wrote and translated for learners."""

import zipfile
import zlib
from pathlib import Path

from tfmr.data.corpus import Corpus
from tfmr.data.download import fetch, own_copy
from tfmr.data.splits import split_pairs
from tfmr.data.tsv import parse_pairs
from tfmr.errors import InputError
from tfmr.files import decode_text, read_lines, split_lines

ATTRIBUTION = "Sentences of Tatoeba (tatoeba.org), pairs by manythings.org/anki; licence CC BY 2.0 FR"
URL = "https://www.manythings.org/anki/fra-eng.zip"
# One state of the file, of 76,037 pairs, that numbers can be compared on.
FIXED, FIXED_SHA256 = (
    "tatoeba/fra-eng-76k.tsv.gz",
    "ccbcd4e580585399e60155f2c874a45223042c12eae9b9a8223ee0332b18b5ae",
)


def load_tatoeba() -> Corpus:
    """English–French pairs, in the direction of the file; at most 2,000 each for validation and test.

    No sentence of validation or test, French or English, occurs in another split, even with other case or
    punctuation (:func:`tfmr.data.splits.split_pairs`). A sentence may stand several times in its split, with
    several translations.

    The public file grows, so no checksum can be written down for it here, and numbers measured on two states
    of it differ a little. What is verified: a download must be a sound zip archive of pairs, and the cached
    copy must keep the checksum it came with. Who has ``tatoeba/fra-eng-76k.tsv.gz`` under ``TFMR_DATA`` gets
    that fixed state, against a fixed checksum.
    """
    if (own := own_copy(FIXED)) is not None:
        pairs = parse_pairs(read_lines(fetch(FIXED, URL, FIXED_SHA256)), str(own))
    else:
        path = fetch("tatoeba/fra-eng.zip", URL, None, check=_read_zip)
        pairs = parse_pairs(_read_zip(path), str(path))
    train, valid, test = split_pairs(pairs)
    # The file's columns are English, French.
    return Corpus("tatoeba", "en", "fr", train, valid, test, attribution=ATTRIBUTION)


def _read_zip(path: Path) -> list[str]:
    """The lines of ``fra.txt`` in the archive; reading verifies the archive's own checksum of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            data = archive.read("fra.txt")
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, RuntimeError) as error:
        raise InputError(f"fra-eng.zip: expected a zip archive that holds fra.txt, but {error}") from None
    lines = split_lines(decode_text(data, "fra.txt"))
    parse_pairs(lines, "fra.txt")
    return lines
