"""Compress what is worth it: answers each time, Dash's static bundles once per process."""

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request
from flask_compress import Compress

__all__ = ["install_compression"]

_ENCODINGS = ("br", "gzip")


class _Compression(Compress):
    """Flask-Compress that keeps the compressed form of Dash's bundles and of nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._bundles: dict[tuple[str, str, str], bytes] = {}

    def after_request(self, response: Response | None) -> Response:
        key = self._bundle_key(response)
        if key is None or response is None:
            return super().after_request(response)
        kept = self._bundles.get(key)
        if kept is not None:
            response.headers["Content-Encoding"] = key[0]
            response.headers["Vary"] = "Accept-Encoding"
            response.set_data(kept)
            return response
        response = super().after_request(response)
        if response.headers.get("Content-Encoding") == key[0]:
            self._bundles[key] = response.get_data()
        return response

    @staticmethod
    def _bundle_key(response: Response | None) -> tuple[str, str, str] | None:
        asked = request.view_args or {}
        if response is None or response.status_code != 200 or "fingerprinted_path" not in asked:
            return None
        encoding = next((name for name in _ENCODINGS if name in request.accept_encodings), None)
        if encoding is None:
            return None
        # Without the fingerprint, which a client can choose: Dash serves only the paths that it knows, so
        # that there is one entry for each of its files.
        path, _ = check_fingerprint(asked["fingerprinted_path"])
        return encoding, asked["package_name"], path


def install_compression(server: Flask) -> None:
    """Compress JSON, HTML and scripts for clients that accept it; files sent from disk go as they are."""
    server.config.update(
        COMPRESS_ALGORITHM=list(_ENCODINGS), COMPRESS_BR_LEVEL=4, COMPRESS_LEVEL=5, COMPRESS_STREAMS=False
    )
    _Compression().init_app(server)
