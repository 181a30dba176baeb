"""What this process still has to tell the others: topics, packed into as few payloads as possible."""

import re
from collections.abc import Collection, Iterable

TOPIC_CHARACTERS_MAX = 64
TOPICS_PENDING_MAX = 8_192
PAYLOAD_BYTES_MAX = 7_999  # PostgreSQL refuses a payload of 8 000 bytes and more
EVERYBODY = "*"  # not a topic that anybody can listen to: it stands for all of them

_TOPIC = re.compile(rf"[A-Za-z0-9_.:-]{{1,{TOPIC_CHARACTERS_MAX}}}")


def check_topic(topic: str) -> str:
    """Return the topic.

    Raises:
        ValueError: it is not 1 to 64 of the characters `A-Z a-z 0-9 _ . : -`, and so could not travel.
    """
    if _TOPIC.fullmatch(topic) is None:
        raise ValueError(f"not a topic of 1 to {TOPIC_CHARACTERS_MAX} plain characters: {topic[:80]!r}")
    return topic


class Outbox:
    """The topics that wait to be published, each once: a topic has no content, so twice is once.

    Holds at most `TOPICS_PENDING_MAX` topics. Beyond that it remembers one thing, wake `EVERYBODY`: while a
    broker is away for hours, memory stays bounded and nobody is forgotten.
    """

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}  # a set that keeps its order, so that the oldest leaves first

    def add(self, topics: Collection[str]) -> None:
        """Remember these topics."""
        if EVERYBODY in self._topics:
            return
        self._topics.update(dict.fromkeys(topics))
        if EVERYBODY in self._topics or len(self._topics) > TOPICS_PENDING_MAX:
            self._topics = {EVERYBODY: None}

    def take(self, *, bytes_max: int) -> list[str]:
        """Remove and return the oldest topics, as many as fit into so many bytes with a space before each."""
        taken: list[str] = []
        bytes_used = 0
        for topic in self._topics:
            bytes_used += 1 + len(topic)  # topics are ASCII
            if bytes_used > bytes_max:
                break
            taken.append(topic)
        for topic in taken:
            del self._topics[topic]
        return taken


def pack(origin: str, topics: Iterable[str]) -> str:
    """Write a payload: who sends it, then the topics."""
    return " ".join((origin, *topics))


def unpack(payload: str) -> tuple[str, list[str]]:
    """Read a payload: who sent it, and the topics. Total: what is not ours gives topics nobody listens to."""
    origin, *topics = payload.split(" ")
    return origin, topics
