"""Alibi: five French stories and their English translations, aligned word by word by hand."""

from collections.abc import Iterable
from itertools import product

from tfmr.data.corpus import Corpus, Links, Pair
from tfmr.data.download import fetch
from tfmr.data.text import canonical
from tfmr.data.words import word_tokenize
from tfmr.errors import InputError
from tfmr.files import read_lines

ATTRIBUTION = (
    "Alibi word alignments (Xu and Yvon, 2016), github.com/fyvo/AlibiWordAlignments, texts from Wikisource; "
    "licence CC BY-SA 4.0"
)
HOME = "https://raw.githubusercontent.com/fyvo/AlibiWordAlignments/HEAD/ali"
STORIES = (  # French title, English title
    ("ChatBotte", "MasterCat"),
    ("LAuberge", "TheInn"),
    ("LaBarbeBleue", "BlueBeard"),
    ("LaDerniereClasse", "TheLastLesson"),
    ("LaVision", "TheVision"),
)
SHA256 = {
    "BlueBeard_sents.txt": "f0dba2a674a4bcc80b50e5c788ad30774c0e906933a6046fcb6ce8c34c5c8d4b",
    "ChatBotte_sents.txt": "40743a9fe0690631d279671862e0bbf1687a272feb3aa48ee041eb3fdb39013c",
    "LAuberge_sents.txt": "8f7ad6f8769f096ec7525aa41886ddd42f4508620d094eeb64a7258cc7367e86",
    "LaBarbeBleue_sents.txt": "b9e2a02b48e63e4d5356e03e94d01a6febaab074bc27baf78aae026c541cefdc",
    "LaDerniereClasse_sents.txt": "f2435a5211318a6b612f57d2c0d8f5e9df1e755ff1c0b0107059fb7d26c66c98",
    "LaVision_sents.txt": "a6e718634ba78a5a5660ffc37c24bbe8bebce267af76b1304be167deb2a16db8",
    "MasterCat_sents.txt": "0f802924609eefd7a542ff1d977d609a5665b213d9ae7ecdea2ead93fe2ae2ea",
    "TheInn_sents.txt": "26ac7dd07c388c1ef48b3b0259b1d43376a2472ae0e2b4b387b1bc58b155f37e",
    "TheLastLesson_sents.txt": "b95699a90861107eff896424e9195738a99ad606c600f4d8da9f19c6cf238070",
    "TheVision_sents.txt": "695c1230e5a151105f776647db3cbfd75584d1cbe0099629c5871245110a2bf8",
    "ali_w2w_ChatBotte_MasterCat.txt": "518c83e307cf1863be1edb8593a555b5ef21a5cf4273960714f917f68c181bb8",
    "ali_w2w_LAuberge_TheInn.txt": "3cc7f00a1e235ac2cd2220744c02200855316f8d0a38363a428a3b2a12f479c8",
    "ali_w2w_LaBarbeBleue_BlueBeard.txt": "65b7d4ca982a74957d29e409407940ad0a5effdc84d5fe7d2abd57fcdc9d0cdf",
    "ali_w2w_LaDerniereClasse_TheLastLesson.txt": (
        "2c291cd1166d0d56d1fd4d54ef3d0fbe1e5b03cf5f1f42115b17fb4f02cc5166"
    ),
    "ali_w2w_LaVision_TheVision.txt": "92a29c7059b5cffa0166f14e260413c4aae0a9c48a825f554cb539cbf2f904a2",
}


def load_alibi() -> Corpus:
    """522 pairs with gold links, all of them in ``test``: the corpus is for measuring, not for training.

    The texts keep the words of the publication, with spaces between. ``word_tokenize`` leaves such a text
    as it is, so links count its words. Only two words of the whole corpus are cut further, an opening
    quotation mark and a full stop that lean on their words; each part then has the links of the whole. Two
    pairs have no sure link.

    Raises:
        InputError: a file cannot be had, or its lines do not belong together.
    """
    test = [pair for french, english in STORIES for pair in _read_story(french, english)]
    return Corpus("alibi", "fr", "en", [], [], test, attribution=ATTRIBUTION)


def _read_story(french: str, english: str) -> list[Pair]:
    story = f"{french}_{english}"
    names = (f"{french}_sents.txt", f"{english}_sents.txt", f"ali_w2w_{story}.txt")
    columns = [_read_numbered(name, story) for name in names]
    if len({len(column) for column in columns}) > 1:
        counts = ", ".join(str(len(column)) for column in columns)
        raise InputError(f"{story}: expected as many lines in each of its three files, got {counts}")
    lines = enumerate(zip(*columns, strict=True), start=1)
    return [_aligned_pair(*line, place=f"{names[2]}, line {number}") for number, line in lines]


def _read_numbered(name: str, story: str) -> list[str]:
    """The lines of a file without the numbers in front, which must count up from 0."""
    contents = []
    path = fetch(f"alignments/alibi/{name}", f"{HOME}/{story}/{name}", SHA256[name])
    for expected, line in enumerate(read_lines(path)):
        number, tab, content = line.partition("\t")
        if not tab or number != str(expected):
            raise InputError(
                f"{name}: expected {expected} and a tab at the start of a line, got {line[:20]!r}"
            )
        contents.append(content.strip())
    return contents


def _aligned_pair(src: str, tgt: str, written: str, place: str) -> Pair:
    """A pair from its texts and its links, written ``3-4`` (sure) or ``5p6`` (possible)."""
    sure, possible = set(), set()
    src_parts, tgt_parts = _parts(src), _parts(tgt)
    for link in written.split():
        kind = "p" if "p" in link else "-"
        try:
            i, j = map(int, link.split(kind))
            parts = product(src_parts[i], tgt_parts[j])
        except (ValueError, IndexError):
            raise InputError(f"{place}: expected links between words of the pair, got {link!r}") from None
        (possible if kind == "p" else sure).update(parts)
    return Pair(canonical(src), canonical(tgt), _sorted(sure), _sorted(possible - sure))


def _parts(text: str) -> list[range]:
    """For every word as published, which words of ``word_tokenize(text)`` it is: nearly always just one."""
    parts, position = [], 0
    for published in text.split():
        size = len(word_tokenize(published))
        parts.append(range(position, position + size))
        position += size
    return parts


def _sorted(links: Iterable[tuple[int, int]]) -> Links:
    return tuple(sorted(links))
