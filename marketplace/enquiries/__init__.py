"""Talks between one supplier and one demander about a need or a product: messages, contact data, outcome."""
