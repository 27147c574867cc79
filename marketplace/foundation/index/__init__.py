"""The embedded search index: a rebuildable cache of what the database holds, never the authority on who may see it."""
