"""The main job: a study from its settings to a folder with report, tables, figures and run record."""

import datetime
import errno
import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import toolkit
from toolkit.analysis import Analysis, analyse
from toolkit.corpus import Corpus, load_corpus
from toolkit.crate import METADATA, write_crate
from toolkit.errors import OutputError
from toolkit.files import write_bytes, write_json, write_text
from toolkit.parallel.tasks import Workers
from toolkit.resources import bundled_corpus
from toolkit.reuse import earlier_run, remember_run, run_key, take_over
from toolkit.settings import Study, is_file, study_toml
from toolkit.storage import write_parts
from toolkit.versions import versions

__all__ = ["corpus_path", "free_folder", "run_study"]

#: What a run folder holds.
_MADE = ("figures", "models", "report.html", METADATA, "run.json", "study.toml", "tables", "topics.html")
#: And its folders.
_INSIDE = {"figures": (".png", ".svg"), "models": (".topics",), "tables": (".csv", ".parquet")}

Say = Callable[[str], None]


def free_folder(name: str = "cluetrain-run") -> Path:
    """``name`` in the current folder, or the first of name-2, name-3 ... that is not there yet.

    >>> free_folder("no-such-folder-yet").name
    'no-such-folder-yet'
    """
    number = 1
    while (path := Path(name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return path


def run_study(
    study: Study | None = None,
    output: str | Path | None = None,
    *,
    workers: Workers = 1,
    overwrite: bool = False,
    keep: bool = True,
    say: Say | None = None,
) -> Path:
    """Run a study and write its folder.

    Parameters
    ----------
    study : the settings; the defaults (the bundled corpus) without.
    output : the folder to make; "cluetrain-run" (or -2, -3 ...) without. It must not exist, unless
        ``overwrite`` is given and it was made by this function.
    workers : processes, or a Dask client (:func:`toolkit.parallel.connected`); no result depends on it.
    keep : take what was made before with the same settings by the same program, and keep what is made now (in the
        user's cache folder): what was said of single posts, see :func:`toolkit.analyse`; and where nothing has changed
        since an earlier run whose folder is still as it was left, all of that run.
    say : called with each line of progress.

    Returns
    -------
    Path
        the folder: report.html, topics.html, run.json, study.toml, ro-crate-metadata.json, tables/NAME.csv and
        .parquet, figures/NAME.svg and .png, models/LANG.topics. It appears only when complete; an interrupted run
        leaves nothing there, but what was said of posts in the cache folder, and the fits it made to find out how many
        themes there are (a hidden folder beside it): the same call goes on with them. Other fits are made again.

    Raises
    ------
    InputError, OutputError
        for settings, texts or a folder that cannot be used.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit import Study
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder,
    ...     "uno.txt").write_text("Las marcas que escuchan a la gente aprenden de ella.", encoding="utf-8")
    ...     made = run_study(Study(study={"parts": ("words",)}, corpus={"path": folder}), Path(folder, "run"))
    ...     sorted(path.name for path in made.iterdir() if path.suffix), (made / "tables" / "frequencies.csv").exists()
    (['ro-crate-metadata.json', 'run.json', 'study.toml'], True)
    """
    study = _anchored(study or Study())
    folder = Path(output) if output is not None else free_folder()
    _refuse_existing(folder, overwrite=overwrite)
    corpus = load_corpus(corpus_path(study))
    key = run_key(study, corpus_path(study), corpus)
    partial = _partial(folder)
    try:
        earlier = earlier_run(key) if keep else None
        if earlier is not None:
            if say is not None:
                say(f"Nothing has changed since the run in {earlier}: its results are taken over.")
            take_over(earlier, partial, folder.name)
            begun = ""
        else:
            # named by texts and settings: what was begun with others is no part of this
            begun = f".{folder.resolve().name[:100]}.selection-"
            resume = folder.resolve().parent / f"{begun}{key[:16]}"
            analysis = analyse(corpus, study, workers=workers, resume=resume, keep=keep, say=say)
            if say is not None:
                for note in analysis.notes:
                    say(f"    {note}")
                say("[+] figures and report")
            _write(analysis, corpus, partial, folder)
            if analysis.parts is not None:
                analysis.parts.close()
        partial.chmod(0o755)
        made = _put_in_place(partial, folder, overwrite=overwrite)
        for older in folder.resolve().parent.glob(f"{glob.escape(begun)}*") if begun else ():
            shutil.rmtree(older, ignore_errors=True)
        if keep and earlier is None:
            remember_run(key, made)
        return made
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
    if study.corpus.furniture_rules:
        rules = str(Path(study.corpus.furniture_rules).resolve())
        study = study.model_copy(update={"corpus": study.corpus.model_copy(update={"furniture_rules": rules})})
    if is_file(study.principles.codebook):
        study = study.with_codebook(str(Path(study.principles.codebook).resolve()))
    if is_file(study.topics.guided):
        study = study.with_guide(str(Path(study.topics.guided).resolve()))
    return study


def _put_in_place(partial: Path, folder: Path, *, overwrite: bool) -> Path:
    """Give the finished folder its name; an older run is out of the way only when the new one is in."""
    if overwrite and folder.exists():
        _refuse_existing(folder, overwrite=True)
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.old-", dir=partial.parent)) / "run"
        folder.rename(old)
        try:
            partial.rename(folder)
        except BaseException:  # Ctrl+C between the two renames too
            if not folder.exists():
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


def corpus_path(study: Study) -> Path:
    """Where the texts of a study are: its path (which need not exist), or the bundled corpus.

    >>> from toolkit.settings import Study
    >>> corpus_path(Study()).name, corpus_path(Study().with_corpus("blog")).name
    ('conversaciones', 'blog')
    """
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
    foreign = [name for name in there if name not in _MADE] + sorted(
        path.relative_to(folder).as_posix()
        for name, kinds in _INSIDE.items()
        for path in (folder / name).glob("*")
        # what a file browser leaves behind is nobody's work
        if path.suffix not in kinds and not path.name.startswith(".")
    )
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

    # the report draws on no screen; a notebook has named what it draws with, and would show no figure any more
    if "MPLBACKEND" not in os.environ:
        matplotlib.use("Agg", force=False)
    from matplotlib import pyplot, rcParams

    from toolkit.explorer import analysis_views, explorer_page
    from toolkit.figures import draw_figures, figure_bytes
    from toolkit.report import constructed_texts, render_report
    from toolkit.topics import save_model

    held = analysis.tables
    tables = {name: write_parts(held.each(name), held.rows(name), partial / "tables", name) for name in held}
    images = {}
    # all are open until they are saved, and matplotlib warns of more than 20; rc_context would also take back what a
    # notebook sets when the first figure is drawn, and later figures would not be shown
    most, rcParams["figure.max_open_warning"] = rcParams["figure.max_open_warning"], 0
    try:
        drawn = draw_figures(analysis)
    finally:
        rcParams["figure.max_open_warning"] = most
    for name, ax in drawn.items():
        images[name] = figure_bytes(ax, "svg")
        write_bytes(partial / "figures" / f"{name}.svg", images[name])
        write_bytes(partial / "figures" / f"{name}.png", figure_bytes(ax, "png"))
        pyplot.close(ax.get_figure(root=True))
    record = _record(analysis, corpus, tables, folder)
    write_text(partial / "study.toml", study_toml(analysis.study))
    write_json(partial / "run.json", record)
    if views := analysis_views(analysis):
        title = analysis.study.study.title
        page = explorer_page(views, title=title, constructed=constructed_texts(analysis))
        write_text(partial / "topics.html", page)
    for lang, found in analysis.themes.languages.items() if analysis.themes is not None else ():
        save_model(found.model, partial / "models" / f"{lang}.topics")
    if "principles" in analysis.study.study.parts:
        write_text(partial / "report.html", render_report(analysis, images, record))
    write_crate(partial)


def _record(analysis: Analysis, corpus: Corpus, tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    study, book = analysis.study, analysis.codebook
    bundled = not study.corpus.path
    return {
        "folder": folder.name,
        "created": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "versions": versions(),
        "seed": study.study.seed,
        "settings": study.model_dump(mode="json"),
        "corpus": {
            "bundled": bundled,
            "path": "" if bundled else str(corpus_path(study).resolve()),
            "sha256": _corpus_hash(corpus),
            "posts": dict(zip(corpus.posts["doc_id"], corpus.posts["sha256"], strict=True)),
        },
        "codebook": {
            "id": book.id,
            "version": book.version,
            "sha256": book.sha256,
            "path": str(book.path.resolve()) if is_file(study.principles.codebook) else "",
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


def _corpus_hash(corpus: Corpus) -> str:
    """SHA-256 over the ids and hashes of all posts, in order of id."""
    lines = [
        f"{doc_id} {digest}" for doc_id, digest in zip(corpus.posts["doc_id"], corpus.posts["sha256"], strict=True)
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
