"""One film."""
