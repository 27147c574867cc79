"""People, organizations and officials' posts."""
