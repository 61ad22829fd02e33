r"""How wide a formula is when set in Computer Modern, so that lines can be broken before TeX has to.

The widths are those of the fonts at ten points; sub- and superscripts are smaller by 0.7, and nested fractions too.
What the model leaves out (italic corrections, the exact size of stretched brackets) is a few points a line, for
which the layout keeps a reserve.
"""

from __future__ import annotations

import re

_ITALIC = {
    "a": 5.3, "b": 4.3, "c": 4.4, "d": 5.2, "e": 4.7, "f": 6.0, "g": 5.2, "h": 5.8, "i": 3.5, "j": 4.7, "k": 5.6,
    "l": 3.2, "m": 8.8, "n": 6.0, "o": 4.9, "p": 5.1, "q": 4.9, "r": 4.8, "s": 4.7, "t": 3.7, "u": 5.8, "v": 5.2,
    "w": 7.5, "x": 5.8, "y": 5.3, "z": 5.1,
}  # fmt: skip
_CAPITAL, _GREEK, _DIGIT, _OTHER = 7.9, 5.9, 5.0, 5.5
#: Binary operations and relations, with the space that TeX puts around them.
_SPACED = {"+": 12.3, "-": 12.3, "=": 13.4, "<": 13.4, ">": 13.4}
_COMMANDS = {
    "cdot": 7.3, "times": 12.3, "pm": 12.3, "mp": 12.3, "to": 15.6, "le": 13.4, "ge": 13.4, "leq": 13.4, "geq": 13.4,
    "infty": 10.0, "partial": 5.9, "int": 10.0, "sum": 14.5, "ldots": 13.3, "dots": 13.3, "quad": 10.0, "qquad": 20.0,
    ",": 1.7, ":": 2.3, ";": 2.8, "!": -1.7, " ": 3.4, "ne": 13.4, "approx": 13.4, "sim": 13.4,
    "implies": 25.0, "nabla": 8.4, "Delta": 8.4, "{": 5.0, "}": 5.0, "|": 5.0, "lbrace": 5.0, "rbrace": 5.0,
    "in": 12.3,
    "displaystyle": 0.0, "textstyle": 0.0, "limits": 0.0, "nolimits": 0.0, "notag": 0.0, "mid": 8.4, "prime": 2.8,
}  # fmt: skip
_NAMES = {"arcsin": 28, "arctan": 30, "arccos": 29, "lim": 15, "exp": 17, "log": 14, "sin": 14, "cos": 16, "det": 15,
          "max": 20, "min": 18, "sup": 16, "tan": 16}  # fmt: skip
_SIZED = {"bigl": 4.6, "bigr": 4.6, "Bigl": 6.0, "Bigr": 6.0, "biggl": 7.4, "biggr": 7.4, "Biggl": 7.8, "Biggr": 7.8}
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|(.)", re.DOTALL)
#: Widths of a style relative to ten points: display, text, script, scriptscript.
_SCALE = (1.0, 1.0, 0.7, 0.5)


def width(latex: str) -> float:
    r"""Estimated width of a formula in display style, in points at a font size of ten. Approximation.

    Parameters
    ----------
    latex : str
        One line of mathematics, without environments other than ``cases`` and ``matrix``.

    Examples
    --------
    >>> round(width(r"\frac{2}{\pi} \arcsin{\left(s \right)}"))
    58
    >>> width("x^{2}") < width("x y")
    True
    """
    return _Reader(latex).row(0)


class _Reader:
    """Reads tokens and groups one after the other."""

    def __init__(self, latex: str) -> None:
        self._tokens = [(m.group(1), m.group(2)) for m in _TOKEN.finditer(latex)]
        self._at = 0
        self._tall = False

    def row(self, style: int, closing: str | None = None) -> float:
        """Width up to the end or a closing brace."""
        total = 0.0
        while self._at < len(self._tokens):
            command, character = self._tokens[self._at]
            self._at += 1
            if character is not None and character == closing:
                break
            total += self._command(command, style) if command is not None else self._character(character, style)
        return total

    def _group(self, style: int) -> float:
        """The argument that follows: a group or one token."""
        while self._at < len(self._tokens) and (self._tokens[self._at][1] or "x").isspace():
            self._at += 1
        if self._at >= len(self._tokens):
            return 0.0
        command, character = self._tokens[self._at]
        self._at += 1
        if character == "{":
            return self.row(style, "}")
        return self._command(command, style) if command is not None else self._character(character, style)

    def _character(self, character: str, style: int) -> float:
        scale = _SCALE[min(style, 3)]
        if character.isspace() or character in "&§}":
            return 0.0
        if character == "{":
            return self.row(style, "}")
        if character in "_^":
            return self._group(max(2, style + 1)) + 0.5
        if character in _SPACED:
            # In scripts TeX leaves the space out.
            return _SPACED[character] if style < 2 else 7.8 * scale
        if character in "()[]":
            return 3.9 * scale
        if character in ",.;:!|'/":
            return (4.5 if character in ",;" and style < 2 else 3.0) * scale
        plain = _DIGIT if character.isdigit() else _CAPITAL if character.isupper() else _ITALIC.get(character, _OTHER)
        return plain * scale

    def _command(self, name: str, style: int) -> float:
        scale = _SCALE[min(style, 3)]
        if name in ("frac", "tfrac", "dfrac", "binom", "cfrac"):
            inner = max(style + 1, 2 if name == "tfrac" else 1)
            self._tall = True
            return max(self._group(inner), self._group(inner)) + (2.4 if name != "binom" else 14.0)
        if name == "sqrt":
            index = self._optional(3)
            return index + 9.5 * scale + self._group(style)
        if name in ("left", "right", *_SIZED):
            self._at += 1  # the bracket itself
            return _SIZED.get(name, 7.4) * scale
        if name in ("mathrm", "operatorname", "text", "mathit", "mathtt", "texttt", "mathbf"):
            return self._text() * scale
        if name == "substack":
            return self._group(style)
        if name in ("begin", "end"):
            self._text()
            return 10.0
        if name in _NAMES:
            return (_NAMES[name] + 1.7) * scale
        if name in _COMMANDS:
            return _COMMANDS[name] * scale
        return (_CAPITAL if name[:1].isupper() else _GREEK) * scale

    def _optional(self, style: int) -> float:
        """An argument in square brackets, if there is one."""
        if self._at < len(self._tokens) and self._tokens[self._at][1] == "[":
            self._at += 1
            return self.row(style, "]")
        return 0.0

    def _text(self) -> float:
        """Upright text: its letters at half an em."""
        if self._at >= len(self._tokens) or self._tokens[self._at][1] != "{":
            return _OTHER
        depth, count = 0, 0
        while self._at < len(self._tokens):
            character = self._tokens[self._at][1]
            self._at += 1
            depth += {"{": 1, "}": -1}.get(character or "", 0)
            count += character not in ("{", "}", "*")
            if depth == 0:
                break
        return 5.4 * count
