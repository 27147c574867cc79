"""Where people work: what waits for them, what they have, and the queue of an official."""
