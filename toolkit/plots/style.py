"""What all figures share: colours, axes, labels from untrusted text."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LANGUAGE_COLOURS", "STANCE_COLOURS", "axes", "colour", "named", "plain", "quiet"]

#: Okabe & Ito (2008): told apart by colour-blind readers and in print.
LANGUAGE_COLOURS = {"es": "#0072B2", "it": "#D55E00", "en": "#009E73", "all": "#555555", "joint": "#555555"}
STANCE_COLOURS = {"endorses": "#009E73", "breach": "#D55E00", "rejects": "#CC79A7", "mentions": "#BBBBBB"}


def axes(ax: "Axes | None", width: float, height: float) -> "Axes":
    """The Axes given, or one on a new figure that no window manager holds on to."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height), layout="constrained").add_subplot()


def named(codes: Sequence[str], names: Mapping[str, str] | None) -> list[str]:
    """What to write for codes."""
    return [plain((names or {}).get(code, code)) for code in codes]


def plain(text: str, most: int = 46) -> str:
    """A label from untrusted text: no mathematics mode, no line breaks, not too long."""
    text = " ".join(text.split()).replace("$", r"\$")
    return text if len(text) <= most else text[: most - 1] + "…"


def quiet(ax: "Axes") -> None:
    """No frame, a pale grid for the values."""
    import seaborn

    seaborn.despine(ax=ax, left=True)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)


def colour(lang: Any) -> str:
    """The colour of a language or model; grey for others."""
    return LANGUAGE_COLOURS.get(str(lang), "#555555")
