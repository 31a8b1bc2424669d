md(r"""
# Training

Chapter 9 ended with a model that had learned sixteen sentences by heart. Give it twenty thousand, and the loop of chapter 1 will train it too: a batch, a loss, a step, and again. {cite:t}`vaswani2017`
did not leave it at that. Their section on training is a page long, and most of its paragraphs add something that the loop of chapter 1 does not have. Sentences of about one length go into a batch together. The learning rate climbs for 4,000 steps and then falls. A tenth of the probability is taken from the right word and
spread over all the others. What is measured in the end is the mean of several checkpoints. And, without a word about it, as everybody does, the decoder is shown while training what it will never see when it translates: the right beginning.

**How is it trained well?**

Guess before you read on. Which of these parts is worth most, and is there one that is worth nothing? Can a loss that *pays* the model for being unsure make better translations? And if the decoder has only ever seen right beginnings, what happens behind its first mistake?

*You need* the Transformer of chapter 9 and the loss of chapter 1. *You get* the parts of the recipe, each by hand, in code, and taken away again from a training run to see what is missing; and a measurement of what the right beginning hides. About 55 minutes to read; the notebook runs in under a minute on two CPU cores.
""")
code(r"""
import copy
import inspect
import math
from difflib import SequenceMatcher
from itertools import islice

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tfmr import MultiHeadAttention, Transformer, TransformerConfig
from tfmr.book import notebook, plots
from tfmr.book.exercises.chapter_10 import check_paper_rate, check_smoothed_targets
from tfmr.book.results import results, results_folder
from tfmr.data import BucketedBatches, WordTokenizer, encode_pairs, load_corpus
from tfmr.data.grammar import generate
from tfmr.decoding import evaluating, greedy_decode
from tfmr.layers import FeedForward
from tfmr.training import TrainConfig, evaluate_loss
from tfmr.training.loss import _SmoothedLoss
from tfmr.translator import load_run

device = notebook.setup(seed=10)
""")
md(r"""
We begin with what every part of the recipe rests on. The model is the one that chapter 8 kept, trained on 20,000 sentences. We show it our sentence with the English *as far as it goes*, and ask at each position for the next word. This is called {term}`teacher forcing`: whatever the model would have said, what it reads next is the {term}`reference`.
""")
code(r"""
run = load_run(results_folder("cross_attention", "whole-run"), device)
model, corpus = run.model, load_corpus("grammar")
tokenizers = run.src_tokenizer, run.tgt_tokenizer


def word(token: int) -> str:
    return {1: "begin", 2: "end"}.get(token) or tokenizers[1].decode([token])


def says(src: Tensor, tgt: Tensor) -> tuple[Tensor, Tensor]:
    with evaluating(model):
        return model(src, tgt[:, :-1]).softmax(dim=-1).max(dim=-1)


[(src, tgt)] = encode_pairs(corpus.train[:1], *tokenizers)
src, tgt = torch.tensor([src], device=device), torch.tensor([tgt], device=device)
wrong = tgt.clone()
wrong[0, 3] = tokenizers[1].encode("buying")[0]  # where the reference has "learning"
lanes = {}
for name, read in (("the reference", tgt), ("one wrong word", wrong)):
    sure, chosen = says(src, read)
    ids = read[0, :-1].tolist(), chosen[0].tolist()
    words = [list(map(word, row)) for row in ids]
    lanes[name] = *words, sure[0]
    for lane, row in zip(("reads", "says"), words):
        print(f"{name:15} {lane:5}", *(f"{w:12}" for w in row))
""")
code(r"""
figure, axes = plt.subplots(2, 1, figsize=(8, 4.4))
for ax, (name, (read, said, sure)) in zip(axes, lanes.items()):
    for t, (below, above, p) in enumerate(zip(read, said, sure)):
        changed = below == "buying"
        colours = "#FBE3D0" if changed else "#E8F1F8", "#E3F3EC"
        labels = below, f"{above}\n{p:.2f}"
        for y, label, colour in zip((0, 1), labels, colours):
            box = {"boxstyle": "round,pad=0.3", "fc": colour, "ec": "grey"}
            ax.text(t, y, label, ha="center", va="center", fontsize=9, bbox=box)
        arrow = {"arrowstyle": "->", "color": "grey"}
        ax.annotate("", (t, 0.72), (t, 0.22), arrowprops=arrow)
    ax.set(xlim=(-1.2, len(read) - 0.4), ylim=(-0.4, 1.5), xticks=[])
    ax.set_yticks([0, 1], labels=["reads", "says"])
    ax.set_title(f"the decoder reads {name}", fontsize=10)
    ax.grid(False)
    ax.spines[:].set_visible(False)
plt.show()
""", figure="What the decoder reads, below, and the word that it finds most probable next, above, with its probability. Every column also sees all words below it to the left, and none to the right. Top: teacher forcing. Bottom: one word was exchanged.", name="fig-training-teacher",
alt="Two rows of pairs of boxes, one pair for each position of the running example. In the upper drawing the lower boxes hold begin, I, love, learning, artificial, intelligence and a full stop, and the upper boxes the next word each, up to end, each with its probability. In the lower drawing learning is exchanged for buying, in another colour.")
""" """
md(r"""
The upper half of {numref}`fig-training-teacher` is one pass of the model, and that is the point. All positions are computed at once, since what each of them reads is known beforehand. A training step learns from every word of every sentence, and none of them has to wait for another.

The lower half is the price, or may be. When the model translates, it reads what it wrote itself, and that may be wrong. It was never trained on wrong beginnings. Here it was given one wrong word. It still says what the reference says next, but with little more than half of the certainty. Whether this is a danger is a question of numbers, to which we come back at the end of the measurement.

## By hand

Now the loss. Take a vocabulary of five: *padding*, *end*, *cat*, *dog*, *sleeps*. The right word is *cat*, and {term}`label smoothing` of $\varepsilon = 0.2$ asks for a little less than certainty. Of the probability of 1, 0.8 stays with *cat*. The rest, 0.2, is spread evenly over all *words*, *cat* among them. Padding is no word and gets nothing. So four words get $0.05$ each, and the wanted probabilities are

$$
q = (0,\ 0.05,\ 0.85,\ 0.05,\ 0.05).
$$

Three models answer. One is fairly sure, $p = (0, 0.1, 0.7, 0.1, 0.1)$. One is almost certain and right: $p_{\text{cat}} = 0.997$, the other three $0.001$ each. One says exactly $q$. The loss is $-\sum_i q_i \log p_i$. For the first it is $-0.85 \log 0.7 - 3 \cdot 0.05 \log 0.1 = 0.303 + 0.345 = 0.649$. Do the other two with your pencil. Which model has the lowest loss?
""")
code(r"""
q = torch.tensor([0.05, 0.85, 0.05, 0.05])  # end, cat, dog, sleeps; padding left out
answers = {
    "fairly sure": torch.tensor([0.1, 0.7, 0.1, 0.1]),
    "almost certain": torch.tensor([0.001, 0.997, 0.001, 0.001]),
    "exactly q": q,
}
for name, p in answers.items():
    plain, smoothed = -p[1].log(), -(q * p.log()).sum()
    print(f"{name:15} without smoothing {plain:.3f}, with {smoothed:.3f}")
print(f"{'almost certain, padding wanted too':36}", end="")
print(f"{-(0.84 * torch.tensor(0.997).log() + 3 * 0.04 * math.log(0.001)):.3f}", end="")
print(f" + 0.04 · {-math.log(1e-30):.0f}, if padding has 1e-30")
""")
md(r"""
Certainty is punished, although it is right. The lowest loss is that of the model that says exactly $q$, and it is not zero. It is 0.588, the {term}`entropy` of $q$; nothing can be lower.

The last line is a mistake that one meets in real code. Somebody spreads the 0.2 over all *five* entries of the vocabulary, for that is what a function that knows nothing of padding does. Then padding is wanted, a little, at every position. A model whose decoder forbids padding by a logit of minus infinity now has an infinite loss. We come back to it below.

## The mathematics

### The loss, and what it is conditioned on

The loss of chapter 1 is a mean over all $N$ target tokens of the training pairs,

$$
L = -\frac{1}{N} \sum_{(x, y)} \sum_{t=1}^{T} \log p(y_t \mid y_{<t}, x) .
$$ (eq-training-loss)

Look at the condition: $y_{<t}$ is the *reference*. While decoding, it is $\hat y_{<t}$, the model's own beginning. The two are the same as long as the model makes no mistake. From its first mistake on they differ, and {eq}`eq-training-loss` says nothing about how the model fares then. This is called {term}`exposure bias`.

### Smoothed targets

Let $z \in \R^V$ be the logits of one position, $p$ their softmax, $y$ the right word. Label smoothing {cite:p}`szegedy2016` wants

$$
q_i = (1 - \varepsilon)\,[i = y] + \frac{\varepsilon}{V - 1}\,[i \neq \text{padding}],
\qquad L_\varepsilon = -\sum_{i} q_i \log p_i ,
$$ (eq-training-smoothed)

where $[\cdot]$ is 1 if what it holds is true, else 0. With $\bar z$ for the mean of the $V - 1$ logits of words, and since $\sum_i q_i = 1$,

$$
L_\varepsilon = \log \sum_{i} \exp z_i - (1 - \varepsilon)\, z_y - \varepsilon\, \bar z ,
\qquad \frac{\partial L_\varepsilon}{\partial z} = p - q .
$$ (eq-training-smoothed-logits)

The gradient vanishes when $p = q$, where the loss is $\mathrm{H}(q)$. So the logit of the right word is to lie above the others by $\log\bigl((1 - \varepsilon)(V - 1)/\varepsilon + 1\bigr)$, and no further. Without smoothing there is no such place: the gradient pulls the right logit up for ever.

### The learning rate

Let $u = 1, 2, \dots, U$ count the updates, $w$ be the length of the {term}`warm-up` and $\eta$ the highest rate. The rate of update $u$ grows in a straight line, $\eta_u = \eta\, u / w$ for $u \le w$. After that the schedule of the paper falls with the square root, and others fall to zero, in a line or along half a wave:

$$
\eta_u = \eta \sqrt{\frac{w}{u}}
\qquad\text{or}\qquad
\eta_u = \eta\, r_u
\qquad\text{or}\qquad
\eta_u = \frac{\eta}{2} \bigl(1 - \cos(\pi\, r_u)\bigr), \qquad r_u = \frac{U - u + 1}{U - w} .
$$ (eq-training-schedule)

The first needs no $U$: one can go on for as long as one likes. The others have to be told when the end comes, and so somebody has to count right. That is where the trap of this chapter lies.

### A batch in parts, and a mean of models

If a batch does not fit into memory, one takes its gradient in $K$ parts and adds up; this is {term}`gradient accumulation`. Let part $k$ have $N_k$ tokens and a mean loss of $L_k$. Then

$$
L = \sum_{k=1}^{K} \frac{N_k}{N}\, L_k, \qquad N = \sum_{k} N_k ,
$$ (eq-training-parts)

and not $\frac 1 K \sum_k L_k$, as soon as parts differ in length. After training one may average the *parameters* of the last epochs, $\bar\theta = \frac 1 k (\theta_{E-k+1} + \dots + \theta_E)$, not what they say. The same mean can be made again and again while training goes on, and the last lines of the recipe do no more than that.

## The code

### Teacher forcing is a shift

Here is all of it. The decoder reads the target without its last column and has to say the target without its first.
""")
code(r"""
def negative_log_likelihood(model, batch) -> Tensor:
    logits = model.decode(batch.tgt[:, :-1], model.encode(batch.src))
    targets = batch.tgt[:, 1:]
    return F.cross_entropy(
        logits.flatten(0, 1),
        targets.flatten(),
        ignore_index=model.config.pad_id,
        reduction="sum",
    )
""", "taught")
md(r"""
### The smoothed loss

First a loop over tokens, straight from {eq}`eq-training-smoothed`.
""")
code(r"""
def naive_smoothed_loss(logits, targets, pad_id, smoothing) -> Tensor:
    loss, vocab_size = 0.0, logits.size(1)
    for z, y in zip(logits, targets):
        if y == pad_id:
            continue  # nothing was to be said here
        log_p = z.log_softmax(dim=0)
        for i in range(vocab_size):
            wanted = (1 - smoothing) * (i == y) + smoothing / (vocab_size - 1)
            if i != pad_id:
                loss = loss - wanted * log_p[i]
    return loss
""")
md(r"""
The package's function gives two sums: what training makes small, and the plain {term}`negative log-likelihood`, since that is what one wants to *read*.
""")
code(r"""
def smoothed_loss(logits, targets, pad_id, smoothing) -> tuple[Tensor, Tensor]:
    if smoothing == 0:
        nll = F.cross_entropy(logits, targets, ignore_index=pad_id, reduction="sum")
        return nll, nll.detach()
    return _SmoothedLoss.apply(logits, targets, pad_id, smoothing)
""", "taught")
md(r"""
What stands behind the last line is {eq}`eq-training-smoothed-logits`, with the gradient $p - q$ written out. PyTorch would find the same gradient by itself. Written out it takes less time, and the logits of a large vocabulary are among the largest tensors of the whole step.
""")
code(r"""
print(inspect.getsource(_SmoothedLoss.backward))
logits = torch.randn(6, 9, requires_grad=True)
targets = torch.tensor([3, 8, 0, 1, 5, 0])  # two of them padding, 0
gradients = []
for function in (naive_smoothed_loss, lambda *a: smoothed_loss(*a)[0]):
    loss = function(logits, targets, 0, 0.1)
    gradients.append((loss, *torch.autograd.grad(loss, logits)))
torch.testing.assert_close(*gradients)
print("loop = package, loss and gradient; rows of padding:", end=" ")
print(gradients[1][1][targets == 0].abs().max().item())

forbidden = logits.detach().clone()
forbidden[:, 0] = -math.inf  # padding can't be said
theirs = {"label_smoothing": 0.1, "reduction": "sum"}
real = targets != 0
ours, nll = smoothed_loss(forbidden, targets, 0, 0.1)
without = F.cross_entropy(forbidden[real, 1:], targets[real] - 1, **theirs)
torch.testing.assert_close(ours, without)
with_padding = F.cross_entropy(forbidden, targets, ignore_index=0, **theirs)
print(f"padding impossible: ours {ours:.3f}, PyTorch's {with_padding:.3f}, ", end="")
print(f"and {without:.3f} without its column of padding")
""")
md(r"""
PyTorch's own `label_smoothing` is right about *rows* of padding, if it is told `ignore_index`. But it gives the *column* of padding its share, and where padding is impossible the loss is infinite. Nobody notices as long as the model is free to give padding some probability. By {eq}`eq-training-smoothed-logits` it will learn to.

There is a second way to misread this loss. {term}`Perplexity` is the exponential of the *plain* loss. Put the smoothed one into the exponential and even a perfect model looks perplexed. Here with $\varepsilon = 0.1$:
""")
code(r"""
for vocab_size in (1_000, 10_000, 37_000):
    share = 0.1 / (vocab_size - 1)
    right = 0.9 + share
    floor = -(right * math.log(right) + (vocab_size - 2) * share * math.log(share))
    gap = math.log(right / share)
    print(f"{vocab_size:6,} entries: lowest loss {floor:.2f}, 'perplexity' ", end="")
    print(f"{math.exp(floor):.1f}; the right logit leads by {gap:.1f}")
""")
md(r"""
### The learning rate

{eq}`eq-training-schedule`, with updates counted from 0 as code does.
""")
code(r"""
def learning_rate_at(update: int, config: TrainConfig, total_updates: int) -> float:
    peak, warmup, floor = (
        config.learning_rate,
        config.warmup_steps,
        config.min_learning_rate,
    )
    if update < warmup:
        return peak * (update + 1) / warmup
    if config.schedule == "constant":
        return peak
    if config.schedule == "inverse_sqrt":
        return peak * math.sqrt(warmup / (update + 1))
    left = (total_updates - update) / (total_updates - warmup)
    if config.schedule == "cosine":
        left = (1 - math.cos(math.pi * left)) / 2
    return floor + (peak - floor) * left
""", "taught")
code(r"""
total, schedules = 1000, ("constant", "linear", "cosine", "inverse_sqrt")
plan = {"learning_rate": 1e-3, "warmup_steps": 100}
rates = {}
for name in schedules:
    config = TrainConfig(schedule=name, **plan)
    rates[name] = [learning_rate_at(u, config, total) for u in range(total)]
    print(f"{name:13}", " ".join(f"{rates[name][u]:.6f}" for u in (0, 99, 399, 999)))
plots.plot_curves(range(1, total + 1), rates, xlabel="update", ylabel="learning rate")
plt.show()
""", figure="Four schedules with the same warm-up of 100 updates and the same peak, over 1,000 updates.", name="fig-training-schedules",
alt="Four curves of the learning rate. All rise in a straight line to 0.001 at update 100. One stays there. One falls in a straight line to zero at update 1,000, one along half a wave, and one quickly at first and then slowly, to about a third of the peak.")
md(r"""
### Batches by length

A batch is as wide as its longest sentence. Draw its sentences at random and much of it is padding. The package shuffles the pairs, cuts them into pools of twenty batches, sorts each pool by length, cuts it into batches, and shuffles these. In a few lines:
""")
code(r"""
def by_length(examples, batch_size, pool, generator):
    order = torch.randperm(len(examples), generator=generator).tolist()
    batches, size = [], pool * batch_size
    for pooled in (order[i : i + size] for i in range(0, len(order), size)):
        pooled.sort(key=lambda row: max(map(len, examples[row])))
        starts = range(0, len(pooled), batch_size)
        batches += [pooled[i : i + batch_size] for i in starts]
    return [batches[i] for i in torch.randperm(len(batches), generator=generator)]


def padding_share(examples, batches) -> float:
    cells = tokens = 0
    for rows in batches:
        for side in (0, 1):
            lengths = [len(examples[row][side]) for row in rows]
            cells, tokens = cells + len(rows) * max(lengths), tokens + sum(lengths)
    return 1 - tokens / cells


examples = encode_pairs(corpus.train[:6000], *tokenizers)
shares = {}
for pool in (1, 5, 20, 100):
    generator = torch.Generator().manual_seed(0)
    naive = padding_share(examples, by_length(examples, 32, pool, generator))
    package = BucketedBatches(examples, 32, pool=pool)
    shares[pool] = padding_share(examples, package.indices(0))
    print(f"pools of {pool:3}: padding {naive:.1%}; the package's {shares[pool]:.1%}")
    assert abs(naive - shares[pool]) < 0.03
""")
md(r"""
With a pool of one batch nothing is sorted, and more than half of what is computed is thrown away. Sorting *everything* would leave least, but then the same sentences would meet in every epoch, and a batch would hold short sentences or long ones and nothing between. Pools are the compromise.

### A batch in parts

One batch of short and one of long sentences, and the gradient of both together. Once weighted as in {eq}`eq-training-parts`, once with a plain mean of the two means.
""")
code(r"""
def small(tokenizers, seed: int = 0) -> Transformer:
    torch.manual_seed(seed)
    sizes = {"d_model": 32, "num_heads": 4, "d_ff": 64, "dropout": 0.0, "norm": "pre"}
    sizes |= {"num_encoder_layers": 1, "num_decoder_layers": 1}
    return Transformer(TransformerConfig(*map(len, tokenizers), **sizes)).to(device)


def gradient(learner, losses) -> Tensor:
    learner.zero_grad()
    for loss in losses:
        loss.backward()  # gradients add up
    return torch.cat([p.grad.flatten() for p in learner.parameters()])


lengths = sorted(examples, key=lambda example: len(example[1]))
picked = [lengths[:16], lengths[-16:]]  # short sentences, long sentences
picked.append(sum(picked, []))
batches = [next(BucketedBatches(rows, 32).batches(0)) for rows in picked]
short, long, both = (batch.to(device) for batch in batches)
learner, parts = small(tokenizers), (short, long)
nll = [lambda b=b: negative_log_likelihood(learner, b) for b in parts]
sizes = [part.num_tokens for part in parts]
whole = gradient(learner, [negative_log_likelihood(learner, both) / both.num_tokens])
weighted = gradient(learner, (loss() / sum(sizes) for loss in nll))
unweighted = gradient(learner, (loss() / n / 2 for loss, n in zip(nll, sizes)))
print("tokens in the two parts:", *sizes)
for name, found in (("by tokens", weighted), ("mean of means", unweighted)):
    distance = ((found - whole).norm() / whole.norm()).item()
    print(f"{name:13} off by {distance:.3f} of the gradient's length")
    assert (distance < 1e-4) == (name == "by tokens")
""")
md(r"""
The mean of means is the gradient of another loss, in which a token of a short sentence counts for many times one of a long sentence. Note that nothing failed, and nothing would: the loss falls in either case.

### The mean of several models
""")
code(r"""
def mean_parameters(sets) -> dict[str, Tensor]:
    return {
        name: torch.stack([parameters[name] for parameters in sets]).mean(dim=0)
        if last.is_floating_point()
        else last
        for name, last in sets[-1].items()
    }
""", "taught")
md(r"""
This is meant for parameters of *one* run, a few epochs apart. Two models that are equally good have in general no mean worth having, even if they say exactly the same. Take the model of chapter 8, and a twin in which the hidden numbers of each {term}`feed-forward network` and the {term}`heads <head>` of each attention stand in reverse order. That order means nothing, so the twin is the same function.
""")
code(r"""
def reverse(ins, out, size: int) -> None:
    # groups of ``size`` numbers inside, in reverse order, on the way in and out
    for linear in ins:
        for parameter in (linear.weight, linear.bias):
            groups = parameter.data.unflatten(0, (-1, size))
            parameter.data = groups.flip(0).flatten(0, 1)
    out.weight.data = out.weight.data.unflatten(1, (-1, size)).flip(1).flatten(1, 2)


twin, mean = copy.deepcopy(model), copy.deepcopy(model)
for part in twin.modules():
    if isinstance(part, FeedForward):
        reverse([part.hidden], part.output, 1)
    if isinstance(part, MultiHeadAttention):
        maps = part.query_projection, part.key_projection, part.value_projection
        reverse(maps, part.output_projection, model.config.d_model // part.num_heads)
mean.load_state_dict(mean_parameters([model.state_dict(), twin.state_dict()]))
some = BucketedBatches(encode_pairs(corpus.test[:200], *tokenizers), 100)
twins = {"model": model, "twin": twin, "mean of the two": mean}
twins = {name: evaluate_loss(one, some) for name, one in twins.items()}
print(", ".join(f"{name} {loss:.3f}" for name, loss in twins.items()))
assert math.isclose(twins["twin"], twins["model"], rel_tol=1e-3)
assert twins["mean of the two"] > 5 * twins["model"]
""", "nbval-ignore-output")
md(r"""
Epochs of one run share their order, since each began where the one before ended.

## The measurement
""")
KEEP = list(CELLS)
md(r"""
### The recipe, and the recipe without one part

Which part is worth how much? One takes it away and looks. The model is small, two layers on each side and 64 coordinates, and it has 1,500 sentences of at most twelve words to learn from. That is few on purpose: with so few, learning by heart is the danger, and the recipe has something to do. The *whole recipe* is dropout of 0.2, label smoothing of 0.1, 300 updates of warm-up and then a cosine down to zero, batches by length, and the mean parameters of the last five epochs. `experiments/training.py` trained it with three seeds, and then again with one thing changed at a time. All recipes of a seed start from the same parameters and make the same number of updates. Where a loss is told, it is the plain one, whatever was made small in training.

Write down your order before you run the cell.
""")
code(r"""
NAMES = {
    "whole": "whole recipe",
    "no-dropout": "no dropout",
    "no-smoothing": "no label smoothing",
    "no-averaging": "no averaging",
    "random-batches": "random batches",
    "no-warm-up": "no warm-up",
    "constant": "constant, no warm-up",
    "constant-no-averaging": "the same, no averaging",
    "inverse-sqrt": "inverse square root",
}
runs = {name: list(results("training", f"{name}-seed-*").values()) for name in NAMES}
measures = {"test loss": lambda run: run["test_loss"]}
measures["greedy BLEU"] = lambda run: run["bleu"]["greedy"]
measures["BLEU, beam of 4"] = lambda run: run["bleu"]["beam"]
print("mean of three seeds (lowest to highest); seeds above and below the whole recipe")
print(" " * 22, "".join(f"{measure:32}" for measure in measures))
for name, label in NAMES.items():
    print(f"{label:22} ", end="")
    for measure, of in measures.items():
        values, whole = [of(run) for run in runs[name]], [of(run) for run in runs["whole"]]
        digits = 3 if "loss" in measure else 1
        span = f"({min(values):.{digits}f} to {max(values):.{digits}f})"
        above = sum(v > w for v, w in zip(values, whole))
        signs = f"+{above} -{sum(v < w for v, w in zip(values, whole))}"
        shown = f"{np.mean(values):.{digits}f} {span} {signs * (name != 'whole')}"
        print(f"{shown:32}", end="")
    print()
for name in ("whole", "random-batches"):
    padding = np.mean([run["padding"] for run in runs[name]])
    speed = np.mean([run["tokens_per_second"] for run in runs[name]])
    print(f"{NAMES[name]}: padding {padding:.1%}, {speed:,.0f} target tokens a second")
assert {len(found) for found in runs.values()} == {3}
""")
code(r"""
figure, axes = plt.subplots(2, 4, figsize=(10, 5), sharex=True, sharey=True)
epochs = range(1, len(runs["whole"][0]["valid_loss"]) + 1)
for ax, name in zip(axes.flat, list(NAMES)[1:]):
    curves = {n: [run["valid_loss"] for run in runs[n]] for n in ("whole", name)}
    plots.plot_curves(epochs, curves, xlabel="", ylabel="", title=NAMES[name], ax=ax)
    for line in ax.lines:
        line.set_marker("")
    ax.legend().remove()
    ax.set_yscale("log")
figure.supxlabel("epoch")
figure.supylabel("validation loss (nats)")
plt.show()
""", figure="Validation loss by epoch, without smoothing whatever the training loss was: the whole recipe (blue, in every panel) and the recipe that the panel names (orange). Line: mean of three seeds; band: lowest to highest.", name="fig-training-ablation",
alt="Eight small panels, each with two falling curves over the epochs on a logarithmic axis, blue for the whole recipe and orange for the one without a part.")
md(r"""
{{ABLATION}}

What {numref}`fig-training-ablation` does *not* show: one learning rate serves all recipes, and it was chosen for none of them. A run without warm-up may want a lower one, and might then do as well. The sentences come from a grammar, they are short, and there are 1,500 of them; with a million, dropout has less to prevent. And the losses are those of fifty epochs.
""")
code(r"""
figure, ax = plt.subplots()
ax.plot([0, 1], [0, 1], color="grey", linestyle=":", label="as sure as right")
for place, name in enumerate(("whole", "no-smoothing")):
    found = [[run["calibration"]["bins"][i] for run in runs[name]] for i in range(10)]
    rows = [[b for b in bins if b["words"]] for bins in found]
    points = []
    for bins in rows:
        words = np.array([b["words"] for b in bins])
        if words.sum() >= 30:
            means = ([b[key] for b in bins] for key in ("confidence", "accuracy"))
            points.append([np.average(values, weights=words) for values in means])
    style = {"color": plots.COLOURS[place], "marker": plots.MARKERS[place]}
    ax.plot(*zip(*points), label=NAMES[name], **style)
    kinds = ("confidence", "accuracy", "error")
    means = {k: np.mean([run["calibration"][k] for run in runs[name]]) for k in kinds}
    print(f"{NAMES[name]:18}", ", ".join(f"{k} {v:.3f}" for k, v in means.items()))
ax.set(xlabel="probability of the chosen word", ylabel="share that is right")
ax.legend()
plt.show()
""", figure="Words of the test set, along the references, in ten groups by the probability that the model gives to its first choice; groups of fewer than 30 words are left out. On the dotted line a model is as sure as it is right.", name="fig-training-calibration",
alt="Two lines over the probability of the chosen word from 0 to 1, against the share of words that is right, beside a dotted diagonal.")
md(r"""
{{CALIBRATION}}

{cite:t}`mueller2019` found the same for image classifiers and for translation: smoothing brings certainty and accuracy together. But note where {numref}`fig-training-calibration` is measured, along the references. {cite:t}`wang2020` found translators that are well calibrated there and not on what they write themselves.
""")
if not ABLATION:
    CELLS[:] = KEEP
md(r"""
### Behind the first mistake

Now the question of the beginning. Along the reference, up to the model's first mistake, its own beginning and the reference are the same: a greedy translation equals the reference exactly if every choice along the reference is right. So all the exposure bias there is lies *behind* the first mistake, and this is where we look. We go back to the model of chapter 8, on sentences that it was not trained on, and take those where it goes wrong. At its first mistake $t$ we let it read on in three ways. The reference is put back. Or its own wrong word stays, and after it the reference goes on. Or it reads only what it writes. In each case we ask whether the words at $t+1, t+2, \dots$ are those of the reference.

For a stronger dose, we also put a random word of the vocabulary at a random place of every sentence, where there was no mistake.
""")
code(r"""
AHEAD = torch.arange(1, 9)


def behind(log_p: Tensor, answers: Tensor, place: Tensor, lasts: Tensor) -> Tensor:
    # (2, batch, 8): surprise by the reference, and whether it is the first choice
    t = place[:, None] + AHEAD.to(place.device)
    inside, t = t < lasts[:, None], t.clamp(max=answers.size(1) - 1)
    y, here = answers.gather(1, t), log_p[torch.arange(len(t))[:, None], t]
    surprise = -here.gather(2, y[..., None])[..., 0]
    right = (here.argmax(dim=-1) == y).float()
    return torch.stack([surprise, right]).masked_fill(~inside, math.nan)


pairs = [*corpus.test, *corpus.extra["long"]]
batches = BucketedBatches(encode_pairs(pairs, *tokenizers), 100)
found, again, generator = {}, {}, torch.Generator().manual_seed(0)
exact, rest, kept, forced, endless = 0, 0, 0, 0, 0
for batch in (batch.to(device) for batch in batches.batches(0)):
    answers, rows = batch.tgt[:, 1:], torch.arange(len(batch.tgt), device=device)
    real = answers != batch.pad_id
    lasts = real.sum(dim=1) - 1  # where the end symbol stands
    with evaluating(model):
        memory = model.encode(batch.src)
        log_p = model.decode(batch.tgt[:, :-1], memory).log_softmax(dim=-1)
        choice = log_p.argmax(dim=-1)
        missed = (choice != answers) & real
        bad, first = missed.any(dim=1), missed.float().argmax(dim=1)
        bad &= first < lasts
        draw = torch.rand(len(rows), generator=generator).to(device)
        anywhere = (draw * (lasts - 1)).long()
        dice = torch.randint(4, log_p.size(-1), (len(rows),), generator=generator)
        for way, place, token, chosen in (
            ("its own wrong word", first, choice[rows, first], bad),
            ("a random word", anywhere, dice.to(device), lasts > 1),
        ):
            tgt = batch.tgt.clone()
            tgt[rows, place + 1] = token
            changed = model.decode(tgt[:, :-1], memory).log_softmax(dim=-1)
            for name, seen in ((way, changed), (f"{way}, mended", log_p)):
                at = behind(seen, answers, place, lasts)[:, chosen]
                found.setdefault(name, []).append(at.cpu())
            next_choice = changed[rows, place + 1].argmax(dim=-1)
            repairs = (next_choice == answers[rows, place])[chosen]
            again.setdefault(way, []).extend(repairs.tolist())
        written = greedy_decode(model, batch.src).ids.tolist()
    for row, own in enumerate(written):
        own = own[: own.index(2) if 2 in own else None]
        reference, t = answers[row, : lasts[row]].tolist(), first[row].item()
        exact += own == reference
        if bad[row]:  # the rest of the reference that is in its own rest, in order
            endless += len(own) > 1.5 * len(reference)
            rest += len(reference) - t - 1
            forced += (~missed[row, t + 1 : lasts[row]]).sum().item()
            blocks = SequenceMatcher(None, reference[t + 1 :], own[t:], autojunk=False)
            kept += sum(block.size for block in blocks.get_matching_blocks())
print(f"{exact:,} of {len(pairs):,} sentences exactly as in the reference")
means = {name: torch.cat(parts, dim=1).nanmean(dim=1) for name, parts in found.items()}
for name, (surprise, right) in means.items():
    print(f"{name:26} surprise", " ".join(f"{s:5.2f}" for s in surprise))
    print(f"{'':26} right   ", " ".join(f"{r:5.0%}" for r in right))
for way, repairs in again.items():
    print(f"behind {way}, the word that was due: {np.mean(repairs):.0%} of choices")
print(f"of the {rest:,} words of the references behind a first mistake, ", end="")
print(f"{forced / rest:.0%} chosen along the reference, {kept / rest:.0%} found alone")
print(endless, "translations are more than half as long again as the reference")
""", "nbval-ignore-output")
code(r"""
def surprises(way: str) -> tuple[Tensor, Tensor]:
    return means[way][0], means[f"{way}, mended"][0]


figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
for ax, way in zip(axes, ("its own wrong word", "a random word")):
    labels = {"xlabel": f"words behind {way}", "ylabel": "surprise (nats)"}
    curves = dict(zip(("a wrong word", "the right word"), surprises(way)))
    plots.plot_curves(AHEAD, curves, ax=ax, **labels)
axes[0].legend(title="what stands there")
axes[1].legend().remove()
plt.show()
for way in ("its own wrong word", "a random word"):
    with_it, without = surprises(way)
    assert with_it[0] > 5 * without[0] and with_it[0] > 5
    assert with_it[5:].max() < 0.5
""", figure="How surprised the model is by the words of the reference, one to eight words behind the place where a wrong word stands in an otherwise right beginning, and with the right word there. Left: the wrong word is the model's own first mistake. Right: a random word at a random place.", name="fig-training-exposure",
alt="Two panels over the distance behind a wrong word, from one to eight. In both, the curve with the wrong word starts above ten nats at distance one, and falls to nearly the low curve without it within three or four words.")
md(r"""
The stumble of {numref}`fig-training-exposure` is violent and short. One word behind a wrong word the reference surprises the model by almost eleven nats, where it would have been well under one. Two words behind it is below one nat again, and from the fourth on hardly anything is left to see. It makes little difference whether the wrong word is the model's own or thrown by dice. What does it say in that one bad place? In three of ten cases the word of the reference all the same. Behind a random word, in two of ten, the word that was due and had been taken away, as if the wrong one had not been there. In the others neither, and we have found no rule. Mind that the reference is a hard judge there: behind a word that changes the sentence, its next word need not be the best one any more.

Left to itself, the model finds nine tenths of what the references have behind its first mistake. With the reference put back at every step it is a little more. So most of what follows a mistake is right, and the gap is there, but small. The exceptions are worth a look: the few translations that are far too long. Print them, and you will see half a sentence that comes again and again. In a mean they vanish, and for a reader they are the worst.

What is *not* shown: that training on wrong beginnings would be better. {cite:t}`bengio2015` and {cite:t}`ranzato2016` named the problem and trained with the model's own words, for that reason. How much it matters is disputed. {cite:t}`he2021` measured language models and found that distortions stay limited and that models recover by themselves. {cite:t}`arora2022` measured, too, and found that errors do accumulate. Ours is one small model, and a translator: the source, which is always right, tells it where to go on.

## The trap

A graphics card has room for eight sentences, and the recipe asks for 32. So the gradient is accumulated over four batches, with the weights of {eq}`eq-training-parts`, and the schedule is told how many updates there will be. Here is the loop. One argument makes a mistake that is in many scripts: the schedule is moved on where the *batch* is done, not where the *update* is made.
""")
code(r"""
pairs = generate(640, seed=10, max_length=8, lexicon=0.1)
few = [WordTokenizer.train(getattr(p, side) for p in pairs) for side in ("src", "tgt")]
encoded = encode_pairs(pairs, *few)
held_out = BucketedBatches(encoded[:40], 40)
EPOCHS = 10


def learn(parts: int = 4, count_batches: bool = False, seed: int = 0):
    learner, losses, rates = small(few, seed), [], []
    batches = BucketedBatches(encoded[40:], 8, seed=seed)
    config = TrainConfig(EPOCHS, 5e-3, 20, "linear")
    total = EPOCHS * math.ceil(len(batches) / parts)
    optimizer, seen, updates = torch.optim.Adam(learner.parameters()), 0, 0
    for epoch in range(EPOCHS):
        stream = batches.batches(epoch)
        while group := [batch.to(device) for batch in islice(stream, parts)]:
            counted = seen if count_batches else updates
            rate = max(0.0, learning_rate_at(counted, config, total))
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad()
            for batch in group:
                loss = negative_log_likelihood(learner, batch)
                (loss / sum(b.num_tokens for b in group)).backward()
            optimizer.step()
            seen, updates, rates = seen + len(group), updates + 1, [*rates, rate]
        losses.append(evaluate_loss(learner, held_out))
    return losses, rates


trained = {"counts updates": learn(), "counts batches": learn(count_batches=True)}
""")
code(r"""
figure, (left, right_ax) = plt.subplots(1, 2, figsize=(9, 3.4))
curves = {name: losses for name, (losses, _) in trained.items()}
labels = {"xlabel": "epoch", "ylabel": "held-out loss (nats)"}
plots.plot_curves(range(1, EPOCHS + 1), curves, ax=left, **labels)
curves = {name: rates for name, (_, rates) in trained.items()}
number = len(trained["counts updates"][1])
labels = {"xlabel": "update", "ylabel": "learning rate"}
plots.plot_curves(range(1, number + 1), curves, ax=right_ax, **labels)
plt.show()
""", "nbval-ignore-output", figure="The same model, data and recipe, with the schedule moved on by updates and by batches. Left: loss on 40 held-out sentences. Right: the learning rate that each update really had.", name="fig-training-trap",
alt="Left, two falling curves of the loss over ten epochs: the one of the run that counts batches stops falling after the third epoch, far above the other. Right, the two learning rates: one falls over all updates, the other reaches zero after a quarter of them and stays there.")
code(r"""
def check_rates(rates: list[float], config: TrainConfig) -> str:
    wanted = [learning_rate_at(u, config, len(rates)) for u in range(len(rates))]
    for u, (rate, right) in enumerate(zip(rates, wanted), start=1):
        if not math.isclose(rate, right, rel_tol=1e-6):
            return f"update {u} of {len(rates)}: rate {rate:.6f}, wanted {right:.6f}"
    return "every update had the rate of the schedule"


config = TrainConfig(EPOCHS, 5e-3, 20, "linear")
for name, (_, rates) in trained.items():
    print(f"{name}: {check_rates(rates, config)}")
idle = sum(rate == 0 for rate in trained["counts batches"][1]) / number
print(f"updates without any effect: {idle:.0%}")
final = {name: losses[-1] for name, (losses, _) in trained.items()}
assert final["counts batches"] > final["counts updates"] + 0.3 and idle > 0.7
""")
md(r"""
Nothing complains. The loss falls, flattens, and looks like that of any model that has learned what it can. Whoever sees only the orange curve on the left of {numref}`fig-training-trap` will call the model too small, or the data too few. The right half shows it at once: after a quarter of the updates the rate is zero, and three quarters of the computing heat the room. Worse, the mistake depends on the machine. On a card with room for 32 sentences the same script is right.

The check compares the rate that each update *had* with the rate that it should have had. For that the rate has to be written down, and so the package's `train` writes it into every row of its `log.csv`, beside the loss. It is worth a look before anything else.

## Exercises

```{exercise-start} How sure?
:label: ex-training-sure
```
*With a pencil.* A vocabulary has 11 entries, one of them padding, and $\varepsilon = 0.1$. Which probability is wanted for the right word, and which for each other word? How much higher must the right logit be than the others, if the others are equal? What is the lowest possible loss, and what does a model pay that gives the right word 0.999 and shares the rest evenly? The answer tells you why a training loss that stays near 0.5 may belong to a perfect model.
```{exercise-end}
```

````{solution-start} ex-training-sure
:class: dropdown
````
The ten words share 0.1, so each other word gets 0.01 and the right one 0.91. The logits differ by the logarithm of the ratio, $\log 91 = 4.51$. The lowest loss is the entropy, $-0.91 \log 0.91 - 9 \cdot 0.01 \log 0.01$.
""")
code(r"""
q = torch.tensor([0.91] + 9 * [0.01])
p = torch.tensor([0.999] + 9 * [0.001 / 9])
print(f"logits apart by {math.log(91):.2f}, lowest loss {-q @ q.log():.3f}, ", end="")
print(f"at 0.999: {-q @ p.log():.3f}")
""", "solution")
md(r"""
````{solution-end}
````

```{exercise-start} Smoothed targets
:label: ex-training-targets
```
*In code.* Write the $q$ of {eq}`eq-training-smoothed` as a table, one row a token: where the target is padding, nothing is wanted, and the row is zero. You will need it whenever a library has no smoothing, or has the wrong one: $-\sum q \log p$ is then the whole loss.
```{exercise-end}
```
""")
code(r"""
def smoothed_targets(targets: Tensor, vocab_size: int, pad_id: int, smoothing: float):
    return ...  # your code: (tokens,) -> (tokens, vocab_size)


check_smoothed_targets(smoothed_targets)
""")
md(r"""
````{solution-start} ex-training-targets
:class: dropdown
````
""")
code(r"""
def smoothed_targets(targets: Tensor, vocab_size: int, pad_id: int, smoothing: float):
    rows = torch.full((len(targets), vocab_size), smoothing / (vocab_size - 1))
    rows[:, pad_id] = 0
    rows[torch.arange(len(targets)), targets] += 1 - smoothing
    rows[targets == pad_id] = 0
    return rows


check_smoothed_targets(smoothed_targets)
loss = -(smoothed_targets(targets, 9, 0, 0.1) * logits.log_softmax(dim=-1)).sum()
torch.testing.assert_close(loss, smoothed_loss(logits, targets, 0, 0.1)[0])
""", "solution")
md(r"""
````{solution-end}
````

```{exercise-start} The schedule as the paper prints it
:label: ex-training-rate
```
*In code.* Equation 3 of {cite:t}`vaswani2017` gives the rate of step $1, 2, \dots$ as $d_{\text{model}}^{-1/2} \cdot \min(\text{step}^{-1/2},\ \text{step} \cdot \text{warmup}^{-3/2})$. Write it. Then find the peak for $d_{\text{model}} = 512$ and 4,000 steps of warm-up, and say which `TrainConfig` is the same schedule. (Scripts that copy this formula often multiply by a rate of their own; now you know what they multiply.)
```{exercise-end}
```
""")
code(r"""
def paper_rate(step: int, d_model: int, warmup_steps: int) -> float:
    return ...  # your code


check_paper_rate(paper_rate)
""")
md(r"""
````{solution-start} ex-training-rate
:class: dropdown
````
The two arguments of the minimum meet at step = warmup, and there the rate is $(d_{\text{model}} \cdot \text{warmup})^{-1/2}$.
""")
code(r"""
def paper_rate(step: int, d_model: int, warmup_steps: int) -> float:
    return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


check_paper_rate(paper_rate)
peak = (512 * 4000) ** -0.5
config = TrainConfig(1, peak, 4000, "inverse_sqrt")
for update in (0, 3999, 99_999):
    theirs = paper_rate(update + 1, 512, 4000)
    ours = learning_rate_at(update, config, 1)
    print(f"step {update + 1:6}: {theirs:.7f} and {ours:.7f}")
    assert math.isclose(theirs, ours)
""", "solution")
md(r"""
````{solution-end}
````

```{exercise-start} A recipe of your own
:label: ex-training-recipe
```
*An open experiment.* The loop of the trap sees ten epochs, whatever happens. Is it better spent on many small updates or on few large ones? Train with parts of 1, 4 and 16 batches, look at the losses by epoch, and say what you would need to know before you call one of them better. Then change what you like: the rate, the schedule, the warm-up. Three seeds each, and mind why a loss is flat.
```{exercise-end}
```

````{solution-start} ex-training-recipe
:class: dropdown
````
""")
code(r"""
sizes = {1: None, 4: trained["counts updates"][0], 16: None}
for parts in sizes:
    sizes[parts] = sizes[parts] or learn(parts)[0]
    shown = " ".join(f"{loss:.2f}" for loss in sizes[parts])
    print(f"{8 * parts:3} sentences an update: {shown}")
assert sizes[16][-1] > sizes[4][-1]
""", "solution", "nbval-ignore-output")
md(r"""
With one rate for all, within ten epochs, many small updates win: the smallest batch makes sixteen times as many as the largest. But beware of how flat the ends are. They are flat because the rate has come to zero, not because nothing was left to learn. That is a statement about these ten epochs and this rate, and a fair comparison would look for the best rate of each size, on sentences that are not these.
````{solution-end}
````

## Summary

Teacher forcing is a shift by one: the decoder reads the reference and says the next word of it, at all positions at once.

Label smoothing has a lowest loss above zero, wants a fixed lead for the right logit, gives padding nothing, and must not be put into a perplexity.

A schedule counts updates, not batches, and whoever accumulates weighs the parts by their tokens; either mistake trains without complaint.

{{SUMMARY}}

Behind a wrong word in an otherwise right beginning the model stumbles for two or three words; what it writes alone behind its first mistake is mostly right, and now and then without end.

## Sources

The recipe is section 5 of {cite:t}`vaswani2017`; section 6.1 averages checkpoints. Label smoothing is section 7 of {cite:t}`szegedy2016`, the cosine is that of {cite:t}`loshchilov2017`, teacher forcing goes back to {cite:t}`williams1989`, and the optimizer is Adam {cite:p}`kingma2015`. The error of calibration is that of {cite:t}`guo2017`.

The model now gives good probabilities for the next word. **Next**, chapter 11 asks how probabilities become a sentence.
""")
