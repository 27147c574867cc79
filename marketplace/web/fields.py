"""The kinds of fields that guided forms are made of, and how a refusal stands beside one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from marketplace.core.errors import FieldError
from marketplace.core.text import Text, one_line
from marketplace.foundation.files import Allowed
from marketplace.web.forms import MarketplaceForm, at_most
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.request import MAX_UPLOAD, MEGABYTE

CHOOSE = Text("请选择", "Choose one")


def listed(answers: Iterable[tuple[str, Text]], group: Text | None = None) -> list[SelectChoice]:
    """Answers to choose from, (value, label) each; those with a ``group`` stand under it."""
    return [SelectChoice(value, label, optgroup=group) for value, label in answers]


def written(label: Any, most: int, kind: type[Field] = StringField, **options: Any) -> Any:
    """A field for a text of at most so many characters. One of one line keeps one."""
    filters = (one_line,) if kind is StringField else ()
    return kind(label, [*options.pop("validators", ()), at_most(most)], filters=filters, **options)


class _Listed:
    """A field whose answers are listed; says in the language of the page that another was sent."""

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)  # type: ignore[misc]  # of the field it is mixed into
        except ValidationError as error:
            raise ValidationError(_("请从列出的各项中选择")) from error


class OneOf(_Listed, SelectField):
    """A list of which one is taken; "" until then."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"default": "", **options})
        self.type = "SelectField"


class OneShown(_Listed, RadioField):
    """A short list of which one is taken, all of it in sight."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.type = "RadioField"


class SomeOf(_Listed, SelectMultipleField):
    """A list of which several are taken, drawn as checkboxes."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.type = "SelectMultipleField"


class Attached(MultipleFileField):
    """Several files: of these kinds, at most so many. The page says both, and how much goes in one submission."""

    def __init__(self, label: Any = None, *, kinds: Allowed, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.type = "MultipleFileField"
        self.kinds, self.most = kinds, most

    @property
    def allowed(self) -> Text:
        """What may be sent, in words."""
        words = Text(
            "%(kinds)s；最多 %(most)d 个，一次提交合计不超过 %(total)d MB",
            "%(kinds)s; at most %(most)d, and %(total)d MB in one submission",
        )
        return words % {"kinds": self.kinds.words, "most": self.most, "total": MAX_UPLOAD // MEGABYTE}


class AttachedOne(FileField):
    """One file, of these kinds."""

    def __init__(self, label: Any = None, *, kinds: Allowed, **options: Any) -> None:
        super().__init__(label, **options)
        self.type = "FileField"
        self.kinds, self.allowed = kinds, kinds.words


def refuse(field: Field, message: Text) -> None:
    """Say at a field what is wrong with it."""
    field.errors = [*field.errors, message.say(current_language())]


def read_into(form: MarketplaceForm, key: str, read: Callable[..., str], **options: Any) -> bool:
    """Put what ``read`` makes of a field's text in its place, or its refusal beside it; False when refused."""
    field = form[key]
    if field.errors:
        return False
    try:
        field.data = read(field.data or "", key, **options)
    except FieldError as error:
        refuse(field, error.message)
        return False
    return True
