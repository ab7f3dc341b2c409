"""The hybrid and what it learns: the blend of scores, the stack of stars, the opening list."""
