"""The learning rate of every update is the one of the papers. (That the optimizer follows it: test_training.)"""

import math
from dataclasses import replace

import pytest

from tfmr.training import TrainConfig, learning_rate_at


def rates(config, total):
    return [learning_rate_at(update, config, total) for update in range(total + 1)]


def test_warm_up_then_linear_decay_to_zero():
    config = TrainConfig(learning_rate=1.0, warmup_steps=4, schedule="linear")
    assert rates(config, 9) == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
    floor = replace(config, min_learning_rate=0.5)
    assert rates(floor, 9)[4:] == pytest.approx([1.0, 0.9, 0.8, 0.7, 0.6, 0.5])


def test_a_constant_rate_stays_where_it_is():
    constant = TrainConfig(learning_rate=1.0, warmup_steps=4)
    assert [learning_rate_at(update, constant, 9) for update in (3, 4, 8)] == [1.0, 1.0, 1.0]
    assert learning_rate_at(0, TrainConfig(learning_rate=0.5), 9) == 0.5


def test_a_cosine_is_half_a_wave():
    config = TrainConfig(learning_rate=1.0, warmup_steps=2, schedule="cosine")
    root = math.sqrt(0.5)
    expected = [0.5, 1.0, 1.0, (1 + root) / 2, 0.5, (1 - root) / 2, 0.0]
    assert rates(config, 6) == pytest.approx(expected)
    floor = replace(config, min_learning_rate=0.2)
    assert rates(floor, 6)[2:] == pytest.approx([0.2 + 0.8 * rate for rate in expected[2:]])
    assert rates(floor, 6)[0] == 0.5  # the warm-up begins near 0 all the same


@pytest.mark.parametrize(("d_model", "warmup"), [(512, 4000), (256, 100), (1024, 16_000)])
def test_the_inverse_square_root_is_the_papers_formula(d_model, warmup):
    peak = (d_model * warmup) ** -0.5
    config = TrainConfig(learning_rate=peak, warmup_steps=warmup, schedule="inverse_sqrt")
    for step in (1, 2, warmup - 1, warmup, warmup + 1, 2 * warmup, 10 * warmup):  # the paper counts from 1
        expected = d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
        for total in (10, 100_000):  # it does not know when it ends
            assert learning_rate_at(step - 1, config, total) == pytest.approx(expected, rel=1e-12)
