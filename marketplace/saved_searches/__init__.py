"""Saved searches: a person is told what newly fits, at once, daily or weekly; each item once and none left out."""
