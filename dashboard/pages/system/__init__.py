"""The machinery: models, memory, data set, versions."""
