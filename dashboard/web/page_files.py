"""What the page loads before it shows anything: our style and scripts as one file each, of Dash's what is used.

Sixty small files are sixty requests, six at a time, and a question about each of them at every visit. One file by the
hash of its content is asked for once in a year.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dash import Dash
from flask import Flask, Response
from werkzeug.exceptions import NotFound

__all__ = ["CALLED_AT_ONCE", "LeanDash", "PageFiles"]

CALLED_AT_ONCE = b"//# allFunctionsCalledOnLoad\n"
"""At the head of a script it has Chromium compile all of it while it arrives, in another thread. Otherwise functions
are compiled by the main thread when they are first called: a fifth of its time while a page loads. To other browsers
it is a comment."""

_PACKAGE = "cinematch"
_ICON = re.compile(r"url\(\.\./(icons/[\w-]+\.svg)\)")
_FONT = re.compile(r"url\(\.\./(fonts/[\w-]+\.woff2)\)")
_FIRST_FONTS = ("inter-latin-wght-normal", "newsreader-latin-opsz-normal")
"""The fonts of the first words; those of other alphabets come when a title needs them."""

_SCRIPTS = ("vendor", "js")
"""What others wrote comes first."""

_YEAR = "public, max-age=31536000, immutable"
_FIRST_ASKED = ("_dash-layout", "_dash-dependencies")
_UNUSED = re.compile(r"""<script src="[^"]*/dash/(?:deps/polyfill@|dash_table/)[^"]*"></script>\n?""")
"""Dash's polyfill, for browsers that could not show this style sheet (of it only what assets/vendor brings is ever
called), and its table, which no page has."""


_TYPES = {"css": "text/css", "js": "text/javascript", "woff2": "font/woff2", "ico": "image/x-icon"}
_ADDRESS = re.compile(r"([\w-]+)\.([0-9a-f]{16})\.(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    hash: str


class PageFiles:
    """Style, scripts, fonts and icon of the page, each under an address that changes with its content.

    Parameters
    ----------
    folder : Path
        With ``css``, ``js``, ``vendor``, ``fonts``, ``icons`` and ``favicon.ico``.
    prefix : str
        The path that the application is served at, with a slash at both ends.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._base = f"{prefix}_dash-component-suites/{_PACKAGE}/"
        self._files: dict[tuple[str, str], _File] = {}
        self._fonts = {
            path.stem: self._add(path.name, path.read_bytes()) for path in sorted((folder / "fonts").glob("*.woff2"))
        }
        self.style = self._add("style.css", self._joined_style().encode())
        script = "\n".join(_joined(folder / name, "*.js") for name in _SCRIPTS)
        self.script = self._add("script.js", CALLED_AT_ONCE + script.encode())
        self.icon = self._add("favicon.ico", (folder / "favicon.ico").read_bytes())

    @property
    def fonts(self) -> list[str]:
        """Addresses of the fonts that every page needs."""
        return [self._fonts[name] for name in _FIRST_FONTS]

    def install(self, server: Flask) -> None:
        """Serve the files; under a hash of another release, nobody may keep them."""

        def serve(fingerprinted_path: str) -> Response:
            asked = _ADDRESS.fullmatch(fingerprinted_path)
            found = None if asked is None else self._files.get((asked[1], asked[3]))
            if asked is None or found is None:
                raise NotFound("There is no such file.")
            kept = _YEAR if asked[2] == found.hash else "no-cache"
            return Response(found.content, mimetype=_TYPES[asked[3]], headers={"Cache-Control": kept})

        server.add_url_rule(f"{self._base}<path:fingerprinted_path>", "page_files", serve)

    def _add(self, name: str, content: bytes) -> str:
        stem, _, ending = name.rpartition(".")
        file = self._files[stem, ending] = _File(content, sha256(content).hexdigest()[:16])
        return f"{self._base}{stem}.{file.hash}.{ending}"

    def _joined_style(self) -> str:
        text = _joined(self._folder / "css", "*.css")
        text = _ICON.sub(lambda found: f'url("{_inline(self._folder / found[1])}")', text)
        return _FONT.sub(lambda found: f"url({self._fonts[Path(found[1]).stem]})", text)


def _joined(folder: Path, pattern: str) -> str:
    """Return the files in the order of their names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob(pattern)))


def _inline(icon: Path) -> str:
    """Return a picture as an address that holds it."""
    return "data:image/svg+xml," + quote(icon.read_text(encoding="utf-8").strip(), safe=" =:/-.,;()'")


class LeanDash(Dash):
    """Dash whose page loads what it uses, and asks for what Dash's renderer asks first before that is there."""

    page_files: PageFiles

    def interpolate_index(self, *given: Any, **parts: Any) -> str:
        """Return the page; the renderer takes what was asked for early (`as="fetch"`) in place of asking itself."""
        prefix, files = self.config.requests_pathname_prefix, self.page_files
        early = [f'<link rel="preload" as="fetch" crossorigin href="{prefix}{name}">' for name in _FIRST_ASKED]
        fonts = [
            f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{address}">'
            for address in files.fonts
        ]
        parts["css"] = "\n".join([*early, *fonts, parts["css"]])
        parts["scripts"] = _UNUSED.sub("", parts["scripts"])
        parts["favicon"] = f'<link rel="icon" type="image/x-icon" href="{files.icon}">'
        return str(super().interpolate_index(*given, **parts))
