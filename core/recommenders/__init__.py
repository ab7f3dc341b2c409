"""Algorithms: one file each, behind one protocol."""
