"""WordPress shortcodes, "[gallery ids="1,2"]": which brackets of a body are shortcodes, and a body without them.

The grammar is that of https://codex.wordpress.org/Shortcode_API; the names are those of WordPress.com, Jetpack and
common plugins.
"""

import re

__all__ = ["without_shortcodes"]


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SHORTCODE = re.compile(
    r'\[(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9_-]{0,40})(?P<rest>(?:[^\[\]"]{1,2000}+|"[^"]{0,2000}"|"){0,60}+)\]'
)
#: Shortcodes that stand for a player, form or list whatever they say, as "[vimeo 123]".
_OBJECTS = _names(
    "bliptv contact-field contact-form contact-form-7 dailymotion flickr gallery googlemaps googlevideo instagram "
    "jwplayer nggallery polldaddy scribd singlepic slideshare soundcloud ted videopress vimeo vodpod wp_caption "
    "wpvideo youtube"
)
#: The same, but words as well: "[video]" and "[video de la charla]" are prose, "[video src=...]" is none.
_WORDS = _names("audio caption embed map playlist poll slideshow tweet video")
#: Shortcodes that mean something alone in brackets.
_ALONE = _names("contact-form contact-form-7 gallery nggallery")
#: Shortcodes around text, which stays.
_AROUND = _names("code latex quote sourcecode")
_SETTING = re.compile(r"""=\s*(?:["'“”″]|&quot;|&#8220;|&#8221;)""")
_PLAIN_SETTING = re.compile(r"://|=\s*\d")
#: Characters between the two ends of a shortcode that may go with it; more is text around which an end was lost.
_INSIDE = 5_000


def without_shortcodes(body: str) -> str:
    """A body without shortcodes: pictures with their captions, players, forms and galleries go; text inside stays.

    Bracketed prose stays: ``[...]``, ``[sic]``, ``[1]``, ``[video]``, and ``[[gallery]]``, which WordPress shows as
    ``[gallery]``. Of unknown names only those with a quoted setting, or with ``_`` and an end, are shortcodes.

    >>> without_shortcodes('Uno [sic] [caption id="a"]<img /> Pie[/caption]dos [...] [vc_row]tres[/vc_row]')
    'Uno [sic] dos [...] tres'
    """
    tags = [tag for tag in _SHORTCODE.finditer(body) if re.match(r"[\s=:/#]|$", tag["rest"])]
    ends = _ends(tags)
    drop: set[int] = set()  # ends of shortcodes that go
    parts, at = [], 0
    for place, tag in enumerate(tags):
        end = ends.get(place)
        if tag.start() < at or not (place in drop or _is_shortcode(tag, paired=end is not None)):
            continue
        if body[tag.start() - 1 : tag.start()] == "[" and body[tag.end() : tag.end() + 1] == "]":
            parts += [body[at : tag.start() - 1], tag[0]]
            at = tag.end() + 1
            continue
        parts.append(body[at : tag.start()])
        at = tag.end()
        if end is None:
            continue
        drop.add(end)
        if tag["name"] in _OBJECTS | _WORDS and tags[end].start() - at <= _INSIDE:
            at = tags[end].end()
    return "".join(parts) + body[at:]


def _ends(tags: list[re.Match[str]]) -> dict[int, int]:
    """The place of its end by the place of each beginning that has one."""
    waiting: dict[str, list[int]] = {}
    ends: dict[int, int] = {}
    for place, tag in enumerate(tags):
        if not tag["close"]:
            if not tag["rest"].endswith("/"):
                waiting.setdefault(tag["name"], []).append(place)
        elif waiting.get(tag["name"]):
            ends[waiting[tag["name"]].pop()] = place
    return ends


def _is_shortcode(tag: re.Match[str], *, paired: bool) -> bool:
    name, rest = tag["name"], tag["rest"].strip(" /\n\t")
    if tag["close"]:
        return name in _OBJECTS or "_" in name  # an end that has lost its beginning
    if _SETTING.search(rest):
        return True
    if name in _OBJECTS:
        return paired or bool(rest) or name in _ALONE
    if name in _WORDS:
        return paired or bool(_PLAIN_SETTING.search(rest))
    return paired and ("_" in name or name in _AROUND)
