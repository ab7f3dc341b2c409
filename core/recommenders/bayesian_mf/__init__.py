"""Bayesian matrix factorisation and its Gibbs sampler."""
