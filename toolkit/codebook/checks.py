"""What a codebook must keep beyond the type of each key: ids that exist, texts in every language, order in groups."""

from collections.abc import Mapping

from toolkit.codebook.schema import Code, CodebookFile, Words
from toolkit.errors import InputError, suggestion

__all__ = ["check_book"]


def check_book(book: CodebookFile, where: str) -> None:
    """Raise :class:`InputError` naming file, code and field for the first thing that does not fit."""
    if not book.languages or len(set(book.languages)) < len(book.languages):
        shown = ", ".join(book.languages) or "none"
        raise InputError(f"{where}: languages: got {shown}; name each language of the codebook once.")
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
    _check_groups(book, where)


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


def _check_groups(book: CodebookFile, where: str) -> None:
    groups = {group.id: group for group in book.groups}
    if len(groups) < len(book.groups):
        raise InputError(f"{where}: a group is given twice; ids must be unique.")
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
