"""Pure Python: what an actor, a life cycle, an error and a moment are. Imports nothing of the package."""
