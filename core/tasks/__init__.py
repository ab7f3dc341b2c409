"""Work that is done side by side in processes of its own, knowing nothing of what the work is."""

from core.tasks.estimate import Board
from core.tasks.lives import end_with_parent
from core.tasks.side_by_side import Outcome, Task, side_by_side

__all__ = ["Board", "Outcome", "Task", "end_with_parent", "side_by_side"]
