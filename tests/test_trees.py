"""Chapter 11's drawing of probabilities two words deep."""

import matplotlib.pyplot as plt
import pytest

from tfmr.book.plots import COLOURS
from tfmr.book.trees import WIDTH, plot_tree
from tfmr.errors import InputError

FIRST = {"a": 0.5, "b": 0.4, ".": 0.1}
SECOND = {"a": {"c": 0.6, "d": 0.4}, "b": {"c": 0.9, "d": 0.1}}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_each_end_says_how_probable_it_is():
    texts = [text.get_text() for text in plot_tree("we", FIRST, SECOND).texts]
    assert texts[0] == "we" and {"a", "b", ".   0.100", "0.50", "0.40", "0.10"} <= set(texts)
    for text in ("c   0.50 · 0.60 = 0.300", "d   0.50 · 0.40 = 0.200", "c   0.40 · 0.90 = 0.360"):
        assert text in texts


def test_lines_are_as_thick_as_their_ends_are_probable_and_no_end_lies_on_another():
    ax = plot_tree("we", FIRST, SECOND)
    widths = sorted(line.get_linewidth() / WIDTH for line in ax.lines)
    assert widths == pytest.approx(sorted([0.5, 0.4, 0.1, 0.3, 0.2, 0.36, 0.04]))
    ends = [line.get_ydata()[1] for line in ax.lines if line.get_xdata()[1] > 2]
    assert len(set(ends)) == len(ends) == 4


def test_the_greedy_way_and_the_best_one_stand_out():
    coloured = {
        round(line.get_linewidth() / WIDTH, 2): line.get_color()
        for line in plot_tree("we", FIRST, SECOND).lines
    }
    assert coloured[0.5] == coloured[0.3] == COLOURS[0]
    assert coloured[0.4] == coloured[0.36] == COLOURS[1]
    assert coloured[0.2] == coloured[0.04] == coloured[0.1] == "0.6"


def test_where_greedy_is_best_nothing_is_orange():
    colours = {line.get_color() for line in plot_tree("we", {"a": 0.9, ".": 0.1}, {"a": {"c": 1.0}}).lines}
    assert colours == {COLOURS[0], "0.6"}


def test_a_second_word_needs_a_first():
    with pytest.raises(InputError, match="second: expected words of the first step"):
        plot_tree("we", {"a": 1.0}, {"b": {"c": 1.0}})
