"""Speed of decoding beside Hugging Face's Marian of the same sizes and weights, and beside a loop without a cache.

    python benchmarks/decoding.py [--rounds 3] [--threads 1]

All decode the same sources, in turn, so that a busy machine slows all of them. The weights are random, but for the end
symbol, which is made likely enough to give sentences of different lengths:

- *greedy* and *beam 4* are this package's, a batch at a time;
- *Marian* is ``generate`` of ``transformers``, with a key–value cache too; its beam search stops, as ours does, when
  four hypotheses of a sentence are finished;
- *plain* decodes one sentence after the other, and reads all of it again for each word.

Greedily all three write the same words; this script checks it before it times anything.
"""

import argparse
import statistics

import torch
from torch import Tensor, nn

from benchmarks.peers import make_marian
from benchmarks.timing import Row, in_turn, machine, paired_ratio
from tfmr.config import TransformerConfig
from tfmr.decoding import beam_search, greedy_decode
from tfmr.positions import sinusoids
from tfmr.training import set_seed
from tfmr.transformer import Transformer

WORDS, MAX_LENGTH = 8000, 60


def main(argv: list[str] | None = None) -> list[Row]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often each decodes, after a first time that warms up"
    )
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--plain", type=int, default=10, help="sentences that the plain loop decodes")
    parser.add_argument("--d-model", type=int, default=256)
    parser.add_argument("--layers", type=int, default=3, help="of the encoder, and of the decoder")
    parser.add_argument("--threads", type=int)
    args = parser.parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)

    set_seed(0)
    model, src = make_model(args.d_model, args.layers), make_sources(args.batch_size)
    marian, every = make_marian(model), max(1, args.batch_size // args.plain)
    few = src[::every]  # the plain loop takes too long for all
    written = greedy_decode(model, src, MAX_LENGTH).ids
    options = {"max_new_tokens": MAX_LENGTH, "do_sample": False, "attention_mask": (src != 0).long()}
    _check_equal(written, marian.generate(src, **options)[:, 1:])
    _check_equal(written[::every], plain_decode(model, few))

    seconds = in_turn(
        args.rounds,
        {
            "greedy": lambda: greedy_decode(model, src, MAX_LENGTH),
            "Marian, greedy": lambda: marian.generate(src, **options),
            "plain, one by one": lambda: plain_decode(model, few),
            "beam 4": lambda: beam_search(model, src, 4, max_length=MAX_LENGTH),
            "Marian, beam 4": lambda: marian.generate(src, num_beams=4, early_stopping=True, **options),
        },
    )
    scale = len(src) / len(few)
    seconds["plain, one by one"] = [scale * elapsed for elapsed in seconds["plain, one by one"]]
    lengths = (written != model.config.pad_id).sum(dim=1).float()
    speed = {name: len(src) / statistics.median(times) for name, times in seconds.items()}
    print(f"d_model {args.d_model}, {args.layers} + {args.layers} layers, {WORDS:,} words, ", end="")
    print(f"a batch of {len(src)} sentences; {machine()}")
    print(f"translations of {lengths.mean():.1f} words (standard deviation {lengths.std():.1f})")
    print(f"{'':20}{'sentences/s':>12}{'s a batch (median)':>20}")
    for name, times in seconds.items():
        print(f"{name:20}{speed[name]:12,.0f}{statistics.median(times):20.2f}")
    rows = []
    for ours, theirs in (
        ("greedy", "Marian, greedy"),
        ("greedy", "plain, one by one"),
        ("beam 4", "Marian, beam 4"),
    ):
        ratio = paired_ratio(seconds[ours], seconds[theirs])
        print(f"{ours} is {ratio:.2f} times as fast as {theirs} (median of the paired ratios)")
        rows.append(Row(f"decoding, {ours} (sentences/s)", theirs, speed[ours], speed[theirs], ratio))
    return rows


def make_model(d_model: int, layers: int) -> Transformer:
    """A Transformer with random weights that ends its sentences, some early and some late."""
    config = TransformerConfig(
        WORDS, WORDS, d_model, max(1, d_model // 32), layers, layers, 4 * d_model, dropout=0.0
    )
    model = Transformer(config).eval()
    with torch.no_grad():
        nn.init.normal_(model.output.weight, std=d_model**-0.5)  # logits of about 1
        model.output.weight[[config.pad_id, config.bos_id]] = 0  # no words
        # The last norm's bias turns all vectors a little towards that of the end symbol, and the end symbol's turns
        # towards late positions: so most sentences end neither at once nor at the limit.
        end = model.output.weight[config.eos_id]
        model.decoder.layers[-1].around_feed_forward.norm.bias += 1.5 * end / end.square().sum()
        end += 0.1 * (sinusoids(1, d_model, offset=40) - sinusoids(1, d_model))[0]
        # Left to itself, such a model writes one word for ever: the same few directions win in all sentences. So
        # words count for more, and each head looks at one word of the source rather than at all.
        for layer in [*model.encoder.layers, *model.decoder.layers]:
            layer.self_attention.output_projection.weight *= 0.1
            layer.feed_forward.output.weight *= 0.1
        for layer in model.decoder.layers:
            layer.cross_attention.query_projection.weight *= 3
            layer.cross_attention.key_projection.weight *= 3
    return model


def make_sources(batch_size: int) -> Tensor:
    """Sentences of 6 to 18 words and their end symbol."""
    src = torch.randint(4, WORDS, (batch_size, 19))
    lengths = torch.randint(6, 19, (batch_size, 1))
    places = torch.arange(19)
    return src.masked_fill(places == lengths, 2).masked_fill(places > lengths, 0)


@torch.no_grad()
def plain_decode(model: Transformer, src: Tensor) -> Tensor:
    """One sentence after the other, without a cache: the whole beginning goes through the decoder for each word."""
    config, rows = model.config, []
    for sentence in src:
        memory = model.encode(sentence[sentence != config.pad_id][None])
        ids = [config.bos_id]
        while len(ids) <= MAX_LENGTH and ids[-1] != config.eos_id:
            ids.append(model.decode(torch.tensor([ids]), memory)[0, -1].argmax().item())
        rows.append(torch.tensor(ids[1:]))
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=config.pad_id)


def _check_equal(ids: Tensor, others: Tensor) -> None:
    """The same words; the one may be padded further than the other."""
    width = min(ids.size(1), others.size(1))
    assert torch.equal(ids[:, :width], others[:, :width])
    assert (ids[:, width:] == 0).all() and (others[:, width:] == 0).all()


if __name__ == "__main__":
    main()
