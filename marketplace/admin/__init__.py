"""Administration: health, users, posts, settings, messages that failed, logs; three kinds of administrator kept apart."""
