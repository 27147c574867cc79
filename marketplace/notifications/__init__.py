"""Notifications: what reaches a person, in his inbox and by mail, and what he chose about it."""
