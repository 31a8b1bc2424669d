"""A run folder: a trained model with all that is needed to use it, or to go on training it.

=========================  ===================================================================================
config.json                what ``train`` was told, the kind of model and its sizes, the versions; it makes a
                           folder a run
src_tokenizer.json         and tgt_tokenizer.json: the two vocabularies
checkpoint.safetensors     where training stands; kept at the end, so that more epochs can follow
log.csv                    what was seen on the way (:class:`tfmr.training.log.Row`); tensorboard/ has the same
model.safetensors          the best parameters, once training is over; it knows its sizes, and the checksums of
                           the vocabularies that it was trained with
history.json               the epochs and the test scores: a folder that has it is finished
=========================  ===================================================================================
"""

import json
import platform
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import tfmr
from tfmr.config import TransformerConfig
from tfmr.data import Tokenizer, tokenizer_from_json
from tfmr.errors import InputError
from tfmr.files import atomic_write, read_text
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training.checkpoints import load_tensors, load_weights, save_tensors
from tfmr.transformer import Transformer
from tfmr.translator.locks import LOCK

Config = RecurrentConfig | TransformerConfig
Model = RecurrentSeq2Seq | Transformer
# What config.json calls a model, and what it is built from.
KINDS = {"recurrent": (RecurrentConfig, RecurrentSeq2Seq), "transformer": (TransformerConfig, Transformer)}
CONFIG, SRC_TOKENIZER, TGT_TOKENIZER = "config.json", "src_tokenizer.json", "tgt_tokenizer.json"
CHECKPOINT, MODEL, HISTORY = "checkpoint.safetensors", "model.safetensors", "history.json"
LOG, TENSORBOARD = "log.csv", "tensorboard"  # the second is a folder
FILES = (
    HISTORY,
    MODEL,
    CHECKPOINT,
    LOG,
    CONFIG,
    TGT_TOKENIZER,
    SRC_TOKENIZER,
)  # in the order they are removed in
# The arguments that say which corpus it was, and what they are.
NEEDED = {"corpus": str, "src": str, "tgt": str, "size": int | None, "seed": int}


@dataclass(frozen=True)
class Run:
    """A trained model with its vocabularies, and what ``train`` was told."""

    folder: Path
    model: Model
    src_tokenizer: Tokenizer
    tgt_tokenizer: Tokenizer
    arguments: dict[str, Any]


def require_free(folder: Path, overwrite: bool) -> None:
    """Refuse a folder in which a new run would destroy something.

    Raises:
        InputError: it holds a run (unless ``overwrite``), or files that no run makes.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"--out: expected a folder, but {folder} is a file")
    found = {path.name for path in folder.iterdir() if not path.name.endswith(".part")}
    if strangers := sorted(found - {*FILES, TENSORBOARD, LOCK}):
        raise InputError(f"--out: expected a new folder or one of a run, but {folder} holds {strangers[0]!r}")
    if CONFIG in found and not overwrite:
        state = "a finished" if HISTORY in found else "an unfinished"
        raise InputError(
            f"--out: {folder} holds {state} run; give --resume to go on with it, --overwrite to start anew, "
            "or another --out"
        )


def require_same_arguments(folder: Path, arguments: Mapping[str, Any]) -> None:
    """Refuse to go on with a run that was started with other arguments (``epochs`` aside, see training).

    Raises:
        InputError: there is no run in ``folder``, or an argument differs.
    """
    saved = _read_config(folder, "--resume")["arguments"]
    for name, value in arguments.items():
        if name != "epochs" and saved.get(name) != value:
            option = "--" + name.replace("_", "-")
            raise InputError(
                f"{option}: expected {saved.get(name)!r}, as {folder} was started with, got {value!r}"
            )


def start(
    folder: Path,
    arguments: Mapping[str, Any],
    config: Config,
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
) -> None:
    """Write all that precedes training; an earlier run in ``folder`` is removed."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / TENSORBOARD, ignore_errors=True)
    _write(folder / SRC_TOKENIZER, src_tokenizer.to_json())
    _write(folder / TGT_TOKENIZER, tgt_tokenizer.to_json())
    _write_config(folder, arguments, config)  # the last, for it makes the folder a run


def finish(
    folder: Path,
    arguments: Mapping[str, Any],
    model: Model,
    history: Mapping[str, Any],
    vocabularies: Mapping[str, str] | None = None,
) -> None:
    """Write the best parameters and the history.

    Args:
        vocabularies: checksums of the vocabularies that the model was trained with; None: of those in ``folder``.
    """
    vocabularies = vocabulary_checksums(folder) if vocabularies is None else vocabularies
    state = {"model": asdict(model.config), "vocabularies": vocabularies}
    save_tensors(folder / MODEL, model.state_dict(), state)
    _write_config(folder, arguments, model.config)  # again, for ``epochs`` may have been raised
    _write_json(folder / HISTORY, history)


def load_tokenizers(folder: Path) -> tuple[Tokenizer, Tokenizer]:
    """The vocabularies of both sides."""
    return _load_tokenizer(folder / SRC_TOKENIZER), _load_tokenizer(folder / TGT_TOKENIZER)


def vocabulary_checksums(folder: Path) -> dict[str, str]:
    """What tells the two vocabularies from others of the same size, by the names of their files."""
    return {
        name: f"{zlib.crc32(read_text(folder / name).encode()):08x}"
        for name in (SRC_TOKENIZER, TGT_TOKENIZER)
    }


def load_run(folder: Path, device: torch.device, option: str = "--run") -> Run:
    """A trained run, its model in eval mode on ``device``.

    Args:
        folder: what ``train`` made.
        device: where the model is to be.
        option: what errors call ``folder``.

    Raises:
        InputError: ``folder`` is no run, its training is not over, or a file is broken or does not fit.
    """
    saved = _read_config(folder, option)
    if not (folder / MODEL).is_file():
        raise InputError(f"{option}: the training of {folder} is not over; go on with it: train … --resume")
    weights, state = load_tensors(folder / MODEL)
    if state.get("model") != saved["model"]:
        raise InputError(
            f"{option}: expected {folder / MODEL} with the sizes that {CONFIG} names, got another model's"
        )
    src_tokenizer, tgt_tokenizer = load_tokenizers(folder)
    model = _make_model(saved, folder, option)
    found = vocabulary_checksums(folder)
    trained_with = state.get("vocabularies", found)  # runs from before there were checksums do not say
    sizes = model.config.src_vocab_size, model.config.tgt_vocab_size
    for name, size, tokenizer in zip(found, sizes, (src_tokenizer, tgt_tokenizer), strict=True):
        if found[name] != trained_with[name] or len(tokenizer) != size:
            raise InputError(
                f"{folder / name}: expected the vocabulary of {size} that the model was trained with, got another "
                f"of {len(tokenizer)}"
            )
    load_weights(model, _with_tied(model, weights), folder / MODEL)
    return Run(folder, model.to(device).eval(), src_tokenizer, tgt_tokenizer, saved["arguments"])


def latest(parent: Path = Path("runs")) -> Path:
    """The folder under ``parent`` that was trained last.

    Raises:
        InputError: there is none.
    """
    trained = sorted(parent.glob(f"*/{MODEL}"), key=lambda path: path.stat().st_mtime)
    if not trained:
        raise InputError(
            f"--run: expected a trained run under {parent}/, found none; begin with: python -m tfmr train"
        )
    return trained[-1].parent


def _make_model(saved: Mapping[str, Any], folder: Path, option: str) -> Model:
    kind = saved.get("kind", "recurrent")  # runs from before there were two kinds do not say
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(
            f"{option}: expected a model of kind {', '.join(KINDS)} in {folder / CONFIG}, got {kind!r}"
        )
    make_config, make_model = KINDS[kind]
    try:
        return make_model(make_config(**saved["model"]))
    except TypeError:
        raise InputError(
            f"{option}: expected the sizes of a model in {folder / CONFIG}, got others"
        ) from None


def _with_tied(model: Model, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under all their names: what is shipped has a matrix that is tied to another only once."""
    own = model.state_dict()
    at = {own[name].data_ptr(): weight for name, weight in weights.items() if name in own}
    return {name: at[weight.data_ptr()] for name, weight in own.items() if weight.data_ptr() in at} | dict(
        weights
    )


def _load_tokenizer(path: Path) -> Tokenizer:
    text = read_text(path)
    try:
        return tokenizer_from_json(text)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _write_config(folder: Path, arguments: Mapping[str, Any], config: Config) -> None:
    kind = next(name for name, (kind_of_config, _) in KINDS.items() if isinstance(config, kind_of_config))
    versions = {"tfmr": tfmr.__version__, "torch": torch.__version__, "python": platform.python_version()}
    content = {"arguments": arguments, "kind": kind, "model": asdict(config), "versions": versions}
    _write_json(folder / CONFIG, content)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    _write(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _read_config(folder: Path, option: str) -> dict[str, Any]:
    path = folder / CONFIG
    if not path.is_file():
        raise InputError(f"{option}: expected a folder that train has made, but {folder} has no {CONFIG}")
    text = read_text(path)
    try:
        saved = json.loads(text)
        arguments = saved["arguments"]
        good = all(isinstance(arguments[name], kind) for name, kind in NEEDED.items())
        if good and isinstance(saved["model"], dict):
            return saved
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise InputError(f"{option}: expected {path} as train writes it, found something else")
