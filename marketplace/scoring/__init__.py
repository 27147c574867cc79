"""Scoring of bids: codes, sheets that each expert fills in alone, consensus, and the ranking with its report."""
