"""Administration: health, users, posts, settings, failed messages, logs; three kinds of administrator kept apart."""
