"""Frameworks: found where the real texts treat them, counted and crossed as worked by hand, drawn in their shape."""

import dataclasses
import json

import matplotlib
import numpy as np
import pandas as pd
import pytest

from toolkit import plots
from toolkit.cli import main
from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.principles import balance_table, chain_table, crossed, framework_shares

matplotlib.use("Agg")


# ---- the real texts --------------------------------------------------------------------------------------

#: Text that treats a framework, and the words whose passage must carry a code.
TREATED = {
    "seven_levels": (
        "004_",
        {
            "Fase 5": "l5_campaign",
            "utilizza un concorso": "l5_campaign",
            "Fase 6": "l6_collaborative",
            "aiutaci a progettare": "l6_collaborative",
            "come possiamo migliorare": "l6_collaborative",
            "di creare contenuti": "l6_collaborative",
            "Fase 7": "l7_people_powered",
            "Immagina una banca": "l7_people_powered",
        },
    ),
    "engagement_phases": (
        "003_",
        {
            "Fase 1": "connection",
            "Fase 2": "feedback_interaction",
            "Escuchando a los usuarios": "feedback_interaction",
            "mantener Una conversación": "feedback_interaction",
            "Fase 3": "contribution",
            "empezando a ver el brote": "contribution",
            "comienza a notarse": "contribution",
            "Fase 4": "influence",
            "dispuestos a promover": "influence",
        },
    ),
    "reverse_engagement": (
        "000_",
        {
            "• Promesa": "promise",
            "Qué le vamos a prometer": "promise",
            "Cuál es tu promesa": "promise",
            "• Política": "policy",
            "procesos de cada una de las unidades": "policy",
            "parte de la política de la compañía": "policy",
            "modificando internamente": "policy",
            "• Experiencia de Usuario": "user_experience",
            "mantener día a día esa promesa": "user_experience",
        },
    ),
    "li_dialogue_support_innovate": (
        "002_",
        {
            "dialogamos con personas": "dialogue",
            "a través de la escucha": "dialogue",
            "Importancia de integrar el apoyo": "support",
            "una respuesta no rápida": "support",
            "debe) basarse en la opinión": "innovate",
            "solicitar ideas": "innovate",
            "el acercamiento de los empleados": "pro",
            "cuáles serían las desventajas": "con",
            "Contras comunidad privada": "con",
        },
    ),
}
#: Codes that the text does not treat; of the premises and steps of engagement_phases it treats all.
ELSEWHERE = {"seven_levels": ("l0_unaware", "l1_internal", "l2_monitoring", "l4_viral")}


@pytest.fixture(scope="module")
def mapped(seeds, tmp_path_factory):
    """What ``toolkit map FOLDER --codebook NAME`` writes: annotations and scores, once for each framework."""
    known = {}

    def run(name):
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            out, scores = folder / "annotations.jsonl", folder / "scores.csv"
            command = ["map", str(seeds), "--codebook", name, "--output", str(out), "--scores", str(scores)]
            assert main(command) == 0
            rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
            known[name] = (rows, pd.read_csv(scores))
        return known[name]

    return run


CASES = [
    pytest.param(name, words, code, id=f"{code}-{words[:20]}")
    for name, (_, passages) in TREATED.items()
    for words, code in passages.items()
]


@pytest.mark.parametrize(("name", "words", "code"), CASES)
def test_a_real_text_carries_the_code_where_it_treats_it(seeds, mapped, name, words, code):
    rows, _ = mapped(name)
    (path,) = [path for path in seeds.iterdir() if path.name.startswith(TREATED[name][0])]
    key = " ".join(words.removeprefix("• ").casefold().split())
    mine = [row for row in rows if row["doc_id"].startswith(path.stem) and row["code"] == code]
    quotes = [" ".join(row["quote"].casefold().split()) for row in mine]
    assert " ".join(path.read_text(encoding="utf-8").casefold().split()).count(key) >= 1
    heading = words.startswith("• ")
    assert any(quote.strip("• ") == key if heading else key in quote for quote in quotes)


@pytest.mark.parametrize("name", TREATED)
def test_a_text_that_treats_a_framework_gets_at_least_twice_as_many_of_its_codes_as_the_others(mapped, name):
    rows, scores = mapped(name)
    start = TREATED[name][0]
    others = scores[~scores["doc_id"].str.startswith(start)]
    alarms = sum(not row["doc_id"].startswith(start) for row in rows)
    passages = others[["doc_id", "start"]].drop_duplicates().shape[0]
    treated = scores.shape[0] // scores["code"].nunique() - passages
    assert passages > 80
    assert alarms / passages < 0.5 * (len(rows) - alarms) / treated


@pytest.mark.parametrize("name", ELSEWHERE)
def test_levels_that_the_text_does_not_treat_are_rare_in_it(mapped, name):
    mine = [row["code"] for row in mapped(name)[0] if row["doc_id"].startswith(TREATED[name][0])]
    assert len(mine) > 8
    assert sum(code in ELSEWHERE[name] for code in mine) / len(mine) < 0.4


# ---- tables ----------------------------------------------------------------------------------------------


def passages_of(*posts, lang="es"):
    """One passage of ten signs for each place in each post: ("a", 3) has three."""
    rows = [(doc, 10 * n, 10 * n + 10) for doc, count in posts for n in range(count)]
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end"])
    table["passage_id"] = [f"{doc}:{start}" for doc, start, _ in rows]
    return table.assign(unit="sentence", lang=lang, furniture=False)


def coded(codebook, *rows):
    """Annotations from (post, number of the passage, code, stance)."""
    return pd.DataFrame(
        {
            "doc_id": [row[0] for row in rows],
            "start": [10 * row[1] for row in rows],
            "end": [10 * row[1] + 10 for row in rows],
            "quote": "diez signos",
            "codebook": codebook,
            "code": [row[2] for row in rows],
            "stance": [row[3] if len(row) > 3 else "endorses" for row in rows],
            "coder": "machine:test",
            "kind": "machine",
        }
    )


REVERSE, LEVELS, LI, CLUETRAIN = (
    load_codebook(name) for name in ("reverse_engagement", "seven_levels", "li_dialogue_support_innovate", "cluetrain")
)
FOUR = [("a", 2), ("b", 2), ("c", 2), ("d", 4)]
CHAIN = coded(
    "reverse_engagement",
    *(("a", 0, "promise"), ("a", 0, "policy"), ("a", 1, "user_experience")),
    *(("b", 0, "promise"), ("b", 1, "policy")),
    *(("c", 0, "promise"),),
)


def row_of(table, **values):
    for column, value in values.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize(
    ("unit", "code", "to_code", "count", "n", "lift"),
    [
        ("passage", "promise", None, 3, 10, None),
        ("passage", "promise", "policy", 1, 3, (1 / 3) / (2 / 10)),
        ("passage", "promise", "user_experience", 0, 3, 0.0),
        ("post", "promise", None, 3, 4, None),
        ("post", "policy", None, 2, 4, None),
        ("post", "promise", "policy", 2, 3, (2 / 3) / (2 / 4)),
        ("post", "policy", "user_experience", 1, 2, (1 / 2) / (1 / 4)),
    ],
)
def test_a_chain_is_counted_as_by_hand(unit, code, to_code, count, n, lift):
    table = chain_table(passages_of(*FOUR), CHAIN, REVERSE)
    table = table[table["to_code"].isna()] if to_code is None else table[table["to_code"] == to_code]
    row = row_of(table, unit=unit, code=code)
    assert (row["count"], row["n"]) == (count, n)
    assert row["share"] == pytest.approx(count / n)
    assert row["ci_low"] <= row["share"] <= row["ci_high"]
    if lift is not None:
        assert row["lift"] == pytest.approx(lift)


def test_a_chain_keeps_the_order_of_the_codebook_and_skips_no_pair():
    table = chain_table(passages_of(*FOUR), CHAIN, REVERSE)
    links = table[(table["kind"] == "link") & (table["unit"] == "post")]
    assert list(zip(links["code"], links["to_code"], strict=True)) == [
        ("promise", "policy"),
        ("promise", "user_experience"),
        ("policy", "user_experience"),
    ]


def test_limits_of_never_and_always_are_those_of_clopper_and_pearson():
    from scipy.stats import binomtest

    table = chain_table(passages_of(*[(doc, 1) for doc in "abcdefgh"]), coded(
        "reverse_engagement", *[(doc, 0, "promise") for doc in "abcdefgh"]), REVERSE)  # fmt: skip
    always = row_of(table[table["to_code"].isna()], unit="post", code="promise")
    never = row_of(table[table["to_code"].isna()], unit="post", code="policy")
    exact = [binomtest(k, 8).proportion_ci(0.95, method="exact") for k in (8, 0)]
    assert (always["ci_low"], always["ci_high"]) == pytest.approx((exact[0].low, 1))
    assert (never["ci_low"], never["ci_high"]) == pytest.approx((0, exact[1].high))


def test_a_code_of_one_post_has_no_interval():
    row = row_of(chain_table(passages_of(*FOUR), CHAIN, REVERSE), unit="passage", code="user_experience")
    assert row["share"] == pytest.approx(0.1)
    table = chain_table(passages_of(*FOUR), CHAIN[CHAIN["doc_id"] == "a"], REVERSE)
    link = row_of(table, unit="post", code="promise", to_code="policy")
    assert link["share"] == 1
    assert np.isnan(link["ci_low"])
    assert np.isnan(link["ci_high"])


def test_shares_of_a_framework_carry_its_groups_and_order():
    found = coded("seven_levels", ("a", 0, "l3_broadcasting"), ("b", 0, "l3_broadcasting"), ("b", 1, "l5_campaign"))
    table = framework_shares(passages_of(*FOUR), found, LEVELS)
    row = row_of(table, lang="all", code="l3_broadcasting")
    assert (row["count"], row["n"], row["group"], row["order"]) == (2, 10, "levels", 3)
    li = framework_shares(passages_of(*FOUR), coded(LI.id, ("a", 0, "pro")), LI)
    assert li["order"].isna().all()
    assert row_of(li, lang="es", code="pro")["group"] == "weighing"


def test_what_is_denied_does_not_count_for_its_side():
    found = coded(
        LI.id,
        *(("a", 0, "dialogue"), ("a", 1, "pro"), ("b", 0, "dialogue"), ("b", 1, "pro", "rejects")),
        *(("c", 0, "support"), ("c", 1, "con")),
    )
    table = balance_table(passages_of(*FOUR), found, LI)
    counts = {(row.code, row.side): (row.count, row.n) for row in table.itertuples()}
    assert counts["dialogue", "pro"] == (1, 2)
    assert counts["dialogue", "con"] == (0, 2)
    assert counts["support", "con"] == (1, 1)
    assert counts["innovate", "pro"] == (0, 0)
    assert counts["all", "pro"] == (1, 4)
    assert np.isnan(row_of(table, code="innovate", side="pro")["share"])


CROSSED_A = coded("seven_levels", ("a", 0, "l6_collaborative"), ("b", 0, "l6_collaborative", "breach"))
CROSSED_B = coded(
    "cluetrain",
    *(("a", 0, "cocreation"), ("b", 0, "cocreation", "breach"), ("c", 0, "cocreation"), ("a", 1, "listening")),
)


def test_crossed_codes_are_counted_as_by_hand():
    table = crossed(passages_of(*FOUR), CROSSED_A, CROSSED_B, LEVELS, CLUETRAIN)
    assert len(table) == len(LEVELS.codes) * len(CLUETRAIN.codes)
    row = row_of(table, code="l6_collaborative", to_code="cocreation")
    assert (row["count"], row["n"], row["expected"]) == (2, 2, "endorses")
    assert (row["share"], row["base"], row["lift"]) == pytest.approx((1, 0.3, 1 / 0.3))
    # only the passage that endorses the level says what the crosswalk expects
    assert (row["stance_n"], row["stance_share"]) == (1, 1)
    other = row_of(table, code="l6_collaborative", to_code="listening")
    assert (other["count"], other["lift"]) == (0, 0)
    assert pd.isna(other["expected"])
    assert np.isnan(row_of(table, code="l0_unaware", to_code="cocreation")["share"])


def without(book, *codes):
    return dataclasses.replace(book, codes=tuple(code for code in book.codes if code.id not in codes))


def test_a_chain_of_one_step_has_no_link_and_one_of_none_is_refused():
    one = without(REVERSE, *(code for code in REVERSE.code_ids if code != "promise"))
    table = chain_table(passages_of(*FOUR), CHAIN, one, repeats=50)
    whole = chain_table(passages_of(*FOUR), CHAIN, REVERSE, repeats=50)
    steps = whole[(whole["kind"] == "step") & (whole["code"] == "promise")].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, steps)
    none = without(REVERSE, *(code.id for code in REVERSE.codes if code.order is not None))
    with pytest.raises(InputError, match="no code belongs to the group 'steps'"):
        chain_table(passages_of(*FOUR), CHAIN, none)


def test_stances_are_those_of_the_passages_that_are_counted():
    a, b = (rows.assign(stance="endorses") for rows in (CROSSED_A, CROSSED_B))
    passages = passages_of(*FOUR)
    table = crossed(passages[passages["doc_id"] != "a"], a, b, LEVELS, CLUETRAIN, repeats=50)
    row = row_of(table, code="l6_collaborative", to_code="cocreation")
    assert (row["count"], row["stance_n"]) == (1, 1)


def test_the_interval_of_the_lift_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    covered = []
    for _ in range(60):
        posts = [(f"d{n:02d}", 6) for n in range(40)]
        a = [(doc, n, "l6_collaborative") for doc, count in posts for n in range(count) if random.random() < 0.4]
        chosen = {row[:2] for row in a}
        b = [
            (doc, n, "cocreation")
            for doc, count in posts
            for n in range(count)
            if random.random() < (0.5 if (doc, n) in chosen else 0.2)
        ]
        table = crossed(
            passages_of(*posts), coded("seven_levels", *a), coded("cluetrain", *b), LEVELS, CLUETRAIN, repeats=200
        )
        row = row_of(table, code="l6_collaborative", to_code="cocreation")
        # true lift: .5 / (.4 x .5 + .6 x .2)
        covered.append(row["lift_low"] <= 0.5 / 0.32 <= row["lift_high"])
    assert 0.85 <= np.mean(covered) <= 1


def test_the_same_seed_gives_the_same_table():
    tables = [crossed(passages_of(*FOUR), CROSSED_A, CROSSED_B, LEVELS, CLUETRAIN, seed=3) for _ in range(2)]
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chain_table(passages_of(*FOUR), CHAIN, LI), "has 0 ordered groups (none); name one as group."),
        (lambda: chain_table(passages_of(*FOUR), CHAIN, REVERSE, group="step"), "did you mean 'steps'?"),
        (lambda: chain_table(passages_of(("z", 3)), CHAIN, REVERSE), "none of the 6 annotations of codebook"),
        (lambda: chain_table(passages_of(), CHAIN[:0], REVERSE), "the table is empty"),
        (lambda: balance_table(passages_of(*FOUR), CHAIN, LI, group="verb"), "did you mean 'verbs'?"),
        (lambda: balance_table(passages_of(*FOUR), CHAIN, LI, sides=("pro", "cons")), "did you mean 'con'?"),
        (lambda: balance_table(passages_of(*FOUR), CHAIN, REVERSE), "has 0 groups with the shape 'balance'; name"),
        (
            lambda: balance_table(
                passages_of(*FOUR), CHAIN, load_codebook("cluetrain"), sides=("listening", "community")
            ),
            "has 0 groups to weigh (none); name one as group.",
        ),
        (lambda: plots.chain(chain_table(passages_of(*FOUR), CHAIN, REVERSE), unit="posts"), "did you mean 'post'?"),
        (lambda: plots.chain(CHAIN), "chain: the column 'unit' is missing"),
        (lambda: plots.steps(framework_shares(passages_of(*FOUR), CHAIN, LI)), "has 0 ordered groups (none)"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(call, message):
    with pytest.raises(InputError) as caught:
        call()
    assert message in str(caught.value)


# ---- shapes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("reverse_engagement", {"steps": "chain"}),
        ("seven_levels", {"levels": "steps"}),
        ("engagement_phases", {"phases": "steps", "content_steps": "steps", "premises": None}),
        ("li_dialogue_support_innovate", {"verbs": None, "weighing": "balance"}),
        ("groundswell", {}),
    ],
)
def test_each_framework_says_its_shape(name, shapes):
    assert {group.id: group.shape for group in load_codebook(name).groups} == shapes


def shaped(folder, shape, ordered, codes, more=""):
    """A codebook with a group of this shape, and codes in it or (more) beside it."""
    lines = [
        *("id: mine", "version: '1'", "languages: [es]", "title: {es: Mío}", "groups:"),
        f"  - {{id: one, name: {{es: Uno}}, ordered: {str(ordered).lower()}, shape: {shape}}}",
        *("  - {id: two, name: {es: Dos}, ordered: true}", "codes:"),
    ]
    for number in range(codes):
        order = f", order: {number}" if ordered else ""
        lines.append(f"  - {{id: c{number}, name: {{es: C}}, definition: {{es: D.}}, group: one{order}}}")
    for number in range(2):
        lines.append(f"  - {{id: t{number}, name: {{es: C}}, definition: {{es: D.}}, group: two, order: {number}}}")
    (folder / "mine.yaml").write_text("\n".join(lines), encoding="utf-8")
    return load_codebook(folder / "mine.yaml")


@pytest.mark.parametrize(
    ("shape", "ordered", "codes", "message"),
    [
        ("chain", False, 2, "group 'one' with the shape 'chain' needs 'ordered: true'"),
        ("steps", False, 2, "group 'one' with the shape 'steps' needs 'ordered: true'"),
        ("balance", True, 2, "group 'one' with the shape 'balance' cannot be ordered"),
        ("balance", False, 3, "group 'one' with the shape 'balance' needs two codes, for and against: 3"),
        ("circle", False, 2, "'chain', 'steps' or 'balance'"),
    ],
)
def test_a_shape_that_does_not_fit_its_group_is_refused(tmp_path, shape, ordered, codes, message):
    with pytest.raises(InputError, match=message):
        shaped(tmp_path, shape, ordered, codes)


def test_of_two_ordered_groups_the_chain_is_the_chain(tmp_path):
    found = coded("mine", ("a", 0, "c0", None), ("a", 0, "c1", None), ("b", 0, "c0", None))
    table = chain_table(passages_of(*FOUR), found, shaped(tmp_path, "chain", True, 2))
    assert set(table["code"]) == {"c0", "c1"}
    assert row_of(table, unit="post", code="c0", kind="link")["share"] == 0.5
    with pytest.raises(InputError, match=r"has 2 ordered groups \(one, two\); name one as group"):
        chain_table(passages_of(*FOUR), found, shaped(tmp_path, "steps", True, 2))


def test_the_sides_of_a_balance_are_its_codes(tmp_path):
    found = coded("mine", ("a", 0, "t0", None), ("a", 1, "c0", None), ("b", 0, "t0", None), ("b", 0, "c1", None))
    table = balance_table(passages_of(*FOUR), found, shaped(tmp_path, "balance", False, 2))
    of_first = table[table["code"] == "t0"]
    assert of_first["side"].tolist() == ["c0", "c1"]
    assert of_first[["count", "n"]].to_numpy().tolist() == [[1, 2], [1, 2]]


# ---- figures ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _closed():
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def written(ax):
    return [text.get_text() for text in ax.texts]


def test_a_chain_shows_steps_in_order_and_what_the_arrows_say():
    ax = plots.chain(chain_table(passages_of(*FOUR), CHAIN, REVERSE), {"promise": "Promesa $x$"})
    texts = written(ax)
    places = {text.get_text(): text.get_position()[0] for text in ax.texts}
    assert places[r"Promesa \$x\$"] < places["policy"] < places["user_experience"]
    assert "3 of 4 posts" in texts
    assert "2 of 3" in texts
    assert any(text.startswith("67 %") for text in texts)


def test_steps_climb_from_the_first_to_the_last():
    found = coded("seven_levels", ("a", 0, "l0_unaware"), ("b", 0, "l7_people_powered"))
    ax = plots.steps(framework_shares(passages_of(*FOUR), found, LEVELS), LEVELS.names("it"))
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[0].startswith("Livello 0")
    assert labels[-1].startswith("Livello 7")
    assert ax.get_ylim()[0] < ax.get_ylim()[1]


def test_several_ordered_groups_must_be_told_apart():
    phases = load_codebook("engagement_phases")
    table = framework_shares(passages_of(*FOUR), coded(phases.id, ("a", 0, "influence")), phases)
    with pytest.raises(InputError, match=r"2 ordered groups \(phases, content_steps\)"):
        plots.steps(table)
    labels = [label.get_text() for label in plots.steps(table, group="phases").get_yticklabels()]
    assert labels == ["1  connection", "2  feedback_interaction", "3  contribution", "4  influence"]


def test_pros_go_right_and_cons_left():
    found = coded(LI.id, ("a", 0, "dialogue"), ("a", 1, "pro"), ("b", 0, "dialogue"), ("b", 1, "con"))
    ax = plots.balance(balance_table(passages_of(*FOUR), found, LI))
    right, left = ([bar.get_width() for bar in group] for group in ax.containers)
    assert right[0] == 50
    assert left[0] == -50
    assert ax.get_xlim()[0] == -ax.get_xlim()[1]


def test_pairs_of_the_crosswalk_are_framed():
    table = crossed(passages_of(*FOUR), CROSSED_A, CROSSED_B, LEVELS, CLUETRAIN)
    ax = plots.crossing(table)
    frames = {(int(patch.get_y()), int(patch.get_x())) for patch in ax.patches}
    assert (LEVELS.code_ids.index("l6_collaborative"), CLUETRAIN.code_ids.index("cocreation")) in frames
    assert len(frames) == table["expected"].notna().sum()
    assert "100" in written(ax)
