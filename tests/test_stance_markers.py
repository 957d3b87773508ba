"""Markers of stance: which are found and where, what the features count, and that both lexicons are sound."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.files import read_yaml
from toolkit.principles.marker_lexicon import MARKED_LANGUAGES, spelt_out
from toolkit.principles.markers import find_markers, marker_features
from toolkit.resources import data_file

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "stance_markers.jsonl").read_text("utf-8").split("\n")
    if line
]


def shown(text: str, lang: str) -> dict[str, float]:
    """The features of one sentence that are not 0."""
    values, names = marker_features([text], [lang])
    return {name: float(value) for name, value in zip(names, values[0], strict=True) if value}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case['lang']} {case['note']}") for case in CASES])
def test_markers_are_found_where_they_stand(case):
    hits = find_markers(case["text"], case["lang"])
    found = [(hit.category, case["text"][hit.start : hit.end]) for hit in hits]
    assert {tuple(one) for one in case["found"]} <= set(found)
    assert not {category for category, _ in found} & set(case["not"])
    if "denied" in case:
        quotes = {quote for _, quote in map(tuple, case["found"])}
        denied = {case["text"][hit.start : hit.end] for hit in hits if hit.denied}
        assert denied & quotes == set(case["denied"])


# features, worked by hand


@pytest.mark.parametrize(
    ("lang", "text", "feature", "value"),
    [
        ("es", "Mintieron.", "broken", 0.5),
        ("es", "Mintieron, ocultaron y callaron.", "broken", 1.0),  # three: cut at two
        ("es", "Hay que ocultar los fallos.", "prescribes_broken", 0.5),
        ("es", "Hay que reconocer los fallos.", "prescribes_kept", 0.5),
        ("es", "No hay que ocultar los fallos.", "forbids_broken", 0.5),
        ("es", "No contesten a los clientes.", "denied_imperative", 0.5),
        ("es", "No les contesten.", "denied_imperative", 0.5),
        ("es", "Escuchá a los vecinos.", "opens_with_imperative", 0.5),
        ("es", "Contale la verdad a la gente.", "opens_with_imperative", 0.5),
        ("es", "Respondan a todos.", "opens_with_imperative", 0.5),
        ("es", "Escuchar a los vecinos.", "opens_with_infinitive", 0.5),
        ("es", "La dirección ignoró las quejas.", "told_broken", 0.5),
        ("es", "Un debate sobre la escucha", "no_full_stop", 1.0),
        ("es", "¿Quién contesta?", "ends_question", 1.0),
        ("es", "¿Quién contesta?", "opens_question", 1.0),
        ("es", "«Aquí no»", "quoted_share", 1.0),
        ("es", "Dijo «no».", "quoted_share", 0.4),
        ("es", "Entre 1 y 2", "figures", 2 / 3),
        ("it", "Ascoltate i cittadini.", "opens_with_imperative", 0.5),
        ("it", "Ascoltateli.", "opens_with_imperative", 0.5),
        ("it", "Non rispondete ai clienti.", "denied_imperative", 0.5),
        ("it", "Non rispondere ai clienti.", "denied_infinitive", 0.5),
        ("it", "Bisogna nascondere gli errori.", "prescribes_broken", 0.5),
        ("it", "Non bisogna nascondere gli errori.", "forbids_broken", 0.5),
        ("it", "Il giornale cancellò i commenti.", "told_broken", 0.5),
        ("it", "CASI DI ASCOLTO", "capitals", 1.0),
        ("it", "Comunità: una definizione", "no_finite_verb", 0.5),
        ("en", "Do they listen? 3", "figures", 1 / 3),
    ],
)
def test_a_feature_has_the_value_worked_by_hand(lang, text, feature, value):
    assert shown(text, lang)[feature] == pytest.approx(value)


@pytest.mark.parametrize(
    ("lang", "text", "absent"),
    [
        ("es", "No hay que ocultar los fallos.", ["prescribes_broken", "prescription", "denied_imperative"]),
        ("es", "El vecino contesta.", ["opens_with_imperative", "no_finite_verb", "ends_question"]),
        ("es", "La dirección ignoró las quejas.", ["told_kept", "only_kept", "negation"]),
        ("it", "Bisogna ascoltare.", ["opens_with_imperative", "forbids_kept", "denied_infinitive"]),
        ("it", "I vicini rispondono.", ["no_full_stop", "negation", "told_kept"]),
        ("en", "They deleted our comments and said sorry.", ["broken", "kept", "no_finite_verb"]),
    ],
)
def test_what_is_not_there_is_not_counted(lang, text, absent):
    _, names = marker_features([], [])
    assert set(absent) <= set(names)
    assert not set(absent) & set(shown(text, lang))


def test_shape_range_and_names():
    texts = [case["text"] for case in CASES]
    values, names = marker_features(texts, [case["lang"] for case in CASES])
    assert values.shape == (len(texts), len(names))
    assert len(set(names)) == len(names)
    assert values.min() == 0
    assert values.max() == 1
    assert marker_features([], [])[0].shape == (0, len(names))


def test_a_row_depends_on_its_sentence_alone():
    texts = [case["text"] for case in CASES]
    langs = [case["lang"] for case in CASES]
    together, _ = marker_features(texts, langs)
    alone = np.vstack([marker_features([text], [lang])[0] for text, lang in zip(texts, langs, strict=True)])
    np.testing.assert_array_equal(together, alone)


@settings(max_examples=60, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(
            ["no", "hay", "que", "«", "è", "¿", "10%", "🎉", "perche\u0301", "...", "l’", "'", "\n", "^", "=", "|"]
        )
        | st.text(max_size=5),
        max_size=12,
    ).map(" ".join),
    lang=st.sampled_from(["es", "it", "en"]),
)
def test_any_text_gives_slices_in_order_and_values_in_range(text, lang):
    hits = find_markers(text, lang)
    assert [hit.start for hit in hits] == sorted(hit.start for hit in hits)
    for hit in hits:
        quote = text[hit.start : hit.end]
        assert quote
        assert quote == quote.strip()
    values, _ = marker_features([text], [lang])
    assert ((values >= 0) & (values <= 1)).all()


def test_code_points_before_a_marker_move_it_and_nothing_else():
    text = "No creo que sirva."
    moved = find_markers("🎉🎉. " + text, "es")
    assert [(hit.category, hit.start - 4, hit.end - 4) for hit in moved if hit.start >= 4] == [
        (hit.category, hit.start, hit.end) for hit in find_markers(text, "es")
    ]


def test_texts_and_languages_must_be_equally_many():
    with pytest.raises(InputError, match="got 2 texts and 1 languages"):
        marker_features(["Hola.", "Adiós."], ["es"])


@pytest.mark.parametrize("part", ["no hay que creer que ", "no hay que la la la la la la ", "«'‘“"])
def test_an_endless_sentence_is_read_to_a_limit(part):
    begun = time.perf_counter()
    values, names = marker_features([part * 50_000], ["es"])
    assert time.perf_counter() - begun < 5
    assert (values[0, names.index("prohibition")] == 1) == ("hay" in part)


# the lexicons


@pytest.fixture(scope="module")
def files():
    return {lang: read_yaml(data_file("stance", f"markers_{lang}.yaml")) for lang in MARKED_LANGUAGES}


def test_both_languages_have_the_same_categories_and_several_hundred_markers(files):
    assert list(files["es"]["categories"]) == list(files["it"]["categories"])
    assert list(files["es"]["verb_forms"]) == list(files["it"]["verb_forms"])
    for file in files.values():
        assert sum(map(len, file["categories"].values())) > 1_000


@pytest.mark.parametrize("lang", MARKED_LANGUAGES)
def test_every_marker_is_found_by_its_own_words_and_none_stands_twice(files, lang):
    lost = []
    for category, entries in files[lang]["categories"].items():
        assert len(set(entries)) == len(entries), category
        for entry in entries:
            for words in spelt_out(entry):
                text = " ".join(word.lstrip("=") for word in words if word not in ("^", "..")).replace("' ", "'")
                places = {(hit.start, hit.end) for hit in find_markers(text, lang)}
                if (0, len(text)) not in places:
                    lost.append(f"{category}: {entry} ({text})")
    assert not lost, f"{len(lost)} markers can never match: " + "; ".join(lost)


def test_markers_help_to_tell_the_stances_of_the_example_bank():
    """Three signs a reader would expect, on sentences that were coded without them."""
    bank = load_codebook("cluetrain").examples
    rows = [(row.text, row.lang, stance) for row in bank.itertuples() for stance in [*row.codes.values()][:1]]
    values, names = marker_features([row[0] for row in rows], [row[1] for row in rows])
    stances = np.array([row[2] for row in rows])
    for feature, highest in [
        ("disagreement", "rejects"),
        ("own_policy", "rejects"),
        ("useless", "rejects"),
        ("studied", "mentions"),
        ("definition", "mentions"),
        ("refusal", "breach"),
        ("correction", "endorses"),
        ("you", "endorses"),
    ]:
        mean = {stance: values[stances == stance, names.index(feature)].mean() for stance in set(stances)}
        assert max(mean, key=mean.__getitem__) == highest, (feature, mean)
