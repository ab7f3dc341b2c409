"""Ratings and movies: sources, readers, the on-disk store, splits and synthetic data."""
