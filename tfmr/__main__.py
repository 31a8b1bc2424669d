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

from tfmr.cli.commands import USUAL_BEAM, evaluate_command, give_up_output, note, translate_command
from tfmr.cli.train_command import train_command
from tfmr.cli.train_options import add_train_options
from tfmr.errors import InputError
from tfmr.training.machine import is_out_of_memory

PROGRAM = "python -m tfmr"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 for bad input, 130 for Ctrl-C."""
    _speak_utf8()
    try:
        args = _parser().parse_args(argv)
        if getattr(args, "recipe", None):  # again, since what is given wins over what the recipe says
            args = _parser(args.recipe).parse_args(argv)
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


def _parser(recipe: str | None = None) -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Train a translation model, translate with it, measure it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    train = _add_command(commands, "train", train_command, "train a model and measure it on the test pairs")
    add_train_options(train, recipe)

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
        add(
            "--beam-size",
            type=_count,
            default=USUAL_BEAM,
            help="hypotheses that beam search keeps; 1 is greedy",
        )
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


if __name__ == "__main__":
    sys.exit(main())
