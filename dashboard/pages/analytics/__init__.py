"""Charts, comparison of algorithms, similar films, the what-if."""
