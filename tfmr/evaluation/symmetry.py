"""One alignment from two: a model of each direction links words its own way, and together they know more.

A model that gives each target word one source word cannot link *not* to both *ne* and *pas*; a model of the other
direction can. What both find is nearly always right (intersection), what either finds is nearly all there is (union),
and the heuristics in between start from the one and grow towards the other.
"""

from collections.abc import Collection

from tfmr.errors import InputError
from tfmr.evaluation.metrics import Link

METHODS = ("intersection", "union", "grow-diag", "grow-diag-final", "grow-diag-final-and")
# Steps (source, target): sides before corners, as the published pseudo-code tries them.
_NEIGHBOURS = ((0, -1), (-1, 0), (0, 1), (1, 0), (-1, -1), (1, -1), (-1, 1), (1, 1))


def symmetrize(
    forward: Collection[Link], backward: Collection[Link], method: str = "grow-diag-final-and"
) -> set[Link]:
    """Join two alignments of one sentence pair (Koehn et al. 2005; pseudo-code in the manual of Moses).

    - *intersection*: the links in both; *union*: the links in either.
    - *grow-diag*: start from the intersection. Again and again, add a link of the union that touches one already
      there, be it at a corner, and whose source word or target word has no link yet.
    - *grow-diag-final*: then add, of all other links of ``forward`` and then of ``backward``, those whose source word
      or target word has no link yet; *grow-diag-final-and*: those of which neither has.

    A link added changes what may be added next, so the order matters: target words from left to right, for each its
    source words from left to right. The first three methods treat both alignments alike; in the final steps
    ``forward`` comes first.

    Args:
        forward: links (source word, target word), from a model that gives each target word one source word.
        backward: the same from a model of the other direction, **turned**: again (source word, target word).
        method: one of ``METHODS``.

    Returns:
        Links that contain the intersection and lie within the union.

    Raises:
        InputError: there is no such method.
    """
    if method not in METHODS:
        raise InputError(f"method: expected one of {', '.join(METHODS)}; got {method!r}")
    forward, backward = set(forward), set(backward)
    union, links = forward | backward, forward & backward
    if method == "union":
        return union
    if method == "intersection":
        return links
    src_linked, tgt_linked = {src for src, _ in links}, {tgt for _, tgt in links}

    def add(link: Link) -> None:
        links.add(link)
        src_linked.add(link[0])
        tgt_linked.add(link[1])

    def unlinked(link: Link) -> tuple[bool, bool]:
        return link[0] not in src_linked, link[1] not in tgt_linked

    size = -1
    while len(links) > size:  # until a round adds nothing
        size = len(links)
        for src, tgt in _in_order(union):
            if (src, tgt) in links:
                for step_src, step_tgt in _NEIGHBOURS:
                    neighbour = src + step_src, tgt + step_tgt
                    if neighbour in union and any(unlinked(neighbour)):
                        add(neighbour)
    if method != "grow-diag":
        enough = all if method == "grow-diag-final-and" else any
        for link in [*_in_order(forward), *_in_order(backward)]:
            if enough(unlinked(link)):
                add(link)
    return links


def _in_order(links: set[Link]) -> list[Link]:
    """By target word, then by source word."""
    return sorted(links, key=lambda link: (link[1], link[0]))
