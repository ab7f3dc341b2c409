"""Aggregates behind the charts: the data set, popularity, likeness of genres, and one person's taste."""
