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
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from tfmr.config import TransformerConfig
from tfmr.decoding import beam_search, greedy_decode
from tfmr.positions import sinusoids
from tfmr.training import set_seed
from tfmr.transformer import Transformer

WORDS, MAX_LENGTH, MAX_POSITIONS = 8000, 60, 128


def main(argv: list[str] | None = None) -> dict[str, float]:
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

    seconds = time_in_turn(
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
    print(f"d_model {args.d_model}, {args.layers} + {args.layers} layers, {WORDS:,} words, ", end="")
    print(f"a batch of {len(src)} sentences, {torch.get_num_threads()} thread(s), torch {torch.__version__}")
    print(f"translations of {lengths.mean():.1f} words (standard deviation {lengths.std():.1f})")
    print(f"{'':20}{'sentences/s':>12}{'s a batch (median)':>20}")
    for name, times in seconds.items():
        median = statistics.median(times)
        print(f"{name:20}{len(src) / median:12,.0f}{median:20.2f}")
    ratios = {}
    for ours, theirs in (
        ("greedy", "Marian, greedy"),
        ("greedy", "plain, one by one"),
        ("beam 4", "Marian, beam 4"),
    ):
        ratio = statistics.median(a / b for a, b in zip(seconds[theirs], seconds[ours], strict=True))
        print(f"{ours} is {ratio:.2f} times as fast as {theirs} (median of the paired ratios)")
        ratios[theirs] = ratio
    return ratios


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


def make_marian(model: Transformer) -> nn.Module:
    """The same function of the same weights as transformers' ``MarianMTModel``."""
    import transformers  # takes seconds, and only this needs it

    config = model.config
    marian = transformers.MarianMTModel(
        transformers.MarianConfig(
            vocab_size=config.tgt_vocab_size, d_model=config.d_model,
            encoder_layers=config.num_encoder_layers, decoder_layers=config.num_decoder_layers,
            encoder_attention_heads=config.num_heads, decoder_attention_heads=config.num_heads,
            encoder_ffn_dim=config.d_ff, decoder_ffn_dim=config.d_ff, dropout=0.0, attention_dropout=0.0,
            activation_function=config.activation, scale_embedding=True, max_position_embeddings=MAX_POSITIONS,
            pad_token_id=config.pad_id, eos_token_id=config.eos_id, decoder_start_token_id=config.bos_id,
            bos_token_id=config.bos_id, forced_eos_token_id=None, tie_word_embeddings=False,
            share_encoder_decoder_embeddings=False,
        )
    ).eval()  # fmt: skip
    with torch.no_grad():
        marian.lm_head.weight.copy_(model.output.weight)
        for name in ("encoder", "decoder"):
            ours, theirs = getattr(model, name), getattr(marian.model, name)
            embedding = model.src_embedding if name == "encoder" else model.tgt_embedding
            theirs.embed_tokens.weight.copy_(embedding.table.weight)
            theirs.embed_positions.weight.copy_(sinusoids(MAX_POSITIONS, config.d_model))
            for layer, twin in zip(ours.layers, theirs.layers, strict=True):
                _copy_layer(layer, twin)
    return marian


def _copy_layer(layer: nn.Module, twin: nn.Module) -> None:
    """The weights of a layer into Marian's."""
    norms = {"final": "feed_forward", "self_attn": "attention"}
    attentions = {"self_attn": layer.self_attention}
    if hasattr(layer, "cross_attention"):
        norms |= {"self_attn": "self_attention", "encoder_attn": "cross_attention"}
        attentions["encoder_attn"] = layer.cross_attention
    for name, around in norms.items():
        norm = getattr(layer, f"around_{around}").norm
        getattr(twin, f"{name}_layer_norm").load_state_dict(norm.state_dict())
    for name, attention in attentions.items():
        for theirs, ours in {"q": "query", "k": "key", "v": "value", "out": "output"}.items():
            projection = getattr(attention, f"{ours}_projection")
            getattr(getattr(twin, name), f"{theirs}_proj").load_state_dict(projection.state_dict())
    twin.fc1.load_state_dict(layer.feed_forward.hidden.state_dict())
    twin.fc2.load_state_dict(layer.feed_forward.output.state_dict())


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


def time_in_turn(rounds: int, runs: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Seconds of each, in each round; a first round, which warms up, is not counted."""
    seconds = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if number:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def _check_equal(ids: Tensor, others: Tensor) -> None:
    """The same words; the one may be padded further than the other."""
    width = min(ids.size(1), others.size(1))
    assert torch.equal(ids[:, :width], others[:, :width])
    assert (ids[:, width:] == 0).all() and (others[:, width:] == 0).all()


if __name__ == "__main__":
    main()
