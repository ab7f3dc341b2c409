"""Training and listing on Apache Spark: what is summed over ratings runs there, all else is the one-machine code.

Nothing but the command line imports this package, and pyspark is imported where it is used.
"""
