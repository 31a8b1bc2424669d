"""What ``train`` does, once its arguments are parsed: check everything, train, measure.

Nothing is written before all arguments and the corpus have been checked.
"""

import math
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from tfmr.cli.commands import device_and_threads, note, print_scores
from tfmr.cli.terminal import shown
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
from tfmr.evaluation.measure import Evaluation, evaluate
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training.config import TrainConfig
from tfmr.training.history import Epoch
from tfmr.training.loop import train
from tfmr.training.loss import try_longest
from tfmr.training.machine import is_out_of_memory, set_seed
from tfmr.transformer import Transformer
from tfmr.translator import run_folder
from tfmr.translator.locks import only_process

PASSING = {"run_command", "command", "out", "resume", "overwrite", "device", "threads"}
RECURRENT_ONLY = {"score", "d_embed", "d_hidden"}
TRANSFORMER_ONLY = {"d_model", "num_heads", "num_layers"}
# Of whatever a model is made of: beyond it, sizes are too large, or layers too many, even to be counted.
MOST = {"num_layers": 1_000, "num_heads": 1_000, "d_model": 10**6, "d_embed": 10**6, "d_hidden": 10**6}
WEIGHTS_KEPT = 5  # each with its gradient, Adam's two moments, and its best value so far


def train_command(args: Namespace) -> None:
    """Check everything, then train, then measure on the test pairs."""
    device = device_and_threads(args)
    arguments = _arguments(args)
    settings = {setting.name for setting in fields(TrainConfig)}
    config = TrainConfig(**{name: value for name, value in arguments.items() if name in settings})
    folder = Path(args.out or _default_folder(args))
    if args.resume:
        run_folder.require_same_arguments(folder, arguments)
    else:
        run_folder.require_free(folder, args.overwrite)
    corpus = load_corpus(args.corpus, src=args.src, tgt=args.tgt, size=args.size, seed=args.seed)
    if not corpus.train:
        raise InputError(
            f"--corpus: expected one with training pairs, but {corpus.name!r} is for testing only"
        )
    tokenizers = run_folder.load_tokenizers(folder) if args.resume else _learn_tokenizers(corpus, arguments)
    batches = _all_batches(corpus, tokenizers, args)
    set_seed(args.seed)
    model = _make_model(arguments, *map(len, tokenizers))
    model.to(device)
    for split in ("valid", "test"):
        _require_room(model, getattr(corpus, split), batches[split], split)
    with only_process(folder):
        if not args.resume:
            run_folder.require_free(
                folder, args.overwrite
            )  # again: another process may have trained meanwhile
            run_folder.start(folder, arguments, model.config, *tokenizers)
            _note_sizes(corpus, tokenizers, batches, model, device)
        vocabularies = run_folder.vocabulary_checksums(folder)
        try:
            history = train(
                model,
                batches["train"],
                batches["valid"],
                config,
                device=device,
                checkpoint=folder / run_folder.CHECKPOINT,
                identity=vocabularies,
                progress=sys.stderr.isatty(),
                on_epoch=lambda epoch: note(_epoch_line(epoch, config)),
            )
            result = evaluate(model, corpus.test, *tokenizers)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("; to go on, give the same command with --resume") from None
        record = {"epochs": [asdict(epoch) for epoch in history.epochs], "best_epoch": history.best.number}
        run_folder.finish(folder, arguments, model, record | {"test": _scores(result)}, vocabularies)
    note(f"best epoch {history.best.number}; the run is in {folder}")
    print_scores("test", result)


def _arguments(args: Namespace) -> dict[str, Any]:
    """What makes the run what it is, as ``config.json`` keeps it: each choice of "auto" made."""
    foreign = RECURRENT_ONLY if args.model == "transformer" else TRANSFORMER_ONLY
    arguments = {name: value for name, value in vars(args).items() if name not in PASSING | foreign}
    if is_path(args.corpus):
        arguments["corpus"] = str(Path(args.corpus).resolve())  # the same file from whatever folder
    if args.tokenizer == "auto":
        arguments["tokenizer"] = "word" if args.corpus == "grammar" else "bpe"
    if args.model != "attention" and args.score is not None:
        raise InputError(
            f"--score: expected it with --model attention only, got it with --model {args.model}"
        )
    if args.model == "attention" and args.score is None:
        arguments["score"] = "additive"
    return arguments


def _make_model(arguments: dict[str, Any], src_size: int, tgt_size: int) -> RecurrentSeq2Seq | Transformer:
    """A new model, if the machine has room for it.

    The Transformer is pre-norm, since that trains in any depth without much tuning.
    """
    names = TRANSFORMER_ONLY if arguments["model"] == "transformer" else RECURRENT_ONLY - {"score"}
    for name in sorted(names):
        if arguments[name] > MOST[name]:
            option = "--" + name.replace("_", "-")
            raise InputError(f"{option}: expected at most {MOST[name]:,}, got {arguments[name]:,}")
    with torch.device("meta"):  # sizes without numbers: nothing is reserved, nothing drawn
        needed = WEIGHTS_KEPT * sum(
            weight.nbytes for weight in _build(arguments, src_size, tgt_size).parameters()
        )
    if needed > _memory():
        options = ", ".join("--" + name.replace("_", "-") for name in sorted(names))
        raise InputError(
            f"{options}: expected a model that fits into the {_memory() / 1e9:,.1f} GB of this machine, got one "
            f"that takes {needed / 1e9:,.1f} GB to train"
        )
    return _build(arguments, src_size, tgt_size)


def _build(arguments: dict[str, Any], src_size: int, tgt_size: int) -> RecurrentSeq2Seq | Transformer:
    dropout = arguments["dropout"]
    if arguments["model"] != "transformer":
        sizes = src_size, tgt_size, arguments["d_embed"], arguments["d_hidden"]
        return RecurrentSeq2Seq(RecurrentConfig(*sizes, attention=arguments["score"], dropout=dropout))
    d_model, depth = arguments["d_model"], arguments["num_layers"]
    sizes = src_size, tgt_size, d_model, arguments["num_heads"], depth, depth, 4 * d_model
    return Transformer(TransformerConfig(*sizes, dropout=dropout, norm="pre", tie_embeddings="output"))


def _memory() -> float:
    """Bytes of memory this machine has; infinite where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return math.inf


def _default_folder(args: Namespace) -> str:
    name = Path(args.corpus).name.removesuffix(".gz").removesuffix(".tsv").removesuffix(".txt")
    return f"runs/{name}-{args.src}-{args.tgt}-{args.model}"


def _learn_tokenizers(corpus: Corpus, arguments: dict[str, Any]) -> tuple[Tokenizer, Tokenizer]:
    """One vocabulary a side, from the training pairs alone."""
    size = {} if arguments["vocab_size"] is None else {"vocab_size": arguments["vocab_size"]}
    src_texts, tgt_texts = [pair.src for pair in corpus.train], [pair.tgt for pair in corpus.train]
    if arguments["tokenizer"] == "word":
        return WordTokenizer.train(src_texts, **size), WordTokenizer.train(tgt_texts, **size)
    return (
        BPETokenizer.train(src_texts, **size, language=arguments["src"]),
        BPETokenizer.train(tgt_texts, **size, language=arguments["tgt"]),
    )


def _all_batches(
    corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer], args: Namespace
) -> dict[str, BucketedBatches]:
    """Batches of each split. Pairs that are too long are left out of training alone: a test set stays whole."""
    pad_id = tokenizers[0].pad_id
    examples = encode_pairs(corpus.train, *tokenizers, args.max_length)
    batches = {"train": BucketedBatches(examples, args.batch_size, pad_id=pad_id, seed=args.seed)}
    for split in ("valid", "test"):
        examples = encode_pairs(getattr(corpus, split), *tokenizers)
        batches[split] = BucketedBatches.for_measuring(examples, args.batch_size, pad_id=pad_id)
    return batches


def _require_room(
    model: RecurrentSeq2Seq | Transformer, pairs: Sequence[Pair], batches: BucketedBatches, split: str
) -> None:
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


def _note_sizes(
    corpus: Corpus,
    tokenizers: tuple[Tokenizer, Tokenizer],
    batches: dict[str, BucketedBatches],
    model: RecurrentSeq2Seq | Transformer,
    device: torch.device,
) -> None:
    used = len(batches["train"].examples)
    note(corpus.attribution or f"corpus {corpus.name}")
    note(f"{used:,} training pairs, {len(corpus.train) - used:,} longer ones left out")
    note("vocabularies of {:,} and {:,}".format(*map(len, tokenizers)))
    note(f"{sum(weight.numel() for weight in model.parameters()):,} parameters, on {device}")


def _epoch_line(epoch: Epoch, config: TrainConfig) -> str:
    return (
        f"epoch {epoch.number}/{config.epochs}: training loss {shown(epoch.train_loss, 3)}, validation loss "
        f"{shown(epoch.valid_loss, 3)} (perplexity {shown(epoch.valid_perplexity)}), "
        f"{epoch.tokens_per_second:,.0f} target tokens/s"
    )


def _scores(result: Evaluation) -> dict[str, Any]:
    """What ``history.json`` keeps; JSON has no infinite numbers."""
    scores = {"bleu": result.bleu._asdict(), "chrf": result.chrf._asdict()}
    scores["perplexity"] = result.perplexity if math.isfinite(result.perplexity) else None
    precision, recall, error_rate = result.alignment or (None, None, None)
    return scores | {
        "alignment_error_rate": error_rate,
        "alignment_precision": precision,
        "alignment_recall": recall,
    }
