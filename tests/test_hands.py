"""What chapter 6's drawings show."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from tfmr.book import hands


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_angle_of_two_hands_is_their_distance():
    axes = hands.plot_hands([(1, 0), (4, 3), (2, 4)])
    assert [ax.get_title() for ax in axes] == [
        "angle 1 rad, product 0.54",
        "angle 1 rad, product 0.54",
        "angle -2 rad, product -0.42",
    ]


def test_a_hand_points_to_its_position_in_radians():
    [ax] = hands.plot_hands([(4, 3)])
    texts = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    arrows = [text.xy for text in ax.texts if not text.get_text()]
    assert set(texts) == {"query\nat 4", "key\nat 3"}
    np.testing.assert_allclose(arrows, [(np.cos(p), np.sin(p)) for p in (4, 3)], atol=1e-6)
    x, y = texts["query\nat 4"]
    assert x < 0 and y < 0 and texts["key\nat 3"][1] > 0  # four radians point left and down


def test_losses_stand_above_answers_a_column_a_task():
    rows = {"a": torch.tensor([[1.0, 0.1], [2.0, 0.3]])}
    tasks = {"one": rows, "two": rows}
    hands.plot_beyond([10, 20], tasks, [32, 64], tasks, {"one": 0.1, "two": 0.5})
    axes = plt.gcf().axes
    assert [ax.get_title() for ax in axes] == ["one", "two", "", ""]
    assert [ax.get_yscale() for ax in axes] == ["log", "log", "linear", "linear"]
    for ax in axes:
        np.testing.assert_allclose(ax.lines[0].get_ydata(), [1.5, 0.2], rtol=1e-6)
    assert list(axes[0].lines[0].get_xdata()) == [10, 20]
    assert [label.get_text() for label in axes[3].get_xticklabels()] == ["32", "64"]
    assert axes[0].get_ylim()[0] == axes[1].get_ylim()[0] == hands.LOWEST
    assert [list(ax.lines[-1].get_ydata()) for ax in axes[2:]] == [[0.1, 0.1], [0.5, 0.5]]
    assert [text.get_text() for text in plt.gcf().legends[0].texts] == ["a", "a guess"]
    assert not any(ax.get_legend() for ax in axes)
