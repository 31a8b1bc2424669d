"""From probabilities to a sentence: the most probable word, again and again."""

from jaxtyping import Int
from torch import Tensor

from tfmr.decoding.request import Prefix
from tfmr.decoding.rules import Rules
from tfmr.decoding.write import Decoded, write
from tfmr.seq2seq import Seq2Seq


def greedy_decode(
    model: Seq2Seq,
    src: Int[Tensor, "batch src_len"],
    max_length: int | None = None,
    need_weights: bool = False,
    *,
    rules: Rules | None = None,
    prefix: Prefix | None = None,
) -> Decoded:
    """Take the most probable word at each step, until the end symbol; of equally probable ones the smallest id.

    A batch decodes as its sentences would one by one: each ends at its own end symbol or at its own limit.
    Padding and the begin symbol are never written, for they are no words.

    Args:
        model: what is to write; put into eval mode for as long as it writes.
        src: source token ids, padded at the end. A batch of no sentence gives one of no translation.
        max_length: most tokens a sentence may get, its end symbol included; by default its source length plus 50.
        need_weights: whether to keep the cross-attention weights.
        rules: what may not be written.
        prefix: how each translation has to begin: ids without begin and end symbols, one sequence for each sentence.

    Raises:
        InputError: ``max_length`` is no whole number of at least 1; a source has no token, or padding before a token;
            there is not one prefix for each sentence, or one is longer than its limit or holds no words.
    """
    return write(model, src, lambda logits: logits.argmax(dim=1), max_length, need_weights, rules, prefix)
