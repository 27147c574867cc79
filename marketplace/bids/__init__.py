"""Sealed bids: drafts that nobody else reads, sealing with receipts, opening by two people, the formality check."""
