"""Titles and authors in the properties of a document: which somebody meant, and which a program filled in."""

import re

__all__ = ["meant_author", "meant_title"]

#: What programs write as a title: the file's name, the window's title, a placeholder.
_NO_TITLE = re.compile(
    r"microsoft (office )?(word|excel|power ?point|publisher)\b.*|.*\.(docx?|docm|odt|rtf|txt|pdf|html?|pptx?|xlsx?|"
    r"indd|qxd|tex|dvi|pages|pmd|pub|wpd)|(untitled|unbenannt|sin t[ií]tulo|senza titolo|sense t[ií]tol|no title|title|"
    r"t[ií]tulo|titolo|documento?|document|diapositiva|slide|presentaci[oó]n de powerpoint|presentazione di powerpoint|"
    r"powerpoint presentation|about:blank|print|layout|portada|copertina|p[aá]gina|pagina|page)[\s_-]*\d*|"
    r"(https?|file):\S+|[\W\d_]*",
    re.IGNORECASE | re.DOTALL,
)
#: What programs write as an author: the name of an account or a make of computer.
_NO_AUTHOR = re.compile(
    r"(user|usuario|usuari|utente|admin|administrador|administrator|amministratore|owner|propietario|proprietario|"
    r"author|autor|autore|unknown|desconocido|sconosciuto|anonymous|guest|invitado|ospite|default|pc|hp|acer|asus|"
    r"dell|toshiba|sony|lenovo|equipo|windows|microsoft|python-docx|home|test|name|nombre|nome)[\s_-]*\d*|"
    r"\S+@\S+|[\W\d_]*",
    re.IGNORECASE,
)


def meant_title(text: str) -> str:
    """The title in one line, or "" for one that a program filled in.

    >>> meant_title("Microsoft Word - informe.doc"), meant_title("Escuchar a los clientes")
    ('', 'Escuchar a los clientes')
    """
    line = " ".join(text.split())[:500]
    return "" if _NO_TITLE.fullmatch(line) else line


def meant_author(text: str) -> str:
    """The author in one line, or "" for the name of an account, a computer or an e-mail address.

    >>> meant_author("usuario"), meant_author("Ana Prueba")
    ('', 'Ana Prueba')
    """
    line = " ".join(text.split())[:500]
    return "" if _NO_AUTHOR.fullmatch(line) else line
