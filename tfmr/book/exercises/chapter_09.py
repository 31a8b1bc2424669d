"""Chapter 9: the parameters of a Transformer, counted without building it."""

from collections.abc import Callable

from tfmr.book.checks import check

CASES = [(10, 4, 8, 1), (100, 8, 32, 2), (41_000, 512, 2048, 6)]


def check_count_parameters(candidate: Callable) -> None:
    """Check ``candidate(vocab_size, d_model, d_ff, num_layers)`` of a post-norm Transformer with all ties."""
    check(
        candidate,
        count_parameters,
        CASES,
        mistakes=[
            ("a decoder layer has two attentions: one to itself, one to the memory.", one_attention),
            ("the maps of attention have biases: (d + 1) · d numbers each.", attention_without_biases),
            ("the two maps of the feed-forward network have biases.", feed_forward_without_biases),
            ("a decoder layer has three norms, one for each sublayer.", two_norms),
            ("a norm has a gain and a bias for each place: 2 d numbers.", small_norms),
            ("the norms are missing: two in an encoder layer, three in a decoder layer.", no_norms),
            ("the table is counted three times; with all ties it is one tensor.", three_tables),
            ("the table is counted twice; with all ties it is one tensor.", two_tables),
            ("the vocabulary's table is missing.", no_table),
            ("attention has four maps: query, key, value and output.", three_maps),
            ("there are two stacks, an encoder and a decoder.", no_encoder),
            ("a post-norm stack has no norm after its last layer.", final_norms),
        ],
    )


def count_parameters(vocab_size: int, d_model: int, d_ff: int, num_layers: int) -> int:
    return _count(vocab_size, d_model, d_ff, num_layers)


def one_attention(*sizes: int) -> int:
    return _count(*sizes, decoder_attentions=1)


def attention_without_biases(*sizes: int) -> int:
    return _count(*sizes, attention_bias=0)


def feed_forward_without_biases(*sizes: int) -> int:
    return _count(*sizes, feed_forward_bias=0)


def two_norms(*sizes: int) -> int:
    return _count(*sizes, decoder_norms=2)


def small_norms(*sizes: int) -> int:
    return _count(*sizes, norm_size=1)


def no_norms(*sizes: int) -> int:
    return _count(*sizes, norm_size=0)


def three_tables(*sizes: int) -> int:
    return _count(*sizes, tables=3)


def two_tables(*sizes: int) -> int:
    return _count(*sizes, tables=2)


def no_table(*sizes: int) -> int:
    return _count(*sizes, tables=0)


def three_maps(*sizes: int) -> int:
    return _count(*sizes, maps=3)


def no_encoder(*sizes: int) -> int:
    return _count(*sizes, encoders=0)


def final_norms(*sizes: int) -> int:
    return _count(*sizes, after_stacks=2)


def _count(
    vocab_size: int,
    d: int,
    d_ff: int,
    num_layers: int,
    *,
    tables: int = 1,
    maps: int = 4,
    attention_bias: int = 1,
    feed_forward_bias: int = 1,
    norm_size: int = 2,
    encoders: int = 1,
    decoder_attentions: int = 2,
    decoder_norms: int = 3,
    after_stacks: int = 0,
) -> int:
    attention = maps * d * (d + attention_bias)
    feed_forward = 2 * d * d_ff + feed_forward_bias * (d + d_ff)
    norm = norm_size * d
    encoder_layer = attention + feed_forward + 2 * norm
    decoder_layer = decoder_attentions * attention + feed_forward + decoder_norms * norm
    layers = num_layers * (encoders * encoder_layer + decoder_layer)
    return tables * vocab_size * d + layers + after_stacks * norm
