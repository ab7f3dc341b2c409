"""kombu's way to Redis, for workers that outlive a restart of it.

kombu (5.7) gives back what a worker holds when its connection is closed. Where Redis had gone before, there is no way
left to do that, and the error ends the worker. What is not given back becomes visible to others by itself.
"""

from typing import Any

from kombu.transport import redis

__all__ = ["Transport"]


class _QoS(redis.QoS):  # type: ignore[misc]
    """The messages that a worker holds over one connection."""

    @property
    def _cut_off(self) -> bool:
        return self.channel.connection is None or self.channel.connection.client is None

    def restore_unacked_once(self, stderr: Any = None) -> None:
        """Give back what is held, at the end of a connection."""
        if not self._cut_off:
            super().restore_unacked_once(stderr)

    def ack(self, delivery_tag: str) -> None:
        """Confirm a message; one that is brought again meanwhile is found to be done."""
        if not self._cut_off:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Give a message back, or drop it."""
        if not self._cut_off:
            super().reject(delivery_tag, requeue)


class _Channel(redis.Channel):  # type: ignore[misc]
    QoS = _QoS


class Transport(redis.Transport):  # type: ignore[misc]
    """What Celery is to use."""

    Channel = _Channel
