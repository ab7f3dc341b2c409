"""What is odd about a data set."""

from dataclasses import dataclass, field

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong or odd, how often, and among how many."""

    title: str
    meaning: str
    """What it is, and why it matters."""
    count: int
    among: int
    unit: str
    """What is counted: ratings, people or films."""
    examples: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of all that could be, 0 to 1."""
        return self.count / self.among if self.among else 0.0
