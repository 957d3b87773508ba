"""Every choice of an analysis, in one commented TOML file."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from toolkit.display import Card, card, show
from toolkit.errors import InputError
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate

__all__ = ["Study", "is_file", "load_study", "study_toml", "topics_study"]

Share = Annotated[float, Field(gt=0, le=1)]


class _About(StrictModel):
    title: Annotated[str, Field(min_length=1, max_length=200)] = "Themes and principles"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    parts: Annotated[tuple[Literal["themes", "principles", "words"], ...], Field(min_length=1)] = (
        "themes",
        "principles",
        "words",
    )
    authors: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    licence: Annotated[str, Field(max_length=200)] = ""


class _Corpus(StrictModel):
    path: str = ""
    languages: Annotated[tuple[Literal["es", "it"], ...], Field(min_length=1)] = ("es", "it")
    duplicates: Literal["keep", "first"] = "keep"
    furniture_rules: str = ""
    furniture_off: tuple[str, ...] = ()


class _Text(StrictModel):
    pipeline: Literal["auto", "trained", "simple"] = "auto"


def _checked_number(value: Any) -> int | str:
    """A number of topics: 0 to 200, or "auto"."""
    number = isinstance(value, int) and not isinstance(value, bool)
    if value != "auto" and not (number and 0 <= value <= 200):
        raise ValueError(f"got {value!r}, allowed is a whole number from 0 to 200, or 'auto'.")
    return "auto" if value == "auto" else int(value)


class _Topics(StrictModel):
    engine: Literal["tomotopy", "gensim", "hdp", "nmf"] = "tomotopy"
    per_language: Annotated[Any, AfterValidator(_checked_number)] = 4
    guided: str = ""
    ngrams: Annotated[int, Field(ge=1, le=3)] = 1
    joint: Annotated[int, Field(ge=0, le=200)] = 6
    runs: Annotated[int, Field(ge=1, le=100)] = 24
    iterations: Annotated[int, Field(ge=0, le=20_000)] = 0
    alpha: Annotated[float, Field(gt=0, le=100)] = 0.1
    eta: Annotated[float, Field(gt=0, le=100)] = 0.3
    pool: Annotated[int, Field(ge=0, le=10_000)] = 40
    sample: Annotated[int, Field(ge=0)] = 1_000
    fewest_posts: Annotated[int, Field(ge=1)] = 2
    largest_share: Share = 0.5


def _checked_cut(value: Any) -> float | str:
    """A cut: a number from 0 to 1, or "auto"."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value != "auto" and not (number and 0 <= value <= 1):
        raise ValueError(f"got {value!r}, allowed is a number from 0 to 1, or 'auto'.")
    return "auto" if value == "auto" else float(value)


class _Principles(StrictModel):
    codebook: Annotated[str, Field(min_length=1)] = "cluetrain"
    method: Literal["hybrid", "examples", "cues", "definitions"] = "hybrid"
    unit: Literal["sentence", "paragraph"] = "sentence"
    cut: Annotated[Any, AfterValidator(_checked_cut)] = "auto"
    unsure: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class _Statistics(StrictModel):
    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 1000
    permutations: Annotated[int, Field(ge=100, le=100_000)] = 1000
    confidence: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95


class Study(StrictModel):
    """The settings of an analysis. Defaults are those of ``toolkit run`` without arguments; what each means
    stands beside it in ``toolkit/data/templates/study.toml``.

    >>> study = Study()
    >>> study.topics.per_language, study.principles.codebook, study.study.seed
    (4, 'cluetrain', 1)
    >>> study.with_corpus("blog").corpus.path
    'blog'
    """

    study: _About = _About()
    corpus: _Corpus = _Corpus()
    text: _Text = _Text()
    topics: _Topics = _Topics()
    principles: _Principles = _Principles()
    statistics: _Statistics = _Statistics()

    def _card_(self, lang: str = "en") -> Card:
        import pandas as pd

        sections = self.model_dump()
        usual = type(self)().model_dump()
        rows = [
            (f"[{section}]", name, _toml(value), _toml(usual[section][name]) if value != usual[section][name] else None)
            for section, settings in sections.items()
            for name, value in settings.items()
        ]
        table = show(pd.DataFrame(rows, columns=["section", "setting", "value", "default"]), rows=100, lang=lang)
        return card("study", lang, title=self.study.title, tables=[table])

    def _repr_html_(self) -> str:
        return self._card_()._repr_html_()

    def with_corpus(self, path: str) -> "Study":
        """The same study of another corpus."""
        return self.model_copy(update={"corpus": self.corpus.model_copy(update={"path": path})})

    def with_codebook(self, codebook: str) -> "Study":
        """The same study with another codebook."""
        return self.model_copy(update={"principles": self.principles.model_copy(update={"codebook": codebook})})

    def with_guide(self, codebook: str) -> "Study":
        """The same study with themes asked for from another codebook."""
        return self.model_copy(update={"topics": self.topics.model_copy(update={"guided": codebook})})


def topics_study(corpus: str, *, seed: int | None = None, **topics: Any) -> Study:
    """The study behind ``toolkit topics``: themes alone, with these settings of the section [topics].

    Raises :class:`InputError` for values out of range.

    >>> study = topics_study("blog", seed=7, per_language=6)
    >>> study.study.parts, study.study.seed, study.topics.per_language
    (('themes',), 7, 6)
    """
    data = {
        "study": {"title": "Themes", "parts": ("themes",), **({} if seed is None else {"seed": seed})},
        "corpus": {"path": corpus},
        "topics": topics,
    }
    return validate(Study, data, "toolkit topics")


def load_study(path: str | Path) -> Study:
    """Settings from a TOML file; relative paths in it are taken from the file's folder.

    Raises :class:`InputError`: not TOML (with the line), unknown keys (with the nearest valid one), wrong types
    and values out of range (with what was got and what is allowed).

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "study.toml")
    ...     _ = path.write_text('[corpus]\\npath = "blog"\\n[topics]\\nper_language = 6', encoding="utf-8")
    ...     study = load_study(path)
    >>> study.topics.per_language, Path(study.corpus.path).name, study.topics.engine
    (6, 'blog', 'tomotopy')
    """
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8.") from error
    except RecursionError as error:
        raise InputError(f"{path}: nested too deep to be a study; a setting is a value or a list of values.") from error
    except ValueError as error:  # a number of thousands of digits
        raise InputError(f"{path}: cannot be read: {str(error).split(';')[0]}; write a smaller number.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    study = validate(Study, data, str(path))
    return _from_folder(study, path.parent)


def _from_folder(study: Study, folder: Path) -> Study:
    corpus, rules, book = study.corpus.path, study.corpus.furniture_rules, study.principles.codebook
    if corpus and not Path(corpus).is_absolute():
        study = study.with_corpus(str(folder / corpus))
    if rules and not Path(rules).is_absolute():
        # a run writes its settings into its own folder: from there, too, it must be found
        own = study.corpus.model_copy(update={"furniture_rules": str((folder / rules).absolute())})
        study = study.model_copy(update={"corpus": own})
    if is_file(book) and not Path(book).is_absolute():
        study = study.with_codebook(str(folder / book))
    if is_file(study.topics.guided) and not Path(study.topics.guided).is_absolute():
        study = study.with_guide(str(folder / study.topics.guided))
    return study


def is_file(codebook: str) -> bool:
    """Whether the name of a codebook is that of a file, not of a bundled one.

    >>> is_file("cluetrain"), is_file("books/mine.yaml")
    (False, True)
    """
    return codebook.lower().endswith((".yaml", ".yml"))


def study_toml(study: Study | None = None) -> str:
    """The commented TOML file of a study; :func:`load_study` reads the same study back.

    >>> "per_language = 4" in study_toml()
    True
    """
    import jinja2

    template = data_file("templates", "study.toml").read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.filters["toml"] = _toml
    return environment.from_string(template).render((study or Study()).model_dump())


def _toml(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return (
            '"' + "".join(sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}" for sign in escaped) + '"'
        )
    return repr(value)
