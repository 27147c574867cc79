"""Figures that operators change while the site runs, each with its history."""
