"""One alignment from two: the published pseudo-code, written out slowly, and what must hold of any of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfmr.errors import InputError
from tfmr.evaluation import symmetrize
from tfmr.evaluation.symmetry import METHODS

SIZE = 5
LINKS = st.frozensets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=9)
# As models make them: forward gives each target word at most one source word, backward the other way round.
FORWARD = st.lists(st.integers(-1, SIZE - 1), min_size=SIZE, max_size=SIZE).map(
    lambda chosen: frozenset((src, tgt) for tgt, src in enumerate(chosen) if src >= 0)
)
BACKWARD = FORWARD.map(lambda links: frozenset((tgt, src) for src, tgt in links))
each_method = pytest.mark.parametrize("method", METHODS)


def grow_diag(forward, backward, final=None):
    """The pseudo-code of the Moses manual, line by line: e is the target, f the source."""
    neighboring = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
    e2f, f2e = {(e, f) for f, e in forward}, {(e, f) for f, e in backward}
    alignment = e2f & f2e

    def e_aligned(e):
        return any(point[0] == e for point in alignment)

    def f_aligned(f):
        return any(point[1] == f for point in alignment)

    while True:
        added = False
        for e in range(SIZE):
            for f in range(SIZE):
                if (e, f) in alignment:
                    for e_step, f_step in neighboring:
                        e_new, f_new = e + e_step, f + f_step
                        if (not e_aligned(e_new) or not f_aligned(f_new)) and (e_new, f_new) in e2f | f2e:
                            alignment.add((e_new, f_new))
                            added = True
        if not added:
            break
    for a in (e2f, f2e) if final else ():
        for e_new in range(SIZE):
            for f_new in range(SIZE):
                if final(not e_aligned(e_new), not f_aligned(f_new)) and (e_new, f_new) in a:
                    alignment.add((e_new, f_new))
    return {(f, e) for e, f in alignment}


FINALS = {
    "grow-diag": None,
    "grow-diag-final": lambda e, f: e or f,
    "grow-diag-final-and": lambda e, f: e and f,
}


@pytest.mark.parametrize("method", FINALS)
@given(st.one_of(st.tuples(FORWARD, BACKWARD), st.tuples(LINKS, LINKS)))
def test_the_published_pseudo_code(method, both):
    assert symmetrize(*both, method) == grow_diag(*both, FINALS[method])


@given(LINKS, LINKS)
def test_intersection_and_union(forward, backward):
    assert symmetrize(forward, backward, "intersection") == forward & backward
    assert symmetrize(forward, backward, "union") == forward | backward


@each_method
@given(LINKS, LINKS)
def test_between_intersection_and_union(method, forward, backward):
    links = symmetrize(forward, backward, method)
    assert forward & backward <= links <= forward | backward
    assert symmetrize(links, links, method) == links


@given(LINKS, LINKS)
def test_each_method_goes_beyond_the_one_before(forward, backward):
    found = [
        symmetrize(forward, backward, name)
        for name in ("intersection", "grow-diag", "grow-diag-final-and", "grow-diag-final", "union")
    ]
    assert all(fewer <= more for fewer, more in zip(found[:3], found[1:3], strict=False))
    assert found[1] <= found[3] <= found[4]


@pytest.mark.parametrize("method", METHODS[:3])
@given(LINKS, LINKS)
def test_the_first_three_treat_both_alike(method, forward, backward):
    assert symmetrize(forward, backward, method) == symmetrize(backward, forward, method)


def test_in_the_final_steps_forward_comes_first():
    forward, backward = {(0, 3)}, {(0, 1)}  # two links of one source word, far from each other
    assert symmetrize(forward, backward) == forward and symmetrize(backward, forward) == backward


@each_method
@given(st.one_of(st.tuples(FORWARD, BACKWARD), st.tuples(LINKS, LINKS)))
def test_every_word_of_the_union_is_linked_by_final_and_no_word_twice_without_need(method, both):
    """*final* links every word that any link knows; *final-and* adds to grow-diag only words new on both sides."""
    union, links = both[0] | both[1], symmetrize(*both, method)
    if method in ("grow-diag-final", "union"):
        for side in (0, 1):
            assert {link[side] for link in links} == {link[side] for link in union}
    if method == "grow-diag-final-and":
        grown = symmetrize(*both, "grow-diag")
        added = links - grown
        for side in (0, 1):
            assert len({link[side] for link in added}) == len(added)
            assert not {link[side] for link in added} & {link[side] for link in grown}


def test_negation_by_hand():
    """je ne vois pas loin / I do not see far: forward gives *not* one word, backward gives *ne* and *pas* theirs.

    Both agree on je–I, vois–see, loin–far and pas–not. *ne–not* touches none of these but has a new source word, as
    *vois–do* has a new target word.
    """
    agreed = {(0, 0), (2, 3), (3, 2), (4, 4)}
    forward = agreed | {(2, 1)}
    backward = agreed | {(1, 2)}
    assert symmetrize(forward, backward, "intersection") == agreed
    grown = symmetrize(forward, backward, "grow-diag")
    assert grown == agreed | {(2, 1), (1, 2)}  # vois–do touches pas–not, and ne–not touches vois–do
    assert symmetrize(forward, backward) == grown


def test_a_step_to_a_corner_and_a_chain_of_steps():
    forward, backward = {(0, 0), (1, 1), (2, 2), (4, 0)}, {(0, 0)}
    assert symmetrize(forward, backward, "grow-diag") == {(0, 0), (1, 1), (2, 2)}
    # Written the other way, the chain grows against the order of a round, so it takes several.
    chain = {(4, 4), (3, 3), (2, 2), (1, 1), (0, 0)}
    assert symmetrize(chain, {(4, 4)}, "grow-diag") == chain


def test_of_final_any_new_word_and_of_final_and_both():
    forward, backward = {(0, 0), (0, 4), (3, 3)}, {(0, 0), (4, 2)}
    assert symmetrize(forward, backward, "grow-diag") == {(0, 0)}
    assert symmetrize(forward, backward, "grow-diag-final-and") == {(0, 0), (3, 3), (4, 2)}
    assert symmetrize(forward, backward, "grow-diag-final") == {(0, 0), (0, 4), (3, 3), (4, 2)}


def test_nothing_is_changed_and_empty_is_empty():
    forward, backward = {(0, 0), (1, 1)}, {(0, 0)}
    symmetrize(forward, backward)
    assert (forward, backward) == ({(0, 0), (1, 1)}, {(0, 0)})
    assert all(symmetrize([], (), method) == set() for method in METHODS)
    assert symmetrize([(0, 0), (1, 1)], [(0, 0)], "grow-diag") == {(0, 0), (1, 1)}  # lists will do


def test_an_unknown_method_is_refused():
    with pytest.raises(InputError, match="^method: expected one of intersection, union, .*; got 'refined'"):
        symmetrize(set(), set(), "refined")
