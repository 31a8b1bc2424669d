"""Translations as HTML: a fragment for notebooks, and a page of its own that needs no script and no network.

Everything that a person or a model wrote is escaped. Colours lie over whatever background there is, so both read in
light and in dark; each cell says its number, too.
"""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfmr.translator.translation import Sentence, Translation

STRONGEST = 60  # percent of the colour that a weight of 1 gets; the number in the cell stays legible on it

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0; white-space: pre-line; }
.source { margin: 0 0 1rem; opacity: .8; white-space: pre-line; }
.wide { margin: 1rem 0; overflow-x: auto; }
"""


def page(sources: Sequence[str], translations: Sequence["Translation"], src_lang: str, tgt_lang: str) -> str:
    """A whole page: each source with its translation and where the model looked.

    Args:
        sources: the texts.
        translations: their translations.
        src_lang, tgt_lang: the languages, as HTML names them: ``"fr"``, ``"en"``.
    """
    parts = [
        f'<section>\n<h2 lang="{escape(tgt_lang)}">{escape(translation.text)}</h2>\n'
        f'<p class="source" lang="{escape(src_lang)}">{escape(source)}</p>\n{_tables(translation)}</section>'
        for source, translation in zip(sources, translations, strict=True)
    ]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Translation</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Translation</h1>",
            *parts,
            "</main>\n</body>\n</html>\n",
        ]
    )


def translation_html(translation: "Translation") -> str:
    """The text, and below it a table for each sentence that has attention weights."""
    return f'<p style="white-space: pre-line">{escape(translation.text)}</p>\n{_tables(translation)}'


def _tables(translation: "Translation") -> str:
    return "".join(_table(sentence) for sentence in translation.sentences if sentence.weights is not None)


def _table(sentence: "Sentence") -> str:
    """A row for each target word, a column for each source word; it scrolls where it is too wide."""
    heading = "".join(f'<th scope="col">{escape(word)}</th>' for word in sentence.src_words)
    rows = "".join(
        f'<tr><th scope="row" style="text-align: right">{escape(word)}</th>{"".join(map(_cell, row))}</tr>\n'
        for word, row in zip(sentence.tgt_words, sentence.weights.tolist(), strict=True)
    )
    caption = "What each word of the translation (rows) looked at in the source (columns), in percent"
    return (
        f'<div class="wide" style="overflow-x: auto" tabindex="0" role="region" aria-label="Attention">\n'
        f"<table>\n<caption>{caption}</caption>\n<thead><tr><td></td>{heading}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _cell(weight: float) -> str:
    strength = f"background: rgb(37 99 235 / {STRONGEST * weight:.0f}%)"
    return f'<td style="text-align: center; {strength}">{100 * weight:.0f}</td>'
