"""The check of chapter 9 accepts the solution and names each mistake."""

import pytest
import torch

from tfmr.book.exercises import chapter_09 as exercise
from tfmr.config import TransformerConfig
from tfmr.transformer import Transformer


def test_the_solution_passes(capsys):
    exercise.check_count_parameters(exercise.count_parameters)
    assert capsys.readouterr().out == "Right in all 3 cases.\n"


def test_counting_a_model_that_was_built_passes(capsys):
    def count(vocab_size, d_model, d_ff, num_layers):
        sizes = {"num_encoder_layers": num_layers, "num_decoder_layers": num_layers, "num_heads": 2}
        config = TransformerConfig.base(vocab_size, d_model=d_model, d_ff=d_ff, **sizes)
        with torch.device("meta"):
            return sum(p.numel() for p in Transformer(config).parameters())

    exercise.check_count_parameters(count)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.one_attention, "one to the memory"),
        (exercise.attention_without_biases, "the maps of attention have biases"),
        (exercise.feed_forward_without_biases, "feed-forward network have biases"),
        (exercise.two_norms, "three norms"),
        (exercise.small_norms, "a gain and a bias"),
        (exercise.no_norms, "norms are missing"),
        (exercise.three_tables, "counted three times"),
        (exercise.two_tables, "counted twice"),
        (exercise.no_table, "table is missing"),
        (exercise.three_maps, "four maps"),
        (exercise.no_encoder, "two stacks"),
        (exercise.final_norms, "after its last layer"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_count_parameters(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_count_parameters(lambda vocab_size, d_model, d_ff, num_layers: None)
    assert capsys.readouterr().out.startswith("Not written yet")
