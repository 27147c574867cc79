"""HTTP mechanism that knows no capability."""
