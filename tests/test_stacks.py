"""What chapter 7 measures in stacks, by hand on small ones, and what its drawings show."""

import matplotlib.pyplot as plt
import pytest
import torch

from tfmr.book import stacks
from tfmr.multi_head import MultiHeadAttention


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_difference_is_the_share_of_the_length_without_the_mean_word():
    same, opposite = torch.tensor([[[3.0, 4], [3, 4]]]), torch.tensor([[[3.0, 4], [-3, -4]]])
    assert stacks.difference(same) == 0 and stacks.difference(opposite) == 1
    assert stacks.difference(torch.tensor([[[2.0, 0], [0, 2]]])) == pytest.approx(0.5**0.5)
    assert stacks.difference(torch.cat([same, -same])) == 0  # each sentence has a mean of its own


def test_gradients_are_those_of_all_layers_by_kind():
    attentions = [MultiHeadAttention(8, 2) for _ in range(2)]
    for attention in attentions:
        for number, name in enumerate(("query", "key", "value", "output")):
            weight = getattr(attention, f"{name}_projection").weight
            weight.grad = torch.full_like(weight, 10.0**number / 8)  # of length 10**number
    assert stacks.gradient_lengths(attentions[:1]) == pytest.approx((101**0.5, 1010000**0.5))
    assert stacks.gradient_lengths(attentions) == pytest.approx((202**0.5, 2020000**0.5))


def test_the_norm_stands_on_the_road_after_the_sum_or_beside_it():
    texts = [[(t.get_text(), t.get_position()) for t in ax.texts] for ax in stacks.plot_ways()]
    on_road = [[text for text, (x, _) in panel if x == 0] for panel in texts]
    beside = [[text for text, (x, _) in panel if x > 0] for panel in texts]
    assert on_road == [["f"], ["+", "norm"], ["+"]] and beside == [[], ["f"], ["norm", "f"]]
    for panel in texts:
        for column in {x for _, (x, _) in panel}:  # from below, as the vector goes
            heights = [y for _, (x, y) in panel if x == column]
            assert heights == sorted(heights)


def test_a_wiring_has_one_colour_and_is_hollow_without_networks():
    found = {("post", True): torch.tensor([[0.5, 2.0], [0.1, 3.0]]), ("pre", True): torch.ones(2, 2)}
    found |= {(name, False): layers / 2 for (name, _), layers in found.items()}
    axes = stacks.plot_layers(found, ("apart", "heard"))
    assert [ax.get_title() for ax in axes] == ["apart", "heard"]
    lines = axes[1].lines
    assert lines[0].get_xdata().tolist() == [1, 2] and lines[0].get_ydata().tolist() == [2, 3]
    assert lines[0].get_color() == lines[2].get_color() != lines[1].get_color()
    assert [line.get_mfc() == "white" for line in lines] == [False, False, True, True]
    assert [text.get_text() for text in axes[1].get_legend().get_texts()] == ["post", "pre"]


def test_a_run_ends_at_its_last_window():
    runs = [{"window": 20, "loss": [3.0, 2.0, 0.1]}, {"window": 20, "loss": [3.0]}]
    ax = stacks.plot_runs(plt.figure().gca(), {"post": runs, "pre": runs[:1]}, "loss")
    assert [line.get_xdata().tolist() for line in ax.lines] == [[20, 40, 60], [20], [20, 40, 60]]
    assert [line.get_markevery() for line in ax.lines] == [[-1]] * 3
    assert ax.get_legend_handles_labels()[1] == ["post", "pre"]
