"""How far coders agree: coefficients of agreement, each with its value in every bootstrap sample of documents."""

from toolkit.reliability.coefficients import (
    cohen_kappa,
    cohen_kappa_max,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from toolkit.reliability.ratings import Ratings

__all__ = [
    "Ratings",
    "cohen_kappa",
    "cohen_kappa_max",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "percent_agreement",
    "scott_pi",
]
