"""Pseudonyms for authors: the same name gets the same pseudonym wherever and whenever it is read with one key."""

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from toolkit.errors import InputError, OutputError

__all__ = ["Pseudonyms", "pseudonyms_from"]

#: Fields that hold names of people.
NAMES = ("author", "authors", "autor", "autora", "autore", "creator", "editor", "user", "username", "commenter")
#: Fields that identify people and serve no analysis: left out.
CONTACT = (
    "email",
    "e-mail",
    "mail",
    "correo",
    "author_email",
    "ip",
    "author_ip",
    "phone",
    "telephone",
    "telefono",
    "teléfono",
)
_LETTERS = 10
_KEY_BYTES = 32


class Pseudonyms:
    """Names to pseudonyms by a keyed hash (HMAC-SHA-256, RFC 2104): without the key nobody can try names out."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, name: str) -> str:
        """``author-`` and ten letters and digits. Case, accents' composition and spaces of the name do not matter.

        >>> Pseudonyms(b"k" * 32).of("Ana  Pérez") == Pseudonyms(b"k" * 32).of("ana pe\\u0301rez")
        True
        """
        plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        digest = hmac.new(self._key, plain.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return f"author-{base64.b32encode(digest).decode()[:_LETTERS].lower()}"

    def replace(self, field: str, value: str) -> str:
        """The value of a field with names replaced (a list parted by ";" one by one); other fields as they are."""
        if field not in NAMES:
            return value
        return "; ".join(self.of(name) for name in value.split(";") if name.strip())

    def applied(self, fields: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """Metadata with names replaced and contact data left out; and which fields were left out."""
        left_out = sorted(field for field in fields if field in CONTACT)
        kept = {field: self.replace(field, value) for field, value in fields.items() if field not in left_out}
        return kept, left_out


def names_in(fields: Mapping[str, str], text: str, *more: str) -> list[str]:
    """Where a name that a pseudonym replaces can still be read: "text", "title", "name of the file".

    ``more``: doc_id and source. Names of one word under four letters are not looked for.
    """
    full = [name.strip() for field in NAMES for name in fields.get(field, "").split(";")]
    patterns = [_pattern(name) for name in full if len(name) > 3]
    others = {field: value for field, value in fields.items() if field not in NAMES and field not in CONTACT}
    places = {"text": text, **others, "name of the file": " ".join(more)}
    return [place for place, value in places.items() if any(pattern.search(_plain(value)) for pattern in patterns)]


def _pattern(name: str) -> re.Pattern[str]:
    """A name as it stands in prose, or in an address ("ana-perez")."""
    words = r"[\s._+-]+".join(map(re.escape, _plain(name).split()))
    return re.compile(rf"(?<![^\W_]){words}(?![^\W_])")


def _plain(text: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def pseudonyms_from(path: str | Path) -> Pseudonyms:
    """Pseudonyms by the key in a file, which is made (readable by its owner alone) if it does not exist.

    Keep the file apart from the corpus: who has both can test whether a name is in it. Without it, later texts
    cannot be given the same pseudonyms.

    Raises :class:`InputError` for a file that holds no key, :class:`OutputError` if it cannot be written.
    """
    path = Path(path)
    try:
        written = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        written = secrets.token_hex(_KEY_BYTES)
        _write_secret(path, written)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read as a key of pseudonyms: {error}.") from error
    if not re.fullmatch(rf"[0-9a-f]{{{2 * _KEY_BYTES}}}", written):
        raise InputError(
            f"{path}: holds no key of pseudonyms ({2 * _KEY_BYTES} hexadecimal digits); name another file."
        )
    return Pseudonyms(bytes.fromhex(written))


def _write_secret(path: Path, key: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path}: the key of the pseudonyms cannot be written: {error.strerror}.") from error
