"""What each kind of administrator may do. No predicate here opens sealed or contact data."""

from __future__ import annotations

from marketplace.core.actor import Actor


def can_run(actor: Actor) -> bool:
    """Settings, worker, index, failed messages, working days: the system administrator."""
    return actor.administrator == "system"


def can_secure(actor: Actor) -> bool:
    """Users, posts and the other administrators: the security administrator."""
    return actor.administrator == "security"


def can_audit(actor: Actor) -> bool:
    """The chain of history, checked and exported: the audit administrator."""
    return actor.administrator == "audit"


def can_read_logs(actor: Actor) -> bool:
    """Who signed in from where and who decided what: those who guard accounts, and those who look at them."""
    return can_secure(actor) or can_audit(actor)


def is_administrator(actor: Actor) -> bool:
    """Any kind."""
    return bool(actor.administrator)
