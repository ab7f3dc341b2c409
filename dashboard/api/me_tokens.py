"""Who asks: the signed token of a cookie, or of the header `Authorization: Bearer`."""

import hashlib
from typing import TYPE_CHECKING

from flask import Response, request
from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.web.problems import problem

if TYPE_CHECKING:
    from core.views import Person

__all__ = ["COOKIE", "PROFILE", "Tokens", "refuse_strangers"]

COOKIE = "cinematch_profile"
PROFILE: list[dict[str, list[str]]] = [{"profile": []}, {"profileCookie": []}]
"""How a token may be sent, by the names of the API's description."""
_MAX_AGE_S = 400 * 86_400
"""As long as browsers keep one."""
_LONGEST = 200
_BEARER = "Bearer "


class Tokens:
    """Sign and read what tells a person.

    Parameters
    ----------
    secret : str
        The server's key: whoever has it can be anybody.
    path : str
        Of the cookie: where the application is mounted.
    """

    def __init__(self, secret: str, path: str) -> None:
        self._path = path
        self._signer = URLSafeSerializer(
            secret, salt="cinematch profile", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def sign(self, person: "Person") -> str:
        """Return the token of a person."""
        return str(self._signer.dumps([person.token, person.generation]))

    def read(self) -> tuple[str, int] | None:
        """Return what the request's token says; None without one, and for one that this server did not sign."""
        given = request.headers.get("Authorization", "")
        token = given[len(_BEARER) :] if given.startswith(_BEARER) else request.cookies.get(COOKIE, "")
        if not 0 < len(token) <= _LONGEST:
            return None
        try:
            name, generation = self._signer.loads(token)
        except (BadSignature, TypeError, ValueError):
            return None
        return str(name), int(generation)

    def remember(self, answer: Response, person: "Person") -> Response:
        """Give the browser a person's token, which no script reads and no other site sends."""
        answer.set_cookie(
            COOKIE,
            self.sign(person),
            max_age=_MAX_AGE_S,
            path=self._path,
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )
        return answer

    def forget(self, answer: Response) -> Response:
        """Take the token out of the browser."""
        answer.delete_cookie(COOKIE, path=self._path, secure=request.is_secure, httponly=True, samesite="Strict")
        return answer


def refuse_strangers() -> Response | None:
    """Refuse what another site has a browser send with the cookie; browsers say where a request comes from."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method not in ("GET", "HEAD") and COOKIE in request.cookies and site not in ("same-origin", "none"):
        return problem(403, "A profile is changed from this site's own pages, or by a client that sends its token.")
    return None
