"""What stands in a codebook file and in a cue file, key by key."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from toolkit.schema import StrictModel
from toolkit.tables import STANCES

__all__ = ["Change", "Code", "CodebookFile", "Cue", "CueEntry", "CueFile", "Words", "in_language"]

#: A text by language.
Words = dict[str, str]
#: Lists of texts by language.
Lists = dict[str, tuple[str, ...]]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Stance = Literal["endorses", "breach", "rejects", "mentions"]


class Cue(NamedTuple):
    """A word or phrase that speaks for a code; ``needs``: one of these lemmas must be in the passage too.

    >>> from toolkit.codebook import load_codebook
    >>> cue = next(cue for cue in load_codebook().cues if cue.needs)
    >>> cue.code, cue.lang, cue.cue, cue.weight
    ('conversation', 'es', 'doble sentido', 3)
    """

    code: str
    lang: str
    cue: str
    weight: int
    needs: tuple[str, ...]


class CueEntry(StrictModel):
    """A cue as it stands in a file: ``with`` may name groups (``@people``)."""

    cue: Annotated[str, Field(min_length=1, max_length=120)]
    weight: Annotated[int, Field(ge=1, le=3)] = 2
    needs: Annotated[tuple[str, ...], Field(alias="with")] = ()


class CueFile(StrictModel):
    """The cues of one codebook in one language."""

    codebook: Identifier
    lang: str
    groups: Lists = Field(default_factory=dict)
    cues: dict[str, tuple[CueEntry, ...]]


class Theses(StrictModel):
    """Numbers (1-95) of the theses a code covers; each thesis is primary to one code."""

    primary: tuple[int, ...] = ()
    secondary: tuple[int, ...] = ()


class Example(StrictModel):
    """A sentence that shows where a code begins and ends. A borderline one with a stance takes the code."""

    lang: str
    kind: Literal["positive", "negative", "borderline"]
    text: Annotated[str, Field(min_length=1)]
    stance: Stance | None = None
    reason: Words = Field(default_factory=dict)

    @model_validator(mode="after")
    def _stance_fits(self) -> "Example":
        if self.kind == "positive" and self.stance is None:
            raise ValueError(f"the positive example '{self.text[:40]}' needs a stance ({', '.join(STANCES)}).")
        if self.kind == "negative" and self.stance is not None:
            raise ValueError(f"the negative example '{self.text[:40]}' cannot have a stance.")
        return self


class Crossing(StrictModel):
    """What a passage that endorses this code says about a code of another codebook."""

    codebook: Identifier
    code: Identifier
    stance: Stance = "endorses"
    reason: Words = Field(default_factory=dict)


class Group(StrictModel):
    """A family of codes; ``ordered``: phases or levels that follow each other by the ``order`` of its codes.

    ``shape``: how it is drawn and counted. "chain": each step leads to the next; "steps": phases or levels, one
    above the other; "balance": its two codes are what speaks for and against the codes of another group.
    """

    id: Identifier
    name: Words
    definition: Words = Field(default_factory=dict)
    ordered: bool = False
    shape: Literal["chain", "steps", "balance"] | None = None

    @model_validator(mode="after")
    def _shape_fits(self) -> "Group":
        if self.shape is not None and self.ordered != (self.shape != "balance"):
            rule = "cannot be ordered" if self.ordered else "needs 'ordered: true'"
            raise ValueError(f"group '{self.id}' with the shape '{self.shape}' {rule}.")
        return self


class Code(StrictModel):
    """One code: texts by language, rules, neighbours, place in its group, crosswalk, theses, examples and cues.

    >>> from toolkit.codebook import load_codebook
    >>> code = load_codebook().code("conversation")
    >>> code.name["es"], len(code.include["es"]) > 0, "listening" in code.contrasts
    ('Conversación de ida y vuelta', True, True)
    """

    id: Identifier
    name: Words
    definition: Words
    group: Identifier | None = None
    order: Annotated[int, Field(ge=0)] | None = None
    include: Lists = Field(default_factory=dict)
    exclude: Lists = Field(default_factory=dict)
    contrasts: dict[str, Words] = Field(default_factory=dict)
    theses: Theses = Theses()
    crosswalk: tuple[Crossing, ...] = ()
    examples: tuple[Example, ...] = ()
    cues: dict[str, tuple[CueEntry, ...]] = Field(default_factory=dict)


class StanceText(StrictModel):
    """What a stance means in this codebook."""

    id: Stance
    name: Words
    definition: Words


class Change(StrictModel):
    """What a version did to the codes of the one before: old code to the codes in its place; the others stayed.

    One code in its place: it was renamed, or merged where a second old code leads to the same one (a code that
    stays and takes another in is listed with itself). Several: it was split. None: it is gone.
    """

    version: str
    became: dict[str, tuple[Identifier, ...]] = Field(default_factory=dict)


class CodebookFile(StrictModel):
    """The whole file."""

    id: Identifier
    version: str
    title: Words
    description: Words = Field(default_factory=dict)
    source: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ("es", "it", "en")
    unit: Literal["sentence", "paragraph", "document"] = "sentence"
    multi_label: bool = True
    stances: tuple[StanceText, ...] = ()
    rules: tuple[Words, ...] = ()
    groups: tuple[Group, ...] = ()
    cue_files: tuple[str, ...] = ()
    example_files: tuple[str, ...] = ()
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]
    changes: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _two_sides(self) -> "CodebookFile":
        for group in self.groups:
            count = sum(code.group == group.id for code in self.codes)
            if group.shape == "balance" and count != 2:
                raise ValueError(
                    f"group '{group.id}' with the shape 'balance' needs two codes, for and against: {count}."
                )
        return self


def in_language(words: Mapping[str, str], lang: str) -> str:
    """A text in a language, else in the first one it has ("" where it has none)."""
    return words.get(lang) or next(iter(words.values()), "")
