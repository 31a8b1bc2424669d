"""Batches hold every pair once, padded little, in an order that the seed and the epoch decide."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfmr.data import BPETokenizer, BucketedBatches, Pair, WordTokenizer, encode_pairs
from tfmr.errors import InputError

lengths = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=60)


def make_examples(sizes):
    """Examples of the given lengths, each with its own numbers, none of them 0."""
    return [([10 + number] * src, [10 + number] * tgt) for number, (src, tgt) in enumerate(sizes)]


def rows_of(batch):
    """A batch's rows without padding, as examples."""
    strip = lambda row: [number for number in row.tolist() if number != batch.pad_id]  # noqa: E731
    return [(strip(src), strip(tgt)) for src, tgt in zip(batch.src, batch.tgt, strict=True)]


def pad_share(batches):
    positions = sum(batch.src.numel() + batch.tgt.numel() for batch in batches)
    return sum(int((batch.src == 0).sum() + (batch.tgt == 0).sum()) for batch in batches) / positions


@given(lengths, st.integers(1, 9), st.integers(1, 4), st.booleans(), st.integers(0, 3))
def test_an_epoch_holds_every_example_once(sizes, batch_size, pool, shuffle, epoch):
    examples = make_examples(sizes)
    bucketed = BucketedBatches(examples, batch_size, shuffle=shuffle, pool=pool)
    batches = list(bucketed.batches(epoch))
    assert len(batches) == len(bucketed) == -(-len(examples) // batch_size)
    assert sorted(row for batch in batches for row in rows_of(batch)) == sorted(examples)
    assert all(len(batch.src) <= batch_size for batch in batches)


@given(lengths, st.integers(12, 50), st.booleans())
def test_max_tokens_bounds_each_batch_and_the_number_of_batches_stays(sizes, max_tokens, shuffle):
    examples = make_examples(sizes)
    bucketed = BucketedBatches(examples, max_tokens=max_tokens, shuffle=shuffle)
    for epoch in range(4):
        batches = list(bucketed.batches(epoch))
        assert len(batches) == len(bucketed)
        assert all(max(batch.src.numel(), batch.tgt.numel()) <= max_tokens for batch in batches)
        assert sorted(row for batch in batches for row in rows_of(batch)) == sorted(examples)


def test_a_batch_may_be_exactly_full_and_the_next_starts_narrow():
    """In their order: 3 × 4 positions fill 12; the wide one that does not fit leaves no width behind it."""
    examples = make_examples([(4, 1), (4, 1), (4, 1), (9, 1), (3, 1), (3, 1), (3, 1), (3, 1), (3, 1)])
    rows = BucketedBatches(examples, max_tokens=12, shuffle=False).indices(0)
    assert rows == [[0, 1, 2], [3], [4, 5, 6, 7], [8]]


@given(lengths, st.integers(1, 6), st.integers(12, 50), st.booleans())
def test_both_limits_hold_together(sizes, batch_size, max_tokens, shuffle):
    examples = make_examples(sizes)
    bucketed = BucketedBatches(examples, batch_size, max_tokens, shuffle=shuffle)
    for epoch in range(3):
        batches = list(bucketed.batches(epoch))
        assert len(batches) == len(bucketed)
        assert all(len(batch.src) <= batch_size for batch in batches)
        assert all(max(batch.src.numel(), batch.tgt.numel()) <= max_tokens for batch in batches)
        assert sorted(row for batch in batches for row in rows_of(batch)) == sorted(examples)


def test_measuring_takes_everything_and_the_longest_alone():
    usual, long = [(10, 12)] * 7, [(3000, 8), (5, 2500), (900, 900)]
    for shuffle in (True, False):
        bucketed = BucketedBatches.for_measuring(make_examples(usual + long), 4, pad_id=0, shuffle=shuffle)
        batches = list(bucketed.batches(0))
        assert sum(len(batch.src) for batch in batches) == 10
        assert max(max(batch.src.numel(), batch.tgt.numel()) for batch in batches) == 3000
    # Without long ones, and in their order, the batches are those of the size alone.
    plain = BucketedBatches(make_examples(usual), 4, shuffle=False)
    assert BucketedBatches.for_measuring(make_examples(usual), 4, shuffle=False).indices(0) == plain.indices(
        0
    )
    assert BucketedBatches.for_measuring(make_examples(usual), 4, pad_id=9).pad_id == 9


def test_the_fingerprint_sees_every_number_and_what_decides_the_order():
    examples = make_examples([(1 + number % 7, 1 + number % 5) for number in range(50)])
    settings = {"batch_size": 4, "max_tokens": 40, "pad_id": 0, "shuffle": True, "seed": 0, "pool": 20}
    whole = BucketedBatches(examples, **settings).fingerprint()
    assert whole == BucketedBatches(list(examples), **settings).fingerprint() and whole.startswith(
        "50 examples"
    )
    others = [BucketedBatches(examples[:-1], **settings), BucketedBatches(examples[::-1], **settings)]
    for row in (0, 17, 49):
        for side in (0, 1):
            changed = [(list(src), list(tgt)) for src, tgt in examples]
            changed[row][side][-1] += 1
            others.append(BucketedBatches(changed, **settings))
    # Numbers may not wander from the end of one row to the start of the next.
    others += [BucketedBatches([([1, 2], [3]), *examples[1:]], **settings)]
    others += [BucketedBatches([([1], [2, 3]), *examples[1:]], **settings)]
    for name, other in {
        "batch_size": 5,
        "max_tokens": 41,
        "pad_id": 9,
        "shuffle": False,
        "seed": 1,
        "pool": 2,
    }.items():
        others.append(BucketedBatches(examples, **settings | {name: other}))
    assert len({whole, *(other.fingerprint() for other in others)}) == 1 + len(others)


def test_max_tokens_gives_as_many_batches_every_epoch_of_a_large_corpus():
    examples = make_examples([(1 + number * number % 31, 1 + number % 17) for number in range(3000)])
    for batch_size in (None, 12):
        bucketed = BucketedBatches(examples, batch_size, max_tokens=200)
        assert {len(bucketed.indices(epoch)) for epoch in range(5)} == {len(bucketed)}


@pytest.mark.parametrize("limit", [{"batch_size": 4}, {"max_tokens": 40}])
def test_seed_and_epoch_alone_decide_the_order(limit):
    examples = make_examples([(1 + number % 7, 1 + number % 5) for number in range(100)])
    orders = [
        BucketedBatches(examples, **limit, seed=seed).indices(epoch)
        for seed, epoch in [(0, 0), (0, 1), (1, 0), (1, 1), (10, 0), (1, 10)]
    ]
    assert all(first != second for n, first in enumerate(orders) for second in orders[:n])
    bucketed = BucketedBatches(examples, **limit)
    torch.manual_seed(7)  # no hidden state: neither torch's generator nor what was asked before matters
    assert bucketed.indices(1) == orders[1]
    assert bucketed.indices(0) == orders[0]
    again = zip(bucketed.batches(0), bucketed.batches(0), strict=True)
    assert all(torch.equal(a.src, b.src) and torch.equal(a.tgt, b.tgt) for a, b in again)


def test_the_order_is_the_same_on_every_machine():
    examples = make_examples([(1 + number % 3, 2) for number in range(8)])
    assert BucketedBatches(examples, 3, seed=5, pool=2).indices(epoch=2) == [[4, 5], [3, 6, 0], [1, 7, 2]]


def test_without_shuffling_rows_keep_their_order():
    examples = make_examples([(5, 1), (1, 9), (7, 7), (2, 2), (6, 1)])
    batches = BucketedBatches(examples, 2, shuffle=False).batches(epoch=3)
    assert [row for batch in batches for row in rows_of(batch)] == examples


def test_sorting_in_pools_leaves_little_padding():
    generator = torch.Generator().manual_seed(0)
    src = torch.randint(4, 30, (4000,), generator=generator)
    tgt = src + torch.randint(-2, 3, (4000,), generator=generator)
    examples = make_examples(zip(src.tolist(), tgt.tolist(), strict=True))
    bucketed = pad_share(list(BucketedBatches(examples, 32).batches(0)))
    unsorted = pad_share(list(BucketedBatches(examples, 32, shuffle=False).batches(0)))
    assert unsorted > 0.35
    assert bucketed < 0.1


def test_batches_do_not_come_in_order_of_length():
    examples = make_examples([(1 + number // 8, 1) for number in range(80)])
    widths = [batch.src.shape[1] for batch in BucketedBatches(examples, 8).batches(0)]
    assert widths != sorted(widths) and widths != sorted(widths, reverse=True)


def test_a_batch_is_padded_on_the_right_and_counts_what_is_predicted():
    pad, bos, eos = 9, 1, 2
    examples = [([5, eos], [bos, 6, 7, eos]), ([eos], [bos, eos])]
    batch = next(BucketedBatches(examples, 2, pad_id=pad).batches(0))
    rows = sorted(zip(batch.src.tolist(), batch.tgt.tolist(), strict=True))
    assert rows == [([2, 9], [1, 2, 9, 9]), ([5, 2], [1, 6, 7, 2])]
    assert batch.src.dtype == batch.tgt.dtype == torch.int64
    assert batch.num_tokens == 4  # 6, 7, eos and the other eos; begin symbols are given, not predicted
    assert batch.to("cpu").num_tokens == 4 and batch.to("meta").src.device.type == "meta"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "batch_size: expected it or max_tokens"),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, got 0"),
        ({"batch_size": 1.5}, "batch_size: expected a whole number of at least 1, got 1.5"),
        ({"max_tokens": True}, "max_tokens: expected a whole number of at least 1, got True"),
        ({"batch_size": 2, "pool": 0}, "pool: expected a whole number of at least 1, got 0"),
        ({"max_tokens": 3}, r"max_tokens: expected room for the longest example \(4\), got 3"),
    ],
)
def test_impossible_sizes_are_refused(unchecked, arguments, message):
    with pytest.raises(InputError, match=message):
        BucketedBatches([([5, 2], [1, 6, 7, 2])], **arguments)


def test_no_examples_are_refused():
    with pytest.raises(InputError, match="examples: expected at least one"):
        BucketedBatches([], 4)


@pytest.mark.parametrize("kind", [WordTokenizer, BPETokenizer])
def test_pairs_become_numbers_between_the_symbols(kind):
    pairs = [Pair("le chat dort .", "the cat sleeps ."), Pair("il dort .", "it sleeps .")]
    src_tok, tgt_tok = kind.train(p.src for p in pairs), kind.train(p.tgt for p in pairs)
    for pair, (src, tgt) in zip(pairs, encode_pairs(pairs, src_tok, tgt_tok), strict=True):
        assert src == [*src_tok.encode(pair.src), src_tok.eos_id]
        assert tgt == [tgt_tok.bos_id, *tgt_tok.encode(pair.tgt), tgt_tok.eos_id]
        assert src_tok.decode(src) == pair.src and tgt_tok.decode(tgt) == pair.tgt


def test_long_pairs_are_left_out_whole():
    pairs = [Pair("a b", "a b c"), Pair("a b c d", "a"), Pair("a", "a b c d"), Pair("a b c", "a b c")]
    tok = WordTokenizer.train(["a b c d"])
    kept = encode_pairs(pairs, tok, tok, max_length=3)
    assert kept == encode_pairs([pairs[0], pairs[3]], tok, tok)
    assert len(encode_pairs(pairs, tok, tok)) == 4
    with pytest.raises(InputError, match="max_length: expected room for at least one pair"):
        encode_pairs(pairs[1:2], tok, tok, max_length=3)


@pytest.mark.parametrize("pair, side", [(Pair(" ", "a"), "source"), (Pair("a", ""), "target")])
def test_a_side_without_a_token_is_refused(pair, side):
    tok = WordTokenizer.train(["a"])
    with pytest.raises(InputError, match=f"pair 1 has a {side} with no token"):
        encode_pairs([Pair("a", "a"), pair], tok, tok)
