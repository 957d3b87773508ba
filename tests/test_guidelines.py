"""The guidelines say the same in three languages and never another thing than the codebook."""

import re

import pytest

from toolkit.codebook import guidelines, load_codebook
from toolkit.errors import InputError
from toolkit.files import parse_yaml
from toolkit.resources import data_file

LANGUAGES = ("es", "it", "en")
BOOK = load_codebook("cluetrain")
DECISION = re.compile(rf"\b(?:{'|'.join(BOOK.code_ids)}):(?:endorses|breach|rejects|mentions)\b|`no code`")


def in_each(part):
    """What a function finds in each of the three."""
    return [part(guidelines(lang)) for lang in LANGUAGES]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(DECISION.findall, id="decisions on examples"),
        pytest.param(lambda text: re.findall(r"-> `(\w+)`", text), id="the code to give instead"),
        pytest.param(lambda text: re.findall(r"(?m)^(#+) (\d*)", text), id="headings"),
        pytest.param(lambda text: re.findall(r"\*(endorses|breach|rejects|mentions)\*", text), id="stances named"),
        pytest.param(lambda text: re.findall(r"(?m)^(- |\d+\. |\| \d+)", text), id="lists and tables"),
    ],
)
def test_the_three_say_the_same(part):
    es, it, en = in_each(part)
    assert len(es) > 10
    assert es == it == en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_code_has_its_section_under_its_name(lang):
    found = re.findall(r"(?m)^### (\d+)\. (\w+) · (.+)$", guidelines(lang))
    assert found == [(str(number), code.id, code.name[lang]) for number, code in enumerate(BOOK.codes, 1)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_code_shows_a_positive_a_negative_and_a_borderline_example(lang):
    for section in re.split(r"(?m)^### ", guidelines(lang))[1:]:
        examples = re.findall(r"(?m)^- \*\*.+?:\*\* «.+?».*?(?:`\w+:\w+`|`no code`)", section.split("\n## ")[0])
        assert len(examples) == 3, section[:40]
        code = section.split()[1]
        assert f"`{code}:" in examples[0]
        assert f"`{code}:" not in examples[1]


def test_all_stances_and_most_codes_occur_on_the_worked_page():
    page = re.split(r"(?m)^## \d+\. ", guidelines("en"))[8]
    rows = re.findall(r"(?m)^\| \d+ \| (.+?) \|", page)
    assert len(rows) >= 14
    assert sum("no code" in row for row in rows) >= len(rows) / 3
    assert {decision.split(":")[1] for row in rows for decision in DECISION.findall(row) if ":" in decision} == {
        *("endorses", "breach", "rejects", "mentions")
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_practice_sentence_has_an_answer(lang):
    sections = re.split(r"(?m)^## \d+\. ", guidelines(lang))
    practice, answers = sections[9], sections[11]
    assert len(re.findall(r"(?m)^\d+\. «", practice)) == 10
    assert len(re.findall(r"(?m)^\d+\. (?:`\w+:\w+`|`no code`)", answers)) == 10


@pytest.mark.parametrize("lang", LANGUAGES)
def test_they_are_written_for_the_codebook_as_it_is(lang):
    head = data_file("guidelines", f"{lang}.md").read_text(encoding="utf-8").split("---\n")[1]
    values = parse_yaml(head, lang)
    assert (values["lang"], values["codebook"], values["codebook_version"]) == (lang, BOOK.id, BOOK.version)
    assert values["licence"] == "CC-BY-4.0"


def test_english_examples_are_glossed():
    quotes = re.findall(r"«[^»]+»(?= \[)|«[^»]+»", guidelines("en"))
    assert len(quotes) > 60
    assert re.findall(r"«[^»]+»(?! \[[^\]]+\])", guidelines("en")) == []


def test_they_are_read_in_a_quarter_of_an_hour_or_little_more():
    """At 250 words a minute, as adults read prose; glosses of the English file repeat the examples."""
    assert max(len(guidelines(lang).split()) for lang in ("es", "it")) / 250 < 18


def test_another_language_is_refused():
    with pytest.raises(InputError, match="no guidelines in 'fr'"):
        guidelines("fr")
