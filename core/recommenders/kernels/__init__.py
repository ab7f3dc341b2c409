"""Compiled loops: the only room that imports numba, itself imported only while training."""
