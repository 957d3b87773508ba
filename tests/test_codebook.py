"""The bundled codebook is complete and fair, and the loader says what is wrong with a user's own."""

import json
import os
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from toolkit.codebook import Codebook, codebook_names, crosswalk_table, guidelines, load_codebook
from toolkit.corpus import load_posts, mark_furniture, segment
from toolkit.errors import InputError
from toolkit.files import parse_yaml
from toolkit.principles.cues import cue_index
from toolkit.resources import bundled_corpus, data_file, data_names
from toolkit.tables import STANCES

CODES = [
    *("conversation", "human_voice", "people_not_targets", "networked_customers", "listening", "employee_voice"),
    *("hierarchy_control", "transparency", "trust_relationship", "community", "beyond_advertising"),
    *("humility_values", "cocreation", "adapt_or_perish"),
]
LANGUAGES = ("es", "it", "en")


# the bundled codebooks

FRAMEWORKS = {
    "reverse_engagement": ["promise", "policy", "user_experience"],
    "li_dialogue_support_innovate": ["dialogue", "support", "innovate", "pro", "con"],
    "engagement_phases": [
        *("connection", "feedback_interaction", "contribution", "influence"),
        *("objectives", "value_content", "sources", "formats", "collaborative_content"),
        *("reciprocity", "realism_transparency", "needs_not_sales", "know_product"),
    ],
    "seven_levels": [
        *("l0_unaware", "l1_internal", "l2_monitoring", "l3_broadcasting"),
        *("l4_viral", "l5_campaign", "l6_collaborative", "l7_people_powered"),
    ],
    "groundswell": ["listening", "talking", "energizing", "supporting", "embracing"],
}
ALL = {"cluetrain": CODES, **FRAMEWORKS}
EACH_CODE = [pytest.param(name, code, id=f"{name}-{code}") for name, codes in ALL.items() for code in codes]
#: At least so many examples of a code in a language, and so many without a code.
ENOUGH = {"cluetrain": (120, 700), **dict.fromkeys(FRAMEWORKS, (12, 45))}


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook("cluetrain")


def bank_of(name: str, lang: str) -> list[dict]:
    """The rows of an example file as they stand there."""
    lines = data_file("examples", f"{name}_{lang}.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def bank() -> dict[str, list[dict]]:
    """The example bank of cluetrain by language."""
    return {lang: bank_of("cluetrain", lang) for lang in ("es", "it")}


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def own_examples(book: Codebook, lang: str) -> list[str]:
    return [example.text for code in book.codes for example in code.examples if example.lang == lang]


def test_the_codes_are_those_other_programs_rely_on():
    assert codebook_names() == sorted(ALL)
    assert {name: load_codebook(name).code_ids for name in ALL} == ALL
    assert load_codebook() is load_codebook("cluetrain")


@pytest.mark.parametrize("name", ALL)
def test_all_texts_stand_in_three_languages(name):
    raw = parse_yaml(data_file("codebooks", f"{name}.yaml").read_text(encoding="utf-8"), name, trusted=True)
    texts = {"title": raw["title"], "description": raw["description"]}
    texts |= {f"rule {number}": rule for number, rule in enumerate(raw["rules"], 1)}
    texts |= {f"{stance['id']}.{field}": stance[field] for stance in raw["stances"] for field in ("name", "definition")}
    texts |= {
        f"{group['id']}.{field}": group[field] for group in raw.get("groups", ()) for field in ("name", "definition")
    }
    for code in raw["codes"]:
        texts |= {f"{code['id']}.{field}": code[field] for field in ("name", "definition", "include", "exclude")}
        texts |= {f"{code['id']} / {other}": text for other, text in code["contrasts"].items()}
        texts |= {f"{code['id']}, {e['text'][:20]}": e["reason"] for e in code["examples"]}
        texts |= {f"{code['id']} -> {link['code']}": link["reason"] for link in code.get("crosswalk", ())}
    assert [stance["id"] for stance in raw["stances"]] == list(STANCES)
    incomplete = [place for place, text in texts.items() if set(text) != set(LANGUAGES) or not all(text.values())]
    assert incomplete == []
    assert raw["source"]
    assert raw["licence"] == "CC-BY-4.0"


@pytest.mark.parametrize(("name", "code"), EACH_CODE)
def test_rules_say_where_else_to_go(name, code):
    book = load_codebook(name)
    found = book.code(code)
    for lang in LANGUAGES:
        assert len(found.include[lang]) >= 3
        assert len(found.exclude[lang]) >= 3
        for rule in found.exclude[lang]:
            target = re.search(r"-> ([a-z0-9_ ]+)\.?$", rule)
            assert target, rule
            assert all(part in (*book.code_ids, "no code") for part in re.split(" y | e | and ", target[1])), rule
    assert found.contrasts
    assert code not in found.contrasts


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_each_framework_says_how_its_codes_follow_and_what_they_say_about_the_principles(name):
    book = load_codebook(name)
    table = crosswalk_table(book)
    assert set(table["to_codebook"]) == {"cluetrain"}
    assert set(table["to_code"]) <= set(CODES)
    assert not table.duplicated(["code", "to_code"]).any()
    for group in book.groups:
        orders = [code.order for code in book.codes if code.group == group.id]
        assert orders
        if group.ordered:
            assert orders == list(range(orders[0], orders[0] + len(orders)))


def test_each_thesis_is_primary_to_exactly_one_code(book):
    assert sorted(number for code in book.codes for number in code.theses.primary) == list(range(1, 96))


def test_no_code_has_a_thesis_as_primary_and_secondary(book):
    assert [code.id for code in book.codes if set(code.theses.primary) & set(code.theses.secondary)] == []


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize(("name", "code"), EACH_CODE)
def test_each_code_shows_what_it_is_and_what_it_is_not(name, code, lang):
    examples = [example for example in load_codebook(name).code(code).examples if example.lang == lang]
    kinds = Counter(example.kind for example in examples)
    stances = {example.stance for example in examples if example.kind == "positive"}
    assert kinds["positive"] >= 2
    assert len(stances) >= 2
    assert kinds["negative"] >= 1
    assert kinds["borderline"] >= 1


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("lang", ["es", "it"])
def test_each_code_has_cues_in_both_languages(name, lang):
    cues = Counter(cue.code for cue in load_codebook(name).cues if cue.lang == lang)
    assert {code: cues[code] for code in ALL[name] if cues[code] < 25} == {}


@pytest.mark.parametrize("name", ALL)
def test_italian_cues_are_as_many_as_spanish(name):
    cues = Counter(cue.lang for cue in load_codebook(name).cues)
    assert cues["it"] > 0.9 * cues["es"]


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize("name", ALL)
def test_the_bank_has_enough_examples_of_each_code_and_without(name, lang):
    rows = bank_of(name, lang)
    coded = Counter(code for row in rows for code in row["codes"])
    enough, uncoded = ENOUGH[name]
    assert {code: coded[code] for code in ALL[name] if coded[code] < enough} == {}
    assert sum(not row["codes"] for row in rows) >= uncoded
    assert {row["lang"] for row in rows} == {lang}


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize("code", CODES)
def test_every_stance_of_a_principle_has_its_examples(bank, code, lang):
    stances = Counter(row["codes"][code] for row in bank[lang] if code in row["codes"])
    assert stances["breach"] >= 25
    assert stances["rejects"] >= 20
    assert stances["mentions"] >= 20


def test_ids_of_examples_are_unique(book):
    assert book.examples["id"].is_unique


def test_loading_keeps_each_example_of_the_bank_as_it_stands(book, bank):
    loaded = {row.id: (row.lang, row.text, row.codes) for row in book.examples.itertuples()}
    lost = [
        row["id"]
        for rows in bank.values()
        for row in rows
        if loaded.get(row["id"]) != (row["lang"], row["text"], row["codes"])
    ]
    assert lost == []


def test_negative_and_borderline_examples_of_a_code_are_no_examples_to_learn_from(book):
    kinds = {example.text: example.kind for code in book.codes for example in code.examples}
    assert {kinds[text] for text in book.examples["text"] if text in kinds} == {"positive"}


def test_no_example_stands_there_twice(book, bank):
    texts = [row["text"] for rows in bank.values() for row in rows]
    texts += [text for lang in LANGUAGES for text in own_examples(book, lang)]
    assert [text for text, n in Counter(words(text) for text in texts).items() if n > 1] == []


def near_duplicates(texts: list[str], above: float) -> list[tuple[str, str]]:
    """Pairs whose sets of words have a Jaccard similarity above a limit.

    Two such sets share a word among the rarest of each: of n words all but ceil(limit * n) - 1. So only texts that
    share a rare word are compared.
    """
    sets = [frozenset(words(text).split()) for text in texts]
    often = Counter(word for group in sets for word in group)
    holders: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for number, group in enumerate(sets):
        ranked = sorted(group, key=lambda word: (often[word], word))
        rare = ranked[: len(ranked) - int(above * len(ranked)) + 1]
        for other in {other for word in rare for other in holders[word]}:
            if len(group & sets[other]) > above * len(group | sets[other]):
                pairs.append((texts[other], texts[number]))
        for word in rare:
            holders[word].append(number)
    return pairs


def test_near_duplicates_are_seen():
    ten = "uno dos tres cuatro cinco seis siete ocho nueve diez"
    assert near_duplicates([ten, "otra cosa muy distinta", ten.upper() + " once"], 0.8) == [
        (ten, ten.upper() + " once")
    ]
    assert near_duplicates([ten, ten + " once doce trece"], 0.8) == []


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize("name", ALL)
def test_no_two_examples_are_nearly_the_same(name, lang):
    texts = [row["text"] for row in bank_of(name, lang)] + own_examples(load_codebook(name), lang)
    assert len(texts) > 20
    assert near_duplicates(texts, 0.8) == []


def sentences(text: str) -> set[str]:
    """The sentences of four words and more, reduced to their words."""
    parts = {words(part) for part in re.split(r"[.!?…]+(?=\W|$)|\n+", text)}
    return {part for part in parts if len(part.split()) >= 4}


@pytest.fixture(scope="module")
def sources() -> dict[str, set[str]]:
    """Sentences by where they stand: each bank, the codebooks, the guidelines, the posts."""
    folder = bundled_corpus() / "texts"
    texts = {name: [row["text"] for lang in ("es", "it") for row in bank_of(name, lang)] for name in ALL}
    texts["codebooks"] = [
        text for name in ALL for lang in LANGUAGES for text in own_examples(load_codebook(name), lang)
    ]
    texts["guidelines"] = re.findall("«([^»]+)»", guidelines("es") + guidelines("it"))
    texts["corpus"] = [path.read_text(encoding="utf-8") for path in folder.rglob("*.md")]
    return {name: {sentence for text in group for sentence in sentences(text)} for name, group in texts.items()}


@pytest.mark.parametrize("one", [*ALL, "codebooks", "guidelines"])
def test_the_corpus_repeats_no_example(sources, one):
    assert len(sources["corpus"]) > 2000
    assert len(sources[one]) > 40
    assert sorted(sources[one] & sources["corpus"]) == []


@pytest.mark.parametrize("one", ALL)
def test_banks_codebooks_and_guidelines_share_no_sentence(sources, one):
    for other in [*ALL, "codebooks", "guidelines"]:
        if other != one:
            assert sorted(sources[one] & sources[other]) == [], other


@pytest.mark.parametrize("lang", ["es", "it"])
def test_no_example_is_nearly_a_sentence_of_the_corpus(lang):
    posts = load_posts(bundled_corpus())
    posts = posts[posts["lang"] == lang]
    passages = segment(posts)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    corpus = [texts[d][a:b] for d, a, b in zip(passages["doc_id"], passages["start"], passages["end"], strict=True)]
    corpus = [text for text in corpus if len(text.split()) >= 4]
    known = set(corpus)
    examples = [row["text"] for name in ALL for row in bank_of(name, lang)]
    near = near_duplicates([*corpus, *examples], 0.6)
    assert [pair for pair in near if (pair[0] in known) != (pair[1] in known)] == []


def test_nothing_of_ours_is_nearly_a_sentence_of_the_real_texts(seeds):
    real = load_posts(seeds)
    passages = segment(real, mark_furniture(real))
    passages = passages[~passages["furniture"]]
    texts = dict(zip(real["doc_id"], real["text"], strict=True))
    theirs = [texts[d][a:b] for d, a, b in zip(*(passages[c] for c in ("doc_id", "start", "end")), strict=True)]
    theirs = [text for text in theirs if len(text.split()) >= 4]
    ours = [row["text"] for name in ALL for lang in ("es", "it") for row in bank_of(name, lang)]
    ours += [text for name in ALL for lang in LANGUAGES for text in own_examples(load_codebook(name), lang)]
    ours += re.findall("«([^»]+)»", guidelines("es") + guidelines("it"))
    known = set(theirs)
    near = near_duplicates([*theirs, *ours], 0.5)
    assert len(theirs) > 60
    assert [pair for pair in near if (pair[0] in known) != (pair[1] in known)] == []


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize("code", CODES)
def test_half_of_the_examples_do_without_the_words_that_decide(book, code, lang):
    texts = [row.text for row in book.examples.itertuples() if row.lang == lang and code in row.codes]
    hits = [{book.code_ids[hit.code] for hit in cue_index(book).find(text, lang) if hit.weight == 3} for text in texts]
    assert sum(code in found for found in hits) < len(texts) / 2


@pytest.mark.parametrize("name", data_names("codebooks"))
def test_bundled_files_pass_the_strict_loader_too(name):
    text = data_file("codebooks", name).read_text(encoding="utf-8")
    assert parse_yaml(text, name) == parse_yaml(text, name, trusted=True)


def test_names_come_in_the_language_asked_for_or_the_first(book):
    names = book.code("listening").name
    assert book.name("listening", "it") == names["it"]
    assert book.name("listening", "fr") == next(iter(names.values()))


def test_a_code_that_is_not_there_is_named_with_the_nearest(book):
    with pytest.raises(InputError, match=r"has no code 'listenning'; did you mean 'listening'\?"):
        book.code("listenning")


# a user's own codebook

MINIMAL = """\
id: mine
version: "1"
title: {es: Mío}
languages: [es]
codes:
  - id: care
    name: {es: Cuidado}
    definition: {es: Tratar bien.}
    cues: {es: [{cue: cuidar}]}
  - id: price
    name: {es: Precio}
    definition: {es: Lo que cuesta.}
    cues: {es: [{cue: precio, weight: 3, with: [alto, caro]}]}
"""
CUES = (
    "codebook: mine\nlang: es\ngroups: {people: [gente, persona]}\ncues:\n  care: [{cue: mimar, with: ['@people']}]\n"
)
EXAMPLE = '{"id": "a", "lang": "es", "text": "Cuidan a todos.", "codes": {"care": "endorses"}}\n'


@pytest.fixture
def write(tmp_path):
    """Write files into a fresh folder and load the codebook among them."""

    def load(text: str = MINIMAL, **files: str | bytes) -> Codebook:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name.replace("_", ".")).write_bytes(data)
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return load_codebook(path)

    return load


@pytest.fixture
def refusal(write, tmp_path):
    """The message with which a codebook is refused, with file names in place of paths."""

    def message(text: str = MINIMAL, **files: str | bytes) -> str:
        with pytest.raises(InputError) as caught:
            write(text, **files)
        return str(caught.value).replace(f"{tmp_path}{os.sep}", "")

    return message


def test_two_codes_with_cues_are_a_codebook(write):
    book = write()
    assert (book.id, book.code_ids, book.languages) == ("mine", ["care", "price"], ("es",))
    assert [tuple(cue) for cue in book.cues] == [
        ("care", "es", "cuidar", 2, ()),
        ("price", "es", "precio", 3, ("alto", "caro")),
    ]
    assert len(book.examples) == 0


def test_cue_and_example_files_stand_beside_the_codebook(write):
    book = write(MINIMAL + "cue_files: [c.yaml]\nexample_files: [e.jsonl]\n", c_yaml=CUES, e_jsonl=EXAMPLE)
    assert tuple(book.cues[-1]) == ("care", "es", "mimar", 2, ("gente", "persona"))
    assert book.examples.to_dict("records") == [json.loads(EXAMPLE)]


def test_a_positive_example_of_a_code_is_an_example_to_learn_from(write):
    book = write(MINIMAL + "    examples: [{lang: es, kind: positive, text: Es caro., stance: breach}]\n")
    assert book.examples[["text", "codes"]].to_dict("records") == [{"text": "Es caro.", "codes": {"price": "breach"}}]


def bump(path: Path) -> None:
    """Make a file younger, however coarse the clock of the file system is."""
    later = path.stat().st_mtime_ns + 2_000_000_000
    os.utime(path, ns=(later, later))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("mine.yaml", "Cuidado", "Mimo"),
        ("c.yaml", "mimar", "querer"),
        ("e.jsonl", "Cuidan a todos.", "Cuidan a pocos."),
    ],
)
def test_the_digest_covers_codebook_cues_and_examples(write, tmp_path, name, before, after):
    text = MINIMAL + "cue_files: [c.yaml]\nexample_files: [e.jsonl]\n"
    old = write(text, c_yaml=CUES, e_jsonl=EXAMPLE)
    assert load_codebook(tmp_path / "mine.yaml").sha256 == old.sha256
    path = tmp_path / name
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace(before, after), encoding="utf-8")
    bump(path)
    new = load_codebook(tmp_path / "mine.yaml")
    assert re.fullmatch("[0-9a-f]{64}", new.sha256)
    assert new.sha256 != old.sha256
    path.write_text(content, encoding="utf-8")
    bump(path)
    bump(path)
    assert load_codebook(tmp_path / "mine.yaml").sha256 == old.sha256


def test_a_changed_cue_file_is_read_anew(write, tmp_path):
    write(MINIMAL + "cue_files: [c.yaml]\n", c_yaml=CUES)
    (tmp_path / "c.yaml").write_text(CUES.replace("mimar", "querer"), encoding="utf-8")
    bump(tmp_path / "c.yaml")
    assert load_codebook(tmp_path / "mine.yaml").cues[-1].cue == "querer"


# what is refused

LISTED = "cue_files: [c.yaml]\n"
BANK = "example_files: [e.jsonl]\n"
PARTS = {
    "unknown key": (MINIMAL + "licens: x\n", {}, "mine.yaml: unknown key 'licens'; did you mean 'licence'?"),
    "unknown key of a code": (
        MINIMAL.replace("definition: {es: L", "defintion: {es: L"),
        {},
        "mine.yaml: unknown key 'codes.1 (price).defintion'; did you mean 'definition'?",
    ),
    "unknown key of a cue": (
        MINIMAL.replace("weight", "wieght"),
        {},
        "mine.yaml: unknown key 'codes.1 (price).cues.es.0.wieght'; did you mean 'weight'?",
    ),
    "cue file twice": (
        MINIMAL + "cue_files: [c.yaml, c.yaml]\n",
        {"c_yaml": CUES},
        "mine.yaml: cue_files: 'c.yaml' is named twice, its cues would count twice; name it once.",
    ),
    "missing key": (MINIMAL.replace("title: {es: Mío}\n", ""), {}, "mine.yaml: the key 'title' is missing."),
    "missing language of a name": (
        MINIMAL.replace("[es]", "[es, it]"),
        {},
        "mine.yaml: code 'care', name: the text in 'it' is missing (languages: es, it).",
    ),
    "blank definition": (
        MINIMAL.replace("Lo que cuesta.", "' '"),
        {},
        "mine.yaml: code 'price', definition: the text in 'es' is missing",
    ),
    "missing language of a contrast": (
        MINIMAL + "    contrasts: {care: {it: x}}\n",
        {},
        "mine.yaml: code 'price', contrasts.care: the text in 'es' is missing",
    ),
    "code twice": (MINIMAL.replace("price", "care"), {}, "mine.yaml: code 'care' is given twice"),
    "contrast with an unknown code": (
        MINIMAL + "    contrasts: {caer: {es: x}}\n",
        {},
        "mine.yaml: code 'price': contrast with unknown code 'caer'; did you mean 'care'?",
    ),
    "thesis 96": (
        MINIMAL + "    theses: {primary: [1, 96]}\n",
        {},
        "mine.yaml: code 'price': thesis 96 does not exist; theses are numbered 1 to 95.",
    ),
    "thesis 0": (MINIMAL + "    theses: {secondary: [0]}\n", {}, "mine.yaml: code 'price': thesis 0 does not exist"),
    "weight 4": (MINIMAL.replace("weight: 3", "weight: 4"), {}, "got 4, allowed is less than or equal to 3"),
    "no codes": (re.sub("codes:.*", "codes: []", MINIMAL, flags=re.DOTALL), {}, "mine.yaml: key 'codes': got []"),
    "identifier with a space": (
        MINIMAL.replace("id: care", "id: my care"),
        {},
        "key 'codes.0 (my care).id': got 'my care'",
    ),
    "version as a number": (MINIMAL.replace('"1"', "1.0"), {}, "mine.yaml: key 'version': got 1.0, allowed is"),
    "positive example without stance": (
        MINIMAL + "    examples: [{lang: es, kind: positive, text: Es caro.}]\n",
        {},
        "the positive example 'Es caro.' needs a stance (endorses, breach, rejects, mentions).",
    ),
    "negative example with stance": (
        MINIMAL + "    examples: [{lang: es, kind: negative, text: Es caro., stance: breach}]\n",
        {},
        "the negative example 'Es caro.' cannot have a stance.",
    ),
    "a list": ("- id: mine\n", {}, "mine.yaml: expected keys and values, got [{'id': 'mine'}]."),
    "an empty file": ("", {}, "mine.yaml: expected keys and values, got None."),
    "a sentence": ("hola\n", {}, "mine.yaml: expected keys and values, got 'hola'."),
    "no YAML": (MINIMAL + "source: [\n", {}, "mine.yaml, line 15: not YAML"),
    "a key twice": (
        MINIMAL + "version: '2'\n",
        {},
        "mine.yaml, line 14: not YAML that is read here: the key 'version'",
    ),
    "a tag that builds objects": (MINIMAL + "source: !!python/name:os.system\n", {}, "mine.yaml, line 14: not YAML"),
    "alias bomb": (
        "a: &a [x, x]\n"
        + "".join(f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in pairwise("abcdefghi")),
        {},
        "mine.yaml, line 2: not YAML that is read here: YAML aliases (*name) are refused",
    ),
    "inline cue with a group": (
        MINIMAL.replace("[alto, caro]", "['@people']"),
        {},
        "mine.yaml: cue 'precio' of 'price' needs the unknown group '@people'.",
    ),
    "cue file of another codebook": (
        MINIMAL + LISTED,
        {"c_yaml": CUES.replace("mine", "yours")},
        "c.yaml: belongs to codebook 'yours', not to 'mine'.",
    ),
    "cues for an unknown code": (
        MINIMAL + LISTED,
        {"c_yaml": CUES.replace("care:", "prize:")},
        "c.yaml: cues for unknown code 'prize'; did you mean 'price'?",
    ),
    "unknown group": (
        MINIMAL + LISTED,
        {"c_yaml": CUES.replace("@people", "@peple")},
        "c.yaml: cue 'mimar' of 'care' needs the unknown group '@peple'.",
    ),
    "unknown key of a cue file": (
        MINIMAL + LISTED,
        {"c_yaml": CUES + "group: {}\n"},
        "c.yaml: unknown key 'group'; did you mean 'groups'?",
    ),
    "cue file in another encoding": (
        MINIMAL + LISTED,
        {"c_yaml": CUES.replace("mimar", "cariño").encode("latin-1")},
        "c.yaml: not UTF-8",
    ),
    "example with an unknown code": (
        MINIMAL + BANK,
        {"e_jsonl": EXAMPLE + EXAMPLE.replace("care", "caer")},
        "e.jsonl, line 2: unknown code 'caer'; did you mean 'care'?",
    ),
    "example with an unknown stance": (
        MINIMAL + BANK,
        {"e_jsonl": EXAMPLE * 2 + EXAMPLE.replace("endorses", "endorse")},
        "e.jsonl, line 3: unknown stance 'endorse'; did you mean 'endorses'?",
    ),
    "example that is not JSON": (
        MINIMAL + BANK,
        {"e_jsonl": EXAMPLE + "{\n"},
        "e.jsonl, line 2: not JSON",
    ),
    "example that is a list": (MINIMAL + BANK, {"e_jsonl": "[1]\n"}, "e.jsonl, line 1: expected a JSON object"),
    "example without text": (
        MINIMAL + BANK,
        {"e_jsonl": EXAMPLE.replace("text", "txt")},
        "e.jsonl, line 1: expected a JSON object with text and lang",
    ),
}


@pytest.mark.parametrize(("text", "files", "expected"), PARTS.values(), ids=PARTS)
def test_a_wrong_codebook_is_refused_by_file_place_and_remedy(refusal, text, files, expected):
    assert expected in refusal(text, **files)


@pytest.mark.parametrize(
    "name", ["../x.yaml", "/etc/passwd", "folder/x.yaml", "./c.yaml", "..", ".", "", "absent.yaml"]
)
@pytest.mark.parametrize("key", ["cue_files", "example_files"])
def test_files_outside_the_folder_of_the_codebook_are_never_read(refusal, tmp_path, key, name):
    (tmp_path.parent / "x.yaml").write_text(CUES, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x.yaml").write_text(CUES, encoding="utf-8")
    message = refusal(MINIMAL + f"{key}: ['{name}']\n", c_yaml=CUES)
    assert message.startswith(f"mine.yaml: '{name}' must be a file name without folders") or message == (
        f"mine.yaml: the file '{name}' is not beside the codebook."
    )


def test_an_unknown_name_is_answered_with_the_nearest_codebook():
    with pytest.raises(InputError, match=r"no codebook 'cluetrian'.*; did you mean 'cluetrain'\?"):
        load_codebook("cluetrian")


@pytest.mark.parametrize("name", ["cluetrain_cues_es", "../codebooks/cluetrain", "", "/etc/passwd"])
def test_only_the_names_of_bundled_codebooks_are_names(name):
    with pytest.raises(InputError, match="no codebook"):
        load_codebook(name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.yaml: no such codebook file"):
        load_codebook(tmp_path / "absent.yaml")


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read: File name too long; name another file"):
        load_codebook(tmp_path / f"{'a' * 300}.yaml")


# files and keys at the edge of what is read


def test_the_key_offered_for_a_wrong_one_is_a_valid_key(refusal):
    assert "unknown key 'codes.1 (price).cues.es.0.needs'; allowed are cue, weight, with" in refusal(
        MINIMAL.replace("with:", "needs:")
    )


def test_an_example_file_in_another_encoding_is_refused(refusal):
    assert "e.jsonl" in refusal(MINIMAL + BANK, e_jsonl=EXAMPLE.replace("Cuidan", "Añaden").encode("latin-1"))


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85"], ids=["line", "paragraph", "next line"])
def test_an_example_may_hold_unicode_line_separators(write, sign):
    book = write(MINIMAL + BANK, e_jsonl=EXAMPLE.replace("Cuidan a", f"Cuidan{sign}a"))
    assert book.examples["text"].tolist() == [f"Cuidan{sign}a todos."]


def test_an_example_file_may_start_with_a_byte_order_mark(write):
    assert len(write(MINIMAL + BANK, e_jsonl="\ufeff" + EXAMPLE).examples) == 1


@pytest.mark.parametrize("change", [("Cuidan a todos.", ""), ('"Cuidan a todos."', "5"), ('"es"', "7")])
def test_an_example_without_a_proper_text_or_language_is_refused(refusal, change):
    assert "e.jsonl, line 1" in refusal(MINIMAL + BANK, e_jsonl=EXAMPLE.replace(*change))


def test_a_date_as_key_is_an_unknown_key(refusal):
    assert "unknown key '2020-01-01'" in refusal(MINIMAL + "2020-01-01: x\n")


def test_a_cue_file_of_a_language_the_codebook_does_not_have_is_refused(refusal):
    assert "'fr'" in refusal(MINIMAL + LISTED, c_yaml=CUES.replace("lang: es", "lang: fr"))


def test_a_message_ends_in_one_mark(refusal):
    message = refusal(MINIMAL + "    contrasts: {caer: {es: x}}\n")
    assert re.search(r"\w'?[.?]$", message)
