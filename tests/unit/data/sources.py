"""Small source files in every form, and a server that plays GroupLens."""

import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RATINGS = (
    "userId,movieId,rating,timestamp\n"
    "1,10,4.5,964982703\n"
    "1,20,3.0,964982704\n"
    "2,10,0.5,964982705\n"
    "7,30,5.0,964982706\n"
)
MOVIES = (
    "movieId,title,genres\n"
    '10,"Matrix, The (1999)",Action|Sci-Fi\n'
    "20,Babylon 5,(no genres listed)\n"
    '30,"""Great Performances"" Été (1971)",Children|IMAX\n'
    "40,,Drama\n"
)
TAGS = 'userId,movieId,tag,timestamp\n1,10,Cyberpunk,1\n2,10,"cyberpunk ",2\n2,30,"a, b",3\n2,99,lost,3\n2,10," ",3\n'
LINKS = "movieId,imdbId,tmdbId\n10,0133093,603\n20,0105946,\n30,,7\n"


def csv_folder(folder: Path, **changes: str) -> Path:
    """Write a folder in GroupLens' CSV form; keyword arguments replace the content of files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"ratings": RATINGS, "movies": MOVIES, "tags": TAGS, "links": LINKS} | changes
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def zip_of(folder: Path, path: Path, prefix: str = "") -> Path:
    """Zip the files of a folder, in a directory `prefix` of the archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{prefix}{file.name}")
    return path


class Server:
    """Serves bytes by path; can break off, refuse ranges, and remembers what was asked."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.requests: list[tuple[str, str | None]] = []
        self.break_after: int | None = None
        self.ranges = True
        self.url = ""


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Server]:
    """Serve files from a port of 127.0.0.1 that the system chooses."""
    state = Server(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.requests.append((self.path, asked))
            content = state.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and state.ranges else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            part = content[start:]
            if state.break_after is not None:
                part = part[: state.break_after]
            self.wfile.write(part)
            if state.break_after is not None:
                self.wfile.flush()
                self.connection.close()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def closed_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_address[1]
    server.server_close()
    return port
