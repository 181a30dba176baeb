"""The durable feed: append in the caller's transaction, replay, follow; and the broker that wakes readers."""
