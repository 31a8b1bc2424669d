"""The command line: ``python -m tfmr train``, ``translate`` and ``evaluate``.

Results go to standard output, everything else to standard error. Bad input costs one sentence there and exit
status 2.
"""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from tfmr.cli.commands import evaluate_command, give_up_output, note, translate_command
from tfmr.cli.train_command import train_command
from tfmr.errors import InputError
from tfmr.recurrent import SCORES
from tfmr.training.machine import is_out_of_memory

PROGRAM = "python -m tfmr"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 for bad input, 130 for Ctrl-C."""
    _speak_utf8()
    try:
        args = _parser().parse_args(argv)
        args.run_command(args)
    except InputError as error:
        return _complain(error, 2)
    except BrokenPipeError:  # whoever read our output has seen enough
        give_up_output()
        return 0
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else error, 2)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return _complain(
            "memory: expected room for this model and these sentences, got none; take a smaller model, a smaller "
            "--batch-size or shorter sentences",
            2,
        )
    except KeyboardInterrupt as interrupt:  # train says how to go on
        return _complain(f"interrupted{interrupt}", 130)
    return 0


def _speak_utf8() -> None:
    """Text in and out is UTF-8, whatever the locale; what no UTF-8 can say is spelt out on standard error."""
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):  # a notebook has streams of its own
            stream.reconfigure(encoding="utf-8", errors=errors)


def _complain(message: object, status: int) -> int:
    note("tfmr: " + " ".join(str(message).split()))
    return status


class _Parser(argparse.ArgumentParser):
    """One sentence instead of the usage."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


class _Help(argparse.ArgumentDefaultsHelpFormatter):
    """Defaults in the help, where there is one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        nothing = action.default is None or action.default is False
        return action.help if nothing else super()._get_help_string(action)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Train a translation model, translate with it, measure it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)

    translate = _add_command(commands, "translate", translate_command, "translate text with a trained model")
    add = translate.add_argument
    add("text", nargs="*", help="the text; without it, lines from standard input")
    add(
        "--nbest",
        type=_count,
        default=1,
        help="so many translations of each line, best first: score TAB text",
    )
    add("--attention", action="store_true", help="show on standard error what the model looked at")
    add("--html", type=Path, metavar="FILE", help="write a page with the translations and the attention")
    add("--batch-size", type=_count, default=32, help="sentences translated at once")

    evaluate = _add_command(commands, "evaluate", evaluate_command, "measure a trained model")
    add = evaluate.add_argument
    add(
        "--split",
        default="test",
        help="valid, test, or a further test set of the corpus, as grammar's long, novel",
    )
    add("--output", type=Path, metavar="FILE", help="write the translations, one a line")
    add("--batch-size", type=_count, default=100, help="sentences translated at once")

    for command in (translate, evaluate):
        add = command.add_argument
        add(
            "--run",
            type=Path,
            metavar="DIR",
            help="a run folder, or latest: that under runs/ which was trained last (default: the translator that "
            "comes with tfmr)",
        )
        add("--beam-size", type=_count, default=4, help="hypotheses that beam search keeps; 1 is greedy")
        add("--length-penalty", type=float, default=0.6, help="the larger, the longer translations may be")
    return parser


def _count(text: str) -> int:
    """What options take that count something."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")


def _add_command(commands, name: str, function: Callable, summary: str) -> argparse.ArgumentParser:
    description = summary.capitalize() + "."
    command = commands.add_parser(name, help=summary, description=description, formatter_class=_Help)
    command.set_defaults(run_command=function)
    command.add_argument("--device", help="cpu, cuda, cuda:1, mps (default: the best that is there)")
    command.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's choice)")
    return command


def _add_train(commands) -> None:
    train = _add_command(commands, "train", train_command, "train a model and measure it on the test pairs")
    add = train.add_argument
    add("--corpus", default="grammar", help="grammar, tatoeba, multi30k, or a file: source TAB target")
    add("--src", default="fr", help="source language")
    add("--tgt", default="en", help="target language")
    add("--size", type=int, help="number of training pairs (default: 20,000 for grammar, else all)")
    add(
        "--model",
        choices=("fixed", "attention", "transformer"),
        default="attention",
        help="fixed: recurrent, one vector a sentence; attention: recurrent, looks back",
    )
    add("--score", choices=SCORES, help="how a recurrent model's attention compares (default: additive)")
    add("--d-embed", type=int, default=256, help="size of a recurrent model's embedding")
    add("--d-hidden", type=int, default=256, help="size of a recurrent model's state")
    add("--d-model", type=int, default=256, help="size of a transformer's vectors")
    add("--num-heads", type=int, default=4, help="heads of a transformer")
    add("--num-layers", type=int, default=3, help="layers of a transformer's encoder, and of its decoder")
    add("--dropout", type=float, default=0.2, help="probability")
    add(
        "--tokenizer",
        choices=("auto", "word", "bpe"),
        default="auto",
        help="auto: word for grammar, else bpe",
    )
    add("--vocab-size", type=int, help="each side's (default: all words, or 5,000 for bpe)")
    add("--max-length", type=int, default=100, help="training pairs with more tokens are left out")
    add("--epochs", type=int, default=8, help="at most")
    add("--batch-size", type=int, default=64, help="sentences")
    add("--learning-rate", type=float, default=2e-3, help="Adam's")
    add("--warmup-steps", type=int, default=200, help="steps in which the learning rate grows from 0")
    add("--schedule", choices=("constant", "linear"), default="linear", help="linear: falls to 0 at the end")
    add("--patience", type=int, help="stop after this many epochs without a better validation loss")
    add("--seed", type=int, default=0, help="of parameters, batches, dropout, and the grammar")
    add("--checkpoint-every", type=int, default=200, help="steps between two checkpoints")
    add("--out", metavar="DIR", help="run folder (default: runs/CORPUS-SRC-TGT-MODEL)")
    earlier = train.add_mutually_exclusive_group()
    earlier.add_argument("--resume", action="store_true", help="go on with the run in the folder")
    earlier.add_argument("--overwrite", action="store_true", help="remove the run in the folder first")


if __name__ == "__main__":
    sys.exit(main())
