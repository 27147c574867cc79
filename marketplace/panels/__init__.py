"""Panels of experts: who judges, how they were drawn, and what keeps somebody from judging."""
