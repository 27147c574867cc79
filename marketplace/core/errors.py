"""What can go wrong, said once: every error a person may meet names the rule, the fact or the field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType

from marketplace.core.text import Text


class MarketplaceError(Exception):
    """Base of every error that a page, the API and the command line know how to tell a person."""


class FieldError(MarketplaceError, ValueError):
    """A value that cannot be accepted.

    ``field`` is the field's path as the form and the importer name it ("specs.payload.value");
    ``message`` says what is expected and how to write it.
    ``about``: which of several values of the field, e.g. the name of a file; "" where it has one.
    """

    def __init__(self, field: str, message: Text, about: str = "") -> None:
        super().__init__(f"{field}: {message.en}")
        self.field = field
        self.message = message
        self.about = about


class Invalid(MarketplaceError):
    """Several values that cannot be accepted; nothing was written."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(str(error) for error in self.errors))


class Gathered:
    """Several values read one after another, so that all that is wrong is told at once.

    ``with wrong: ...`` keeps a FieldError or Invalid of its block and goes on behind it; ``tell`` raises what was kept.
    """

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Invalid):
            self.errors.extend(error.errors)
        elif isinstance(error, FieldError):
            self.errors.append(error)
        return isinstance(error, FieldError | Invalid)

    def tell(self) -> None:
        """Raises Invalid with everything that was kept, if anything was."""
        if self.errors:
            raise Invalid(self.errors)


class Refused(MarketplaceError):
    """An act refused by a rule: the rule, the fact it met, and the next step (product.md 6.10).

    ``href``: the path of the page where that step is taken, "" when there is none.
    """

    def __init__(self, rule: Text, fact: Text, next: Text, href: str = "") -> None:
        super().__init__(f"{rule.en} {fact.en}")
        self.rule = rule
        self.fact = fact
        self.next = next
        self.href = href


class TooMany(Refused):
    """Tried too often: the same act is taken again from ``until`` on (aware, UTC)."""

    def __init__(self, rule: Text, fact: Text, next: Text, until: datetime) -> None:
        super().__init__(rule, fact, next)
        self.until = until


class Conflict(MarketplaceError):
    """Somebody else was first.

    ``happened`` is the history entry that made this act impossible (or None when it is not known).
    """

    def __init__(self, message: Text, happened: object | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.happened = happened


class NotFound(MarketplaceError):
    """The object does not exist, or the actor may not know that it does: the answer is the same."""


class NoSuchPage(NotFound):
    """A list has no page with this number; its first page exists."""
