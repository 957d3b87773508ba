"""Makes the lists of general Spanish and Italian in toolkit/data/wordlists, or checks that they are as committed.

    pip install wordfreq==3.1.1
    python tests/benchmarks/word_lists.py [--check]

Both lists come from the large lists of wordfreq (Speer 2022), which hold what occurs at least once in 100 million
words, with two decimals of Zipf value. What is done to them, in this order:

1. Italian: an entry with an apostrophe is split where our tokeniser splits, after the apostrophe ("dell'animo" is
   "dell" and "animo"), and its frequency added to that of each part. wordfreq itself splits off one letter ("l'animo")
   and not more, so that in it "dell" alone has a thirteenth of its frequency. Spanish has no such words.
2. What has a digit is left out, as wordfreq counts numbers by their shape ("0000"), and so is what has no letter.
3. Zipf values are rounded to two decimals, and those below 3.00 (once per million words) are left out.
"""

import argparse
import math
import sys
from importlib.metadata import version

from toolkit.resources import data_file

NAMES = {"es": "Spanish", "it": "Italian"}
VERSION, LIMIT = "3.1.1", 3.0
HEAD = """\
# General {name}: how often word forms occur, on the Zipf scale (log10 of occurrences per billion words).
# {count} forms in lower case with a Zipf value of {limit:.2f} (once per million words) or more; form, tab, Zipf value.
# Source: wordfreq {version} by Robyn Speer, list "large_{lang}": Robyn Speer (2022), rspeer/wordfreq: v3.0 (v3.0.2),
#   Zenodo, https://doi.org/10.5281/zenodo.7199437
# Licence of this file: CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/), which is that of the source.
# Changes: {changes}forms with a digit or without a letter
#   left out, values rounded to two decimals, forms below {limit:.2f} left out. Made by tests/benchmarks/word_lists.py.
# wordfreq combines Wikipedia; subtitles of OPUS OpenSubtitles 2018 (http://opus.nlpl.eu/OpenSubtitles.php), whose data
#   originate from the OpenSubtitles project (http://www.opensubtitles.org/), and SUBTLEX lists by Marc Brysbaert and
#   others, which are freely available (http://crr.ugent.be/programs-data/subtitle-frequencies); news (NewsCrawl 2014,
#   GlobalVoices); Google Books Ngrams 2012 (http://books.google.com/ngrams); web text (OSCAR, ParaCrawl
#   https://paracrawl.eu, Leeds Internet Corpus http://corpus.leeds.ac.uk/list.html); Twitter and Reddit.
"""
SPLIT = "entries split after an apostrophe and added to their parts, "


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    given = parser.parse_args()
    if version("wordfreq") != VERSION:
        sys.exit(f"the lists are made of wordfreq {VERSION}; installed is {version('wordfreq')}")
    wrong = []
    for lang in NAMES:
        path = data_file("wordlists") / f"{lang}.tsv"
        content = made(lang)
        if not given.check:
            path.write_text(content, encoding="utf-8", newline="\n")
        elif path.read_bytes() != content.encode("utf-8"):
            wrong.append(path.name)
    if wrong:
        sys.exit(f"not as made of wordfreq {VERSION}: {', '.join(wrong)}")


def made(lang: str) -> str:
    """The whole file of a language."""
    from wordfreq import get_frequency_dict

    frequencies: dict[str, float] = {}
    for entry, frequency in get_frequency_dict(lang, "large").items():
        for form in entry.split("'") if lang == "it" else [entry]:
            if any(map(str.isalpha, form)) and not any(map(str.isdigit, form)):
                frequencies[form] = frequencies.get(form, 0.0) + frequency
    # nine: from a share of all words to occurrences per billion
    zipf = {form: round(math.log10(frequency) + 9, 2) for form, frequency in frequencies.items()}
    lines = [f"{form}\t{zipf[form]:.2f}\n" for form in sorted(zipf) if zipf[form] >= LIMIT]
    head = HEAD.format(
        name=NAMES[lang],
        lang=lang,
        count=len(lines),
        limit=LIMIT,
        version=VERSION,
        changes=SPLIT if lang == "it" else "",
    )
    return head + "".join(lines)


if __name__ == "__main__":
    main()
