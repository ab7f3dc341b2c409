"""Versions of a data set with its models at an address that several machines reach, and what of them is here."""
