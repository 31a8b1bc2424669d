"""What a model is made of, read from the model object: a table of its parameters and a drawing.

Nothing here knows a configuration. Both functions walk the modules that are there, so that a model with other
layers, another norm or another tie gives another table and another drawing. For notebooks, like ``plots``.
"""

import re
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import nn

from tfmr.errors import InputError
from tfmr.layers import FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention


class Part(NamedTuple):
    """A row of the parameter table.

    Attributes:
        name: where it is, such as ``encoder.self_attention``.
        copies: modules of this name, one a layer.
        parameters: numbers in all copies together, without those that an earlier row has counted.
        tied_to: the row that counted them, if this one has none of its own.
    """

    name: str
    copies: int
    parameters: int
    tied_to: str | None = None


def parameter_table(model: nn.Module) -> list[Part]:
    """The parameters of a model, part by part; the sum over the rows is the model's size.

    The layers of a stack share a row for each of their parts, and all norms of a stack are one part. A tensor that
    serves in two places is counted where it comes first.
    """
    counts: dict[str, int] = {}
    modules: dict[str, set[str]] = {}
    ties: dict[str, str] = {}
    counted: dict[int, str] = {}  # tensor -> the part that counted it
    for name, tensor in model.named_parameters(remove_duplicate=False):
        path, _, _ = name.rpartition(".")
        is_norm = isinstance(model.get_submodule(path), nn.LayerNorm)
        part = _part(path, is_norm)
        modules.setdefault(part, set()).add(path if is_norm else _instance(path))
        counts.setdefault(part, 0)
        if id(tensor) in counted:
            ties[part] = counted[id(tensor)]
        else:
            counted[id(tensor)] = part
            counts[part] += tensor.numel()
    return [
        Part(part, len(modules[part]), count, None if count else ties.get(part))
        for part, count in counts.items()
    ]


def _part(path: str, is_norm: bool) -> str:
    """``encoder.layers.3.self_attention.query_projection`` is a part of ``encoder.self_attention``."""
    names = [name for name in path.split(".") if name != "layers" and not name.isdigit()]
    return f"{names[0]}.norms" if is_norm else ".".join(names[:2])


def _instance(path: str) -> str:
    """The same with its layer's number: what there are several copies of."""
    found = re.match(r"(.*?layers\.\d+\.[^.]+|[^.]+\.[^.]+|[^.]+)", path)
    return found[0]


class Sublayer(NamedTuple):
    """One sublayer as it stands in its layer.

    Attributes:
        name: of the module, in words.
        detail: heads or width.
        parameters: its own, without its norm.
        norm: "pre" or "post".
        norm_parameters: those of the norm.
        reads_memory: whether its keys and values come from the encoder.
    """

    name: str
    detail: str
    parameters: int
    norm: str
    norm_parameters: int
    reads_memory: bool


class Stack(NamedTuple):
    """An encoder or a decoder: what feeds it, its layers from bottom to top, and whether a norm ends it."""

    name: str
    embedding: str
    positions: str | None
    layers: list[list[Sublayer]]
    final_norm: bool


class Anatomy(NamedTuple):
    """All that the drawing shows."""

    stacks: list[Stack]
    output: str
    ties: str | None
    parameters: int


def dissect(model: nn.Module) -> Anatomy:
    """Read the structure off a :class:`tfmr.transformer.Transformer`.

    Raises:
        InputError: the model has no encoder, decoder, embeddings and output layer.
    """
    missing = {"src_embedding", "tgt_embedding", "encoder", "decoder", "output"} - {
        name for name, _ in model.named_children()
    }
    if missing:
        raise InputError(f"model: expected an encoder–decoder, got one without {', '.join(sorted(missing))}")
    stacks = [
        _stack("encoder", model.encoder, model.src_embedding),
        _stack("decoder", model.decoder, model.tgt_embedding),
    ]
    tables = {
        "source embedding": model.src_embedding.table.weight,
        "target embedding": model.tgt_embedding.table.weight,
        "output layer": model.output.weight,
    }
    same = [name for name, weight in tables.items() if weight is model.tgt_embedding.table.weight]
    ties = "one table: " + " = ".join(same) if len(same) > 1 else None
    output = f"output layer, {model.output.in_features} → {model.output.out_features:,}"
    return Anatomy(stacks, output, ties, _size(model))


def _stack(name: str, stack: nn.Module, embedding: nn.Module) -> Stack:
    table = embedding.table
    layers = [_sublayers(layer) for layer in stack.layers]
    return Stack(
        name,
        f"embedding, {table.num_embeddings:,} × {table.embedding_dim}",
        _positions(embedding, stack.layers[0]),
        layers,
        isinstance(stack.norm, nn.LayerNorm),
    )


def _positions(embedding: nn.Module, layer: nn.Module) -> str | None:
    """How the stack learns where words stand: added to the embeddings, or inside self-attention."""
    added, inside = (
        type(part.positions).__name__.removesuffix("Positions") for part in (embedding, layer.self_attention)
    )
    if added:  # the name of the kind that does nothing is Positions alone
        return f"+ {added.lower()} positions"
    return f"{inside if inside == 'ALiBi' else inside.lower()} in self-attention" if inside else None


def _sublayers(layer: nn.Module) -> list[Sublayer]:
    """The sublayers of a layer in the order in which it registers them, which is that of its forward pass."""
    children = dict(layer.named_children())
    around = [child for child in children.values() if isinstance(child, Residual)]
    inner = [(n, c) for n, c in children.items() if isinstance(c, (MultiHeadAttention, FeedForward))]
    found = []
    for (name, child), residual in zip(inner, around, strict=True):
        if isinstance(child, MultiHeadAttention):
            detail = f"{child.num_heads} head{'s' if child.num_heads > 1 else ''}"
        else:
            detail = f"{child.hidden.in_features} → {child.hidden.out_features:,}"
        norm = "pre" if residual.is_pre else "post"
        sizes = (_size(child), _size(residual))
        found.append(Sublayer(name.replace("_", "-"), detail, sizes[0], norm, sizes[1], "cross" in name))
    return found


def _size(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


FILL = {  # light tints that keep black text readable; the words, not the colours, carry the meaning
    "attention": "#CFE4F3",
    "cross": "#F6D3C1",
    "feed": "#D3EDE2",
    "norm": "#EEEEEE",
    "embedding": "#FBE9C6",
    "layer": "#FFFFFF",
}
WIDTH, RIGHT = 3.6, 5.7  # of a box; where the decoder's column begins
NORM, SUBLAYER, GAP = 0.42, 0.8, 0.3  # heights


def plot_anatomy(model: nn.Module, ax: Axes | None = None) -> Axes:
    """Draw a Transformer from the object itself, bottom to top: encoder left, decoder right.

    The first layer of a stack is drawn in full, and so is every later one that differs from the one below it;
    equal ones are bars. Numbers are parameters. The lines beside the sublayers are the residual ways around
    them.

    Raises:
        InputError: see :func:`dissect`.
    """
    anatomy = dissect(model)
    if ax is None:
        tallest = max(_height(stack) for stack in anatomy.stacks)
        _, ax = plt.subplots(figsize=(7.0, 0.6 * (tallest + 2.4)), facecolor="white")
    tops, entries = [], []
    for stack, x in zip(anatomy.stacks, (0.0, RIGHT), strict=True):
        top, reads = _draw_stack(ax, stack, x)
        tops.append(top)
        entries.append(reads)
    _draw_memory(ax, tops[0], entries[1])
    y = _box(ax, RIGHT, tops[1], SUBLAYER, anatomy.output, "embedding")
    _arrow(ax, RIGHT + WIDTH / 2, y, y + GAP)
    ax.text(RIGHT + WIDTH / 2, y + GAP + 0.1, "logits", ha="center", va="bottom", style="italic")
    ax.set_title(f"{anatomy.parameters:,} parameters")
    if anatomy.ties:
        ax.text((RIGHT + WIDTH) / 2, -0.75, anatomy.ties, ha="center", va="top", fontsize=9)
    ax.set_xlim(-0.75, RIGHT + WIDTH + 0.45)
    ax.set_ylim(-1.3 if anatomy.ties else -0.6, max(tops[0], y) + 0.9)
    ax.axis("off")
    return ax


def _height(stack: Stack) -> float:
    """How much room a stack takes, in the drawing's units."""
    bars = sum(not _is_new(stack.layers, i) for i in range(len(stack.layers)))
    sublayers = sum(len(s) for i, s in enumerate(stack.layers) if _is_new(stack.layers, i))
    full = len(stack.layers) - bars
    return 2.5 + sublayers * (NORM + SUBLAYER + 3 * GAP) + full * 0.9 + bars * (NORM + GAP)


def _is_new(layers: list[list[Sublayer]], index: int) -> bool:
    return index == 0 or layers[index] != layers[index - 1]


def _draw_stack(ax: Axes, stack: Stack, x: float) -> tuple[float, list[float]]:
    """Draw a stack; the height of its top, and the heights at which it reads the memory."""
    middle, entries = x + WIDTH / 2, []
    ax.text(
        middle, -0.15, "source tokens" if stack.name == "encoder" else "target tokens", ha="center", va="top"
    )
    y = _arrow(ax, middle, -0.1, GAP)
    positions = f"\n{stack.positions}" if stack.positions else ""
    y = _box(ax, x, y, SUBLAYER, stack.embedding + positions, "embedding")
    y = _arrow(ax, middle, y, y + 1.5 * GAP)
    for index, sublayers in enumerate(stack.layers):
        total = sum(s.parameters + s.norm_parameters for s in sublayers)
        if _is_new(stack.layers, index):
            start = y
            for sublayer in sublayers:
                y, entry = _draw_sublayer(ax, sublayer, x, y)
                entries += entry
            _frame(ax, x - 0.65, start, WIDTH + 1.0, y - start + 0.1)
            ax.text(x - 0.55, y + 0.2, f"layer {index + 1}, {total:,}", fontsize=9, va="bottom")
            y = _arrow(ax, middle, y, y + 0.1, head=False)
        else:
            entries += [y + NORM / 2] if any(s.reads_memory for s in sublayers) else []
            y = _box(ax, x, y, NORM, f"layer {index + 1}: the same, {total:,}", "layer")
        y = _arrow(ax, middle, y, y + 1.5 * GAP)
    if stack.final_norm:
        y = _arrow(ax, middle, _box(ax, x, y, NORM, "norm", "norm"), y + NORM + GAP)
    return y, entries


def _draw_sublayer(ax: Axes, sublayer: Sublayer, x: float, y: float) -> tuple[float, list[float]]:
    """A sublayer, its norm before or after, and the way around; the new height, and where it reads memory."""
    kind = "cross" if sublayer.reads_memory else "attention" if "attention" in sublayer.name else "feed"
    middle, start = x + WIDTH / 2, y + GAP / 2
    norm = f"norm, {sublayer.norm_parameters:,}"
    y = _arrow(ax, middle, y, y + GAP, head=False)
    if sublayer.norm == "pre":
        y = _arrow(ax, middle, _box(ax, x, y, NORM, norm, "norm"), y + NORM + GAP)
    entry = [y + SUBLAYER / 2] if sublayer.reads_memory else []
    y = _box(ax, x, y, SUBLAYER, f"{sublayer.name}, {sublayer.detail}\n{sublayer.parameters:,}", kind)
    y = _arrow(ax, middle, y, y + GAP, head=False)
    ax.plot([middle, x - 0.35, x - 0.35, middle - 0.12], [start, start, y, y], color="black", linewidth=1)
    ax.plot(middle, y, "o", markersize=11, markerfacecolor="white", markeredgecolor="black", zorder=3)
    ax.text(middle, y, "+", ha="center", va="center", fontsize=10, zorder=4)
    if sublayer.norm == "post":
        y = _box(ax, x, _arrow(ax, middle, y, y + GAP), NORM, norm, "norm")
    else:
        y = _arrow(ax, middle, y, y + GAP, head=False)
    return y, entry


def _draw_memory(ax: Axes, top: float, entries: list[float]) -> None:
    """The line from the encoder's top to every place where the decoder reads it."""
    x = RIGHT - 1.0
    ax.plot([WIDTH / 2, WIDTH / 2, x, x], [top - 0.05, top + 0.2, top + 0.2, min(entries)], color="black")
    if max(entries) > top + 0.2:
        ax.plot([x, x], [top + 0.2, max(entries)], color="black")
    ax.text(WIDTH / 2, top + 0.3, "memory", ha="center", va="bottom", style="italic")
    for y in entries:
        ax.annotate("", (RIGHT, y), (x, y), arrowprops={"arrowstyle": "-|>", "color": "black"})


def _box(ax: Axes, x: float, y: float, height: float, text: str, kind: str) -> float:
    """A box with words in it; returns its top."""
    shape = FancyBboxPatch(
        (x, y),
        WIDTH,
        height,
        boxstyle="round,pad=0,rounding_size=0.12",
        fc=FILL[kind],
        ec="black",
        lw=1,
        zorder=2,
    )
    ax.add_patch(shape)
    ax.text(
        x + WIDTH / 2, y + height / 2, text, ha="center", va="center", fontsize=9, zorder=3, color="black"
    )
    return y + height


def _arrow(ax: Axes, x: float, low: float, high: float, head: bool = True) -> float:
    """A line upwards; returns its top."""
    style = "-|>" if head else "-"
    ax.annotate(
        "",
        (x, high),
        (x, low),
        arrowprops={"arrowstyle": style, "color": "black", "shrinkA": 0, "shrinkB": 0},
    )
    return high


def _frame(ax: Axes, x: float, y: float, width: float, height: float) -> None:
    """A dashed frame around a layer."""
    ax.add_patch(
        FancyBboxPatch(
            (x, y), width, height, boxstyle="round,pad=0,rounding_size=0.15", fc="none", ec="#555555", ls="--"
        )
    )
