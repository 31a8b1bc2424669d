"""Train a small Transformer over several seeds, and measure what its cross-attention does.

    python experiments/cross_attention.py
    python experiments/cross_attention.py --models whole --seeds 0 --size 500 --epochs 1 --out elsewhere
    python experiments/cross_attention.py --models aligners --out elsewhere

Two models learn French to English from ``load_corpus("grammar")``. *whole* is a Transformer. *blind* has the same
decoder but gets zeros for a memory, so that its cross-attention has nothing to tell: a decoder that reads its
own words only.

Each run writes OUT/MODEL-seed-SEED.json: configuration, versions, device, duration, the loss by epoch, and on
two held-out sets BLEU and perplexity. For *whole* also the alignment error rate of each head and layer, with the
row of a word as it should be, one row too early or too late, and without the end symbol's column; what cutting
source words does (see :func:`cuts`), and what becomes of the running example, with words hidden (see
:func:`example`) or its adjective replaced (see :func:`replaced`). The model of seed 0 is kept in the run
folder OUT/whole-run, so that ``python -m tfmr translate --run OUT/whole-run`` works. OUT/aligners.json holds the
error rates of two aligners without a network, on the same sentences. Chapter 8 reads these files.
"""

import argparse
import random

import aligners
import harness
import torch
import translators
from torch import Tensor

from tfmr.config import TransformerConfig
from tfmr.data import BucketedBatches, Corpus, Pair, WordTokenizer, encode_pairs, load_corpus, word_tokenize
from tfmr.decoding import evaluating, translate
from tfmr.evaluation import alignment_error_rate, bleu, links_from_weights
from tfmr.masks import padding_mask
from tfmr.seq2seq import Memory
from tfmr.training import TrainConfig, evaluate_loss, perplexity
from tfmr.transformer import Transformer

SHIFTS = {"right": 0, "one early": -1, "one late": 1}  # which row is taken for a word
# In the running example J' aime apprendre l' intelligence artificielle . : the places of the words to hide.
HIDDEN = {
    "nothing": [],
    "l'": [3],
    "intelligence": [4],
    "artificielle": [5],
    "both": [4, 5],
    "l' and intelligence": [3, 4],
    "l' and both": [3, 4, 5],
}

FEMININE = {
    "la",
    "une",
    "ma",
    "ta",
    "sa",
    "cette",
}  # before a noun: an adjective behind it fits *intelligence*


class BlindTransformer(Transformer):
    """A Transformer whose decoder is told nothing: the memory is zero, whatever the source."""

    def encode(self, src: Tensor) -> Memory:
        nothing = torch.zeros(*src.shape, self.config.d_model, device=src.device)
        return Memory(nothing, padding_mask(src, self.config.pad_id))


MODELS = {"whole": Transformer, "blind": BlindTransformer}


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--models", nargs="+", choices=[*MODELS, "aligners"], default=[*MODELS, "aligners"])
    add_options(parser)
    args = parser.parse_args(argv)

    def prepare() -> dict:
        return {"corpus": load_corpus("grammar", size=args.size)}

    if "aligners" in args.models:
        harness.record("cross_attention", args, {"model": ["aligners"]}, measure_aligners, prepare)
    axes = {"model": [name for name in args.models if name in MODELS], "seed": args.seeds}
    harness.record("cross_attention", args, axes, measure, prepare)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What a model of this experiment is trained with; ``reading.py`` trains the same ones."""
    parser.add_argument("--size", type=int, default=20_000, help="training pairs")
    parser.add_argument(
        "--test-size", type=int, help="held-out pairs of each set to measure on (default: all)"
    )
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--warmup-steps", type=int, default=400)
    parser.add_argument("--d-model", type=int, default=128)
    parser.add_argument("--num-layers", type=int, default=2, help="of the encoder, and of the decoder")
    parser.add_argument("--dropout", type=float, default=0.1)


def measure_aligners(args: argparse.Namespace, model: str, corpus: Corpus) -> dict:
    """What is reached without a network, on the same sentences."""
    sets = held_out(corpus, args.test_size)
    return dict(zip(sets, aligners.error_rates(corpus.train, list(sets.values())), strict=True))


def measure(args: argparse.Namespace, model: str, seed: int, corpus: Corpus) -> dict:
    """Train one model with one seed and measure it; keep *whole* of seed 0."""
    trained = learn(args, model, seed, corpus)
    learner, tokenizers, sets = trained.model, trained.tokenizers, held_out(corpus, args.test_size)
    measured = {key: quality(learner, pairs, tokenizers) for key, pairs in sets.items()}
    if model == "whole":
        for key, pairs in sets.items():
            measured[key]["alignment_error_rate"] = error_rates(learner, pairs, tokenizers)
        measured["test"]["cuts"] = cuts(learner, sets["test"], tokenizers)
        measured["example"] = example(learner, corpus.train[0], tokenizers)
        measured["replaced"] = replaced(learner, corpus.train, tokenizers)
    if (model, seed) == ("whole", 0):
        folder = harness.folder("cross_attention", args) / "whole-run"
        translators.keep(folder, trained, args.size, [corpus.train[0], *sets["test"][:3]])
    sizes = {"train": len(corpus.train)} | {key: len(pairs) for key, pairs in sets.items()}
    return {"corpus": {"name": "grammar"} | sizes, **trained.about, **measured}


def learn(args: argparse.Namespace, model: str, seed: int, corpus: Corpus) -> translators.Trained:
    """Train one model with one seed."""

    def build(src_vocab_size: int, tgt_vocab_size: int) -> Transformer:
        config = TransformerConfig(
            src_vocab_size,
            tgt_vocab_size,
            d_model=args.d_model,
            num_heads=4,
            num_encoder_layers=args.num_layers,
            num_decoder_layers=args.num_layers,
            d_ff=2 * args.d_model,
            dropout=args.dropout,
            attention_dropout=args.dropout,
            hidden_dropout=args.dropout,
            norm="pre",
            tie_embeddings="output",
        )
        return MODELS[model](config)

    options = {"warmup_steps": args.warmup_steps, "schedule": "linear", "seed": seed}
    config = TrainConfig(args.epochs, args.learning_rate, **options)
    return translators.learn(args, corpus, build, config)


def held_out(corpus: Corpus, size: int | None) -> dict[str, list[Pair]]:
    return {"test": corpus.test[:size], "long": corpus.extra["long"][:size]}


def quality(model: Transformer, pairs: list[Pair], tokenizers: list[WordTokenizer]) -> dict:
    """BLEU of greedy translations, and the perplexity of the references."""
    score = bleu(translate(model, [pair.src for pair in pairs], *tokenizers), [pair.tgt for pair in pairs])
    nll = evaluate_loss(model, BucketedBatches(encode_pairs(pairs, *tokenizers), batch_size=100))
    return {
        "bleu": round(score.score, 2),
        "bleu_signature": score.signature,
        "perplexity": round(perplexity(nll), 3),
    }


def error_rates(model: Transformer, pairs: list[Pair], tokenizers: list[WordTokenizer]) -> dict:
    """The error rate of each layer: of its heads' mean, and of each head.

    One entry for each choice of row in SHIFTS. *without end* is the right row without the end symbol's column: a
    word that looks there is linked to the French word that it looks at most.
    """
    maps = [
        [] for _ in range(model.config.num_decoder_layers)
    ]  # layer -> a map (heads + mean, T, S) each pair
    batches = BucketedBatches(encode_pairs(pairs, *tokenizers), batch_size=100, shuffle=False)
    device = next(model.parameters()).device
    with evaluating(model):
        for batch in batches.batches(epoch=0):
            batch = batch.to(device)
            for layer, weights in enumerate(model.attention_weights(batch.src, batch.tgt).cross):
                maps[layer] += torch.cat([weights, weights.mean(dim=1, keepdim=True)], dim=1).cpu()
    sizes = [(len(src) - 1, len(tgt) - 2) for src, tgt in batches.examples]  # words
    gold = [pair.links for pair in pairs], [pair.possible or () for pair in pairs]

    def rate(layer: int, head: int, shift: int, end: bool) -> float:
        links = []
        for weights, (num_src, num_tgt) in zip(maps[layer], sizes, strict=True):
            rows = weights[head].roll(-shift, dims=0)  # row t + shift for word t
            links.append(links_from_weights(rows if end else rows[:, :num_src], num_src, num_tgt))
        return round(alignment_error_rate(links, *gold), 4)

    ways = {name: (shift, True) for name, shift in SHIFTS.items()} | {"without end": (0, False)}
    heads = range(model.config.num_heads)
    return {
        name: [
            {"mean": rate(layer, -1, *way), "heads": [rate(layer, head, *way) for head in heads]}
            for layer in range(len(maps))
        ]
        for name, way in ways.items()
    }


def cuts(model: Transformer, pairs: list[Pair], tokenizers: list[WordTokenizer], draws: int = 10) -> dict:
    """What becomes of an English word when a French word is cut, under forced decoding.

    Only words are counted that the model gets right and that have exactly one sure link. *memory* hides the vector
    of the French word from cross-attention alone; *source* hides it from the encoder's other words as well. For
    each, the share of English words that change when the linked word is cut; when another word of the sentence is
    cut, chosen at random, in each of some draws; and the alignment error rate if each English word is linked to
    the French word whose cut costs it the most probability.
    """
    generator = random.Random(0)
    result = {}
    for where in ("memory", "source"):
        linked, others, found = [], [[] for _ in range(draws)], []
        for pair in pairs:
            change, loss = cut_words(model, pair, tokenizers, where)
            found.append(links_from_weights(loss.T, loss.size(0), loss.size(1)))
            for t in range(change.size(1)):
                partners = [src for src, tgt in pair.links if tgt == t]
                also = [src for src, tgt in pair.possible or () if tgt == t]
                rest = [src for src in range(change.size(0)) if src not in partners + also]
                if len(partners) != 1 or not rest or change[:, t].isnan().any():
                    continue
                linked.append(change[partners[0], t].item())
                for draw in others:
                    draw.append(change[generator.choice(rest), t].item())
        gold = [pair.links for pair in pairs], [pair.possible or () for pair in pairs]
        result[where] = {
            "words": len(linked),
            "linked": round(sum(linked) / max(1, len(linked)), 4),
            "other": [round(sum(draw) / max(1, len(draw)), 4) for draw in others],
            "alignment_error_rate": round(alignment_error_rate(found, *gold), 4),
        }
    return result


def cut_words(
    model: Transformer, pair: Pair, tokenizers: list[WordTokenizer], where: str
) -> tuple[Tensor, Tensor]:
    """Cut every source word in turn; a row each for the French words, a column each for the English ones.

    Returns:
        Whether the most probable word is another one than before (1, 0, or NaN in the column of a word that the
        model gets wrong even without a cut), and how much log-probability the right word loses.
    """
    [(src, tgt)] = encode_pairs([pair], *tokenizers)
    device = next(model.parameters()).device
    src, tgt = torch.tensor([src], device=device), torch.tensor([tgt], device=device)
    num_src = src.size(1) - 1  # the end symbol stays
    seen = ~torch.eye(num_src, num_src + 1, dtype=torch.bool, device=device)  # row j: all but word j
    with evaluating(model):
        memory = model.encode(src)
        before = model.decode(tgt[:, :-2], memory).log_softmax(dim=-1)
        if where == "memory":
            cut = Memory(memory.vectors.expand(num_src, -1, -1), seen[:, None])
        else:  # for the encoder, too, the word looks like padding
            cut = model.encode(src.expand(num_src, -1).masked_fill(~seen, model.config.pad_id))
        after = model.decode(tgt[:, :-2].expand(num_src, -1), cut).log_softmax(dim=-1)
    right = tgt[:, 1:-1]
    change = (after.argmax(dim=-1) != before.argmax(dim=-1)).float()
    change[:, (before.argmax(dim=-1) != right)[0]] = torch.nan
    loss = (before - after).gather(2, right.expand(num_src, -1)[:, :, None])[:, :, 0]
    return change.cpu(), loss.cpu()


def example(model: Transformer, pair: Pair, tokenizers: list[WordTokenizer]) -> dict:
    """The running example: where each layer looks for *artificial*, and what is written with words hidden.

    *looked* has, for each layer, the mean of the heads' weights while the fourth English word is chosen. *written*
    has a translation for each entry of HIDDEN: with these words hidden from cross-attention alone (*memory*), and
    from the encoder's other words as well (*source*).
    """
    [(src, tgt)] = encode_pairs([pair], *tokenizers)
    device = next(model.parameters()).device
    src, tgt = torch.tensor([src], device=device), torch.tensor([tgt], device=device)
    written = {}
    with evaluating(model):
        cross = model.attention_weights(src, tgt[:, :4]).cross
        memory = model.encode(src)
        for name, places in HIDDEN.items():
            holes = src.clone()
            holes[:, places] = model.config.pad_id
            unseen = memory._replace(mask=padding_mask(holes, model.config.pad_id))
            texts = write(model, unseen), write(model, model.encode(holes))
            written[name] = dict(
                zip(("memory", "source"), (tokenizers[1].decode(ids) for ids in texts), strict=True)
            )
    looked = [[round(weight, 3) for weight in layer[0, :, -1].mean(dim=0).tolist()] for layer in cross]
    return {"src": pair.src, "looked": looked, "written": written}


def replaced(model: Transformer, pairs: list[Pair], tokenizers: list[WordTokenizer]) -> dict:
    """The running example with another adjective in the place of *artificielle*, for each that *pairs* know.

    *right* is the English of the adjective; *looked* is its weight in each layer, the mean of the heads, while the
    fourth English word is chosen. *chosen* is that word: with all words seen, with the adjective hidden from
    cross-attention alone (*memory*), and from the encoder's other words as well (*source*).
    """
    example, place = pairs[0], HIDDEN["artificielle"]
    device = next(model.parameters()).device
    results = {}
    for adjective, right in adjectives(pairs).items():
        pair = Pair(example.src.replace("artificielle", adjective), example.tgt)
        [(src, tgt)] = encode_pairs([pair], *tokenizers)
        src, begin = torch.tensor([src], device=device), torch.tensor([tgt[:4]], device=device)
        holes = src.clone()
        holes[:, place] = model.config.pad_id
        with evaluating(model):
            memory, gone = model.encode(src), model.encode(holes)
            ways = {"nothing": memory, "memory": memory._replace(mask=gone.mask), "source": gone}
            chosen = {way: model.decode(begin, seen)[0, -1].argmax().item() for way, seen in ways.items()}
            cross = model.attention_weights(src, begin).cross
        looked = [round(layer[0, :, -1, place].mean().item(), 3) for layer in cross]
        words = {way: tokenizers[1].decode([token]) for way, token in chosen.items()}
        results[adjective] = {"right": right, "looked": looked, "chosen": words}
    return results


def adjectives(pairs: list[Pair]) -> dict[str, str]:
    """The adjectives that stand behind a feminine noun somewhere, and before it in English, with their English."""
    found = {}
    for pair in pairs[1:]:  # the first is the example
        french, english = word_tokenize(pair.src), word_tokenize(pair.tgt)
        sources = [[s for s, t in pair.links if t == position] for position in range(len(english))]
        for position in range(2, len(english)):
            for noun in sources[position]:
                # French: article, noun, adjective; English: article, adjective, noun.
                places = [[noun - 1], [noun + 1], [noun]]
                if sources[position - 2 : position + 1] == places and french[noun - 1] in FEMININE:
                    found.setdefault(french[noun + 1], english[position - 1])
    found.pop("artificielle", None)
    return found


def write(model: Transformer, memory: Memory, max_length: int = 20) -> list[int]:
    """Greedy decoding from a given memory."""
    ids = [model.config.bos_id]
    while ids[-1] != model.config.eos_id and len(ids) < max_length:
        logits = model.decode(torch.tensor([ids], device=memory.mask.device), memory)
        ids.append(logits[0, -1].argmax().item())
    return ids[1:]


if __name__ == "__main__":
    harness.command(main)
