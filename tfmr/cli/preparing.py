"""What ``train`` needs, made from its arguments and checked: the corpus, its vocabularies, batches, and a model.

Nothing is written here, so that a refusal leaves no trace.
"""

import math
import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from tfmr.cli.recipes import option
from tfmr.config import TransformerConfig
from tfmr.data import (
    BPETokenizer,
    BucketedBatches,
    Corpus,
    Pair,
    Tokenizer,
    WordTokenizer,
    encode_pairs,
    load_corpus,
)
from tfmr.data.load import is_path
from tfmr.errors import InputError
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training.loss import try_longest
from tfmr.training.machine import is_out_of_memory, set_seed
from tfmr.transformer import Transformer

Model = RecurrentSeq2Seq | Transformer
# Arguments that change nothing of what is learned, so that a run may be resumed with others.
PASSING = {
    "run_command",
    "command",
    "recipe",
    "out",
    "resume",
    "overwrite",
    "device",
    "threads",
    "tensorboard",
}
RECURRENT_ONLY = {"score", "d_embed", "d_hidden"}
TRANSFORMER_CHOICES = ("norm", "positions", "tie_embeddings", "attention_dropout", "hidden_dropout")
TRANSFORMER_SIZES = ("d_model", "num_heads", "num_layers", "encoder_layers", "decoder_layers", "d_ff")
# Of whatever a model is made of: beyond it, sizes are too large, or layers too many, even to be counted.
MOST = dict.fromkeys(("d_model", "d_ff", "d_embed", "d_hidden"), 10**6) | dict.fromkeys(
    ("num_heads", "num_layers", "encoder_layers", "decoder_layers"), 1_000
)
USUAL_BATCH = 64  # sentences
# Each with its gradient, Adam's two moments, its best value so far, and its mean and last value at an epoch's end.
WEIGHTS_KEPT = 7


class Prepared(NamedTuple):
    """All that is trained, and trained on."""

    corpus: Corpus
    tokenizers: tuple[Tokenizer, Tokenizer]
    batches: dict[str, BucketedBatches]
    model: Model


def complete(args: Namespace) -> dict[str, Any]:
    """What makes the run what it is, as ``config.json`` keeps it: each choice of "auto" made.

    Raises:
        InputError: two arguments do not go together.
    """
    foreign = RECURRENT_ONLY if args.model == "transformer" else {*TRANSFORMER_SIZES, *TRANSFORMER_CHOICES}
    arguments = {name: value for name, value in vars(args).items() if name not in PASSING | foreign}
    if is_path(args.corpus):
        arguments["corpus"] = str(Path(args.corpus).resolve())  # the same file from whatever folder
    if args.tokenizer == "auto":
        arguments["tokenizer"] = "word" if args.corpus == "grammar" else "bpe"
    if args.batch_size is None and args.max_tokens is None:
        arguments["batch_size"] = USUAL_BATCH
    if args.model != "attention" and args.score is not None:
        raise InputError(
            f"--score: expected it with --model attention only, got it with --model {args.model}"
        )
    if args.model == "attention" and args.score is None:
        arguments["score"] = "additive"
    if arguments.get("tie_embeddings") == "all" and not args.joint_vocabulary:
        raise InputError(
            "--tie-embeddings: expected --joint-vocabulary with all, for two languages that share embeddings share "
            "their words; got two vocabularies"
        )
    return arguments


def prepare(
    arguments: dict[str, Any], device: torch.device, tokenizers: tuple[Tokenizer, Tokenizer] | None = None
) -> Prepared:
    """Load the corpus, learn its vocabularies (unless they are there), make batches and a new model on ``device``.

    Raises:
        InputError: something of this cannot be had, or the machine has no room for it.
    """
    told = {name: arguments[name] for name in ("src", "tgt", "size", "seed")}
    corpus = load_corpus(arguments["corpus"], **told)
    if not corpus.train:
        raise InputError(
            f"--corpus: expected one with training pairs, but {corpus.name!r} is for testing only"
        )
    tokenizers = tokenizers or _learn_tokenizers(corpus, arguments)
    batches = _all_batches(corpus, tokenizers, arguments)
    set_seed(arguments["seed"])
    model = _make_model(arguments, *map(len, tokenizers))
    model.to(device)
    for split in ("valid", "test"):
        _require_room(model, getattr(corpus, split), batches[split], split)
    return Prepared(corpus, tokenizers, batches, model)


def _make_model(arguments: dict[str, Any], src_size: int, tgt_size: int) -> Model:
    """A new model, if the machine has room for it."""
    sizes = TRANSFORMER_SIZES if arguments["model"] == "transformer" else ("d_embed", "d_hidden")
    for name in sizes:
        if arguments[name] is not None and arguments[name] > MOST[name]:
            raise InputError(f"{option(name)}: expected at most {MOST[name]:,}, got {arguments[name]:,}")
    with torch.device("meta"):  # sizes without numbers: nothing is reserved, nothing drawn
        parameters = list(build(arguments, src_size, tgt_size).parameters())
    kept = WEIGHTS_KEPT + arguments["average"] - 1
    needed = kept * sum(parameter.nbytes for parameter in parameters)
    if needed > _memory():
        raise InputError(
            f"{', '.join(map(option, sizes))}: expected a model that fits into the {_memory() / 1e9:,.1f} GB of "
            f"this machine, got one that takes {needed / 1e9:,.1f} GB to train"
        )
    return build(arguments, src_size, tgt_size)


def build(arguments: dict[str, Any], src_size: int, tgt_size: int) -> Model:
    """The model that the arguments describe, with new parameters."""
    if arguments["model"] != "transformer":
        sizes = src_size, tgt_size, arguments["d_embed"], arguments["d_hidden"]
        config = RecurrentConfig(*sizes, attention=arguments["score"], dropout=arguments["dropout"])
        return RecurrentSeq2Seq(config)
    told = {name: arguments[name] for name in ("d_model", "num_heads", "dropout", *TRANSFORMER_CHOICES)}
    for side in ("encoder", "decoder"):
        told[f"num_{side}_layers"] = _first(arguments[f"{side}_layers"], arguments["num_layers"])
    d_ff = _first(arguments["d_ff"], 4 * arguments["d_model"])
    return Transformer(TransformerConfig(src_size, tgt_size, d_ff=d_ff, **told))


def _first(given: int | None, usual: int) -> int:
    return usual if given is None else given


def _memory() -> float:
    """Bytes of memory this machine has; infinite where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return math.inf


def _learn_tokenizers(corpus: Corpus, arguments: dict[str, Any]) -> tuple[Tokenizer, Tokenizer]:
    """One vocabulary a side, or the same one twice, from the training pairs alone."""
    size = {} if arguments["vocab_size"] is None else {"vocab_size": arguments["vocab_size"]}
    src_texts, tgt_texts = [pair.src for pair in corpus.train], [pair.tgt for pair in corpus.train]
    src, tgt = arguments["src"], arguments["tgt"]
    if arguments["joint_vocabulary"]:
        src_texts = tgt_texts = [*src_texts, *tgt_texts]
    if arguments["tokenizer"] == "word":
        return WordTokenizer.train(src_texts, **size), WordTokenizer.train(tgt_texts, **size)
    tokenizer = BPETokenizer.train(src_texts, **size, language=src)
    if arguments["joint_vocabulary"]:
        return tokenizer, tokenizer.writing(tgt)
    return tokenizer, BPETokenizer.train(tgt_texts, **size, language=tgt)


def _all_batches(
    corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer], arguments: dict[str, Any]
) -> dict[str, BucketedBatches]:
    """Batches of each split. Pairs that are too long are left out of training alone: a test set stays whole."""
    pad_id, batch_size = tokenizers[0].pad_id, arguments["batch_size"]
    examples = encode_pairs(corpus.train, *tokenizers, arguments["max_length"])
    limits = batch_size, arguments["max_tokens"]
    batches = {"train": BucketedBatches(examples, *limits, pad_id=pad_id, seed=arguments["seed"])}
    for split in ("valid", "test"):
        examples = encode_pairs(getattr(corpus, split), *tokenizers)
        batches[split] = BucketedBatches.for_measuring(examples, batch_size or USUAL_BATCH, pad_id=pad_id)
    return batches


def _require_room(model: Model, pairs: Sequence[Pair], batches: BucketedBatches, split: str) -> None:
    """Refuse a pair that is too long for the model or the memory before hours of training, and show it."""
    try:
        try_longest(model, batches)
    except (InputError, MemoryError, RuntimeError) as error:
        if not isinstance(error, InputError) and not is_out_of_memory(error):
            raise
        reason = error if isinstance(error, InputError) else "out of memory"
        lengths = [max(map(len, example)) for example in batches.examples]
        longest = max(lengths)
        pair = pairs[lengths.index(longest)]
        raise InputError(
            f"--corpus: expected {split} pairs that the model has room for, got one of {longest:,} tokens that "
            f"starts {pair.src[:40]!r} ({reason})"
        ) from None
