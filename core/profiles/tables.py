"""The tables; `core.profiles.migrations` brings a database to this form."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

__all__ = ["METADATA", "answers", "codes", "feedback", "films", "kept", "lists", "people"]

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All times are milliseconds since 1970 by the server's clock."""

_DATASET = String(64)


def _person(*, key: bool = False) -> Column[int]:
    owner = ForeignKey("people.id", ondelete="CASCADE")
    return Column("person_id", Integer, owner, nullable=False, primary_key=key)


people = Table(
    "people",
    METADATA,
    # Never given twice: it becomes the person's number in the next data set.
    Column("id", Integer, primary_key=True),
    # What the signed token holds; a new generation makes all former tokens worthless.
    Column("token", String(32), nullable=False, unique=True),
    Column("generation", Integer, nullable=False, default=0),
    Column("name", String(64), unique=True),
    Column("passphrase", String(200)),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,
)

kept = Table(
    "kept",
    METADATA,
    _person(key=True),
    Column("dataset", _DATASET, primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("movie_id", BigInteger, primary_key=True, autoincrement=False),
    # Half stars of a rating, 1 of a mark; NULL was taken away, which an older change from elsewhere must not undo.
    Column("value", SmallInteger),
    # When it was rated or marked, as the person says; NULL where unknown.
    Column("time", BigInteger),
    # When it was changed here: of two changes the later one counts.
    Column("changed", BigInteger, nullable=False),
    CheckConstraint("kind IN ('rating', 'watchlist', 'hidden', 'watched')", name="kind"),
    CheckConstraint("value IS NULL OR (value BETWEEN 1 AND 10)", name="value"),
)
Index(None, kept.c.dataset, kept.c.kind)

lists = Table(
    "lists",
    METADATA,
    Column("id", String(32), primary_key=True),
    _person(),
    Column("dataset", _DATASET, nullable=False),
    Column("algorithm", String(64), nullable=False),
    # The arm of an experiment; empty where there was none.
    Column("variant", String(100), nullable=False),
    # JSON: the movies' ids, best first.
    Column("movies", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index(None, "person_id", "created"),
    Index(None, "dataset", "created"),
)

feedback = Table(
    "feedback",
    METADATA,
    Column("list_id", String(32), ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True),
    Column("movie_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(10), primary_key=True),
    Column("value", SmallInteger),
    Column("at", BigInteger, nullable=False),
    CheckConstraint("kind IN ('shown', 'opened', 'kept', 'dismissed', 'rated')", name="kind"),
    CheckConstraint("(kind = 'rated') = (value IS NOT NULL)", name="value"),
)

codes = Table(
    "codes",
    METADATA,
    Column("digest", String(64), primary_key=True),
    _person(),
    Column("expires", BigInteger, nullable=False),
    Index(None, "person_id"),
)

answers = Table(
    "answers",
    METADATA,
    _person(key=True),
    Column("key", String(200), primary_key=True),
    # Of the request: the same key with another one is a mistake.
    Column("digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)

films = Table(
    "films",
    METADATA,
    Column("dataset", _DATASET, primary_key=True),
    Column("movie_id", BigInteger, primary_key=True, autoincrement=False),
    Column("title", String(300), nullable=False),
    # JSON: names.
    Column("genres", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("imdb_id", BigInteger, nullable=False),
    Column("tmdb_id", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
)
