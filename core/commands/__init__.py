"""The commands of `cinematch`, a module per family, each with `register(app)`."""
