"""Downloads that resume: pooch checks and places the file, the partial one is kept between attempts."""

import contextlib
import shutil
import socket
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["UnreachableError", "download"]

_CONNECT_SECONDS = 4.0
_READ_SECONDS = 30.0
_BLOCK = 1 << 18


class UnreachableError(DataError):
    """The server did not answer; another source may have the data."""


def download(url: str, folder: Path, md5: str | None = None, progress: Progress = silent) -> Path:
    """Fetch a file into `folder`, continuing a partial one, and return its path.

    A complete file of the right checksum that is there already is returned at once. The partial file
    (``<name>.part``) stays after an interruption and is continued with an HTTP range request.

    Parameters
    ----------
    url : str
    folder : Path
    md5 : str or None
        Hex MD5 of the whole file, as GroupLens publishes it; None skips the check.
    progress : Progress

    Raises
    ------
    UnreachableError
        When the server cannot be reached or breaks off.
    DataError
        When what arrived does not have the checksum; it is deleted.
    """
    import pooch
    import requests

    name = url.rsplit("/", 1)[-1]
    folder.mkdir(parents=True, exist_ok=True)
    pooch.get_logger().setLevel("ERROR")  # pooch prints to stderr on its own; `progress` says it here
    try:
        return Path(
            pooch.retrieve(
                url,
                known_hash=f"md5:{md5}" if md5 else None,
                fname=name,
                path=folder,
                downloader=_Resuming(folder / f"{name}.part", progress),
            )
        )
    except requests.exceptions.RequestException as error:
        raise UnreachableError(
            f"{url} cannot be fetched ({type(error).__name__}). Check the network and retry: a partial download "
            "is continued. Or import a copy with `cinematch data import PATH`."
        ) from error
    except ValueError as error:  # pooch's word for a wrong hash
        raise DataError(
            f"{name} does not have the published checksum {md5} and was deleted. Retry; if it happens again, "
            "the file changed at its source: import a copy that you trust with `cinematch data import PATH`."
        ) from error


class _Resuming:
    """A pooch downloader that appends to a partial file."""

    def __init__(self, partial: Path, progress: Progress) -> None:
        self.partial = partial
        self.progress = progress

    def __call__(self, url: str, output_file: Any, pooch: Any) -> None:
        import requests

        if not requests.utils.get_environ_proxies(url) and not _resolves(url):
            raise requests.exceptions.ConnectTimeout(f"no address for {url} within {_CONNECT_SECONDS:g} s")
        have = self.partial.stat().st_size if self.partial.exists() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                self.partial.unlink()  # complete or longer than the source: the next attempt starts afresh
                raise requests.exceptions.ConnectionError("the partial file does not match the source; retry")
            response.raise_for_status()
            if response.status_code != requests.codes.partial_content:
                have = 0
            total = have + int(response.headers.get("Content-Length", 0))
            with self.partial.open("ab" if have else "wb") as sink:
                for block in response.iter_content(_BLOCK):
                    sink.write(block)
                    have += len(block)
                    self.progress(have / total if total else 0.0, _amount(url, have, total))
        if total and have < total:
            raise requests.exceptions.ConnectionError(f"the connection broke off after {have} of {total} bytes")
        shutil.move(self.partial, output_file)


def _resolves(url: str) -> bool:
    """Say whether the server's name has an address; a resolver that never answers would hold us for long."""
    found: list[object] = []

    def look_up() -> None:
        with contextlib.suppress(OSError):
            found.extend(socket.getaddrinfo(urlsplit(url).hostname, None))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_CONNECT_SECONDS)
    return bool(found)


def _amount(url: str, have: int, total: int) -> str:
    of = f" of {total / 1e6:,.1f}" if total else ""
    return f"Fetching {url.rsplit('/', 1)[-1]}: {have / 1e6:,.1f}{of} MB"
