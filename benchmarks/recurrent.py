"""Training speed of the recurrent model beside a plain one that does everything inside the decoder's loop.

    python benchmarks/recurrent.py [--corpus multi30k] [--steps 20]

Both train on the same batches, in turn, batch by batch, so that a busy machine slows both. What differs:

- *plain* projects the keys and computes the output layer at every step of the target;
- *tfmr* projects the keys once a sentence and computes the output layer once for all steps.

The two give the same logits from the same weights; this script checks it before it times anything.
"""

import argparse
import statistics
import time
from itertools import cycle, islice

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.timing import Row, machine, paired_ratio, synchronise
from tfmr.attention import attend
from tfmr.data import Batch, BPETokenizer, BucketedBatches, encode_pairs, load_corpus
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.training import pick_device, set_seed


def main(argv: list[str] | None = None) -> list[Row]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="multi30k")
    parser.add_argument("--size", type=int, help="training pairs to draw batches from (default: all)")
    parser.add_argument("--steps", type=int, default=20, help="timed steps of each model")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--d-embed", type=int, default=256)
    parser.add_argument("--d-hidden", type=int, default=512)
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--device")
    args = parser.parse_args(argv)

    device = pick_device(args.device)
    corpus = load_corpus(args.corpus, size=args.size)
    src_tokenizer = BPETokenizer.train([pair.src for pair in corpus.train], args.vocab_size)
    tgt_tokenizer = BPETokenizer.train([pair.tgt for pair in corpus.train], args.vocab_size)
    examples = encode_pairs(corpus.train, src_tokenizer, tgt_tokenizer)
    batches = cycle(BucketedBatches(examples, batch_size=args.batch_size).batches(epoch=0))

    set_seed(0)
    config = RecurrentConfig(len(src_tokenizer), len(tgt_tokenizer), args.d_embed, args.d_hidden)
    model = RecurrentSeq2Seq(config).to(device)
    forward = {"plain": plain_forward, "tfmr": RecurrentSeq2Seq.forward}
    _check_equal(model, next(batches).to(device))

    seconds = {name: [] for name in forward}
    tokens = 0
    for number, batch in enumerate(islice(batches, args.steps + 2)):
        batch = batch.to(device)
        for name in forward:
            elapsed = _time_step(forward[name], model, batch)
            if number >= 2:  # the first steps warm up
                seconds[name].append(elapsed)
        tokens += batch.num_tokens if number >= 2 else 0

    speed = {name: tokens / sum(times) for name, times in seconds.items()}
    print(f"{args.corpus}, batches of {args.batch_size}, d_hidden {args.d_hidden}; {machine(device)}")
    print(f"{'':8}{'tokens/s':>10}{'ms a step (median)':>20}")
    for name, times in seconds.items():
        print(f"{name:8}{speed[name]:10,.0f}{1000 * statistics.median(times):20,.0f}")
    ratio = paired_ratio(seconds["tfmr"], seconds["plain"])
    print(f"tfmr trains {ratio:.2f} times as fast (median of the paired ratios)")
    what, peer = "training, recurrent with attention (tokens/s)", "all of it inside the decoder's loop"
    return [Row(what, peer, speed["tfmr"], speed["plain"], ratio)]


def plain_forward(model: RecurrentSeq2Seq, src: Tensor, tgt: Tensor) -> Tensor:
    """The same function of the same weights, written one step at a time, as a first version usually is."""
    decoder = model.decoder
    memory = model.encode(src)
    hidden = decoder.start(memory).hidden
    logits = []
    for token in tgt.unbind(dim=1):
        embedded = decoder.dropout(decoder.embedding(token))
        scores = decoder.attention.score(hidden[:, None], decoder.attention.project_key(memory.vectors))
        context = attend(scores, memory.vectors, memory.mask)[0][:, 0]
        hidden = decoder.cell(torch.cat([embedded, context], dim=-1), hidden)
        logits.append(decoder.logits(hidden, context, embedded))
    return torch.stack(logits, dim=1)


def _time_step(forward, model: RecurrentSeq2Seq, batch: Batch) -> float:
    """Seconds for one forward and backward pass."""
    synchronise(batch.src.device)
    started = time.perf_counter()
    logits = forward(model, batch.src, batch.tgt[:, :-1])
    F.cross_entropy(logits.flatten(0, 1), batch.tgt[:, 1:].flatten(), ignore_index=0).backward()
    synchronise(batch.src.device)
    elapsed = time.perf_counter() - started
    model.zero_grad()
    return elapsed


def _check_equal(model: RecurrentSeq2Seq, batch: Batch) -> None:
    with torch.no_grad():
        tgt = batch.tgt[:, :-1]
        torch.testing.assert_close(
            plain_forward(model, batch.src, tgt), model(batch.src, tgt), atol=1e-4, rtol=1e-4
        )


if __name__ == "__main__":
    main()
