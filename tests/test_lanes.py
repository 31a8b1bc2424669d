"""Chapter 10's drawing of one pass of a decoder."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgba

from tfmr.book.lanes import CHANGED, READ, SAID, plot_lanes
from tfmr.errors import InputError


def colour(text) -> tuple:
    return text.get_bbox_patch().get_facecolor()


def test_each_position_has_what_it_reads_below_what_it_says():
    _, ax = plt.subplots()
    plot_lanes(["begin", "we"], ["we", "go"], [0.75, 0.5], ax)
    boxes = {text.get_position(): text.get_text() for text in ax.texts if text.get_text()}
    assert boxes == {(0, 0): "begin", (1, 0): "we", (0, 1): "we\n0.75", (1, 1): "go\n0.50"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["reads", "says"]


def test_only_a_changed_word_that_is_read_is_marked():
    _, ax = plt.subplots()
    plot_lanes(["begin", "we"], ["we", "go"], [0.75, 0.5], ax, changed={"we"})
    shown = {text.get_position(): colour(text) for text in ax.texts if text.get_text()}
    wanted = {(0, 0): READ, (1, 0): CHANGED, (0, 1): SAID, (1, 1): SAID}
    assert shown == {place: to_rgba(name) for place, name in wanted.items()}


def test_as_many_words_are_said_as_read():
    with pytest.raises(InputError, match="expected as many of each, got 2, 1, 2"):
        plot_lanes(["begin", "we"], ["we"], [0.5, 0.5], plt.subplots()[1])
