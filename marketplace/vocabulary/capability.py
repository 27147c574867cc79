"""The plate of the table of synonyms: the administrator's pages."""

from __future__ import annotations

from marketplace.vocabulary.views import vocabulary
from marketplace.web.plate import Capability

VOCABULARY = Capability(name="vocabulary", blueprints=lambda: (vocabulary,))
