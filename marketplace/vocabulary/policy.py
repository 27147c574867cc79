"""Who keeps the table of synonyms."""

from __future__ import annotations

from marketplace.core.actor import Actor


def can_edit(actor: Actor) -> bool:
    """System administrators; the table is read by nobody else, its effect by everybody."""
    return actor.administrator == "system"
