"""study.toml: written and read back the same, and refused with errors a reader can act on."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.schema import validate
from toolkit.settings import Study, load_study, study_toml

# valid settings

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NASTY = st.sampled_from(
    ['"', '"""', "'", "\\", "\\n", "\n", "\r\n", "\t", "\0", "\x7f", "{{ 1 }}", "#", "ñ", "🎉", "]"]
)
TITLE = st.lists(NASTY | ANY_TEXT.map(lambda text: text[:20]), min_size=1, max_size=9).map("".join).filter(bool)


def floats(low: float, high: float, **kwargs):
    return st.floats(low, high, **kwargs) | st.sampled_from([high])


STUDIES = st.fixed_dictionaries(
    {
        "study": st.fixed_dictionaries({"title": TITLE, "seed": st.integers(0, 2**31 - 1)}),
        "corpus": st.fixed_dictionaries(
            {
                # absolute or the bundled one: a relative path is taken from the file's folder, see below
                "path": st.just("") | ANY_TEXT.map(lambda text: "/" + text),
                "languages": st.sampled_from([("es",), ("it",), ("es", "it"), ("it", "es")]),
            }
        ),
        "text": st.fixed_dictionaries({"pipeline": st.sampled_from(["auto", "trained", "simple"])}),
        "topics": st.fixed_dictionaries(
            {
                "per_language": st.integers(0, 200),
                "joint": st.integers(0, 200),
                "runs": st.integers(1, 100),
                "iterations": st.integers(10, 20_000),
                "fewest_posts": st.integers(1, 10**6),
                "largest_share": floats(0, 1, exclude_min=True),
            }
        ),
        "principles": st.fixed_dictionaries(
            {
                "codebook": st.sampled_from(["cluetrain", '/my books/libro ñ "x".yaml', "/b.yml"]),
                "method": st.sampled_from(["hybrid", "examples", "cues", "definitions"]),
                "unit": st.sampled_from(["sentence", "paragraph"]),
                "cut": st.just("auto") | floats(0, 1),
                "unsure": floats(0, 0.5),
            }
        ),
        "statistics": st.fixed_dictionaries(
            {
                "bootstrap": st.integers(100, 100_000),
                "permutations": st.integers(100, 100_000),
                "confidence": floats(0.5, 0.999),
            }
        ),
    }
).map(Study.model_validate)


def load(tmp_path: Path, toml: str) -> Study:
    path = tmp_path / "study.toml"
    path.write_text(toml, encoding="utf-8")
    return load_study(path)


def refusal(tmp_path: Path, toml: str) -> str:
    with pytest.raises(InputError) as caught:
        load(tmp_path, toml)
    message = str(caught.value)
    assert all(line.startswith(f"{tmp_path / 'study.toml'}: ") for line in message.splitlines())
    return message.replace(f"{tmp_path / 'study.toml'}: ", "")


def test_the_defaults_obey_their_own_rules():
    assert validate(Study, Study().model_dump(), "defaults") == Study()


def test_an_empty_file_is_the_default_study(tmp_path):
    assert load(tmp_path, "") == Study()


def test_the_written_defaults_are_the_defaults(tmp_path):
    assert load(tmp_path, study_toml()) == Study()


@settings(max_examples=50, deadline=None)
@given(study=STUDIES)
def test_a_study_written_and_read_is_the_same_study(tmp_path_factory, study):
    assert load(tmp_path_factory.mktemp("study"), study_toml(study)) == study


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    assert load(tmp_path, "\ufeff[study]\nseed = 5\n").study.seed == 5


# the template

FIELDS = [
    pytest.param(
        section,
        field,
        id=f"{section}.{field}",
    )
    for section, info in Study.model_fields.items()
    for field in info.annotation.model_fields
]


def template_line(section: str, field: str) -> str:
    body = study_toml().split(f"[{section}]\n")[1].split("\n[")[0]
    found = re.findall(rf"^{field} = .*$", body, re.MULTILINE)
    assert len(found) == 1, f"{section}.{field} stands {len(found)} times in the template"
    return found[0]


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_every_setting_stands_in_the_template_with_a_comment(section, field):
    assert re.search(r"\s# \S", template_line(section, field))


@pytest.mark.parametrize(
    ("section", "field"),
    [
        *(("topics", field) for field in ("pool", "per_language", "joint", "runs", "iterations")),
        *(("statistics", field) for field in ("bootstrap", "permutations", "confidence")),
        *(("principles", field) for field in ("cut", "unsure")),
    ],
)
def test_the_range_in_a_comment_is_the_range_that_is_checked(tmp_path, section, field):
    low, high = re.search(r"([\d.]+)-([\d.]+)", template_line(section, field).split("#")[1]).groups()
    for edge in (low, high):
        load(tmp_path, f"[{section}]\n{field} = {edge}")
    step = 1 if "." not in high and field != "cut" else 0.001
    refusal(tmp_path, f"[{section}]\n{field} = {float(low) - step:g}")
    refusal(tmp_path, f"[{section}]\n{field} = {float(high) + step:.17g}")


# what is refused


@pytest.mark.parametrize(
    ("toml", "key", "nearest"),
    [
        ("[topics]\nrunz = 3", "topics.runz", "runs"),
        ("[topcs]\nruns = 3", "topcs", "topics"),
        ("[corpus]\nlanguage = ['es']", "corpus.language", "languages"),
        ("[principles]\nmetod = 'cues'", "principles.metod", "method"),
        ("title = 'x'\n[study]\nsed = 1", "study.sed", "seed"),
        ("[statistics]\nbootstraps = 100", "statistics.bootstraps", "bootstrap"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_valid_one(tmp_path, toml, key, nearest):
    assert f"unknown key '{key}'; did you mean '{nearest}'?" in refusal(tmp_path, toml).splitlines()


def test_an_unknown_key_near_nothing_is_answered_with_the_valid_ones(tmp_path):
    assert (
        refusal(tmp_path, "[study]\nqqq = 1")
        == "unknown key 'study.qqq'; allowed are authors, licence, parts, seed, title."
    )


@pytest.mark.parametrize(
    ("toml", "key", "got"),
    [
        ("[topics]\nruns = '3'", "topics.runs", "'3'"),
        ("[topics]\nruns = 3.0", "topics.runs", "3.0"),
        ("[topics]\nruns = true", "topics.runs", "True"),
        ("[study]\ntitle = 5", "study.title", "5"),
        ("[study]\nseed = [1]", "study.seed", "[1]"),
        ("[corpus]\nlanguages = 'es'", "corpus.languages", "'es'"),
        ("[corpus]\npath = false", "corpus.path", "False"),
        ("[text]\npipeline = ['auto']", "text.pipeline", "['auto']"),
        ("[statistics]\nconfidence = '0.9'", "statistics.confidence", "'0.9'"),
        ("topics = 3", "topics", "3"),
    ],
)
def test_a_wrong_type_is_refused_with_what_was_got(tmp_path, toml, key, got):
    assert f"key '{key}': got {got}, allowed is " in refusal(tmp_path, toml)


@pytest.mark.parametrize(
    ("toml", "key", "got", "allowed"),
    [
        ("[topics]\nruns = 0", "topics.runs", "0", "greater than or equal to 1"),
        ("[topics]\nruns = 101", "topics.runs", "101", "less than or equal to 100"),
        ("[topics]\nlargest_share = 0", "topics.largest_share", "0", "greater than 0"),
        ("[topics]\nlargest_share = 1.01", "topics.largest_share", "1.01", "less than or equal to 1"),
        ("[topics]\nlargest_share = inf", "topics.largest_share", "inf", "less than or equal to 1"),
        ("[topics]\niterations = -1", "topics.iterations", "-1", "greater than or equal to 0"),
        ("[study]\nseed = -1", "study.seed", "-1", "greater than or equal to 0"),
        ("[study]\ntitle = ''", "study.title", "''", "at least 1 character"),
        ("[statistics]\nconfidence = 1", "statistics.confidence", "1", "less than or equal to 0.999"),
        ("[statistics]\nconfidence = nan", "statistics.confidence", "nan", "0.999"),
        (
            "[principles]\nmethod = 'Hybrid'",
            "principles.method",
            "'Hybrid'",
            "'hybrid', 'examples', 'cues' or 'definitions'",
        ),
        ("[corpus]\nlanguages = ['es', 'fr']", "corpus.languages.1", "'fr'", "'es' or 'it'"),
        ("[corpus]\nlanguages = []", "corpus.languages", "[]", "at least 1 item"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_was_got_and_what_is_allowed(tmp_path, toml, key, got, allowed):
    lines = refusal(tmp_path, toml).splitlines()
    assert any(line.startswith(f"key '{key}': got {got}, allowed is ") and allowed in line for line in lines)


@pytest.mark.parametrize("cut", ["2", "-0.1", "'often'", "nan"])
def test_a_wrong_cut_is_refused_by_its_own_name(tmp_path, cut):
    assert "key 'principles.cut': " in refusal(tmp_path, f"[principles]\ncut = {cut}")


@pytest.mark.parametrize(
    "toml",
    [
        "[topics]\nruns = 0",
        "[topics]\nrunz = 1",
        pytest.param("[principles]\ncut = 2"),
        pytest.param("[corpus]\nlanguages = ['fr']"),
    ],
)
def test_one_problem_is_one_line(tmp_path, toml):
    assert len(refusal(tmp_path, toml).splitlines()) == 1


def test_every_problem_is_told_at_once(tmp_path):
    message = refusal(tmp_path, "[study]\nseed = -1\n[topics]\nruns = 0\nrunz = 1")
    assert len(message.splitlines()) == 3


@pytest.mark.parametrize(
    ("toml", "line"), [("[study\nseed = 1", 1), ("[study]\nseed =\n", 2), ("[study]\n\n\ntitle = a\n", 4)]
)
def test_what_is_not_toml_is_refused_with_its_line(tmp_path, toml, line):
    message = refusal(tmp_path, toml)
    assert message.startswith("not valid TOML: ")
    assert f"line {line}," in message


def test_a_key_given_twice_is_not_toml(tmp_path):
    assert refusal(tmp_path, "[study]\nseed = 1\nseed = 2").startswith("not valid TOML: ")


def test_a_number_of_thousands_of_digits_is_refused(tmp_path):
    for number in ("9" * 5000, f"0x{'f' * 4000}"):
        assert refusal(tmp_path, f"[study]\nseed = {number}").endswith("write a smaller number.")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "study.toml").write_bytes('[study]\ntitle = "Año"'.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_study(tmp_path / "study.toml")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.toml: cannot be read: No such file"):
        load_study(tmp_path / "absent.toml")


# paths


@pytest.mark.parametrize("relative", ["posts", "deep/posts", "../posts", "posts.csv"])
def test_a_relative_corpus_is_taken_from_the_folder_of_the_file(tmp_path, monkeypatch, relative):
    monkeypatch.chdir("/")
    assert load(tmp_path, f"[corpus]\npath = '{relative}'").corpus.path == str(tmp_path / relative)


@pytest.mark.parametrize(
    "relative",
    [
        "mine.yaml",
        "books/mine.yml",
        "../mine.yaml",
        pytest.param("MINE.YAML"),
    ],
)
def test_a_relative_codebook_file_is_taken_from_the_folder_of_the_file(tmp_path, monkeypatch, relative):
    monkeypatch.chdir("/")
    assert load(tmp_path, f"[principles]\ncodebook = '{relative}'").principles.codebook == str(tmp_path / relative)


@pytest.mark.parametrize(
    ("toml", "kept"),
    [
        ("[corpus]\npath = ''", ("", "cluetrain")),
        ("[corpus]\npath = '/data/posts'", ("/data/posts", "cluetrain")),
        ("[principles]\ncodebook = '/data/b.yaml'", ("", "/data/b.yaml")),
        ("[principles]\ncodebook = 'other'", ("", "other")),
    ],
    ids=["bundled corpus", "absolute corpus", "absolute codebook", "bundled codebook"],
)
def test_absolute_paths_and_bundled_names_are_kept(tmp_path, toml, kept):
    study = load(tmp_path, toml)
    assert (study.corpus.path, study.principles.codebook) == kept


def test_another_corpus_changes_nothing_else():
    study = Study().with_corpus("/x")
    assert study.corpus.path == "/x"
    assert study.with_corpus("") == Study()


def test_a_relative_file_of_rules_is_found_from_the_folder_of_a_run_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("study.toml").write_text("[corpus]\nfurniture_rules = 'rules.yaml'\n", encoding="utf-8")
    study = load_study("study.toml")
    Path("run").mkdir()
    Path("run", "study.toml").write_text(study_toml(study), encoding="utf-8")
    again = load_study(Path("run", "study.toml"))
    assert again.corpus.furniture_rules == study.corpus.furniture_rules == str(Path.cwd() / "rules.yaml")
