"""XML documents that list films: a root, an element for each film, and in it elements with text."""

from dataclasses import dataclass, field
from xml.parsers import expat

from core.data.personal.rows import Record
from core.errors import DataError

__all__ = ["ELEMENT", "looks_like_xml", "xml_rows"]

ELEMENT = "<element>"
"""Under which name a row tells what its own element is called. Names are in lower case; no element's is spelt so."""

_BLOCK = 1 << 16
_LONGEST_TAG = 1 << 20
_MAX_NAMES = 1_000
_MAX_DEPTH = 20


@dataclass
class _Rows:
    """What has been read so far."""

    name: str
    most_rows: int
    most_elements: int
    parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)
    root: str = ""
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    elements: int = 0
    depth: int = 0
    text: list[str] = field(default_factory=list)

    def refuse(self, why: str) -> DataError:
        return DataError(f"{self.name}, line {self.parser.CurrentLineNumber}: {why}")

    def doctype(self, *_: object) -> None:
        raise self.refuse("it declares a document type, as no export does. Export it again.")

    def start(self, tag: str, _: object) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > self.most_elements or len(self.rows) > self.most_rows:
            raise self.refuse(f"it has more than {self.most_rows:,} films, the most that is read at once. Split it.")
        if self.depth > _MAX_DEPTH or len(self.parser.intern) > _MAX_NAMES:
            raise self.refuse("it holds elements as no export of films does. Export it again.")
        if self.depth == 1:
            self.root = tag.casefold()
        elif self.depth == 2:
            self.rows.append((self.parser.CurrentLineNumber, {ELEMENT: tag.casefold()}))
        elif self.depth == 3:
            self.text.clear()

    def characters(self, text: str) -> None:
        if self.depth == 3:
            self.text.append(text)

    def end(self, tag: str) -> None:
        if self.depth == 3:
            self.rows[-1][1].setdefault(tag.casefold(), "".join(self.text))
        self.depth -= 1


def looks_like_xml(content: bytes) -> bool:
    """Return whether a file begins with a tag."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def xml_rows(content: bytes, name: str, most_rows: int, most_elements: int) -> tuple[str, list[tuple[int, Record]]]:
    """Read the elements below the root, each with its line and the texts of the elements in it.

    Nothing is expanded: a document type is refused, and without one there are no entities but XML's own five.

    Parameters
    ----------
    content : bytes
    name : str
        How messages call the file.
    most_rows, most_elements : int
        How many elements there may be below the root, and in all.

    Returns
    -------
    str
        The root's name in lower case.
    list of (int, Record)
        The first of several equally named elements counts.

    Raises
    ------
    DataError
        For what is no XML, declares a document type or holds too much; names the line.
    """
    read = _Rows(name, most_rows, most_elements)
    parser = read.parser
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = read.doctype
    parser.StartElementHandler = read.start
    parser.CharacterDataHandler = read.characters
    parser.EndElementHandler = read.end
    try:
        for start in range(0, len(content), _BLOCK):
            parser.Parse(content[start : start + _BLOCK], False)
            # Until a tag ends it is kept whole, with all that is written in it.
            if start - parser.CurrentByteIndex > _LONGEST_TAG:
                raise read.refuse("a tag does not end within a megabyte. Export it again.")
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = parser.ErrorLineNumber
        raise DataError(f"{name}, line {line}: it begins like XML and is none ({error}). Export it again.") from error
    return read.root, list(read.rows)
