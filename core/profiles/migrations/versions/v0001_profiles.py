"""People, what they keep, lists and what became of them, films that were added."""

import sqlalchemy as sa
from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64)),
        sa.Column("passphrase", sa.String(200)),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("token", name=op.f("uq_people_token")),
        sa.UniqueConstraint("name", name=op.f("uq_people_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_people_seen"), "people", ["seen"])
    op.create_table(
        "kept",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("movie_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.SmallInteger()),
        sa.Column("time", sa.BigInteger()),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "dataset", "kind", "movie_id", name=op.f("pk_kept")),
        sa.CheckConstraint("kind IN ('rating', 'watchlist', 'hidden', 'watched')", name=op.f("ck_kept_kind")),
        sa.CheckConstraint("value IS NULL OR (value BETWEEN 1 AND 10)", name=op.f("ck_kept_value")),
        _person("kept"),
    )
    op.create_index(op.f("ix_kept_dataset_kind"), "kept", ["dataset", "kind"])
    op.create_table(
        "lists",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("algorithm", sa.String(64), nullable=False),
        sa.Column("variant", sa.String(100), nullable=False),
        sa.Column("movies", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        _person("lists"),
    )
    op.create_index(op.f("ix_lists_person_id_created"), "lists", ["person_id", "created"])
    op.create_index(op.f("ix_lists_dataset_created"), "lists", ["dataset", "created"])
    op.create_table(
        "feedback",
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("movie_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("value", sa.SmallInteger()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "movie_id", "kind", name=op.f("pk_feedback")),
        sa.CheckConstraint(
            "kind IN ('shown', 'opened', 'kept', 'dismissed', 'rated')", name=op.f("ck_feedback_kind")
        ),
        sa.CheckConstraint("(kind = 'rated') = (value IS NOT NULL)", name=op.f("ck_feedback_value")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name=op.f("fk_feedback_list_id_lists"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "codes",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_codes")),
        _person("codes"),
    )
    op.create_index(op.f("ix_codes_person_id"), "codes", ["person_id"])
    op.create_table(
        "answers",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_answers")),
        _person("answers"),
    )
    op.create_index(op.f("ix_answers_at"), "answers", ["at"])
    op.create_table(
        "films",
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("movie_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("genres", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("imdb_id", sa.BigInteger(), nullable=False),
        sa.Column("tmdb_id", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "movie_id", name=op.f("pk_films")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("films", "answers", "codes", "feedback", "lists", "kept", "people"):
        op.drop_table(table)
