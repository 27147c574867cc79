"""The supply and demand lists as files: published columns, import, export, and the twins of the list pages."""
