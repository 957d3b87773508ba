"""The glossary: three languages everywhere, references that lead somewhere, found under every name."""

import html
import importlib
import re
from collections import Counter

import pytest
from conftest import ROOT

import toolkit
from toolkit.display.plain import WIDTH
from toolkit.errors import InputError
from toolkit.files import read_yaml

LANGUAGES = ("en", "es", "it")
FILES = sorted((ROOT / "toolkit" / "data" / "glossary" / "terms").glob("*.yaml"))
ENTRIES = list(toolkit.glossary())
IDS = {entry.id for entry in ENTRIES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_whose_it_is_and_knows_its_fields(path):
    assert path.read_text(encoding="utf-8").splitlines()[0].endswith("Written for this project; CC-BY-4.0.")
    for key, entry in read_yaml(path).items():
        assert re.fullmatch(r"[a-z0-9_]+", key)
        assert set(entry) <= {"term", "also", "definition", "see", "lesson", "function", "source"}, key


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_whole(entry):
    for texts in (entry.terms, entry.definitions):
        assert tuple(texts) == LANGUAGES
        assert all(text == text.strip() != "" for text in texts.values())
    assert set(entry.also) <= set(LANGUAGES)
    for lang, text in entry.definitions.items():
        assert text[-1] == "." and len(text) <= 330
        assert 1 <= len(re.findall(r"[.?](?= |$)", text)) <= 4, f"{lang}: one to three sentences"
        assert "—" not in text
    assert len(set(entry.definitions.values())) == 3
    assert set(entry.see) <= IDS - {entry.id}, "see also leads nowhere"


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.function], ids=lambda entry: entry.id)
def test_the_function_is_public(entry):
    room, _, name = entry.function.rpartition(".")
    module = importlib.import_module(room)
    assert name in module.__all__ and hasattr(module, name)


def test_the_notebooks_exist():
    there = {path.name[:2] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {entry.lesson for entry in ENTRIES} <= there


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_entries_have_one_name(lang):
    names = Counter(entry.terms[lang].casefold() for entry in ENTRIES)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_term_is_found_in_every_language(lang):
    for entry in ENTRIES:
        assert toolkit.glossary(entry.id, lang).id == entry.id
        assert toolkit.glossary(entry.terms[lang].upper(), lang).id == entry.id
        for name in entry.also.get(lang, ()):
            assert toolkit.glossary(name, lang).id in IDS


def test_there_is_a_term_for_what_the_lessons_speak_of():
    assert len(ENTRIES) >= 100
    wanted = (
        "corpus token type lemma furniture passage collocation keyness log_ratio dispersion theme npmi stability code"
    )
    assert set(wanted.split()) <= IDS
    for name in ("KWIC", "DP", "topic model", "Dawid-Skene", "design effect", "q value", "u-alpha", "RO-Crate"):
        assert toolkit.glossary(name)


def test_the_order_is_that_of_the_language():
    for lang in LANGUAGES:
        letters = [entry.terms[lang][0].lower() for entry in toolkit.glossary(lang=lang)]
        assert letters == sorted(letters)


def test_an_unknown_term_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'keyness'"):
        toolkit.glossary("keynes")
    with pytest.raises(InputError, match="no term 'None of it'"):
        toolkit.glossary("None of it")
    with pytest.raises(InputError, match="lang is 'fr'"):
        toolkit.glossary(lang="fr")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_shown(lang):
    whole = toolkit.glossary(lang=lang)
    assert max(len(line) for line in repr(whole).splitlines()) <= WIDTH
    page = whole._repr_html_()
    assert f'lang="{lang}"' in page and page.count("<tr>") == len(ENTRIES) + 1
    assert "<script" not in page and not re.search(r"\bid=", page)
    one = toolkit.glossary("log ratio", lang)
    for shown in (" ".join(repr(one).split()), html.unescape(one._repr_html_())):
        assert one.definitions[lang] in shown and "Hardie (2014)" in shown


def test_texts_are_escaped():
    from dataclasses import replace

    evil = '<script>alert("x")</script>'
    entry = replace(ENTRIES[0], terms=dict.fromkeys(LANGUAGES, evil), definitions=dict.fromkeys(LANGUAGES, evil))
    assert "<script>" not in entry._repr_html_()
