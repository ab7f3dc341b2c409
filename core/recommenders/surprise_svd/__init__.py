"""Surprise's matrix factorisation and the training set that it reads."""
