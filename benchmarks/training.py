"""Training speed of our Transformer beside PyTorch's own and Hugging Face's Marian, of the same sizes.

    python benchmarks/training.py [--corpus multi30k] [--steps 12] [--threads 2]

All take whole steps (loss, gradient, clipping, Adam) in turn, batch by batch. Before it times anything, the script
checks that the same weights give the same logits in all three.

- On the same batches of sentences of about one length: *tfmr* beside Marian, both with dropout where the 2017 paper has
  it; and beside ``torch.nn.Transformer``, both with dropout on attention weights and hidden units, too, as PyTorch has it.
- *tfmr* on such batches beside ``torch.nn.Transformer`` on batches of sentences as they come, as a first version has
  them: target tokens a second, padding not counted.

The last line says which share of this machine's best matrix product training reaches (the model FLOPs utilisation).
"""

import argparse
import statistics
from collections.abc import Iterator
from itertools import cycle, islice

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.peers import TorchTransformer, make_marian
from benchmarks.timing import Row, in_turn, machine, matmul_peak, paired_ratio
from tfmr.config import TransformerConfig
from tfmr.data import Batch, BPETokenizer, BucketedBatches, encode_pairs, load_corpus
from tfmr.training import pick_device, set_seed
from tfmr.transformer import Transformer

DROPOUT = 0.1


def main(argv: list[str] | None = None) -> list[Row]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="multi30k")
    parser.add_argument("--size", type=int, help="training pairs to draw batches from (default: all)")
    parser.add_argument("--steps", type=int, default=12, help="timed steps of each")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--d-model", type=int, default=256)
    parser.add_argument("--layers", type=int, default=3, help="of the encoder, and of the decoder")
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device")
    args = parser.parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    device = pick_device(args.device)
    return measure(args, device)


def measure(args: argparse.Namespace, device: torch.device) -> list[Row]:
    """Time all contestants, print what was found, and return the lines of the table."""
    corpus = load_corpus(args.corpus, size=args.size)
    texts = [text for pair in corpus.train for text in (pair.src, pair.tgt)]
    tokenizer = BPETokenizer.train(texts, args.vocab_size)
    examples = encode_pairs(corpus.train, tokenizer, tokenizer, max_length=100)
    set_seed(0)
    models = make_models(len(tokenizer), args.d_model, args.layers)
    bucketed = BucketedBatches(examples, args.batch_size)
    check_equal(models, next(bucketed.batches(0)))
    for model in models.values():
        model.to(device)

    # One batch of each kind after the other, and each model on the same ones; the first warms up.
    bucketed, shuffled = _forever(bucketed, device), _forever(_random(examples, args.batch_size), device)
    rounds = list(islice(zip(bucketed, shuffled, strict=True), args.steps + 1))
    runs = {name: Steps(model, [one for one, _ in rounds]) for name, model in models.items()}
    runs["torch.nn.Transformer, random batches"] = Steps(
        models["torch.nn.Transformer"], [other for _, other in rounds]
    )
    seconds = in_turn(args.steps, runs, device)

    tokens = {kind: sum(batch[kind].num_tokens for batch in rounds[1:]) for kind in (0, 1)}
    speed = {name: tokens[name.endswith("random batches")] / sum(times) for name, times in seconds.items()}
    print(f"{args.corpus}, d_model {args.d_model}, {args.layers} + {args.layers} layers, ", end="")
    print(f"{len(tokenizer):,} pieces, batches of {args.batch_size}; {machine(device)}")
    print(f"{'':40}{'tokens/s':>10}{'ms a step (median)':>20}")
    for name, times in seconds.items():
        print(f"{name:40}{speed[name]:10,.0f}{1000 * statistics.median(times):20,.0f}")
    rows = []
    for ours, peer in (("tfmr", "Marian"), ("tfmr, dropout everywhere", "torch.nn.Transformer")):
        ratio = paired_ratio(seconds[ours], seconds[peer])
        rows.append(Row("training, the same batches (tokens/s)", peer, speed[ours], speed[peer], ratio))
    peer = "torch.nn.Transformer, random batches"
    ratio = speed["tfmr"] / speed[peer]
    rows.append(Row("training, batches by length (tokens/s)", peer, speed["tfmr"], speed[peer], ratio))

    work = sum(count_operations(models["tfmr"], one) for one, _ in rounds[1:])
    reached, peak = work / sum(seconds["tfmr"]), matmul_peak(device)
    what = "training, floating-point operations (GFLOP/s)"
    rows.append(Row(what, "this machine's best matrix product", reached / 1e9, peak / 1e9, reached / peak))
    for row in rows:
        print(f"tfmr is {row.ratio:.2f} times as fast as {row.peer} ({row.what})")
    return rows


def make_models(vocab_size: int, d_model: int, layers: int) -> dict[str, nn.Module]:
    """Four models with the same weights, in training mode."""
    config = TransformerConfig(
        vocab_size, vocab_size, d_model, max(1, d_model // 64), layers, layers, 4 * d_model, dropout=DROPOUT
    )
    ours = Transformer(config)
    everywhere = {"attention_dropout": DROPOUT, "hidden_dropout": DROPOUT}
    other = Transformer(TransformerConfig(**(vars(config) | everywhere)))
    other.load_state_dict(ours.state_dict())
    peers = {"Marian": Marian(ours), "torch.nn.Transformer": TorchTransformer(ours, DROPOUT)}
    return {name: m.train() for name, m in {"tfmr": ours, "tfmr, dropout everywhere": other, **peers}.items()}


class Marian(nn.Module):
    """Hugging Face's model, called as ours is."""

    def __init__(self, ours: Transformer):
        super().__init__()
        self.pad_id, self.marian = ours.config.pad_id, make_marian(ours, DROPOUT)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        return self.marian(
            src, attention_mask=src != self.pad_id, decoder_input_ids=tgt, use_cache=False
        ).logits


class Steps:
    """Whole training steps, one batch after the other: calling it takes the next."""

    def __init__(self, model: nn.Module, batches: list[Batch]):
        self.model, self.batches = model, iter(batches)
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def __call__(self) -> None:
        batch = next(self.batches)
        self.optimizer.zero_grad()
        loss_of(self.model, batch).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    """Mean negative log-likelihood of a target token."""
    logits = model(batch.src, batch.tgt[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), batch.tgt[:, 1:].flatten(), ignore_index=batch.pad_id)


def count_operations(model: nn.Module, batch: Batch) -> int:
    """Floating-point operations of the matrix products of one step, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        loss_of(model, batch).backward()
    return counter.get_total_flops()


def check_equal(models: dict[str, nn.Module], batch: Batch) -> None:
    """The same logits from all, at the positions that count."""
    real = batch.tgt[:, :-1] != batch.pad_id
    expected = None
    for model in models.values():
        with torch.no_grad():
            logits = model.eval()(batch.src, batch.tgt[:, :-1])[real]
        model.train()
        expected = logits if expected is None else expected
        torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)


def _random(examples: list, batch_size: int) -> BucketedBatches:
    """Batches of sentences as they come: pools of one batch have nothing to sort."""
    return BucketedBatches(examples, batch_size, pool=1, seed=1)


def _forever(batches: BucketedBatches, device: torch.device) -> Iterator[Batch]:
    return (batch.to(device) for batch in cycle(batches.batches(epoch=0)))


if __name__ == "__main__":
    main()
