"""What visitors say, kept: ratings, watchlist, hidden films and what became of lists, in SQLite or PostgreSQL.

Only where an operator names a database (`CINEMATCH_DATABASE_URL`); docs/PROFILES.md says what is kept, and how long.
"""
