"""Write the counted tables into the data statement of the bundled corpus, between their marks.

    python tests/write_counts.py

``<!-- counts: NAME -->`` is followed by the table NAME of ``toolkit describe``, ``<!-- agreement -->`` by what
tests/benchmarks/agreement.py prints. tests/test_data_statement.py checks that they are what is counted now.
"""

import re
import subprocess
import sys
from pathlib import Path

from toolkit.description import as_markdown, corpus_counts
from toolkit.resources import bundled_corpus

STATEMENT = Path(__file__).parent.parent / "corpora" / "conversaciones" / "README.md"
AGREEMENT = Path(__file__).parent / "benchmarks" / "agreement.py"


def filled(text: str) -> str:
    """The statement with every marked table counted anew."""
    counts = corpus_counts(bundled_corpus())
    said = subprocess.run([sys.executable, AGREEMENT], capture_output=True, text=True, check=True).stdout

    def block(match: re.Match[str]) -> str:
        inside = said.strip() if match[1] == "agreement" else as_markdown(counts[match[2]]).strip()
        return f"{match[0].split('-->')[0]}-->\n{inside}\n<!-- end -->"

    return re.sub(r"<!-- (counts|agreement)(?:: ([^>]+?))? -->\n.*?<!-- end -->", block, text, flags=re.DOTALL)


if __name__ == "__main__":
    STATEMENT.write_text(filled(STATEMENT.read_text(encoding="utf-8")), encoding="utf-8")
