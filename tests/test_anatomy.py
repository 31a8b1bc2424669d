"""The anatomy follows the model object: its table adds up, its drawing shows what is there and nothing else."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn

from tfmr.book.anatomy import dissect, parameter_table, plot_anatomy
from tfmr.config import POSITIONS, TIES, TransformerConfig
from tfmr.errors import InputError
from tfmr.layers import NORMS, FeedForward
from tfmr.multi_head import MultiHeadAttention
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq
from tfmr.transformer import Transformer


def small(**changes) -> Transformer:
    sizes = {"d_model": 8, "num_heads": 2, "num_encoder_layers": 2, "num_decoder_layers": 3, "d_ff": 16}
    return Transformer(TransformerConfig(11, 11, max_length=7, **(sizes | changes)))


def drawn(model) -> list[str]:
    """All the words of the drawing."""
    ax = plot_anatomy(model)
    texts = [text.get_text() for text in ax.texts] + [ax.get_title()]
    plt.close(ax.figure)
    return texts


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("positions", POSITIONS)
def test_the_table_sums_to_the_model(positions, norm, ties):
    model = small(positions=positions, norm=norm, tie_embeddings=ties)
    assert sum(part.parameters for part in parameter_table(model)) == sum(
        p.numel() for p in model.parameters()
    )


def test_the_table_of_a_tiny_model_by_hand():
    rows = {part.name: part for part in parameter_table(small(positions="learned", norm="pre"))}
    assert rows["src_embedding.table"].parameters == 11 * 8
    assert rows["src_embedding.positions"].parameters == 7 * 8
    assert rows["encoder.self_attention"][1:3] == (2, 2 * 4 * (8 * 8 + 8))
    assert rows["decoder.cross_attention"][1:3] == (3, 3 * 4 * (8 * 8 + 8))
    assert rows["decoder.feed_forward"][1:3] == (3, 3 * (8 * 16 + 16 + 16 * 8 + 8))
    assert rows["encoder.norms"][1:3] == (2 * 2 + 1, 5 * 16)  # pre-norm: one more at the end
    assert rows["decoder.norms"][1:3] == (3 * 3 + 1, 10 * 16)
    assert rows["output"].parameters == 8 * 11


def test_ties_are_counted_once_and_named():
    rows = {part.name: part for part in parameter_table(small(tie_embeddings="all"))}
    assert rows["tgt_embedding.table"][2:] == (0, "src_embedding.table")
    assert rows["output"][2:] == (0, "src_embedding.table")
    rows = {part.name: part for part in parameter_table(small(tie_embeddings="output"))}
    assert rows["tgt_embedding.table"][2:] == (11 * 8, None)
    assert rows["output"].tied_to == "tgt_embedding.table"


def test_a_tie_that_was_cut_is_counted_again():
    model = small(tie_embeddings="all")
    model.output.weight = nn.Parameter(model.output.weight.clone())
    assert {part.name: part for part in parameter_table(model)}["output"][2:] == (88, None)
    assert dissect(model).ties == "one table: source embedding = target embedding"


def test_the_table_works_on_the_meta_device_and_on_other_models():
    with torch.device("meta"):
        model = Transformer(TransformerConfig.base())
    assert sum(part.parameters for part in parameter_table(model)) == 65_130_496
    other = RecurrentSeq2Seq(RecurrentConfig(11, 11, d_embed=4, d_hidden=8))
    assert sum(part.parameters for part in parameter_table(other)) == sum(
        p.numel() for p in other.parameters()
    )


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_the_drawing_has_every_layer(layers):
    texts = drawn(small(num_encoder_layers=layers, num_decoder_layers=layers))
    assert sum("the same" in text for text in texts) == 2 * (layers - 1)
    assert sum("feed-forward" in text for text in texts) == 2
    assert sum("cross-attention" in text for text in texts) == 1


def test_the_drawing_shows_where_the_norm_is():
    post, pre = drawn(small()), drawn(small(norm="pre"))
    assert post.count("norm") == 0 and pre.count("norm") == 2  # the one more at the end of each stack
    assert (
        sum(text.startswith("norm, 16") for text in post) == 5 == sum(t.startswith("norm, 16") for t in pre)
    )
    assert post.index("norm, 16") > post.index(next(t for t in post if "self-attention" in t))
    assert pre.index("norm, 16") < pre.index(next(t for t in pre if "self-attention" in t))


def test_the_drawing_shows_sizes_positions_and_ties():
    texts = " ".join(drawn(small(num_heads=4, d_ff=2000, positions="rotary", tie_embeddings="output")))
    for words in ("4 heads", "8 → 2,000", "rotary in self-attention", "target embedding = output layer"):
        assert words in texts
    texts = " ".join(drawn(small(positions="learned")))
    assert "learned positions" in texts and "one table" not in texts
    assert "positions" not in " ".join(drawn(small(positions="none")))
    assert "ALiBi" in " ".join(drawn(small(positions="alibi")))


@pytest.mark.parametrize("norm", NORMS)
def test_the_numbers_of_the_drawing_by_hand(norm):
    attention, network, one_norm = 4 * (8 * 8 + 8), 8 * 16 + 16 + 16 * 8 + 8, 2 * 8
    encoder, decoder = dissect(small(norm=norm)).stacks
    assert [[s[2:] for s in layer] for layer in encoder.layers] == [
        [(attention, norm, one_norm, False), (network, norm, one_norm, False)]
    ] * 2
    assert [[s[2:] for s in layer] for layer in decoder.layers] == [
        [(attention, norm, one_norm, reads) for reads in (False, True)] + [(network, norm, one_norm, False)]
    ] * 3
    texts = drawn(small(norm=norm))
    for layer in (attention + network + 2 * one_norm, 2 * attention + network + 3 * one_norm):
        assert f"layer 1, {layer}" in texts and f"layer 2: the same, {layer}" in texts
    assert texts.count(f"self-attention, 2 heads\n{attention}") == 2
    assert texts.count(f"feed-forward, 8 → 16\n{network}") == 2


def test_each_stack_has_its_own_vocabulary():
    texts = drawn(Transformer(TransformerConfig(1100, 1300, 8, 2, 1, 1, 16, positions="none")))
    assert texts.index("embedding, 1,100 × 8") < texts.index("embedding, 1,300 × 8")
    assert "output layer, 8 → 1,300" in texts


def test_a_layer_that_differs_is_drawn_in_full():
    model = small(num_encoder_layers=3)
    model.encoder.layers[1].feed_forward = FeedForward(8, 99)
    texts = " ".join(drawn(model))
    assert "8 → 99" in texts and "layer 2, " in texts and "layer 3, " in texts


def test_the_title_is_the_size_of_the_object():
    model = small()
    assert f"{sum(p.numel() for p in model.parameters()):,} parameters" in drawn(model)


def test_registration_order_is_running_order():
    """The drawing reads the order of the sublayers off the object: it must be the order in which they run."""
    model, ran = small(), []
    for layer in (model.encoder.layers[0], model.decoder.layers[0]):
        for name, child in layer.named_children():
            if isinstance(child, (MultiHeadAttention, FeedForward)):
                child.register_forward_hook(lambda *_, name=name: ran.append(name.replace("_", "-")))
    model(torch.ones(1, 3, dtype=torch.long), torch.ones(1, 2, dtype=torch.long))
    assert ran == [sub.name for stack in dissect(model).stacks for sub in stack.layers[0]]


def test_the_memory_reaches_every_decoder_layer():
    ax = plot_anatomy(small(num_decoder_layers=4))
    arrows = [
        a for a in ax.texts if hasattr(a, "xyann") and a.xy[0] != a.xyann[0]
    ]  # the ones that do not go up
    plt.close(ax.figure)
    assert len(arrows) == 4


def test_another_kind_of_model_is_refused():
    with pytest.raises(InputError, match="expected an encoder–decoder, got one without decoder"):
        dissect(small().encoder)
