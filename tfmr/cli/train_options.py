"""The options of ``train``, in groups, and what the recipes make of their defaults."""

import argparse

from tfmr.cli.recipes import RECIPES, described
from tfmr.config import POSITIONS, TIES
from tfmr.layers import NORMS
from tfmr.recurrent import SCORES
from tfmr.training.config import PRECISIONS, SCHEDULES


def add_train_options(train: argparse.ArgumentParser, recipe: str | None = None) -> None:
    """Add all options, with the defaults of a recipe where it has any."""
    contents = "; ".join(f"{name}: {described(options)}" for name, options in RECIPES.items())
    train.add_argument(
        "--recipe",
        choices=RECIPES,
        help=f"defaults that go together; options given beside it win. {contents}",
    )
    _add_data(train.add_argument_group("data").add_argument)
    _add_model(train.add_argument_group("model").add_argument)
    _add_transformer(train.add_argument_group("a transformer").add_argument)
    _add_learning(train.add_argument_group("learning").add_argument)
    _add_running(train.add_argument_group("running").add_argument)
    earlier = train.add_argument_group("the run folder")
    earlier.add_argument("--out", metavar="DIR", help="(default: runs/CORPUS-SRC-TGT-MODEL)")
    earlier = earlier.add_mutually_exclusive_group()
    earlier.add_argument("--resume", action="store_true", help="go on with the run in the folder")
    earlier.add_argument("--overwrite", action="store_true", help="remove the run in the folder first")
    train.set_defaults(**RECIPES.get(recipe, {}))


def _add_data(add) -> None:
    add(
        "--corpus",
        default="grammar",
        help="grammar, tatoeba, multi30k, several joined by +, or a file: source TAB target",
    )
    add("--src", default="fr", help="source language")
    add("--tgt", default="en", help="target language")
    add("--size", type=int, help="number of training pairs (default: 20,000 for grammar, else all)")
    add(
        "--tokenizer",
        choices=("auto", "word", "bpe"),
        default="auto",
        help="auto: word for grammar, else bpe",
    )
    add("--vocab-size", type=int, help="of each side (default: all words, or 5,000 for bpe)")
    add("--joint-vocabulary", action="store_true", help="one vocabulary, learned from both languages")
    add("--max-length", type=int, default=100, help="training pairs with more tokens are left out")
    add("--batch-size", type=int, help="sentences (default: 64, or as many as --max-tokens has room for)")
    add("--max-tokens", type=int, help="room for tokens on the wider side of a batch, padding included")


def _add_model(add) -> None:
    add(
        "--model",
        choices=("fixed", "attention", "transformer"),
        default="attention",
        help="fixed: recurrent, one vector a sentence; attention: recurrent, looks back",
    )
    add("--score", choices=SCORES, help="how a recurrent model's attention compares (default: additive)")
    add("--d-embed", type=int, default=256, help="size of a recurrent model's embedding")
    add("--d-hidden", type=int, default=256, help="size of a recurrent model's state")
    add("--dropout", type=float, default=0.2, help="probability")


def _add_transformer(add) -> None:
    add("--d-model", type=int, default=256, help="size of its vectors")
    add("--num-heads", type=int, default=4, help="attention heads")
    add("--num-layers", type=int, default=3, help="layers of the encoder, and of the decoder")
    add("--encoder-layers", type=int, help="layers of the encoder (default: --num-layers)")
    add("--decoder-layers", type=int, help="layers of the decoder (default: --num-layers)")
    add("--d-ff", type=int, help="size of the feed-forward networks' hidden layer (default: 4 d_model)")
    add("--attention-dropout", type=float, default=0.0, help="probability, on attention's weights")
    add(
        "--hidden-dropout",
        type=float,
        default=0.0,
        help="probability, on the feed-forward networks' hidden units",
    )
    add("--norm", choices=NORMS, default="pre", help="post: as in the paper; pre: learns at any depth")
    add("--positions", choices=POSITIONS, default="sinusoidal", help="how it knows the order of words")
    add(
        "--tie-embeddings",
        choices=TIES,
        default="output",
        help="output: the target's embedding is the output layer; all: the source's too (--joint-vocabulary)",
    )


def _add_learning(add) -> None:
    add("--epochs", type=int, default=8, help="at most")
    add("--learning-rate", type=float, default=2e-3, help="Adam's, the largest")
    add("--warmup-steps", type=int, default=200, help="updates in which the learning rate grows from 0")
    add("--schedule", choices=SCHEDULES, default="linear", help="how it falls; inverse_sqrt: as in the paper")
    add("--min-learning-rate", type=float, default=0.0, help="where linear and cosine arrive at the end")
    add("--beta1", type=float, default=0.9, help="Adam's")
    add("--beta2", type=float, default=0.999, help="Adam's (the paper's: 0.98)")
    add("--eps", type=float, default=1e-8, help="Adam's (the paper's: 1e-9)")
    add("--clip-norm", type=float, default=1.0, help="longer gradients are shortened to this")
    add(
        "--label-smoothing",
        type=float,
        default=0.0,
        help="probability spread over all words (the paper's: 0.1)",
    )
    add("--accumulate", type=int, default=1, help="batches that make one update")
    add("--average", type=int, default=1, help="the model is the mean of this many last epochs")
    add("--patience", type=int, help="stop after this many epochs without a better validation loss")
    add("--seed", type=int, default=0, help="of parameters, batches, dropout, and the grammar")


def _add_running(add) -> None:
    add("--precision", choices=PRECISIONS, default="fp32", help="of matrix products")
    add("--compile", action="store_true", help="let torch.compile write the kernels")
    add("--log-every", type=int, default=100, help="updates between two rows of log.csv")
    add("--checkpoint-every", type=int, default=200, help="updates between two checkpoints")
    add("--tensorboard", action="store_true", help="write the figures of log.csv for TensorBoard too")
