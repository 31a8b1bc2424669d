"""Multi30k: what pictures show, in one sentence, in English, German and French."""

from tfmr.data.corpus import Corpus, Pair
from tfmr.data.download import fetch
from tfmr.data.splits import normalised
from tfmr.data.text import canonical
from tfmr.errors import InputError
from tfmr.files import read_lines

LANGUAGES = ("de", "en", "fr")
ATTRIBUTION = (
    "Multi30k (Elliott et al., 2016; French: Elliott et al., 2017), github.com/multi30k/dataset; "
    "for research and teaching, not to be redistributed"
)
HOME = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw"
SHA256 = {
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "train.fr.gz": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "val.fr.gz": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "test_2016_flickr.fr.gz": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
}


def load_multi30k(src: str, tgt: str) -> Corpus:
    """Captions in two of the three languages: 29,000 to train on, 1,014 to validate, 1,000 to test on.

    The splits are the published ones (the test set is ``test_2016_flickr``), so that numbers can be compared:
    :func:`tfmr.data.text.canonical` changes no sentence of the test set, in none of the three languages.
    The test set is always whole; a training pair that shares a sentence with it (case, punctuation and white
    space aside) would be left out. The published files have no such pair in any of the three languages. With
    validation they are not as careful: 4 French training sentences stand there too, 1 English and 1 German.

    Raises:
        InputError: a file cannot be had, or two files that belong together differ in their number of lines.
    """
    train, valid, test = (_read(split, src, tgt) for split in ("train", "val", "test_2016_flickr"))
    tested = {(side, sentence) for pair in test for side, sentence in _sentences(pair)}
    train = [pair for pair in train if tested.isdisjoint(_sentences(pair))]
    return Corpus("multi30k", src, tgt, train, valid, test, attribution=ATTRIBUTION)


def _sentences(pair: Pair) -> list[tuple[str, str]]:
    return [("src", normalised(pair.src)), ("tgt", normalised(pair.tgt))]


def _read(split: str, src: str, tgt: str) -> list[Pair]:
    """The pairs of one split: line n of one file and line n of the other."""
    sides = []
    for language in (src, tgt):
        name = f"{split}.{language}.gz"
        lines = read_lines(fetch(f"multi30k/{name}", f"{HOME}/{name}", SHA256[name]))
        sides.append([canonical(line) for line in lines])
        if "" in sides[-1]:
            number = sides[-1].index("") + 1
            raise InputError(f"multi30k/{name}: expected a sentence on each line, but line {number} is empty")
    if len(sides[0]) != len(sides[1]):
        counts = f"{len(sides[0])} and {len(sides[1])}"
        raise InputError(f"multi30k/{split}: expected as many lines in {src} as in {tgt}, got {counts}")
    return [Pair(*sentences) for sentences in zip(*sides, strict=True)]
