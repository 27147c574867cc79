"""The words of the trade that mean the same: a table that administrators keep, read by the search."""
