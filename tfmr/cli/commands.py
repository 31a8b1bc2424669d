"""What ``translate`` and ``evaluate`` do, once their arguments are parsed; ``train`` has a file of its own.

Results go to standard output, everything else to standard error.
"""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch

from tfmr.cli.terminal import alignment_text, shown
from tfmr.data import Tokenizer, load_corpus
from tfmr.data.text import canonical
from tfmr.errors import InputError
from tfmr.evaluation.measure import Evaluation, evaluate
from tfmr.files import atomic_write
from tfmr.training.machine import pick_device
from tfmr.translator import Translation, Translator, run_folder
from tfmr.translator.html import page
from tfmr.translator.run_folder import Run
from tfmr.translator.translator import shipped_folder

BLOCK = 1 << 14  # bytes of standard input that are read at once, at most: some hundred sentences
USUAL_BEAM = 4  # hypotheses that a beam search keeps (Vaswani et al. 2017, section 6.1)
LATEST = Path("latest")  # what --run calls the run under runs/ that was trained last

# --- translate ------------------------------------------------------------------------------------------


def translate_command(args: Namespace) -> None:
    """Print one translation for each line, and nothing else, on standard output."""
    if args.html and args.html.is_dir():
        raise InputError(f"--html: expected a file, but {args.html} is a folder")
    device = device_and_threads(args)
    blocks = iter([_given(" ".join(args.text))]) if args.text else _typed_in()
    translator = Translator.of_run(_load_run(args, device))
    translate = partial(
        translator,
        num_best=args.nbest,
        beam_size=args.beam_size,
        length_penalty=args.length_penalty,
        need_weights=args.attention or args.html is not None,
        batch_size=args.batch_size,
    )
    sources, translations = [], []  # for the page
    count = 0
    for lines in blocks:
        for line, translation in zip(lines, translate(lines), strict=True):
            _note_unknown_words(translation, translator.src_tokenizer)
            if args.attention:
                _note_attention(translation)
            if args.nbest > 1:
                _say_alternatives(translation, is_first=count == 0)
            else:
                say(translation.text)
            if args.html:
                sources.append(line)
                translations.append(translation)
            count += 1
    if not count:
        raise InputError("standard input: expected at least one sentence, got none")
    if args.html:
        with atomic_write(args.html) as temporary:
            text = page(sources, translations, translator.src_lang, translator.tgt_lang)
            temporary.write_text(text, encoding="utf-8")


def _given(text: str) -> list[str]:
    """The lines of the text that stands on the command line."""
    try:
        text = os.fsencode(text).decode("utf-8")  # Python read the bytes as the locale says: ours are UTF-8
    except UnicodeError:
        raise InputError("text: expected UTF-8, got bytes that are not") from None
    if not canonical(text):
        raise InputError(f"text: expected a sentence, got one with no token ({text!r})")
    return text.split("\n")


def _typed_in() -> Iterator[list[str]]:
    """The lines of standard input, in blocks: at a terminal or in a pipe whatever is there, so nobody waits."""
    if sys.stdin.isatty():
        note("Type a sentence and press Enter; Ctrl-D ends.")
    number, rest = 0, b""
    while data := sys.stdin.buffer.read1(BLOCK):
        *lines, rest = (rest + data).split(b"\n")
        if lines:
            yield from _decoded(lines, number)
            number += len(lines)
    if rest:
        yield from _decoded([rest], number)


def _decoded(lines: list[bytes], number: int) -> Iterator[list[str]]:
    """The lines as one block of text; ``number`` came before. Those before a broken line are not lost."""
    texts: list[str] = []
    for line in lines:
        try:
            texts.append(line.decode("utf-8").removeprefix("\ufeff").removesuffix("\r"))
        except UnicodeDecodeError:
            if texts:
                yield texts
            number += len(texts) + 1
            raise InputError(f"standard input: expected UTF-8, but line {number} is not") from None
    yield texts


def _note_unknown_words(translation: Translation, tokenizer: Tokenizer) -> None:
    """Words that the vocabulary lacks are all one word to the model: say so, or its guesses look like faults."""
    unknown: list[str] = []
    for sentence in translation.sentences:
        tokens = zip(tokenizer.tokens(sentence.src), tokenizer.encode(sentence.src), strict=True)
        unknown += [token for token, number in tokens if number == tokenizer.unk_id]
    if unknown:
        note(f"not in the vocabulary: {', '.join(dict.fromkeys(unknown))}")


def _note_attention(translation: Translation) -> None:
    """What the model looked at, sentence by sentence."""
    for sentence in translation.sentences:
        if sentence.weights is not None:
            words = sentence.weights, sentence.src_words, sentence.tgt_words
            note(alignment_text(*words, width=shutil.get_terminal_size().columns))


def _say_alternatives(translation: Translation, is_first: bool) -> None:
    """A line for each: its score, a tab, its text; an empty line between those of two lines."""
    if not is_first:
        say("")
    for text, score in translation.alternatives:
        say(f"{score:.3f}\t{text}")


# --- evaluate -------------------------------------------------------------------------------------------


def evaluate_command(args: Namespace) -> None:
    """Measure a trained run on one split of the corpus it was trained on."""
    if args.output and args.output.is_dir():
        raise InputError(f"--output: expected a file, but {args.output} is a folder")
    run = _load_run(args, device_and_threads(args))
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
    result = evaluate(
        run.model,
        splits[args.split],
        run.src_tokenizer,
        run.tgt_tokenizer,
        batch_size=args.batch_size,
        beam_size=args.beam_size,
        length_penalty=args.length_penalty,
    )
    if args.output:
        with atomic_write(args.output) as temporary:
            temporary.write_text("".join(f"{text}\n" for text in result.translations), encoding="utf-8")
    print_scores(args.split, result)


# --- shared ---------------------------------------------------------------------------------------------


def _load_run(args: Namespace, device: torch.device) -> Run:
    """The run that ``--run`` names; without it, the translator that comes with the package."""
    if args.run is None:
        return run_folder.load_run(shipped_folder("--run"), device)
    return run_folder.load_run(run_folder.latest() if args.run == LATEST else args.run, device)


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
