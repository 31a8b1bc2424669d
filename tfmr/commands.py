"""What the commands of ``python -m tfmr`` do, once their arguments are parsed.

Results go to standard output, everything else to standard error. Nothing is written before all arguments and
the corpus have been checked.
"""

import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from tfmr import runs
from tfmr.data import (
    BPETokenizer,
    BucketedBatches,
    Corpus,
    Tokenizer,
    WordTokenizer,
    encode_pairs,
    load_corpus,
)
from tfmr.decoding import greedy_decode
from tfmr.errors import InputError
from tfmr.evaluation import Evaluation, decoded_words, evaluate
from tfmr.files import atomic_write
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.terminal import alignment_text
from tfmr.training import Epoch, TrainConfig, pick_device, set_seed, train
from tfmr.transformer import Transformer, TransformerConfig

PASSING = {"run_command", "command", "out", "resume", "overwrite", "device", "threads"}
RECURRENT_ONLY = {"score", "d_embed", "d_hidden"}
TRANSFORMER_ONLY = {"d_model", "num_heads", "num_layers"}


# --- train ----------------------------------------------------------------------------------------------


def train_command(args: Namespace) -> None:
    """Check everything, then train, then measure on the test pairs."""
    device = _device(args)
    arguments = _arguments(args)
    settings = {setting.name for setting in fields(TrainConfig)}
    config = TrainConfig(**{name: value for name, value in arguments.items() if name in settings})
    folder = Path(args.out or _default_folder(args))
    if args.resume:
        runs.require_same_arguments(folder, arguments)
    else:
        runs.require_free(folder, args.overwrite)
    corpus = load_corpus(args.corpus, src=args.src, tgt=args.tgt, size=args.size, seed=args.seed)
    if not corpus.train:
        raise InputError(
            f"--corpus: expected one with training pairs, but {corpus.name!r} is for testing only"
        )
    tokenizers = runs.load_tokenizers(folder) if args.resume else _learn_tokenizers(corpus, arguments)
    train_batches = _batches(corpus, "train", tokenizers, args, max_length=args.max_length)
    valid_batches = _batches(corpus, "valid", tokenizers, args)

    set_seed(args.seed)
    src_size, tgt_size = map(len, tokenizers)
    model = _make_model(arguments, src_size, tgt_size)
    if not args.resume:
        runs.start(folder, arguments, model.config, *tokenizers)
        left_out = len(corpus.train) - len(train_batches.examples)
        note(corpus.attribution or f"corpus {corpus.name}")
        note(f"{len(train_batches.examples):,} training pairs, {left_out:,} longer ones left out")
        note(f"vocabularies of {src_size:,} and {tgt_size:,}")
        note(f"{sum(weight.numel() for weight in model.parameters()):,} weights, on {device}")
    try:
        history = train(
            model,
            train_batches,
            valid_batches,
            config,
            device=device,
            checkpoint=folder / runs.CHECKPOINT,
            progress=sys.stderr.isatty(),
            on_epoch=lambda epoch: note(_epoch_line(epoch, config)),
        )
        result = evaluate(model, corpus.test, *tokenizers)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("; to go on, give the same command with --resume") from None
    record = {"epochs": [asdict(epoch) for epoch in history.epochs], "best_epoch": history.best.number}
    runs.finish(folder, arguments, model, record | {"test": _scores(result)})
    note(f"best epoch {history.best.number}; the run is in {folder}")
    _print_scores("test", result)


def _arguments(args: Namespace) -> dict[str, Any]:
    """What makes the run what it is, as ``config.json`` keeps it: each choice of "auto" made."""
    foreign = RECURRENT_ONLY if args.model == "transformer" else TRANSFORMER_ONLY
    arguments = {name: value for name, value in vars(args).items() if name not in PASSING | foreign}
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
    """A new model. The Transformer is pre-norm, since that trains in any depth without much tuning."""
    dropout = arguments["dropout"]
    if arguments["model"] != "transformer":
        sizes = src_size, tgt_size, arguments["d_embed"], arguments["d_hidden"]
        return RecurrentSeq2Seq(RecurrentConfig(*sizes, attention=arguments["score"], dropout=dropout))
    d_model, depth = arguments["d_model"], arguments["num_layers"]
    sizes = src_size, tgt_size, d_model, arguments["num_heads"], depth, depth, 4 * d_model
    return Transformer(TransformerConfig(*sizes, dropout=dropout, norm="pre", tie_embeddings="output"))


def _default_folder(args: Namespace) -> str:
    name = Path(args.corpus).name.removesuffix(".gz").removesuffix(".tsv").removesuffix(".txt")
    return f"runs/{name}-{args.src}-{args.tgt}-{args.model}"


def _learn_tokenizers(corpus: Corpus, arguments: dict[str, Any]) -> tuple[Tokenizer, Tokenizer]:
    """One vocabulary a side, from the training pairs alone."""
    kind = WordTokenizer if arguments["tokenizer"] == "word" else BPETokenizer
    size = {} if arguments["vocab_size"] is None else {"vocab_size": arguments["vocab_size"]}
    src_texts, tgt_texts = [pair.src for pair in corpus.train], [pair.tgt for pair in corpus.train]
    return kind.train(src_texts, **size), kind.train(tgt_texts, **size)


def _batches(
    corpus: Corpus,
    split: str,
    tokenizers: tuple[Tokenizer, Tokenizer],
    args: Namespace,
    max_length: int | None = None,
) -> BucketedBatches:
    examples = encode_pairs(getattr(corpus, split), *tokenizers, max_length)
    return BucketedBatches(examples, args.batch_size, pad_id=tokenizers[0].pad_id, seed=args.seed)


def _epoch_line(epoch: Epoch, config: TrainConfig) -> str:
    return (
        f"epoch {epoch.number}/{config.epochs}: training loss {epoch.train_loss:.3f}, validation loss "
        f"{epoch.valid_loss:.3f} (perplexity {epoch.valid_perplexity:.2f}), "
        f"{epoch.tokens_per_second:,.0f} target tokens/s"
    )


# --- translate ------------------------------------------------------------------------------------------


def translate_command(args: Namespace) -> None:
    """Print one translation for each sentence, and nothing else, on standard output."""
    device = _device(args)
    sentences = _typed_in() if not args.text else iter([_one_sentence(" ".join(args.text))])
    run = runs.load_run(args.run or runs.latest(), device)
    came = False
    for sentence in sentences:
        came = True
        if not sentence.strip():
            print(flush=True)
            continue
        ids = [*run.src_tokenizer.encode(sentence), run.src_tokenizer.eos_id]
        decoded = greedy_decode(run.model, torch.tensor([ids], device=device))
        tgt_ids = decoded.ids[0].tolist()
        if decoded.weights is not None and not args.no_alignment:
            weights = decoded.weights[0].cpu()
            words = decoded_words(weights, sentence, tgt_ids, run.src_tokenizer, run.tgt_tokenizer)
            note(alignment_text(*words, width=shutil.get_terminal_size().columns))
        print(run.tgt_tokenizer.decode(tgt_ids), flush=True)
    if not came:
        raise InputError("standard input: expected at least one sentence, got none")


def _one_sentence(text: str) -> str:
    if not text.strip():
        raise InputError(f"text: expected a sentence, got one with no token ({text!r})")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("text: expected UTF-8, got bytes that are not") from None
    return text


def _typed_in() -> Iterator[str]:
    """The lines of standard input, each as soon as it is there."""
    if sys.stdin.isatty():
        note("Type a sentence and press Enter; Ctrl-D ends.")
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            yield line.decode("utf-8").removeprefix("\ufeff").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(f"standard input: expected UTF-8, but line {number} is not") from None


# --- evaluate -------------------------------------------------------------------------------------------


def evaluate_command(args: Namespace) -> None:
    """Measure a trained run on one split of the corpus it was trained on."""
    if args.output and args.output.is_dir():
        raise InputError(f"--output: expected a file, but {args.output} is a folder")
    run = runs.load_run(args.run or runs.latest(), _device(args))
    told = run.arguments
    corpus = load_corpus(
        told["corpus"], src=told["src"], tgt=told["tgt"], size=told["size"], seed=told["seed"]
    )
    splits = {"valid": corpus.valid, "test": corpus.test, **corpus.extra}
    if args.split not in splits:
        raise InputError(
            f"--split: expected {', '.join(splits)} for the corpus {corpus.name!r}, got {args.split!r}"
        )
    note(f"{run.folder}, {len(splits[args.split]):,} pairs of {args.split}")
    result = evaluate(run.model, splits[args.split], run.src_tokenizer, run.tgt_tokenizer)
    if args.output:
        with atomic_write(args.output) as temporary:
            temporary.write_text("".join(f"{text}\n" for text in result.translations), encoding="utf-8")
    _print_scores(args.split, result)


def _scores(result: Evaluation) -> dict[str, Any]:
    scores = {"bleu": result.bleu._asdict(), "chrf": result.chrf._asdict(), "perplexity": result.perplexity}
    return scores | {"alignment_error_rate": result.alignment_error_rate}


def _print_scores(split: str, result: Evaluation) -> None:
    print(f"{split} BLEU {result.bleu}")
    print(f"{split} chrF {result.chrf}")
    print(f"{split} perplexity {result.perplexity:.2f}")
    if result.alignment_error_rate is not None:
        print(f"{split} alignment error rate {result.alignment_error_rate:.3f}")
    sys.stdout.flush()


# --- shared ---------------------------------------------------------------------------------------------


def note(text: str) -> None:
    """Say something on standard error."""
    print(text, file=sys.stderr, flush=True)


def _device(args: Namespace) -> torch.device:
    if args.threads is not None:
        if args.threads < 1:
            raise InputError(f"--threads: expected at least 1, got {args.threads}")
        torch.set_num_threads(args.threads)
    return pick_device(args.device)
