"""Chapter 9: the parameters of a Transformer, counted without building it."""

from collections.abc import Callable

from tfmr.book.checks import Exercise


def count_parameters(
    vocab_size: int,
    d_model: int,
    d_ff: int,
    num_layers: int,
    *,
    layers: Callable = lambda num_layers: num_layers,
    inner: Callable = lambda d_model, d_ff: d_ff,
    tables: int = 1,
    maps: int = 4,
    attention_bias: int = 1,
    feed_forward_bias: Callable = lambda d_model, d_ff: d_model + d_ff,
    norm_size: int = 2,
    encoders: int = 1,
    decoders: int = 1,
    attentions: int = 2,
    encoder_norms: int = 2,
    decoder_norms: int = 3,
    decoder_feed_forward: int = 1,
    matrices: int = 2,
    extra: Callable = lambda vocab_size, d_model: 0,
) -> int:
    """The parameters of a post-norm Transformer with sinusoidal positions and all ties."""
    d_ff = inner(d_model, d_ff)
    attention = maps * d_model * (d_model + attention_bias)
    feed_forward = matrices * d_model * d_ff + feed_forward_bias(d_model, d_ff)
    norm = norm_size * d_model
    encoder_layer = attention + feed_forward + encoder_norms * norm
    decoder_layer = attentions * attention + decoder_feed_forward * feed_forward + decoder_norms * norm
    pair = encoders * encoder_layer + decoders * decoder_layer
    return tables * vocab_size * d_model + layers(num_layers) * pair + extra(vocab_size, d_model)


def _costs(number: int, sentence: str, price: Callable) -> tuple[str, Callable]:
    """One more of argument ``number`` costs ``price(*arguments)`` parameters."""

    def holds(call: Callable, *sizes: int) -> bool:
        larger = [size + (i == number) for i, size in enumerate(sizes)]
        return call(*larger) - call(*sizes) == price(*sizes)

    return sentence, holds


VOCABULARY, D_FF = 0, 2
EACH_STACK = "num_layers is the number of layers in each stack, not in both together."
TOO_MANY_NORMS = (
    "2 d_model numbers are too many for each pair of layers: a norm (an encoder layer has two, a decoder layer has "
    "three norms)."
)
A_NORM = (
    "2 d_model numbers are missing for each pair of layers: a norm (an encoder layer has two, a decoder layer has "
    "three norms), or the bias of the feed-forward network's second map."
)

check_count_parameters = Exercise(
    count_parameters,
    [(11, 4, 10, 1), (101, 6, 21, 3), (41_000, 512, 2048, 6)],
    properties=[
        ("parameters are counted one by one: the result is a whole number.",
         lambda call, *sizes: call(*sizes) == int(call(*sizes))),
        ("without layers only the table is left: vocab_size · d_model numbers, as all ties make it one.",
         lambda call, vocab_size, d_model, d_ff, num_layers: call(vocab_size, d_model, d_ff, 0)
         == vocab_size * d_model),
        _costs(VOCABULARY, "one more token costs one row of the table: d_model numbers.",
               lambda vocab_size, d_model, d_ff, num_layers: d_model),
        ("every layer costs the same: what the second adds is what the first did.",
         lambda call, vocab_size, d_model, d_ff, num_layers:
         call(vocab_size, d_model, d_ff, 2) - call(vocab_size, d_model, d_ff, 1)
         == call(vocab_size, d_model, d_ff, 1) - call(vocab_size, d_model, d_ff, 0)),
        _costs(D_FF, "one more number inside the feed-forward networks costs a row, a column and a bias in each of "
               "2 · num_layers of them: 2 d_model + 1 each.",
               lambda vocab_size, d_model, d_ff, num_layers: 2 * num_layers * (2 * d_model + 1)),
        ("an encoder and a decoder layer have three attentions, each of four maps with d_model² numbers: in d_model the "
         "count has to grow as 12 · num_layers · d_model².",
         lambda call, vocab_size, d_model, d_ff, num_layers:
         sum(sign * call(vocab_size, d_model + more, d_ff, num_layers) for sign, more in ((1, 0), (-2, 2), (1, 4)))
         == 96 * num_layers),
    ],
    mistakes=[
        ("a decoder layer has two attentions: one to itself, one to the memory.", {"attentions": 1}),
        ("a decoder layer is counted like an encoder layer; it has a second attention, with a norm.",
         {"attentions": 1, "decoder_norms": 2}),
        ("the biases are missing: each map of attention has one, and so have both maps of the feed-forward network.",
         {"attention_bias": 0, "feed_forward_bias": lambda d_model, d_ff: 0}),
        ("the maps of attention have biases: (d + 1) · d numbers each.", {"attention_bias": 0}),
        ("the two maps of the feed-forward network have biases.", {"feed_forward_bias": lambda d_model, d_ff: 0}),
        ("the first map of the feed-forward network has a bias, too: d_ff numbers.",
         {"feed_forward_bias": lambda d_model, d_ff: d_model}),
        (TOO_MANY_NORMS, {"encoder_norms": 3}),
        (TOO_MANY_NORMS, {"decoder_norms": 4}),
        (A_NORM, {"decoder_norms": 2}),
        (A_NORM, {"encoder_norms": 1}),
        (A_NORM, {"feed_forward_bias": lambda d_model, d_ff: d_ff}),
        ("a norm has a gain and a bias for each coordinate: 2 d numbers.", {"norm_size": 1}),
        ("the norms are missing: two in an encoder layer, three in a decoder layer.", {"norm_size": 0}),
        ("the table is counted three times; with all ties it is one tensor.", {"tables": 3}),
        ("the table is counted twice; with all ties it is one tensor.", {"tables": 2}),
        ("the vocabulary's table is missing.", {"tables": 0}),
        ("attention has four maps: query, key, value and output.", {"maps": 3}),
        (EACH_STACK, {"layers": lambda num_layers: num_layers // 2}),
        (EACH_STACK, {"layers": lambda num_layers: num_layers / 2}),
        ("d_ff is an argument of its own: it need not be 4 d_model.", {"inner": lambda d_model, d_ff: 4 * d_model}),
        ("there are two stacks, an encoder and a decoder.", {"encoders": 0}),
        ("this is the encoder alone: the decoder is missing.", {"decoders": 0}),
        ("the feed-forward network of the decoder layer is missing.", {"decoder_feed_forward": 0}),
        ("the feed-forward network has two maps, one in and one out.", {"matrices": 1}),
        ("4 d_model numbers are too many, as of a norm after the last layer of each stack: a post-norm stack has none.",
         {"extra": lambda vocab_size, d_model: 4 * d_model}),
        ("the way out is the table alone; it has no bias.", {"extra": lambda vocab_size, d_model: vocab_size}),
    ],
)  # fmt: skip
