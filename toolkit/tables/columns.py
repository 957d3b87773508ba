"""What a column may hold, and the words that several contracts share."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["CHANGE", "SCORE", "SPAN", "STANCES", "UNITS", "Column", "Kind"]

#: How a coded passage stands towards its code; defined in the codebook.
STANCES = ("endorses", "breach", "rejects", "mentions")
#: What a passage can be.
UNITS = ("sentence", "paragraph", "document")

#: "amount": a number that is kept whole where all of the column are, as counts are and sums of shares are not.
Kind = Literal["text", "whole", "number", "amount", "truth", "any"]


@dataclass(frozen=True)
class Column:
    """One column of a contract: ``kind`` of value, whether it may be missing, and the range or set allowed.

    >>> share = Column("number", missing=True, low=0, high=1)
    >>> share.kind, share.low, share.high, share.missing
    ('number', 0, 1, True)
    """

    kind: Kind = "text"
    missing: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()


SPAN = {"start": Column("whole", low=0), "end": Column("whole", low=0)}
SCORE = Column("number", missing=True, low=0, high=1)
CHANGE = Column("number", missing=True, low=-1, high=1)
