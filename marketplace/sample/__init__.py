"""Sample data: public rows, demo owners and invented demo listings, in the shapes of the real content; no database."""
