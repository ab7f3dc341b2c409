"""Stored measurements as files."""

import re
from collections.abc import Callable

from flask import Flask, Response

__all__ = ["install_run_downloads"]

_RUN_ID = re.compile(r"[0-9a-f]{16}")
_TYPES = {"html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8", "json": "application/json"}


def install_run_downloads(server: Flask, prefix: str, exported: Callable[[str, str], str | None]) -> None:
    """Serve ``runs/<id>.<form>`` below a prefix, as files to be saved.

    Parameters
    ----------
    server : Flask
    prefix : str
    exported : callable
        Returns a run by id and form (``html``, ``csv``, ``json``) as text, None where there is none.
    """

    def download(name: str) -> Response:
        run_id, _, form = name.partition(".")
        text = exported(run_id, form) if form in _TYPES and _RUN_ID.fullmatch(run_id) else None
        if text is None:
            return Response("There is no such measurement.\n", 404, mimetype="text/plain")
        headers = {"Content-Disposition": f'attachment; filename="cinematch-run-{run_id[:8]}.{form}"'}
        return Response(text, content_type=_TYPES[form], headers=headers)

    server.add_url_rule(f"{prefix}runs/<name>", "run_download", download)
