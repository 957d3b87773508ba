"""How far coders agree, and what several codings come to.

Every measure takes the codings of documents and ``weights`` (samples, documents), how often each document counts in
each sample, and returns its value for each sample; the first row of :func:`toolkit.resampling.sample_weights` is the
documents as they are.
"""

from toolkit.reliability.aggregation import Aggregation, dawid_skene, majority
from toolkit.reliability.agreement import agreement
from toolkit.reliability.coefficients import (
    cohen_kappa,
    cohen_kappa_max,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from toolkit.reliability.explain import explanation
from toolkit.reliability.ratings import Ratings
from toolkit.reliability.span_f1 import span_f1
from toolkit.reliability.text import agreement_html, as_markdown, as_text
from toolkit.reliability.unitizing import u_alpha

__all__ = [
    "Aggregation",
    "Ratings",
    "agreement",
    "agreement_html",
    "as_markdown",
    "as_text",
    "cohen_kappa",
    "cohen_kappa_max",
    "dawid_skene",
    "explanation",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "majority",
    "percent_agreement",
    "scott_pi",
    "span_f1",
    "u_alpha",
]
