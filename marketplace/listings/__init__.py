"""What products and scenarios share: reviewed listings with revisions, a guided form, a queue and one life."""
