"""Officials: who holds which post, for which place and duties."""
