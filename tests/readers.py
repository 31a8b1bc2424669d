"""What readers write: answers that are right in other words, and wrong ones that no exercise lists.

They were written from the chapters' text alone, before a look at the checks. ``RIGHT`` and ``WRONG`` are lists by the
name of the check. ``NAMED`` are wrong answers whose mistake the message has to name, with words that it has to hold.
"""

# One answer a line.
# fmt: off

import math
from collections import defaultdict

import numpy as np
import torch
import torch.nn.functional as F

from tfmr.attention import masked_softmax
from tfmr.config import TransformerConfig
from tfmr.evaluation import links_from_weights
from tfmr.masks import causal_mask, padding_mask
from tfmr.positions import RotaryPositions
from tfmr.transformer import Transformer

RIGHT, WRONG, NAMED = defaultdict(list), defaultdict(list), defaultdict(list)


def nll(logits, tgt, **options):
    return F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], **{"ignore_index": 0} | options)


def picked(logits, tgt, log_p=lambda logits: logits.log_softmax(-1)):
    return log_p(logits).gather(-1, tgt[:, 1:, None])[..., 0]


NAMED["check_mean_nll"] = [
    ("gradient at the logits", lambda logits, tgt: F.cross_entropy(logits.mT, tgt[:, 1:], ignore_index=0).item()),
    ("gradient at the logits", lambda logits, tgt: F.cross_entropy(logits.mT, tgt[:, 1:], ignore_index=0).detach().numpy()),
    ("taken from `tgt[:, :-1]`", lambda logits, tgt: -picked(logits, tgt)[tgt[:, :-1] != 0].mean()),
    ("end symbol", lambda logits, tgt: -picked(logits, tgt)[tgt[:, 1:] > 2].mean()),
    ("logarithm is missing", lambda logits, tgt: -picked(logits, tgt, lambda z: z.softmax(-1))[tgt[:, 1:] > 0].mean()),
    ("softmax is taken twice", lambda logits, tgt: nll(logits.softmax(-1), tgt)),
    ("number of sentences", lambda logits, tgt: nll(logits, tgt, reduction="sum") / len(tgt)),
    ("two things at once", lambda logits, tgt: F.cross_entropy(logits.transpose(1, 2), tgt[:, :-1])),
    ("two things at once", lambda logits, tgt: nll(logits.softmax(-1), tgt, reduction="sum")),
    ("to base 2", lambda logits, tgt: nll(logits, tgt) / math.log(2)),
    ("vocabulary on axis 1", lambda logits, tgt: F.cross_entropy(logits, tgt[:, 1:], ignore_index=0)),
    ("sure of a wrong word", lambda logits, tgt: torch.distributions.Categorical(logits=logits).entropy()[tgt[:, 1:] > 0].mean()),
    # What is dropped here is padding, wherever there is some; else the end symbol of the longest sentence.
    ("end symbol has to be predicted", lambda logits, tgt: nll(logits[:, :-1], tgt[:, :-1])),
    ("the logits of its own place", lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].T.reshape(-1), ignore_index=0)),
    ("no sentence decides about another", lambda logits, tgt: F.cross_entropy(*(lambda n: (logits[:, :n].flatten(0, 1), tgt[:, 1 : n + 1].flatten()))(int((tgt[0, 1:] != 0).sum())))),
    ("it is a mean over all tokens", lambda logits, tgt: -picked(logits, tgt)[tgt[:, 1:] != 0].median()),
    ("the word after the next one", lambda logits, tgt: nll(logits[:, :-1], tgt[:, 1:])),
    ("rounded to 0.01", lambda logits, tgt: round(nll(logits, tgt).item(), 2)),
]
NAMED["check_masked_weights"] = [
    ("over the queries", lambda scores, mask: scores.masked_fill(~mask, -math.inf).softmax(dim=0)),
    ("over the queries", lambda scores, mask: scores.masked_fill(~mask, -1e9).softmax(dim=0)),
    ("over the queries", lambda scores, mask: scores.exp() * mask / (scores.exp() * mask).sum(0)),
    ("cut out", lambda scores, mask: scores[:, mask].softmax(-1)),
    ("larger by log 2", lambda scores, mask: (scores / math.sqrt(len(mask))).masked_fill(~mask, -math.inf).softmax(-1)),
    ("larger by log 2", lambda scores, mask: F.one_hot(scores.masked_fill(~mask, -math.inf).argmax(-1), len(mask)).float()),
    ("where the mask is False", lambda scores, mask: scores.masked_fill(~mask, -10).softmax(-1)),
    ("logarithms of the right numbers", lambda scores, mask: scores.masked_fill(~mask, -1e9).log_softmax(-1)),
    ("few digits of float16", lambda scores, mask: (scores.half().exp() * mask) / (scores.half().exp() * mask).sum(-1, keepdim=True)),
]
NAMED["check_scaled_scores"] = [
    ("transpose(0, 1) swaps", lambda query, key: query @ key.transpose(0, 1) / math.sqrt(query.size(-1))),
    ("`.t()` is for matrices", lambda query, key: query @ key.t() / math.sqrt(query.size(-1))),
    ("`.T` turns all axes", lambda query, key: query @ key.T / math.sqrt(query.size(-1))),
    ("counted from the front", lambda query, key: query @ key.transpose(-2, -1) / math.sqrt(query.size(1))),
    ("`** 1/2`", lambda query, key: query @ key.transpose(-2, -1) / query.size(-1) ** 1/2),
    ("a single 1", lambda query, key: query @ key.mT / key.norm(dim=-1)[..., None, :]),
    ("negatives", lambda query, key: -query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))),
]


def lower(ids):
    return torch.ones(ids.size(1), ids.size(1)).tril()


NAMED["check_target_mask"] = [
    ("not repeated along every axis", lambda ids, pad_id: causal_mask(ids.size(1))),
    ("expected a bool tensor of shape 1×4×4 (batch, query, key)", padding_mask),
    ("numbers are right, but expected a bool tensor, got an integer tensor", lambda ids, pad_id: lower(ids).int() * (ids != pad_id)[:, None].int()),
    *[("numbers to add to scores", lambda ids, pad_id, much=much: torch.zeros(len(ids), ids.size(1), ids.size(1)).masked_fill(~(lower(ids).bool() & (ids != pad_id)[:, None]), -much)) for much in (math.inf, 1e9, 1e4)],
    ("it is `!=`", lambda ids, pad_id: lower(ids).bool() & (ids > pad_id)[:, None]),
    ("compare where they stand", lambda ids, pad_id: (ids[:, None] <= ids[:, :, None]) & (ids != pad_id)[:, None]),
    ("were opened", lambda ids, pad_id: (lower(ids).bool() & (ids != pad_id)[:, None]) | (ids == pad_id)[..., None]),
    ("were opened", lambda ids, pad_id: lower(ids).bool() & ((ids != pad_id)[:, None] | (ids == pad_id)[..., None])),
    ("were opened", lambda ids, pad_id: (lambda mask: mask | ~mask.any(-1, keepdim=True))(lower(ids).bool() & (ids != pad_id)[:, None])),
    ("right for a sentence without padding.", lambda ids, pad_id: lower(ids).bool() & (ids[0] != pad_id).expand(len(ids), 1, -1)),
    ("keep the future only", lambda ids, pad_id: torch.ones(ids.size(1), ids.size(1)).triu(1).bool() & (ids != pad_id)[:, None]),
    ("neighbours in the batch", lambda ids, pad_id: (lower(ids).bool() & (ids != pad_id).any(0)).expand(len(ids), -1, -1)),
    ("axis for heads", lambda ids, pad_id: lower(ids).bool() & (ids != pad_id)[:, None, None]),
    ("axes are matched from the last one", lambda ids, pad_id: lower(ids).bool() & (ids != pad_id)),
]
WRONG["check_target_mask"] = [
    lambda ids, pad_id: lower(ids).bool() & (ids != pad_id).cumprod(1).bool()[:, None],
    lambda ids, pad_id: lower(ids).bool() & (ids[0] != pad_id).expand(len(ids), 1, -1),
    lambda ids, pad_id: lower(ids).flip(1).bool() & (ids != pad_id)[:, None],
    lambda ids, pad_id: lower(ids).tril(-1).bool() & (ids == pad_id)[:, None],
    lambda ids, pad_id: lower(ids).bool() ^ (ids != pad_id)[:, None],
    lambda ids, pad_id: lower(ids).bool() & (ids > pad_id)[:, None],
    lambda ids, pad_id: (lower(ids).bool() & (ids != pad_id)[:, None]) | torch.eye(ids.size(1)).bool(),
    lambda ids, pad_id: lower(ids) + (ids != pad_id)[:, None],
    lambda ids, pad_id: lower(ids).bool() & (ids.flip(1) != pad_id)[:, None],
    lambda ids, pad_id: (lower(ids) * (ids != pad_id)[:, None]).tolist(),
    lambda ids, pad_id: ids[:, None, :] <= ids[:, :, None],
    lambda ids, pad_id: torch.zeros_like(lower(ids)).bool() & (ids != pad_id)[:, None],
]
RIGHT["check_target_mask"] = [
    lambda ids, pad_id: padding_mask(ids, pad_id) & causal_mask(ids.size(1)),
    lambda ids, pad_id: torch.tensor([[[j <= t and row[j] != pad_id for j in range(len(row))] for t in range(len(row))] for row in ids.tolist()]),
    lambda ids, pad_id: np.tril(np.ones((ids.size(1), ids.size(1)), bool))[None] & (ids.numpy() != pad_id)[:, None],
    lambda ids, pad_id: ~(torch.ones(ids.size(1), ids.size(1), dtype=torch.bool).triu(1) | (ids == pad_id).unsqueeze(-2)),
    lambda ids, pad_id: torch.stack([lower(ids).bool().masked_fill(row == pad_id, False) for row in ids]),
    lambda ids, pad_id: (lower(ids)[None] * (ids != pad_id)[:, None, :]).bool(),
]
NAMED["check_merge_heads"] = [
    ("view() needs that: use reshape()", lambda heads: heads.transpose(1, 2).view(len(heads), heads.size(2), -1)),
    ("pieces of several words", lambda heads: heads.contiguous().view(len(heads), heads.size(2), -1)),
    ("divided by n, with n = √the size of the last axis but two of `heads`", lambda heads: heads.transpose(1, 2).flatten(2) / math.sqrt(heads.size(1))),
    ("the words of a head lie end to end", lambda heads: heads.flatten(-2)),
    ("the words of a head lie end to end", lambda heads: torch.cat(heads.unbind(2), dim=-1)),
    ("heads and sizes are swapped", lambda heads: heads.transpose(1, 3).flatten(2)),
    ("in reverse order along the last axis but two (batch).", lambda heads: heads.transpose(1, 2).flatten(2).flip(0)),
    ("in each head the coordinates come in reverse order", lambda heads: heads.flip(-1).transpose(1, 2).flatten(2)),
    ("leave out what is drawn", lambda heads: F.dropout(heads.transpose(1, 2).flatten(2), 0.1)),
    ("compute its sizes", lambda heads: heads.transpose(1, 2).reshape(2, 5, -1)),
    ("result.permute(1, 0, 2) would be right", lambda heads: heads.permute(2, 0, 1, 3).flatten(2)),
    ("only the beginning of the last axis", lambda heads: heads[:, 0]),
    ("Probably: the sentences of the batch lie end to end", lambda heads: torch.cat(list(heads), dim=-1)),
    ("got a list.", lambda heads: heads.transpose(1, 2).flatten(2).tolist()),
    ("few digits of bfloat16", lambda heads: heads.transpose(1, 2).flatten(2).bfloat16()),
]


def places(x, start):
    return torch.arange(start, start + len(x))[:, None]


def both(x, start):
    return angles(x, start).repeat_interleave(2, 1)


def angles(x, start, base=10_000.0, exponent=lambda even, d: even / d):
    return places(x, start) / base ** exponent(torch.arange(0, x.size(1), 2), x.size(1))


def turn(x, angles):
    a, b = x[:, ::2], x[:, 1::2]
    return torch.stack((a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()), -1).flatten(1)


def overwriting(x, start):
    x[:, 0::2] = x[:, 0::2] * angles(x, start).cos() - x[:, 1::2] * angles(x, start).sin()
    x[:, 1::2] = x[:, 0::2] * angles(x, start).sin() + x[:, 1::2] * angles(x, start).cos()
    return x


def coordinatewise(x, angles):
    return x * angles.cos() + torch.stack([-x[:, 1::2], x[:, 0::2]], -1).flatten(1) * angles.sin()


def rotate_half(x, start, sign=1):
    return halves(x, sign * angles(x, start).repeat(1, 2))


def halves(x, angles):
    a, b = x.chunk(2, 1)
    return x * angles.cos() + torch.cat([-b, a], 1) * angles.sin()


NAMED["check_rotate"] = [
    ("overwritten", overwriting),
    ("4i/d", lambda x, start: turn(x, angles(x, start, exponent=lambda even, d: 2 * even / d))),
    ("counted from 1", lambda x, start: turn(x, angles(x, start + 1))),
    ("read as (i, i + d/2) and written as neighbours", lambda x, start: turn(torch.stack(x.chunk(2, 1), -1).flatten(1), angles(x, start))),
    ("pairs are (i, i + d/2)", rotate_half),
    ("got a complex tensor", lambda x, start: torch.view_as_complex(x.reshape(len(x), -1, 2)) * torch.exp(1j * angles(x, start))),
    ("clockwise", lambda x, start: rotate_half(x, start, -1)),
    ("both are turned by that of 2i/d", lambda x, start: coordinatewise(x, places(x, start) / 10_000 ** (torch.arange(x.size(1)) / x.size(1)))),
    ("Repeat each angle next to itself", lambda x, start: coordinatewise(x, angles(x, start).repeat(1, 2))),
    ("Turn neighbours", lambda x, start: halves(x, both(x, start))),
    ("lacks its term with the sine: it is a cos - b sin", lambda x, start: x * both(x, start).cos() + F.pad(x[:, :-1], (1, 0)) * both(x, start).sin() * torch.tensor([0, 1]).repeat(x.size(1) // 2)),
    ("lacks its term with the sine: it is a sin + b cos", lambda x, start: x * both(x, start).cos() - F.pad(x[:, 1:], (0, 1)) * both(x, start).sin() * torch.tensor([1, 0]).repeat(x.size(1) // 2)),
    ("the last pair is left as it was", lambda x, start: torch.cat([turn(x, angles(x, start))[:, :-2], x[:, -2:]], 1)),
    ("log10", lambda x, start: turn(x, places(x, start) * torch.exp(-math.log10(10_000) * torch.arange(0, x.size(1), 2) / x.size(1)))),
    ("the base is 100000", lambda x, start: turn(x, angles(x, start, base=1e5))),
    ("multiplied by the number of the row", lambda x, start: turn(x, start * (angles(x, start) - angles(x, start)[:1]))),
    ("all rows stand at the same position", lambda x, start: turn(x, angles(x, start)[:1].expand(len(x), -1))),
]
WRONG["check_rotate"] = [
    lambda x, start: turn(x, angles(x, start, exponent=lambda even, d: -even / d)),
    lambda x, start: turn(x, angles(x, start, exponent=lambda even, d: even)),
    lambda x, start: turn(x, angles(x, start, exponent=lambda even, d: (even + 2) / d)),
    lambda x, start: turn(x, angles(x, start, exponent=lambda even, d: even / max(d - 2, 1))),
    lambda x, start: turn(x, angles(x, start, exponent=lambda even, d: (even / d).flip(0))),
    lambda x, start: turn(x, angles(x, start).flip(0)),
    lambda x, start: turn(x, angles(x, start) ** 2),
    lambda x, start: turn(x, angles(x, 2 * start)),
    lambda x, start: turn(x, angles(x, start) / 2),
    lambda x, start: turn(x, angles(x, start).cumsum(0)),
    lambda x, start: turn(x, angles(x, start)) + x,
    lambda x, start: turn(F.normalize(x, dim=-1), angles(x, start)),
    lambda x, start: turn(x, angles(x.T, start)),
    lambda x, start: x * angles(x, start).cos().repeat_interleave(2, 1),
    lambda x, start: turn(x, angles(x, start)).unflatten(1, (-1, 2)),
    lambda x, start: torch.cat([turn(x, angles(x, start))[:, :2], x[:, 2:]], 1),
]
RIGHT["check_rotate"] = [
    lambda x, start: RotaryPositions(x.size(1)).rotate(x[None, None], start)[0, 0],
    lambda x, start: turn(x.double(), angles(x, start).double()),
    lambda x, start: torch.view_as_real(torch.view_as_complex(x.reshape(len(x), -1, 2)) * torch.polar(torch.ones(len(x), x.size(1) // 2), angles(x, start))).flatten(1),
    lambda x, start: x * angles(x, start).cos().repeat_interleave(2, 1) + torch.stack([-x[:, 1::2], x[:, 0::2]], -1).flatten(1) * angles(x, start).sin().repeat_interleave(2, 1),
    lambda x, start: turn(x, torch.outer(torch.arange(len(x)) + start, torch.exp(-math.log(10_000) * torch.arange(0, x.size(1), 2) / x.size(1)))).numpy(),
]


def one_branch(x, sublayer, norm, place):
    if place == "pre":
        return x + sublayer(norm(x))


def own_norm(x, sublayer, norm, place):
    if place == "pre":
        return x + sublayer(F.layer_norm(x, x.shape[-1:]))
    return F.layer_norm(x + sublayer(x), x.shape[-1:])


def normed_for_both(x, sublayer, norm, place):
    x = norm(x)
    return x + sublayer(x) if place == "pre" else norm(x + sublayer(x))


def always_both(x, sublayer, norm, place):
    answers = x + sublayer(norm(x)), norm(x + sublayer(x))
    return (place == "pre") * answers[0] + (place == "post") * answers[1]


def in_place(x, sublayer, norm, place):
    x += sublayer(norm(x) if place == "pre" else x)
    return x if place == "pre" else norm(x)


NAMED["check_around"] = [
    ("'post') the function returns nothing", one_branch),
    ("the norm that is given", own_norm),
    ("for post, the sublayer reads x", lambda x, f, norm, place: x + f(norm(x)) if place == "pre" else norm(x + f(norm(x)))),
    ("two things at once. First, for pre, the way around must carry x itself", normed_for_both),
    ("once: where it adds 1", lambda x, f, norm, place: x + f(norm(norm(x))) if place == "pre" else norm(x + f(x))),
    ("once: where it adds 1", lambda x, f, norm, place: x + f(norm(f(norm(x)))) if place == "pre" else norm(x + f(x))),
    ("once: where it adds 1", lambda x, f, norm, place: x + f(f(norm(x))) if place == "pre" else norm(x + f(f(x)))),
    ("for post, x goes around", lambda x, f, norm, place: x + f(norm(x)) if place == "pre" else norm(2 * x + f(x))),
    ("it has to be called", lambda x, f, norm, place: x + f(norm) if place == "pre" else norm(x + f(x))),
    ("got a function", lambda x, f, norm, place: lambda v: v + f(norm(v))),
]


def heads(x, memory, visible, w_q, w_k, w_v):
    return x @ w_q.T, memory @ w_k.T, memory @ w_v.T


def attend(query, key, value, visible, divide=None, fill=-math.inf, axis=-1, softmax=torch.softmax):
    scores = query @ key.T / (math.sqrt(key.size(1)) if divide is None else divide)
    weights = softmax(scores.masked_fill(~visible, fill), axis)
    return weights @ value, weights


def cross(*arguments, **options):
    return attend(*heads(*arguments), arguments[2], **options)


def with_zeros(x, memory, visible, *matrices):
    some = torch.ones(int(visible.sum()), dtype=torch.bool)
    output, part = cross(x, memory[visible], some, *matrices)
    weights = torch.zeros(len(x), len(memory))
    weights[:, visible] = part
    return output, weights


NAMED["check_cross_attention"] = [
    ("over the queries", lambda *a: cross(*a, axis=0)),
    ("values come from the decoder's x", lambda x, memory, visible, w_q, w_k, w_v: attend(x @ w_q.T, memory @ w_k.T, x @ w_v.T, visible)),
    ("filled with 0", lambda *a: cross(*a, fill=0.0)),
    ("divide by d_k", lambda *a: cross(*a, divide=len(a[4]))),
    ("results are swapped", lambda *a: cross(*a)[::-1]),
    ("root of d_model", lambda *a: cross(*a, divide=math.sqrt(a[0].size(1)))),
    ("w_q and w_k are exchanged", lambda x, memory, visible, w_q, w_k, w_v: cross(x, memory, visible, w_k, w_q, w_v)),
    ("two things at once", lambda x, memory, visible, *w: cross(x, memory, visible | True, *w, divide=1)),
    ("queries twice as long", lambda *a: attend(*(F.normalize(q, dim=-1) for q in heads(*a)[:2]), heads(*a)[2], a[2])),
    ("expected 2 results, got a float tensor", lambda *a: cross(*a)[0]),
    ("few digits of float16", lambda *a: tuple(result.half() for result in cross(*a))),
    ("the zeros are cut out", lambda x, memory, visible, *w: cross(x, memory[visible], visible[visible], *w)),
]
WRONG["check_cross_attention"] = [
    lambda x, memory, visible, *w: cross(x, memory * visible[:, None], visible | True, *w),
    lambda x, memory, visible, *w: cross(x, memory[visible], visible[visible], *w),
    lambda *a: (cross(*a)[0] + a[0] @ a[5].T, cross(*a)[1]),
    lambda *a: (cross(*a)[0], cross(*a)[1].T),
    lambda *a: (cross(*a)[0].mean(0), cross(*a)[1]),
    lambda *a: (*cross(*a), a[1]),
    lambda *a: dict(zip(("output", "weights"), cross(*a), strict=True)),
    lambda *a: cross(*a, softmax=torch.log_softmax),
    lambda *a: cross(*a, softmax=lambda scores, axis: scores.sigmoid()),
    lambda *a: cross(*a, fill=-9.0),
    lambda *a: cross(*a, divide=math.sqrt(len(a[0]))),
    lambda *a: (F.dropout(cross(*a)[1], 0.1) @ (a[1] @ a[5].T), cross(*a)[1]),
    lambda *a: (F.layer_norm(cross(*a)[0], (len(a[5]),)), cross(*a)[1]),
    lambda *a: (cross(*a)[0], cross(*a)[1].argmax(-1)),
    lambda x, memory, visible, w_q, w_k, w_v: attend(x @ w_q, memory @ w_k, memory @ w_v, visible),
    lambda x, memory, visible, w_q, w_k, w_v: attend(x @ w_k.T, memory @ w_k.T, memory @ w_v.T, visible),
]
RIGHT["check_cross_attention"] = [
    with_zeros,
    lambda *a: list(cross(*a)),
    lambda *a: [result.numpy() for result in cross(*a, fill=-1e9)],
    lambda *a: cross(*(t.double() if t.is_floating_point() else t for t in a)),
    lambda x, memory, visible, w_q, w_k, w_v: attend(x @ w_q.T @ w_k, memory, memory @ w_v.T, visible, divide=math.sqrt(len(w_k))),
]


def count(vocab_size, d, d_ff, num_layers, attention=None, feed_forward=None, norm=None, table=None):
    attention = 4 * d * d + 4 * d if attention is None else attention
    feed_forward = 2 * d * d_ff + d + d_ff if feed_forward is None else feed_forward
    norm = 2 * d if norm is None else norm
    table = vocab_size * d if table is None else table
    return table + num_layers * (3 * attention + 2 * feed_forward + 5 * norm)


def built(vocab_size, d_model, d_ff, num_layers):
    sizes = {"num_encoder_layers": num_layers, "num_decoder_layers": num_layers, "num_heads": 2}
    with torch.device("meta"):
        model = Transformer(TransformerConfig.base(vocab_size, d_model=d_model, d_ff=d_ff, **sizes))
    return sum(p.numel() for p in model.parameters())


NAMED["check_count_parameters"] = [
    ("the biases are missing", lambda V, d, f, n: count(V, d, f, n, attention=4 * d * d, feed_forward=2 * d * f)),
    ("counted like an encoder layer", lambda V, d, f, n: V * d + 2 * n * (4 * d * d + 4 * d + 2 * d * f + d + f + 4 * d)),
    ("has no bias", lambda V, d, f, n: count(V, d, f, n) + V),
    ("encoder alone", lambda V, d, f, n: V * d + n * (4 * d * d + 4 * d + 2 * d * f + d + f + 4 * d)),
    ("9 · d_model · num_layers too small", lambda V, d, f, n: count(V, d, f, n, attention=4 * d * d + d)),
    ("512 · d_model too large", lambda V, d, f, n: count(V, d, f, n) + 512 * d),
    ("12 · num_layers · d_model²", lambda V, d, f, n: count(V, d, f, n, attention=d * d + d)),
    ("the sum of these numbers would be right", lambda V, d, f, n: (V * d, count(V, d, f, n) - V * d)),
    ("whole number", lambda V, d, f, n: count(V, d, f, n) / 1e6),
    ("a norm (an encoder layer has two", lambda V, d, f, n: count(V, d, f, n) + 2 * n * d),
    ("4 d_model numbers are too many", lambda V, d, f, n: count(V + 4, d, f, n)),
    ("in each stack", lambda V, d, f, n: count(V, d, f, n // 2)),
    ("in each stack", lambda V, d, f, n: count(V, d, f, n / 2)),
    ("need not be 4 d_model", lambda V, d, f, n: count(V, d, 4 * d, n)),
]
WRONG["check_count_parameters"] = [
    lambda V, d, f, n: count(V, f, d, n),
    lambda V, d, f, n: count(V, d, f, 1),
    lambda V, d, f, n: count(V, d, f, 2 * n),
    lambda V, d, f, n: count(V, d, 4 * d, n),
    lambda V, d, f, n: count(V, d, f, 6),
    lambda V, d, f, n: count(V, d, f, n) + n * d * d,
    lambda V, d, f, n: count(V, d, f, n) // 1000 * 1000,
    lambda V, d, f, n: 4 * count(V, d, f, n),
    lambda V, d, f, n: f"{count(V, d, f, n):,}",
    lambda V, d, f, n: count(V, d, f, n, attention=4 * d * d, norm=0),
    lambda V, d, f, n: count(V, d, f, n, feed_forward=d * f + f * f + 2 * f),
    lambda V, d, f, n: count(V, d, f, n, table=V * d + d),
    lambda V, d, f, n: count(V, d, f, n, table=2 * V * d + V),
    lambda V, d, f, n: count(V, d, f, n, attention=4 * d * d * d),
]
RIGHT["check_count_parameters"] = [
    built,
    count,
    lambda V, d, f, n: float(count(V, d, f, n)),
    lambda V, d, f, n: torch.tensor(count(V, d, f, n)),
    lambda V, d, f, n: np.array([V * d, n * 12 * d * d, n * 24 * d, n * 4 * d * f, n * 2 * f]).sum(),
]

WRONG["check_mean_nll"] = [
    lambda logits, tgt: -nll(logits, tgt),
    lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=1),
    lambda logits, tgt: F.mse_loss(logits.softmax(-1), F.one_hot(tgt[:, 1:], 8).float()),
    lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=2),
    lambda logits, tgt: F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], ignore_index=0, reduction='none'),
    lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1), tgt[:, :-1].flatten(), ignore_index=0),
    lambda logits, tgt: nll(logits, tgt).exp(),
    lambda logits, tgt: nll(logits, tgt) ** 2,
    lambda logits, tgt: round(nll(logits, tgt).item(), 2),
    lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1), tgt[:, :-1].flatten()),
    lambda logits, tgt: nll(logits, tgt) / len(tgt),
    lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1) / 2, tgt[:, 1:].flatten(), ignore_index=0),
    lambda logits, tgt: F.cross_entropy(logits.view(8, -1).T, tgt[:, 1:].flatten(), ignore_index=0),
    lambda logits, tgt: F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=0, reduction='sum'),
]
RIGHT["check_mean_nll"] = [
    lambda logits, tgt: F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tgt[:, 1:].reshape(-1), ignore_index=0),
    lambda logits, tgt: F.cross_entropy(logits.double().transpose(1, 2), tgt[:, 1:], ignore_index=0),
    lambda logits, tgt: F.nll_loss(F.log_softmax(logits, 2).permute(0, 2, 1), tgt[:, 1:], ignore_index=0),
    lambda logits, tgt: sum((-torch.log_softmax(l, -1)[w] for s, t in zip(logits, tgt, strict=True) for l, w in zip(s, t[1:], strict=True) if w)) / (tgt[:, 1:] > 0).sum(),
    lambda logits, tgt: torch.distributions.Categorical(logits=logits).log_prob(tgt[:, 1:])[tgt[:, 1:] != 0].mean().neg()[None].squeeze(),
    lambda logits, tgt: F.nll_loss(logits.log_softmax(-1).reshape(-1, 8), tgt[:, 1:].reshape(-1), ignore_index=0, reduction='none').sum() / (tgt[:, 1:] != 0).sum(),
]
WRONG["check_masked_weights"] = [
    lambda scores, mask: scores.softmax(-1),
    lambda scores, mask: (-scores).masked_fill(~mask, -math.inf).softmax(-1),
    lambda scores, mask: 100 * scores.masked_fill(~mask, -math.inf).softmax(-1),
    lambda scores, mask: scores.masked_fill(~mask, -math.inf).softmax(-1).argmax(-1),
    lambda scores, mask: torch.softmax(scores, -1) / mask.sum(),
    lambda scores, mask: scores.masked_fill(~mask, '-inf').softmax(-1),
    lambda scores, mask: scores.masked_fill(~mask, -math.inf).softmax(-1).softmax(-1),
    lambda scores, mask: (mask / mask.sum()).expand_as(scores),
    lambda scores, mask: scores.sigmoid() * mask,
    lambda scores, mask: scores.masked_fill(~mask, float('-inf')).log_softmax(-1),
    lambda scores, mask: scores.masked_fill(~mask, -1000000000.0).softmax(0),
    lambda scores, mask: scores.softmax(-1).masked_fill(~mask, float('-inf')),
    lambda scores, mask: scores.masked_fill(~mask, -1).softmax(-1),
    lambda scores, mask: F.pad(scores[:, mask].softmax(-1), (0, int((~mask).sum()))),
]
RIGHT["check_masked_weights"] = [
    lambda scores, mask: torch.softmax(torch.where(mask, scores, torch.tensor(-1000000000.0)), dim=1),
    lambda scores, mask: torch.where(mask, scores, torch.finfo(scores.dtype).min).softmax(1),
    lambda scores, mask: (scores + mask.float().log()).softmax(-1),
    lambda scores, mask: torch.stack([torch.zeros(len(mask)).masked_scatter(mask, r[mask].softmax(0)) for r in scores]),
    lambda scores, mask: torch.exp(scores.masked_fill(mask.logical_not(), -torch.inf).log_softmax(1)),
    lambda scores, mask: F.softmax(scores.double() - 1e+30 * (1 - mask.double()), dim=-1),
    lambda scores, mask: torch.softmax(scores - torch.where(mask, 0.0, torch.inf), dim=-1),
    lambda scores, mask: F.scaled_dot_product_attention(scores[None] * scores.size(1) ** 0.5, torch.eye(scores.size(1))[None], torch.eye(scores.size(1))[None], attn_mask=mask.expand_as(scores)[None])[0],
]
NAMED["check_links"] = [
    ("decides about target word t", lambda weights, num_src, num_tgt: {(s, t) for s, t in enumerate(weights.argmax(0).tolist()) if t < num_tgt and s < num_src}),
    ("the next one's row", lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights[1:].argmax(-1).tolist()) if s < num_src}),
    ("the row before its own", lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights.roll(1, 0)[:num_tgt].argmax(-1).tolist()) if s < num_src}),
]
WRONG["check_links"] = [
    lambda weights, num_src, num_tgt: {(s, t) for t in range(num_tgt) for s in range(num_src)},
    lambda weights, num_src, num_tgt: {(weights[t].argmax(), t) for t in range(num_tgt)},
    lambda weights, num_src, num_tgt: {(t, s) for t, s in enumerate(weights.argmax(-1).tolist())},
    lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights.T[:num_tgt].argmax(-1).tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights[:num_tgt].argmax(-1).tolist()) if s <= num_src},
    lambda weights, num_src, num_tgt: weights[:num_tgt].argmax(-1).tolist(),
    lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights[: num_tgt - 1].argmax(-1).tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: {t: s for t, s in enumerate(weights[:num_tgt].argmax(-1).tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights[:num_tgt].softmax(0).argmax(-1).tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: {(int(weights[t].argmax()), t) for t in range(num_tgt) if weights[t].max() > 0.5 and weights[t].argmax() < num_src},
    lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights[1:].argmax(-1).tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: len({(s, t) for t, s in enumerate(weights[:num_tgt].argmax(-1).tolist()) if s < num_src}),
    lambda weights, num_src, num_tgt: {(s, t) for t, s in enumerate(weights[:num_tgt].topk(2).indices[:, 1].tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: {(s + 1, t) for t, s in enumerate(weights[:num_tgt].argmax(-1).tolist()) if s < num_src},
    lambda weights, num_src, num_tgt: {(s, t) for t in range(num_tgt) for s in range(num_src) if weights[t, s] > 0.2},
]
RIGHT["check_links"] = [
    lambda weights, num_src, num_tgt: (lambda best: torch.stack([best, torch.arange(num_tgt)], 1)[best < num_src])(weights[:num_tgt].argmax(-1)),
    lambda weights, num_src, num_tgt: np.array([(s, t) for t, s in enumerate(weights[:num_tgt].argmax(-1).tolist()) if s < num_src]),
    lambda weights, num_src, num_tgt: [(weights[t].argmax(), t) for t in range(num_tgt) if weights[t].argmax() < num_src],
    lambda weights, num_src, num_tgt: frozenset(((int(s), t) for t, s in enumerate(weights.argmax(1)[:num_tgt]) if s < num_src)),
    lambda weights, num_src, num_tgt: set(zip(*[x.tolist() for x in (lambda b: (b[b < num_src], torch.arange(num_tgt)[b < num_src]))(weights[:num_tgt].argmax(-1))], strict=True)),
    lambda weights, num_src, num_tgt: {(np.argmax(r), t) for t, r in enumerate(weights.numpy()[:-1]) if np.argmax(r) != num_src},
    lambda weights, num_src, num_tgt: {(int(s), int(t)) for t, s in zip(range(num_tgt), weights.max(-1).indices, strict=False) if int(s) in range(num_src)},
    lambda weights, num_src, num_tgt: [[s, t] for t, s in enumerate(weights[:num_tgt].argmax(-1).tolist()) if s < num_src],
]
WRONG["check_scaled_scores"] = [
    lambda query, key: query.flatten(0, -2) @ key.flatten(0, -2).T / math.sqrt(query.size(-1)),
    lambda query, key: query @ key.transpose(-2, -1) / query.size(-1),
    lambda query, key: query @ key.transpose(-1, -1) / math.sqrt(query.size(-1)),
    lambda query, key: query @ key.transpose(-2, -1) / int(math.sqrt(query.size(-1))),
    lambda query, key: query @ key.reshape(*key.shape[:-2], key.size(-1), key.size(-2)) / math.sqrt(query.size(-1)),
    lambda query, key: F.normalize(query, dim=-1) @ F.normalize(key, dim=-1).transpose(-2, -1),
    lambda query, key: query @ key.transpose(-2, -1),
    lambda query, key: query @ key.transpose(-2, -1) / math.sqrt(query.size(-1)) ** 0.5,
    lambda query, key: torch.cdist(query, key) / math.sqrt(query.size(-1)),
    lambda query, key: (query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))).softmax(-1),
    lambda query, key: query @ key.transpose(-2, -1) / math.log(query.size(-1)),
    lambda query, key: query @ key.transpose(-2, -1) - math.sqrt(query.size(-1)),
    lambda query, key: key @ query.transpose(-2, -1) / math.sqrt(key.size(-2)),
    lambda query, key: query @ key.transpose(-2, -1) // math.sqrt(query.size(-1)),
]
RIGHT["check_scaled_scores"] = [
    lambda query, key: torch.einsum('...id,...jd->...ij', query, key) * query.shape[-1] ** (-0.5),
    lambda query, key: np.matmul(query.numpy(), np.swapaxes(key.numpy(), -1, -2)) / np.sqrt(query.shape[-1]),
    lambda query, key: (query.unsqueeze(-2).double() * key.unsqueeze(-3).double()).sum(-1) / query.size(-1) ** 0.5,
    lambda query, key: query / math.sqrt(key.size(-1)) @ key.mT,
    lambda query, key: torch.matmul(query, key.swapaxes(-1, -2)).mul(query.shape[-1] ** (-0.5)),
    lambda query, key: F.linear(query, key) / key.shape[-1] ** 0.5 if key.ndim == 2 else torch.matmul(query, key.movedim(-1, -2)).div(math.sqrt(key.shape[-1])),
    lambda query, key: np.einsum('...id,...jd->...ij', query.double().numpy(), key.double().numpy()) / key.size(-1) ** 0.5,
    lambda query, key: (key @ query.transpose(-2, -1)).transpose(-2, -1) / np.sqrt(query.shape[-1]),
    lambda query, key: torch.matmul(query * key.size(-1) ** (-0.25), (key * key.size(-1) ** (-0.25)).mT),
    lambda query, key: torch.einsum('...id,...jd->...ij', query / math.sqrt(query.size(-1)), key).to(torch.float64),
]
WRONG["check_merge_heads"] = [
    lambda heads: heads.flip(-1).transpose(1, 2).flatten(2),
    lambda heads: torch.stack(heads.unbind(1), dim=-1).flatten(2),
    lambda heads: heads.transpose(1, 2).flatten(2)[..., :heads.size(-1)],
    lambda heads: heads.sum(1),
    lambda heads: heads.transpose(1, 2).flatten(2).T,
    lambda heads: heads.transpose(1, 2).flatten(2) / math.sqrt(heads.size(1)),
    lambda heads: torch.cat(heads.unbind(1), dim=0),
    lambda heads: heads.transpose(2, 3).flatten(1, 2),
    lambda heads: heads.transpose(1, 2).flatten(),
    lambda heads: F.layer_norm(heads.transpose(1, 2).flatten(2), (heads.size(1) * heads.size(3),)),
    lambda heads: heads.max(1).values,
    lambda heads: heads.flip(1).transpose(1, 2).flatten(2),
    lambda heads: heads.flatten(1, 2),
    lambda heads: heads.mean(1),
]
RIGHT["check_merge_heads"] = [
    lambda heads: torch.cat(heads.unbind(1), dim=-1),
    lambda heads: torch.einsum('bhnp->bnhp', heads).reshape(heads.shape[0], heads.shape[2], -1),
    lambda heads: np.concatenate(list(heads.numpy().swapaxes(0, 1)), axis=-1),
    lambda heads: heads.movedim(1, 2).reshape(len(heads), heads.size(2), -1),
    lambda heads: torch.stack([torch.hstack(tuple(sentence)) for sentence in heads]),
    lambda heads: heads.swapaxes(1, 2).contiguous().flatten(-2).double(),
    lambda heads: torch.cat([heads[:, i] for i in range(heads.size(1))], dim=2),
    lambda heads: heads.permute([0, 2, 1, 3]).reshape(heads.shape[0], heads.shape[2], heads.shape[1] * heads.shape[3]),
]
WRONG["check_around"] = [
    lambda x, f, norm, place: norm(x + f(x)) if place == 'pre' else x + f(norm(x)),
    lambda x, f, norm, place: x + f(norm(x)).mean() if place == 'pre' else norm(x + f(x)),
    lambda x, f, norm, place: x + f(norm(x)) if place == 'Pre' else norm(x + f(x)),
    lambda x, f, norm, place: x + f(norm(x)) if place == 'pre' else norm(x + norm(f(x))),
    lambda x, f, norm, place: x + f(norm(norm(x)) * 1.01) if place == 'pre' else norm(x + f(x)),
    lambda x, f, norm, place: x * f(norm(x)) if place == 'pre' else norm(x * f(x)),
    lambda x, f, norm, place: x + f(norm(x)) if place == 'pre' else f(norm(x + f(x))),
    lambda x, f, norm, place: x + f(norm) if place == 'pre' else norm(x + f(x)),
    lambda x, f, norm, place: f(norm(x)) if place == 'pre' else norm(f(x)),
    lambda x, f, norm, place: (x + f(norm(x))) / math.sqrt(2) if place == 'pre' else norm(x + f(x)) / math.sqrt(2),
    lambda x, f, norm, place: x + norm(f(x)) if place == 'pre' else norm(x + f(x)),
    lambda x, f, norm, place: x + f(x),
    lambda x, f, norm, place: x + f(norm(x)) if place == 'pre' else norm(x) + norm(f(x)),
    lambda x, f, norm, place: norm(x + f(norm(x))),
]
RIGHT["check_around"] = [
    lambda x, f, norm, place: norm(x + f(x)) if place == 'post' else f(norm(x)) + x,
    lambda x, f, norm, place: (x + f(norm(x))).double() if place == 'pre' else norm(x + f(x)).double(),
    lambda x, f, norm, place: {'pre': lambda: x + f(norm(x)), 'post': lambda: norm(x + f(x))}[place](),
    lambda x, f, norm, place: (x + f(norm(x)) if place == 'pre' else norm(x + f(x))).numpy(),
    lambda x, f, norm, place: norm(torch.stack([x, f(x)]).sum(0)) if place == 'post' else torch.stack([x, f(norm(x))]).sum(0),
]

# --- chapter 12 ---


def by_loop(mask, word_of, word):
    seen = mask.tolist()
    for place, its in enumerate(word_of):
        if its == word:
            seen[place] = False
    return torch.tensor(seen)


def in_words_place(mask, word_of, word):
    mask[torch.tensor(word_of) == word] = False  # a mask of too few places
    return mask


RIGHT["check_hide_word"] = [
    by_loop,
    lambda mask, word_of, word: mask & (torch.tensor([*word_of, *[-1] * (len(mask) - len(word_of))]) != word),
    lambda mask, word_of, word: np.array([m and (i >= len(word_of) or word_of[i] != word) for i, m in enumerate(mask.tolist())]),
    lambda mask, word_of, word: mask.index_fill(0, torch.tensor([i for i, w in enumerate(word_of) if w == word]), False),
    lambda mask, word_of, word: torch.cat([mask[:len(word_of)] & (torch.tensor(word_of) != word), mask[len(word_of):]]),
]
WRONG["check_hide_word"] = [
    in_words_place,
    lambda mask, word_of, word: mask,
    lambda mask, word_of, word: torch.zeros_like(mask),
    lambda mask, word_of, word: torch.tensor([w != word for w in word_of]),
    lambda mask, word_of, word: by_loop(mask, word_of, word).float(),
    lambda mask, word_of, word: [m and w != word for m, w in zip(mask.tolist(), word_of, strict=False)],
    lambda mask, word_of, word: by_loop(mask, word_of, word)[None],
    lambda mask, word_of, word: by_loop(mask, word_of, word + 1),
    lambda mask, word_of, word: torch.cat([mask[:word_of.index(word)], mask[word_of.index(word) + word_of.count(word):]]),
    lambda mask, word_of, word: mask & (torch.arange(len(mask)) != word),
    lambda mask, word_of, word: by_loop(mask, word_of, word) & by_loop(mask, word_of, 0),
    lambda mask, word_of, word: by_loop(torch.ones_like(mask), word_of, word),
    lambda mask, word_of, word: ~by_loop(mask, word_of, word),
]
NAMED["check_hide_word"] = [
    ("may have several", lambda mask, word_of, word: mask & (torch.arange(len(mask)) != word_of.index(word))),
    ("padding", lambda mask, word_of, word: by_loop(torch.ones_like(mask), word_of, word)),
]


def best_of_both(weights):
    best = weights.argmax(0)
    return [(src, tgt) for tgt, src in enumerate(weights.argmax(1).tolist()) if best[src] == tgt]


RIGHT["check_mutual_links"] = [
    best_of_both,
    lambda weights: {(s, t) for t in range(len(weights)) for s in range(weights.size(1)) if weights[t, s] == weights[t].max() == weights[:, s].max()},
    lambda weights: ((weights == weights.amax(0)) & (weights == weights.amax(1, keepdim=True))).nonzero().flip(1),
    lambda weights: np.argwhere(((weights == weights.max(0).values) & (weights == weights.max(1, keepdim=True).values)).T.numpy()),
    lambda weights: set(zip(weights.argmax(1).tolist(), range(len(weights)), strict=True)) & set(zip(range(weights.size(1)), weights.argmax(0).tolist(), strict=True)),
]
WRONG["check_mutual_links"] = [
    lambda weights: {(s, t) for t, s in enumerate(weights.argmax(1).tolist())},
    lambda weights: set(),
    lambda weights: (weights > 0.3).nonzero().flip(1),
    lambda weights: ((weights == weights.amax(0)) & (weights == weights.amax(1, keepdim=True))),
    lambda weights: ((weights == weights.amax(0)) & (weights == weights.amax(1, keepdim=True))).nonzero(),
    lambda weights: {(t, s) for s, t in best_of_both(weights)},
    lambda weights: {(s, t) for s, t in best_of_both(weights) if s == t},
    lambda weights: [s for s, t in best_of_both(weights)],
    lambda weights: {(s, s) for s, t in best_of_both(weights)},
    lambda weights: best_of_both(weights.softmax(0)),
    lambda weights: best_of_both(weights)[:1],
    lambda weights: {(s, t) for s, t in enumerate(weights.argmax(0).tolist())},
]

RIGHT["check_masked_weights"] += [masked_softmax]
RIGHT["check_links"] += [links_from_weights]
RIGHT["check_around"] += [always_both, in_place]


def spread_over(targets, V, pad, eps, count, kept=None):
    """Smoothed targets with ``eps`` shared by ``count`` words."""
    kept = 1 - eps if kept is None else kept
    q = torch.full((len(targets), V), eps / count)
    q[:, pad] = 0
    q[torch.arange(len(targets)), targets] += kept
    q[targets == pad] = 0
    return q


NAMED["check_smoothed_targets"] = [
    ("the whole row is 0", lambda t, V, pad, eps: (1 - eps) * F.one_hot(t, V) + eps / V),
    ("its column is 0 in every row", lambda t, V, pad, eps: ((1 - eps) * F.one_hot(t, V) + eps / V) * (t != pad)[:, None]),
    ("the whole row is 0", lambda t, V, pad, eps: F.one_hot(t, V) * (1 - eps) + (torch.arange(V) != pad) * eps / (V - 1)),
    ("sums to 1", lambda t, V, pad, eps: spread_over(t, V, pad, eps, V)),
    ("sums to 1", lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1, kept=1)),
    ("sums to 1", lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 2)),
]
WRONG["check_smoothed_targets"] = [
    lambda t, V, pad, eps: F.one_hot(t, V).float(),
    lambda t, V, pad, eps: F.one_hot(t, V) * (t != pad)[:, None].float(),
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1).T,
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1).log(),
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1)[t != pad],
    lambda t, V, pad, eps: spread_over(t, V, pad, eps / 2, V - 1),
    lambda t, V, pad, eps: spread_over(t, V, pad, 1 - eps, V - 1),
    lambda t, V, pad, eps: spread_over(t, V, 0, eps, V - 1),
    lambda t, V, pad, eps: spread_over(t, V, pad, 0.1, V - 1),
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1).softmax(-1),
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1).sum(0),
    lambda t, V, pad, eps: F.one_hot(t, V).float().clamp(eps / (V - 1), 1 - eps) * (t != pad)[:, None],
]
RIGHT["check_smoothed_targets"] = [
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1),
    lambda t, V, pad, eps: torch.where(t[:, None] == pad, 0.0, (1 - eps) * F.one_hot(t, V) + eps / (V - 1) * (torch.arange(V) != pad)),
    lambda t, V, pad, eps: spread_over(t, V, pad, eps, V - 1).double(),
    lambda t, V, pad, eps: torch.tensor([[0.0 if y == pad or i == pad else (1 - eps) * (i == y) + eps / (V - 1) for i in range(V)] for y in t.tolist()]),
    lambda t, V, pad, eps: torch.stack([torch.zeros(V) if y == pad else torch.full((V,), eps / (V - 1)).index_fill(0, torch.tensor([pad]), 0.0).index_add(0, y[None], torch.tensor([1 - eps])) for y in t]),
    lambda t, V, pad, eps: torch.autograd.functional.jacobian(lambda q: spread_over(t, V, pad, eps, V - 1) @ q, torch.zeros(V)),
]
NAMED["check_paper_rate"] = [
    ("`min`, not `max`", lambda u, d, w: d**-0.5 * max(u**-0.5, u * w**-1.5)),
    ("add nothing", lambda u, d, w: d**-0.5 * min((u + 1) ** -0.5, (u + 1) * w**-1.5)),
    ("falls with the *root*", lambda u, d, w: d**-0.5 * min(1 / u, u * w**-1.5)),
    ("one divided by the root", lambda u, d, w: d**0.5 * min(u**-0.5, u * w**-1.5)),
    ("at the end of the warm-up", lambda u, d, w: 2 * d**-0.5 * min(u**-0.5, u * w**-1.5)),
]
WRONG["check_paper_rate"] = [
    lambda u, d, w: d**-0.5 * u**-0.5,
    lambda u, d, w: d**-0.5 * u * w**-1.5,
    lambda u, d, w: min(u / w, (w / u) ** 0.5),
    lambda u, d, w: d**-0.5 * min(u**-0.5, u * w**1.5),
    lambda u, d, w: d**-0.5 * (u**-0.5 + u * w**-1.5),
    lambda u, d, w: d**-0.5 * min(u**0.5, u * w**-1.5),
    lambda u, d, w: 512**-0.5 * min(u**-0.5, u * w**-1.5),
    lambda u, d, w: d**-0.5 * min(u**-0.5, u * 4000**-1.5),
    lambda u, d, w: d ** (-0.5 * min(u**-0.5, u * w**-1.5)),
    lambda u, d, w: d**-0.5 * min(u ^ -1, u * w**-1.5),
    lambda u, d, w: 1e-3 * min(u**-0.5, u * w**-1.5),
    lambda u, d, w: d**-0.5 * (u * w**-1.5 if u < w else w**-0.5),
    lambda u, d, w: d**-0.5 * min((u - 1) * w**-1.5, (u + 0.5) ** -0.5),
]
RIGHT["check_paper_rate"] = [
    lambda u, d, w: min(u / w, math.sqrt(w / u)) / math.sqrt(d * w),
    lambda u, d, w: d**-0.5 * (u**-0.5 if u > w else u * w**-1.5),
    lambda u, d, w: torch.tensor(d, dtype=torch.double) ** -0.5 * min(u**-0.5, u * w**-1.5),
    lambda u, d, w: np.power(float(d), -0.5) * np.minimum(u**-0.5, u * w**-1.5),
    lambda u, d, w: math.exp(-0.5 * math.log(d) + min(-0.5 * math.log(u), math.log(u) - 1.5 * math.log(w))),
]


def one_by_one(probabilities, top_p):
    result, together = torch.zeros_like(probabilities), 0.0
    while together < top_p:
        word = torch.where(result > 0, -1.0, probabilities).argmax()
        result[word] = probabilities[word]
        together += probabilities[word].item()
    return result / together


def by_hand(probabilities, top_p, enough=lambda together, top_p: together >= top_p, shared=True):
    kept, together = {}, 0.0
    for i in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        kept[i] = float(probabilities[i])
        together += kept[i]
        if enough(together, top_p):
            break
    return torch.tensor([kept.get(i, 0.0) / (together if shared else 1) for i in range(len(probabilities))])


def logits_way(probabilities, top_p):
    values, order = probabilities.sort(descending=True)
    out = torch.cat([torch.tensor([False]), values.cumsum(0)[:-1] >= top_p])
    return probabilities.log().masked_fill(torch.zeros_like(out).scatter(0, order, out), -math.inf).softmax(-1)


def by_number(probabilities, top_p, more=0):
    number = int((probabilities.sort(descending=True).values.cumsum(0) < top_p).sum()) + 1 + more
    values, order = probabilities.topk(min(number, len(probabilities)))
    return torch.zeros_like(probabilities).index_copy(0, order, values / values.sum())


RIGHT["check_nucleus"] = [
    one_by_one,
    by_hand,
    logits_way,
    by_number,
    lambda p, top_p: by_hand(p, top_p).double(),
    lambda p, top_p: (lambda s: torch.where(p >= s[int((s.cumsum(0) < top_p).sum())], p, 0) / p[p >= s[int((s.cumsum(0) < top_p).sum())]].sum())(p.sort(descending=True).values),
]
WRONG["check_nucleus"] = [
    lambda p, top_p: p,
    lambda p, top_p: by_number(p, top_p, more=1),
    lambda p, top_p: by_hand(p, top_p, enough=lambda together, top_p: together > top_p),
    lambda p, top_p: by_hand(p, top_p, shared=False),
    lambda p, top_p: by_hand(p, 1 - top_p),
    lambda p, top_p: (p * top_p).softmax(-1),
    lambda p, top_p: p ** (1 / top_p) / (p ** (1 / top_p)).sum(),
    lambda p, top_p: F.one_hot(p.argmax(), len(p)).float(),
    lambda p, top_p: torch.where(by_hand(p, top_p) > 0, 1.0, 0.0) / (by_hand(p, top_p) > 0).sum(),
    lambda p, top_p: by_hand(p, top_p) - 0.01,
    lambda p, top_p: torch.where(by_hand(p, top_p) > 0, p, -math.inf),
    lambda p, top_p: p[by_hand(p, top_p) > 0] / p[by_hand(p, top_p) > 0].sum(),
    lambda p, top_p: (by_hand(p, top_p) > 0),
    lambda p, top_p: by_hand(p, top_p).log(),
    lambda p, top_p: by_hand(p.softmax(-1), top_p),
    lambda p, top_p: (by_hand(p, top_p) > 0).nonzero()[:, 0],
]
