# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The part of a stylesheet that some HTML can use, with its fonts inside.

wkhtmltopdf reads all styles again for the header and the footer of each page. Of Odoo's 400 KB a
letter uses a tenth; the rest was more than half of the time that a statement took to print.
"""

import re
from base64 import b64encode
from functools import lru_cache
from itertools import chain

_TOKEN = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)]*\)|[{};]""", re.S)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_COMMA = re.compile(r",(?![^(]*\))")
# What is in brackets is no class that an element must have: :not(.x), [href="#top"].
_ROUND_BRACKETS = re.compile(r"\([^)]*\)")
_SQUARE_BRACKETS = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"[A-Za-z0-9_-]+")
# The attribute, and the first word of its value if it must be equal: [type="button"].
_ASKED_ATTRIBUTE = re.compile(r"""\[\s*([\w-]+)\s*(?:=\s*["']?([A-Za-z0-9_-]+))?""")
_NAME = re.compile(r"[.#]-?[A-Za-z_][\w-]*")
_TYPE = re.compile(r"(?<![\w.#:-])[A-Za-z][\w-]*")
_ELEMENT = re.compile(r"<([A-Za-z][\w-]*)")
_UNWRITTEN = {"html", "head", "body", "tbody", "colgroup"}  # elements that a parser adds
_ATTRIBUTE = re.compile(r"""\b(class|id)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FONT_FACE = re.compile(r"@font-face\s*\{([^{}]*)\}")
_FONT_URL = re.compile(r"""url\(\s*["']?(/[^"')?#]+\.(woff|ttf))["']?\s*\)""")
_DESCRIPTOR = re.compile(r"""(font-family|font-weight|font-style)\s*:\s*["']?([^;"']+)""")
# Not a variable such as --font-sans-serif, which lists fonts for every system.
_FONTS_NAMED = re.compile(r"(?<![-\w])font(?:-family)?\s*:([^;}]*)")
_PLAIN, _BOLD = ("normal", "400"), ("bold", "700")
_ASKS_FOR_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)|(?<![-\w])font\s*:[^;}]*\bbold")
_GROUPS = ("@media", "@supports")


def used_css(css, html):
    """The rules of `css` that may apply to `html`, in their order.

    A selector is left out if it asks for an element that there is not, for a class or an id that
    none has, or for an attribute whose name or value stands nowhere. All else stays.

    >>> used_css("p{margin:0}.a .b,i,#c:not(.d){top:0}@media print{.x{top:0}}", '<p id="c">')
    'p{margin:0}#c:not(.d){top:0}'
    """
    return _used(css, _names(html) & _asked_anywhere(css))


def embed_fonts(css, html, read):
    """Put the fonts that `css` names into it; without them, text may print before it can show.

    A letter has the plain font of each family that a rule names, and the bold one if `css` or a
    style in `html` asks for bold. All other faces go, those from other servers too. A font that
    cannot be read keeps its link. What has been read is kept.

    :param read: function from the path of a font file on this server to its bytes, or to None
    """
    asks_for_bold = _ASKS_FOR_BOLD.search(_FONT_FACE.sub("", css) + html)
    return _embedded(css, _PLAIN + _BOLD if asks_for_bold else _PLAIN, read)


# A letter looks like the one before it: what it uses is the same, whatever it says.
@lru_cache(maxsize=16)
def _used(css, names):
    return _written(_rules(css), names)


@lru_cache(maxsize=8)
def _asked_anywhere(css):
    return frozenset().union(*_asked_by(_rules(css)))


def _asked_by(rules):
    for _prelude, selectors, body in rules:
        yield from (asked for _selector, asked in selectors)
        if isinstance(body, tuple):
            yield from _asked_by(body)


@lru_cache(maxsize=16)
def _embedded(css, weights, read):
    named = " ".join(_FONTS_NAMED.findall(_FONT_FACE.sub("", css)))

    def embedded(face):
        described = dict(_DESCRIPTOR.findall(face[1]))
        family = described.get("font-family", "").strip()
        weight = described.get("font-weight", "normal").strip()
        font = _FONT_URL.search(face[1])
        is_wanted = (
            font
            and re.search(rf"\b{re.escape(family)}\b(?!-)", named)
            and described.get("font-style", "normal").strip() == "normal"
            and weight in weights
        )
        if not is_wanted:
            return ""
        content = read(font[1])
        if content is None:
            return face[0]
        return (
            f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:normal;"
            f"src:url(data:font/{font[2]};base64,{b64encode(content).decode()})}}"
        )

    return _FONT_FACE.sub(embedded, css)


@lru_cache(maxsize=2)
def _names(html):
    """The names, classes and ids of all elements, written as in a selector, and all words.

    A word begins with a bracket: which of them are attributes is not worth the time to find out.
    """
    names = _UNWRITTEN.union(map(str.lower, _ELEMENT.findall(html)))
    for attribute, double, single in _ATTRIBUTE.findall(html):
        prefix = "." if attribute == "class" else "#"
        names.update(prefix + name for name in (double or single).split())
    names.update("[" + word for word in set(_WORD.findall(html.lower())))
    return frozenset(names)


def _written(rules, names):
    written = []
    for prelude, selectors, body in rules:
        if selectors:
            prelude = ",".join(text for text, asked in selectors if asked <= names)
        if isinstance(body, tuple):
            body = _written(body, names)
            prelude = body and prelude
        if prelude:
            written.append(prelude if body is None else f"{prelude}{{{body}}}")
    return "".join(written)


@lru_cache(maxsize=8)
def _rules(css):
    """Rules as (prelude, ((selector, names that it asks for), …), body).

    The body is a text, or the rules of a group, or None for a statement such as @charset.
    """
    rules, depth, start, brace = [], 0, 0, 0
    for token in _TOKEN.finditer(css):
        text = token.group()
        if text == "{":
            if not depth:
                brace = token.start()
            depth += 1
        elif text == "}" and depth:
            depth -= 1
            if not depth:
                rules.append(_rule(css[start:brace], css[brace + 1 : token.start()]))
                start = token.end()
        elif text == ";" and not depth:
            rules.append((_COMMENT.sub("", css[start : token.end()]).strip(), (), None))
            start = token.end()
    return tuple(rules)


def _rule(prelude, body):
    prelude = _COMMENT.sub("", prelude).strip()
    if prelude.startswith(_GROUPS):
        return prelude, (), _rules(body)
    if prelude.startswith("@"):
        return prelude, (), body
    return (
        prelude,
        tuple((selector.strip(), _asked(selector)) for selector in _COMMA.split(prelude)),
        body,
    )


def _asked(selector):
    # An escape such as .p-1\.5 is not read: the selector stays.
    if "\\" in selector:
        return frozenset()
    certain = _ROUND_BRACKETS.sub("", selector)
    plain = _SQUARE_BRACKETS.sub("", certain)
    attributes = filter(None, chain.from_iterable(_ASKED_ATTRIBUTE.findall(certain)))
    return frozenset(
        [
            *_NAME.findall(plain),
            *map(str.lower, _TYPE.findall(plain)),
            *("[" + word.lower() for word in attributes),
        ]
    )
