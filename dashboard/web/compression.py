"""Compress what is worth it: answers each time, Dash's static bundles once per installation."""

import logging
import threading
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request
from flask_compress import Compress

from core.files import write_atomically

__all__ = ["install_compression"]

log = logging.getLogger("cinematch.web")

_ENCODINGS = ("br", "gzip")


class _Compression(Compress):
    """Flask-Compress that keeps the compressed form of Dash's bundles, and of nothing else.

    It is kept in a file, which all workers and all later starts share; where none can be written, in memory.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory
        self._in_memory: dict[str, bytes] = {}
        # One at a time: the compressor takes some ten MB for each thread, which glibc does not give back.
        self._turn = threading.Lock()

    def after_request(self, response: Response | None) -> Response:
        encoding = self._bundle_encoding(response)
        if encoding is None or response is None:
            return super().after_request(response)
        name = f"{sha256(response.get_data()).hexdigest()[:32]}.{encoding}"
        with self._turn:
            kept = self._kept(name)
            if kept is None:
                response = super().after_request(response)
                if response.headers.get("Content-Encoding") == encoding:
                    self._keep(name, response.get_data())
                return response
        response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
        response.set_data(kept)
        if tag := response.get_etag()[0]:
            # As Flask-Compress tells one form of an answer from another.
            response.set_etag(f"{tag}:{encoding}")
            response.make_conditional(request)
        return response

    def _kept(self, name: str) -> bytes | None:
        if name in self._in_memory:
            return self._in_memory[name]
        try:
            return (self._directory / name).read_bytes()
        except OSError:
            return None

    def _keep(self, name: str, packed: bytes) -> None:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._directory / name, packed)
        except OSError as error:
            log.warning(
                "compressed scripts are kept in memory, since %s cannot be written: %s", self._directory, error
            )
            self._in_memory[name] = packed

    @staticmethod
    def _bundle_encoding(response: Response | None) -> str | None:
        asked = request.view_args or {}
        if response is None or response.status_code != 200 or "fingerprinted_path" not in asked:
            return None
        return next((name for name in _ENCODINGS if name in request.accept_encodings), None)


def install_compression(server: Flask, cache_dir: Path) -> None:
    """Compress JSON, HTML and scripts for clients that accept it; files sent from disk go as they are."""
    server.config.update(
        COMPRESS_ALGORITHM=list(_ENCODINGS), COMPRESS_BR_LEVEL=4, COMPRESS_LEVEL=5, COMPRESS_STREAMS=False
    )
    _Compression(cache_dir / "bundles").init_app(server)
