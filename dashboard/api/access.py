"""Who asks, and whether they may: API keys with scopes."""

from collections.abc import Mapping

from flask import Blueprint, Response, g, request

from core.api_keys import KEY_PREFIX, ApiKey, KeyStore
from core.settings import Settings
from dashboard.web.problems import CHALLENGE, problem

__all__ = ["KEYS", "install_access", "install_identity", "sent_key"]

KEYS: list[dict[str, list[str]]] = [{"key": []}, {"keyHeader": []}]
"""How a key may be sent, by the names of the API's description."""


def sent_key() -> ApiKey | None:
    """Return the key that this request was sent with, if it is one of ours."""
    key: ApiKey | None = g.get("api_key")
    return key


def install_identity(blueprint: Blueprint, settings: Settings) -> None:
    """Find out with which key a request was sent, before it is counted."""
    store = KeyStore(settings.api_keys_file)

    @blueprint.before_request
    def identify() -> None:
        text = _sent_text()
        g.api_key = None if text is None else store.find(text)


def install_access(blueprint: Blueprint, settings: Settings, scopes: Mapping[str, str]) -> None:
    """Refuse keys that are none, and with `CINEMATCH_API_ACCESS=keys` whoever has none for what they ask.

    Parameters
    ----------
    blueprint : Blueprint
    settings : Settings
    scopes : mapping of str to str
        By endpoint, the scope that it takes.
    """

    @blueprint.before_request
    def check() -> Response | None:
        if request.method == "OPTIONS":
            return None  # a browser asks what it may ask, and sends no key with that
        key, scope = sent_key(), scopes[request.endpoint or ""]
        if key is None and _sent_text() is not None:
            return _refusal(
                401, "This API key is not valid: it was revoked, has expired, or is mistyped.", "invalid_token"
            )
        if key is None and settings.api_access == "keys":
            return _refusal(401, "The API asks for a key here: send it as Authorization: Bearer cm_... .")
        if key is not None and scope not in key.scopes:
            return _refusal(403, f"This key has no scope {scope!r}: ask for one that has.", "insufficient_scope")
        return None


def _sent_text() -> str | None:
    """Return what was sent as a key, of whatever form."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    # What else stands there is for a proxy before us, or the token of somebody's own profile.
    is_key = scheme.lower() == "bearer" and text.strip().startswith(KEY_PREFIX)
    return text.strip() if is_key else request.headers.get("X-API-Key")


def _refusal(status: int, detail: str, error: str | None = None) -> Response:
    answer = problem(status, detail)
    if error is not None:
        answer.headers["WWW-Authenticate"] = f'{CHALLENGE}, error="{error}"'
    return answer
