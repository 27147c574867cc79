"""机遇 Jiyu: the robot scenario marketplace. See docs/architecture.md for the way through the house."""

__version__ = "0.1.0"
