"""What is asked for when the themes of a corpus are looked for."""

from dataclasses import dataclass, field
from typing import Literal

from toolkit.codebook import Codebook
from toolkit.errors import InputError
from toolkit.topics.terms import TermChoice

__all__ = ["ThemeChoice"]


@dataclass(frozen=True)
class ThemeChoice:
    """The settings of :func:`toolkit.topics.find_themes`.

    ``engine``: who fits the models, see :mod:`toolkit.topics.engines`. ``per_language``: topics of each language's
    model (fewer where a language has fewer posts); 0 for none; "auto" to find out how many. ``guided``: a codebook of
    which every code gets a topic of its own. ``joint``: themes across languages; 0 for none. ``runs``: fits per model
    from which the consensus is made, and as many over samples of the posts, to see what is stable. ``iterations``: of
    each fit, 0 for the engine's own number. ``alpha``, ``eta``: priors of tomotopy and gensim. ``terms``: what counts
    as a term. ``pool``: the models are fitted to neighbouring paragraphs of a post put together until they have so
    many terms (0: to single paragraphs); shares are those of paragraphs all the same. ``seed``: the same seed gives
    the same themes.

    >>> from toolkit.topics import TermChoice, ThemeChoice
    >>> choice = ThemeChoice(per_language="auto", joint=0, terms=TermChoice(ngrams=2))
    >>> choice.engine, choice.per_language, choice.runs, choice.terms.ngrams
    ('tomotopy', 'auto', 24, 2)
    """

    engine: str = "tomotopy"
    per_language: int | Literal["auto"] = 4
    guided: Codebook | None = None
    joint: int = 6
    runs: int = 24
    iterations: int = 0
    alpha: float = 0.1
    eta: float = 0.3
    terms: TermChoice = field(default_factory=TermChoice)
    pool: int = 40
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.guided is not None and self.engine != "tomotopy":
            raise InputError(f"themes: guided themes need the engine 'tomotopy', got '{self.engine}'.")
        if self.engine == "hdp" and self.per_language == "auto":
            raise InputError(
                "themes: the engine 'hdp' finds its own number of topics, up to the one given; give that, not 'auto'."
            )
        for name in ("per_language", "joint", "iterations", "pool"):
            value, auto = getattr(self, name), name == "per_language"
            if not (auto and value == "auto") and (isinstance(value, str) or (value or 0) < 0):
                raise InputError(
                    f"themes: {name} is {value!r}, allowed is 0 or more" + (", or 'auto'." if auto else ".")
                )
        if self.per_language == 1 and self.guided is None:
            raise InputError("themes: 1 topic per language is no model; ask for 2 or more, or 0 for none.")
        if self.runs < 1:
            raise InputError(f"themes: runs is {self.runs}, allowed is 1 or more.")

    def options(self) -> dict[str, float | int | str]:
        """What :func:`toolkit.topics.engines.fit_model` is called with, but for k and seed."""
        priors = {"alpha": self.alpha, "eta": self.eta} if self.engine in ("tomotopy", "gensim") else {}
        iterations = {"iterations": self.iterations} if self.iterations else {}
        return {"engine": self.engine, **priors, **iterations}
