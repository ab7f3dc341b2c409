"""The predecessor's pickles, opened through an allow-list."""
