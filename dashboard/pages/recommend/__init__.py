"""Lists for a stored user or a visitor, with reasons."""
