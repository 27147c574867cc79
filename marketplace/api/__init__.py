"""The read API, version 1: one table of routes and parameters, from which answers, checks and description come."""
