"""Trained models on disk and in memory: artifacts, their loader, training and the cache that serves them."""
