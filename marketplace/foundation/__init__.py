"""Database mechanism that knows no request."""
