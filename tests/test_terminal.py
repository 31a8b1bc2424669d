"""The alignment in the terminal: the right words at the right sides."""

import torch

from tfmr.cli.terminal import alignment_text, shade

WEIGHTS = torch.tensor([[0.05, 0.9, 0.05], [0.6, 0.2, 0.2]])
SOURCE, TARGET = ["chat", "noir", "«end»"], ["black", "cat"]


def test_trap_11_rows_are_target_words_and_columns_source_words():
    heading, first, second, empty, *links = alignment_text(WEIGHTS, SOURCE, TARGET).split("\n")
    assert heading.split() == SOURCE
    assert first == "black       ████"
    assert second == "  cat  ▓▓▓▓ ░░░░ ░░░░░"
    assert heading.index("noir") == first.index("█") and heading.index("chat") == second.index("▓")
    assert empty == ""
    assert links == ["black ← noir 0.90", "  cat ← chat 0.60"]


def test_in_a_narrow_terminal_the_source_words_stand_upright():
    text = alignment_text(WEIGHTS, SOURCE, TARGET, width=18)
    assert text.split("\n")[:7] == [
        "             «",
        "       c  n  e",
        "       h  o  n",
        "       a  i  d",
        "       t  r  »",
        "black     ██",
        "  cat  ▓▓ ░░ ░░",
    ]
    assert max(len(line) for line in alignment_text(WEIGHTS, SOURCE, TARGET, width=13).split("\n")[:7]) <= 13


def test_shades_grow_with_the_weight():
    assert [shade(weight) for weight in (0.0, 0.1, 0.11, 0.3, 0.31, 0.5, 0.51, 0.75, 0.76, 1.0)] == list(
        "  ░░▒▒▓▓██"
    )


def test_nothing_to_show():
    assert alignment_text(torch.zeros(0, 2), ["oui", "«end»"], []).split() == ["oui", "«end»"]


def test_each_layout_is_taken_as_long_as_it_fits_to_the_column():
    """Side by side the widest line has 22 columns here, upright 15, and narrow 12."""
    layouts = {}
    for width in range(40, 10, -1):
        lines = alignment_text(WEIGHTS.clamp(min=0.2), SOURCE, TARGET, width=width).split("\n")
        rows = [line for line in lines if set(line) & set("░▒▓█")]
        layouts.setdefault(max(map(len, rows)), []).append(width)
        assert width < 12 or max(map(len, rows)) <= width
    assert layouts == {22: list(range(40, 21, -1)), 15: list(range(21, 14, -1)), 12: list(range(14, 10, -1))}
