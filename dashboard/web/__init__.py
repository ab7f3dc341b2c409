"""The parts of the web server that know nothing of movies."""
