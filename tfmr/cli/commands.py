"""What ``translate`` and ``evaluate`` do, once their arguments are parsed; ``train`` has a file of its own.

Results go to standard output, everything else to standard error.
"""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator

import torch

from tfmr.cli.terminal import alignment_text, shown
from tfmr.data import Tokenizer, load_corpus
from tfmr.data.text import canonical
from tfmr.decoding.greedy import greedy_decode
from tfmr.errors import InputError
from tfmr.evaluation.measure import Evaluation, decoded_words, evaluate
from tfmr.files import atomic_write
from tfmr.training.machine import pick_device
from tfmr.translator import run_folder

# --- translate ------------------------------------------------------------------------------------------


def translate_command(args: Namespace) -> None:
    """Print one translation for each sentence, and nothing else, on standard output."""
    device = device_and_threads(args)
    sentences = _typed_in() if not args.text else iter([_one_sentence(" ".join(args.text))])
    run = run_folder.load_run(args.run or run_folder.latest(), device)
    came = False
    for sentence in sentences:
        came = True
        ids = run.src_tokenizer.encode(sentence)
        if not ids:
            say("")
            continue
        _note_unknown_words(sentence, ids, run.src_tokenizer)
        src = torch.tensor([[*ids, run.src_tokenizer.eos_id]], device=device)
        decoded = greedy_decode(run.model, src, need_weights=not args.no_alignment)
        tgt_ids = decoded.ids[0].tolist()
        if decoded.weights is not None:
            weights = decoded.weights[0].cpu()
            words = decoded_words(weights, sentence, tgt_ids, run.src_tokenizer, run.tgt_tokenizer)
            note(alignment_text(*words, width=shutil.get_terminal_size().columns))
        say(run.tgt_tokenizer.decode(tgt_ids))
    if not came:
        raise InputError("standard input: expected at least one sentence, got none")


def _one_sentence(text: str) -> str:
    try:
        text = os.fsencode(text).decode("utf-8")  # Python read the bytes as the locale says: ours are UTF-8
    except UnicodeError:
        raise InputError("text: expected UTF-8, got bytes that are not") from None
    if not canonical(text):
        raise InputError(f"text: expected a sentence, got one with no token ({text!r})")
    return text


def _note_unknown_words(sentence: str, ids: list[int], tokenizer: Tokenizer) -> None:
    """Words that the vocabulary lacks are all one word to the model: say so, or its guesses look like faults."""
    tokens = zip(tokenizer.tokens(sentence), ids, strict=True)
    unknown = [token for token, number in tokens if number == tokenizer.unk_id]
    if unknown:
        note(f"not in the vocabulary: {', '.join(dict.fromkeys(unknown))}")


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
    run = run_folder.load_run(args.run or run_folder.latest(), device_and_threads(args))
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
    print_scores(args.split, result)


# --- shared ---------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Say what was asked for, on standard output."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        give_up_output()
        raise InputError(f"standard output: expected to write there, got {error.strerror}") from None


def give_up_output() -> None:
    """Let standard output lead nowhere: what waits in it could not be written, and Python would try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(text: str) -> None:
    """Say something on standard error."""
    print(text, file=sys.stderr, flush=True)


def print_scores(split: str, result: Evaluation) -> None:
    """What was measured, a line each, on standard output."""
    say(f"{split} BLEU {result.bleu}")
    say(f"{split} chrF {result.chrf}")
    say(f"{split} perplexity {shown(result.perplexity)}")
    if result.alignment is not None:
        say(f"{split} alignment error rate {result.alignment}")


def device_and_threads(args: Namespace) -> torch.device:
    """Take as many processors as asked for, and the device."""
    most = os.cpu_count() or 1
    if args.threads is not None:
        if not 1 <= args.threads <= most:
            raise InputError(
                f"--threads: expected at least 1, at most {most}, a thread for each processor, got {args.threads}"
            )
        torch.set_num_threads(args.threads)
    return pick_device(args.device)
