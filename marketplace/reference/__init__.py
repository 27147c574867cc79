"""Reference data: regions, domains, categories with their spec schema, working days. Data files and their readers."""
