"""Figures show what they are given, the right way round, and refuse what does not fit."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.patches import Rectangle

from tfmr.book import plots
from tfmr.errors import InputError

SRC = ["j'", "aime", "l'", "intelligence", "artificielle"]
TGT = ["i", "love", "artificial", "intelligence"]
# Rows are target words: "artificial" looks at "artificielle", "intelligence" at "intelligence".
WEIGHTS = np.array(
    [
        [0.9, 0.1, 0.0, 0.0, 0.0],
        [0.1, 0.8, 0.1, 0.0, 0.0],
        [0.0, 0.0, 0.1, 0.2, 0.7],
        [0.0, 0.0, 0.2, 0.8, 0.0],
    ]
)
GOLD = [(0, 0), (1, 1), (4, 2), (3, 3)]  # (source, target)


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_trap_11_each_side_carries_its_own_words():
    ax = plots.plot_alignment(WEIGHTS, SRC, TGT)
    assert labels(ax.xaxis) == SRC and ax.get_xlabel() == "source"
    assert labels(ax.yaxis) == TGT and ax.get_ylabel() == "target"
    assert ax.yaxis_inverted(), "the first target word must be at the top"
    ax.figure.canvas.draw()
    assert all(tick.label2.get_visible() for tick in ax.xaxis.get_major_ticks())  # label2: above


def test_trap_11_the_matrix_is_not_transposed():
    image = plots.plot_alignment(WEIGHTS, SRC, TGT).images[0]
    np.testing.assert_allclose(image.get_array(), WEIGHTS)
    left, right, bottom, top = image.get_extent()
    assert (right - left, bottom - top) == (len(SRC), len(TGT))


def test_trap_11_gold_links_lie_on_the_words_that_they_join():
    ax = plots.plot_alignment(WEIGHTS, SRC, TGT, gold=GOLD)
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    centres = sorted(
        (round(s.get_x() + s.get_width() / 2), round(s.get_y() + s.get_height() / 2)) for s in squares
    )
    assert centres == sorted(GOLD)
    words = {(labels(ax.xaxis)[x], labels(ax.yaxis)[y]) for x, y in centres}
    assert ("artificielle", "artificial") in words and ("intelligence", "intelligence") in words


@pytest.mark.parametrize(
    ("weights", "src", "tgt", "gold"),
    [
        (WEIGHTS, TGT, SRC, None),  # labels swapped
        (WEIGHTS.T, SRC, TGT, None),  # matrix transposed
        (WEIGHTS, SRC[:-1], TGT, None),  # one label short
        (WEIGHTS, SRC, TGT, [(2, 4)]),  # links (target, source)
        (WEIGHTS[None], SRC, TGT, None),  # still a batch
        (WEIGHTS * 10, SRC, TGT, None),  # scores, not weights
        (WEIGHTS * np.nan, SRC, TGT, None),
        (np.zeros((0, 5)), SRC, [], None),
    ],
)
def test_trap_11_what_does_not_fit_is_refused(weights, src, tgt, gold):
    with pytest.raises(InputError):
        plots.plot_alignment(weights, src, tgt, gold=gold)


def test_trap_11_a_square_matrix_is_refused_when_it_lies_on_its_side():
    square = np.array([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.0, 0.1, 0.9]])
    plots.plot_alignment(square, SRC[:3], TGT[:3])
    with pytest.raises(InputError, match="transposed"):
        plots.plot_alignment(square.T, SRC[:3], TGT[:3])


def test_alignment_takes_tensors_with_a_gradient():
    weights = torch.tensor(WEIGHTS, dtype=torch.float32, requires_grad=True)
    image = plots.plot_alignment(weights, SRC, TGT).images[0]
    np.testing.assert_allclose(image.get_array(), WEIGHTS, atol=1e-6)


def test_colours_mean_the_same_in_every_figure():
    """From 0 to 1 whatever the weights, dark for much: a row of 0.2s must not look like certainty."""
    image = plots.plot_alignment(np.full((4, 5), 0.2), SRC, TGT).images[0]
    assert image.get_clim() == (0, 1)
    light, dark = image.cmap(0.0)[:3], image.cmap(1.0)[:3]
    assert sum(light) > 2.5 > 1.5 > sum(dark)
    assert image.get_interpolation() == "nearest"


def test_the_scale_and_the_title_are_drawn_when_asked_for():
    with_scale = plots.plot_alignment(WEIGHTS, SRC, TGT, title="One sentence")
    assert with_scale.get_title() == "One sentence"
    assert [ax.get_ylabel() for ax in with_scale.figure.axes] == ["target", "weight"]
    assert len(plots.plot_alignment(WEIGHTS, SRC, TGT, colourbar=False).figure.axes) == 1


def test_axes_say_what_they_show():
    ax = plots.plot_curves([0, 1], {"a": [1, 2]}, xlabel="steps", ylabel="loss (nats)", title="Two")
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("steps", "loss (nats)", "Two")
    ax = plots.plot_by_length([(1, 2)], {"a": [1]}, title="Three")
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("source length (words)", "BLEU", "Three")


def test_rows_of_zeros_are_allowed():
    plots.plot_alignment(np.zeros((4, 5)), SRC, TGT)


def test_a_dollar_is_a_dollar():
    ax = plots.plot_alignment(WEIGHTS, ["$5", "$x$", "a", "b", "c"], TGT)
    ax.figure.canvas.draw()
    assert labels(ax.xaxis)[0] == r"\$5"


def test_curves_show_the_mean_and_the_range_over_seeds():
    ax = plots.plot_curves([1, 2, 4], {"two seeds": [[1, 2, 3], [3, 4, 7]]}, xlabel="x", ylabel="y")
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 2], [2, 3], [4, 5]])
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in band} >= {(1, 1), (1, 3), (4, 3), (4, 7)}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["two seeds"]


def test_the_band_goes_from_the_lowest_seed_to_the_highest():
    """With three seeds the extremes are not the mean and a deviation or two."""
    ax = plots.plot_curves([1, 2], {"three": [[0, 10], [1, 10], [8, 40]]}, xlabel="x", ylabel="y")
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [3, 20])
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in band} == {(1, 0), (1, 8), (2, 10), (2, 40)}
    assert ax.lines[0].get_color() == plots.COLOURS[0]
    np.testing.assert_allclose(
        ax.collections[0].get_facecolor()[0, :3], plt.matplotlib.colors.to_rgb(plots.COLOURS[0])
    )


def test_a_curve_can_keep_the_colour_and_marker_that_it_has_elsewhere():
    values = {"a": [[1, 2], [2, 3]], "b": [[0, 1], [1, 2]]}
    plain = plots.plot_curves([1, 2], values, xlabel="x", ylabel="y").lines[1]
    second = plots.plot_by_length([(1, 2), (3, 4)], {"b": values["b"]}, first_colour=1).lines
    assert {line.get_color() for line in second} == {plain.get_color()} == {plots.COLOURS[1]}
    assert second[0].get_marker() == plain.get_marker()


def test_a_single_run_has_no_band():
    assert not plots.plot_curves(
        [1, 2], {"one": torch.tensor([1.0, 2.0])}, xlabel="x", ylabel="y"
    ).collections


def test_curves_differ_in_colour_and_marker():
    ax = plots.plot_curves([0, 1], {str(i): [i, i] for i in range(5)}, xlabel="x", ylabel="y")
    assert len({line.get_color() for line in ax.lines}) == len({line.get_marker() for line in ax.lines}) == 5


@pytest.mark.parametrize(
    "curves", [{}, {"a": [1, 2, 3]}, {"a": [[1, np.nan]]}, {"a": np.zeros((0, 2))}, {"a": "no"}]
)
def test_curves_that_do_not_fit_are_refused(curves):
    with pytest.raises(InputError):
        plots.plot_curves([0, 1], curves, xlabel="x", ylabel="y")


def test_length_buckets_are_labelled_in_order():
    ax = plots.plot_by_length([(3, 8), (9, 9)], {"a": [[40, 10], [42, 12]]}, counts=[1200, 7])
    assert labels(ax.xaxis) == ["3–8\n(1,200)", "9\n(7)"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [41, 11])
    assert sorted(y for line in ax.lines[1:] for y in line.get_ydata()) == [10, 12, 40, 42]
    assert ax.get_ylim()[0] == 0


def test_each_curves_dots_have_its_colour_and_stand_apart():
    ax = plots.plot_by_length([(1, 2), (3, 4)], {"a": [[1, 2], [3, 4]], "b": [[5, 6], [7, 8]]})
    means, dots = ax.lines[:2], ax.lines[2:]
    assert [line.get_color() for line in dots] == [line.get_color() for line in means for _ in range(2)]
    assert [list(line.get_ydata()) for line in dots] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    a, b = dots[0].get_xdata(), dots[2].get_xdata()
    assert (a < b).all() and np.allclose((a + b) / 2, [0, 1])


@pytest.mark.parametrize(
    ("buckets", "scores", "counts"),
    [
        ([(3, 8), (8, 12)], {"a": [1, 2]}, None),
        ([(9, 12), (3, 8)], {"a": [1, 2]}, None),
        ([(3, 8), (9, 12)], {"a": [1, 2, 3]}, None),
        ([(3, 8), (9, 12)], {"a": [1, 2]}, [1]),
        ([], {"a": []}, None),
    ],
)
def test_buckets_that_do_not_fit_are_refused(buckets, scores, counts):
    with pytest.raises(InputError):
        plots.plot_by_length(buckets, scores, counts=counts)


def test_figures_are_drawn_where_asked_and_otherwise_anew():
    _, ax = plt.subplots()
    assert plots.plot_curves([0, 1], {"a": [1, 2]}, xlabel="x", ylabel="y", ax=ax) is ax
    assert plots.plot_curves([0, 1], {"a": [1, 2]}, xlabel="x", ylabel="y") is not ax


def test_the_card_is_opaque_and_white():
    with plt.rc_context():
        plots.style()
        assert plots.plot_alignment(WEIGHTS, SRC, TGT).figure.get_facecolor() == (1, 1, 1, 1)
        assert not plt.rcParams["savefig.transparent"]
