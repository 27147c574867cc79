"""Tokens with which programs of an organization write through the data interface."""
