"""What ``train`` does, once its arguments are parsed: check everything, train, measure.

Nothing is written before all arguments and the corpus have been checked. Of several processes (torchrun), the first
checks, writes and measures; the others wait until it has made the run folder, and only train.
"""

import math
import sys
from argparse import Namespace
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from tfmr.cli.commands import USUAL_BEAM, device_and_threads, note, print_scores
from tfmr.cli.preparing import Prepared, complete, prepare
from tfmr.cli.terminal import shown
from tfmr.evaluation.measure import Evaluation, evaluate
from tfmr.training.config import TrainConfig
from tfmr.training.history import Epoch, History
from tfmr.training.log import summary_writer
from tfmr.training.loop import train
from tfmr.training.machine import autocast_type
from tfmr.training.processes import joined
from tfmr.translator import run_folder
from tfmr.translator.locks import only_process


def train_command(args: Namespace) -> None:
    """Check everything, then train, then measure on the test pairs."""
    device = device_and_threads(args)
    arguments = complete(args)
    settings = {setting.name for setting in fields(TrainConfig)}
    config = TrainConfig(**{name: value for name, value in arguments.items() if name in settings})
    autocast_type(config.precision, device)
    if args.tensorboard:
        summary_writer()
    folder = Path(args.out or _default_folder(args))
    with joined(device) as processes:
        if not processes.is_first:
            processes.wait()
            prepared = prepare(arguments, device, run_folder.load_tokenizers(folder))
            _train(prepared, config, folder, device, args.tensorboard)
            return
        if args.resume:
            run_folder.require_same_arguments(folder, arguments)
        else:
            run_folder.require_free(folder, args.overwrite)
        prepared = prepare(arguments, device, run_folder.load_tokenizers(folder) if args.resume else None)
        with only_process(folder):
            if not args.resume:
                # Again: another process may have trained meanwhile.
                run_folder.require_free(folder, args.overwrite)
                run_folder.start(folder, arguments, prepared.model.config, *prepared.tokenizers)
                _note_sizes(prepared, device, arguments["joint_vocabulary"])
            vocabularies = run_folder.vocabulary_checksums(folder)
            processes.wait()
            try:
                history = _train(prepared, config, folder, device, args.tensorboard)
                pairs = prepared.corpus.test
                result = evaluate(prepared.model, pairs, *prepared.tokenizers, beam_size=USUAL_BEAM)
            except KeyboardInterrupt:
                raise KeyboardInterrupt("; to go on, give the same command with --resume") from None
            record = {
                "epochs": [asdict(epoch) for epoch in history.epochs],
                "best_epoch": history.best.number,
            }
            record |= {"test": _scores(result)}
            run_folder.finish(folder, arguments, prepared.model, record, vocabularies)
    note(f"best epoch {history.best.number}; the run is in {folder}")
    print_scores("test", result)


def _train(
    prepared: Prepared, config: TrainConfig, folder: Path, device: torch.device, tensorboard: bool
) -> History:
    """Train in a run folder. Of several processes all do this; the first alone speaks and writes."""
    return train(
        prepared.model,
        prepared.batches["train"],
        prepared.batches["valid"],
        config,
        device=device,
        checkpoint=folder / run_folder.CHECKPOINT,
        identity=run_folder.vocabulary_checksums(folder),
        log=folder / run_folder.LOG,
        tensorboard=folder / run_folder.TENSORBOARD if tensorboard else None,
        progress=sys.stderr.isatty(),
        on_epoch=lambda epoch: note(_epoch_line(epoch, config)),
    )


def _default_folder(args: Namespace) -> str:
    name = Path(args.corpus).name.removesuffix(".gz").removesuffix(".tsv").removesuffix(".txt")
    return f"runs/{name}-{args.src}-{args.tgt}-{args.model}"


def _note_sizes(prepared: Prepared, device: torch.device, joint: bool) -> None:
    corpus, tokenizers, batches, model = prepared
    used = len(batches["train"].examples)
    note(corpus.attribution or f"corpus {corpus.name}")
    note(f"{used:,} training pairs, {len(corpus.train) - used:,} longer ones left out")
    sizes = [f"{len(tokenizer):,}" for tokenizer in tokenizers]
    note(f"one vocabulary of {sizes[0]}" if joint else f"vocabularies of {sizes[0]} and {sizes[1]}")
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
