"""What a codebook must keep beyond the type of each key: ids that exist, texts in every language, order in groups."""

import re
from collections.abc import Callable, Mapping, Sequence

from toolkit.codebook.schema import Code, CodebookFile, Words
from toolkit.errors import InputError, suggestion

__all__ = ["check_book", "check_one_way", "check_unique_examples", "version_numbers"]

#: Two letters of ISO 639-1, or three of ISO 639-3 for languages without them.
_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: Major, minor and patch of semver.org (2.0.0, rule 2); the last two may be left out, what follows is no number.
_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+].*)?")


def check_book(book: CodebookFile, where: str) -> None:
    """Raise :class:`InputError` naming file, code and field for the first thing that does not fit."""
    if not book.languages or len(set(book.languages)) < len(book.languages):
        shown = ", ".join(book.languages) or "none"
        raise InputError(f"{where}: languages: got {shown}; name each language of the codebook once.")
    for lang in book.languages:
        if not _LANGUAGE.fullmatch(lang):
            raise InputError(f"{where}: languages: got '{lang}', expected a code of ISO 639 such as es, it, en.")
    ids = [code.id for code in book.codes]
    for code in book.codes:
        place = f"{where}: code '{code.id}'"
        if ids.count(code.id) > 1:
            raise InputError(f"{place} is given twice; ids must be unique.")
        _check_code(code, ids, book.languages, place)
    texts: dict[str, Words] = {"title": book.title}
    texts |= {f"rule {number}": rule for number, rule in enumerate(book.rules, 1)}
    texts |= {f"stance '{stance.id}', name": stance.name for stance in book.stances}
    texts |= {f"stance '{stance.id}', definition": stance.definition for stance in book.stances}
    texts |= {f"group '{group.id}', name": group.name for group in book.groups}
    optional = {"description": book.description}
    optional |= {f"group '{group.id}', definition": group.definition for group in book.groups}
    for field, words in {**texts, **_given(optional)}.items():
        _in_all_languages(words, book.languages, f"{where}: {field}")
    double = next((name for number, name in enumerate(book.cue_files) if name in book.cue_files[:number]), None)
    if double is not None:
        raise InputError(f"{where}: cue_files: '{double}' is named twice, its cues would count twice; name it once.")
    _check_stances(book, where)
    _check_groups(book, where)
    _check_changes(book, where)


def version_numbers(version: str | None) -> tuple[int, int, int] | None:
    """Major, minor and patch of a semantic version (semver.org); None for what is none.

    >>> version_numbers("1.10"), version_numbers("draft")
    ((1, 10, 0), None)
    """
    match = _VERSION.fullmatch(version.strip()) if version else None
    return (int(match[1]), int(match[2] or 0), int(match[3] or 0)) if match else None


def check_unique_examples(before: Sequence[object], read: Sequence[object], where: str) -> None:
    """Raise :class:`InputError` if an example id of this file is given twice, in it or in what was read before."""
    seen = set(before)
    for name in read:
        if name in seen:
            raise InputError(f"{where}: the example id '{name}' is given twice; ids must be unique in a codebook.")
        seen.add(name)


def check_one_way(book: CodebookFile, linked: Callable[[str, str], CodebookFile], where: str) -> None:
    """Raise :class:`InputError` if the crosswalk of a codebook leads, over others, back to a codebook on its way.

    Codes that a crosswalk implies would then be counted as evidence for the codes they come from. ``linked`` gives
    a codebook by its id and the id of the one that links to it.
    """
    done: set[str] = set()

    def follow(at: CodebookFile, way: list[str], steps: list[str]) -> None:
        for code in at.codes:
            for link in code.crosswalk:
                step = f"{at.id}.{code.id} to {link.codebook}.{link.code}"
                if link.codebook in way:
                    circle = [*way[way.index(link.codebook) :], link.codebook]
                    shown = ", ".join([*steps[way.index(link.codebook) :], step])
                    raise InputError(
                        f"{where}: the crosswalk goes in a circle, {' -> '.join(circle)} ({shown}); "
                        "take the links of one direction out."
                    )
                if link.codebook not in done:
                    follow(linked(link.codebook, at.id), [*way, link.codebook], [*steps, step])
                    done.add(link.codebook)

    follow(book, [book.id], [])


def _check_code(code: Code, ids: list[str], languages: tuple[str, ...], place: str) -> None:
    texts = {"name": code.name, "definition": code.definition}
    texts |= {f"contrasts.{other}": words for other, words in code.contrasts.items()}
    optional = {f"crosswalk to {link.code}, reason": link.reason for link in code.crosswalk}
    optional |= {f"example '{example.text[:30]}', reason": example.reason for example in code.examples}
    for field, words in {**texts, **_given(optional)}.items():
        _in_all_languages(words, languages, f"{place}, {field}")
    for field, lists in {"include": code.include, "exclude": code.exclude}.items():
        _declared(lists, languages, f"{place}, {field}")
        counts = {lang: len(lists.get(lang, ())) for lang in languages}
        if len(set(counts.values())) > 1:
            shown = ", ".join(f"{lang}: {count}" for lang, count in counts.items())
            raise InputError(f"{place}, {field}: the languages have different numbers of rules ({shown}).")
    links = [(link.codebook, link.code) for link in code.crosswalk]
    double = next((link for number, link in enumerate(links) if link in links[:number]), None)
    if double:
        raise InputError(f"{place}: the crosswalk to '{double[1]}' of '{double[0]}' is given twice; keep one.")
    for other in code.contrasts:
        if other == code.id:
            raise InputError(f"{place}: contrast with itself; name the code it is confused with.")
        if other not in ids:
            raise InputError(f"{place}: contrast with unknown code '{other}'; {suggestion(other, ids)}")
    for example in code.examples:
        if example.lang not in languages:
            known = suggestion(example.lang, languages)
            raise InputError(f"{place}: an example is in the unknown language '{example.lang}'; {known}")
    wrong = [n for n in (*code.theses.primary, *code.theses.secondary) if not 1 <= n <= 95]
    if wrong:
        raise InputError(f"{place}: thesis {wrong[0]} does not exist; theses are numbered 1 to 95.")


def _in_all_languages(words: Mapping[str, str], languages: tuple[str, ...], place: str) -> None:
    absent = [lang for lang in languages if not words.get(lang, "").strip()]
    if absent:
        raise InputError(f"{place}: the text in '{absent[0]}' is missing (languages: {', '.join(languages)}).")
    _declared(words, languages, place)


def _declared(words: Mapping[str, object], languages: tuple[str, ...], place: str) -> None:
    unknown = [lang for lang in words if lang not in languages]
    if unknown:
        raise InputError(
            f"{place}: a text is in '{unknown[0]}', which is no language of the codebook; "
            f"{suggestion(unknown[0], languages)}"
        )


def _given(texts: Mapping[str, Words]) -> dict[str, Words]:
    """The texts that may be left out, where they were not."""
    return {field: words for field, words in texts.items() if words}


def _once(ids: Sequence[str], kind: str, where: str) -> None:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise InputError(f"{where}: the {kind} '{name}' is given twice; ids must be unique.")


def _check_stances(book: CodebookFile, where: str) -> None:
    _once([stance.id for stance in book.stances], "stance", where)
    stances = [stance.id for stance in book.stances]
    for code in book.codes:
        for example in code.examples:
            if stances and example.stance is not None and example.stance not in stances:
                raise InputError(
                    f"{where}: code '{code.id}', example '{example.text[:30]}': the codebook does not define its "
                    f"stance '{example.stance}'; {suggestion(example.stance, stances)}"
                )


def _check_changes(book: CodebookFile, where: str) -> None:
    """Versions in order up to the codebook's own, and every changed code followed to codes that exist."""
    ids = [code.id for code in book.codes]
    last = version_numbers(book.version)
    before: tuple[int, int, int] | None = None
    for number, change in enumerate(book.changes):
        place = f"{where}: changes, version '{change.version}'"
        found = version_numbers(change.version)
        if found is None or last is None:
            got = change.version if found is None else book.version
            raise InputError(f"{place}: got the version '{got}', expected major.minor.patch such as 2.0.0.")
        if before is not None and found <= before:
            raise InputError(f"{place}: comes after '{book.changes[number - 1].version}'; list the oldest first.")
        if found > last:
            raise InputError(f"{place}: is later than the codebook's own version '{book.version}'; raise that one.")
        before = found
        later = {code for change in book.changes[number + 1 :] for code in change.became}
        for old, new in change.became.items():
            _once(new, "code", f"{place}, '{old}'")
            unknown = [code for code in new if code not in ids and code not in later]
            if unknown:
                raise InputError(f"{place}, '{old}': unknown code '{unknown[0]}'; {suggestion(unknown[0], ids)}")


def _check_groups(book: CodebookFile, where: str) -> None:
    groups = {group.id: group for group in book.groups}
    _once([group.id for group in book.groups], "group", where)
    taken: dict[tuple[str, int], str] = {}
    for code in book.codes:
        place = f"{where}: code '{code.id}'"
        if code.group is None:
            if code.order is not None:
                raise InputError(f"{place}: has an order and no group; name the group it is ordered in.")
            continue
        if code.group not in groups:
            raise InputError(f"{place}: belongs to unknown group '{code.group}'; {suggestion(code.group, groups)}")
        if groups[code.group].ordered != (code.order is not None):
            expected = "needs an order" if groups[code.group].ordered else "cannot have an order"
            raise InputError(f"{place}: {expected}, as its group '{code.group}' says by 'ordered'.")
        if code.order is not None:
            other = taken.setdefault((code.group, code.order), code.id)
            if other != code.id:
                raise InputError(f"{place}: has order {code.order} in group '{code.group}', as '{other}' has.")
