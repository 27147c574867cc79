"""Demonstration sites: from an application on verified pilots to a plate, its yearly reports, and its end."""
