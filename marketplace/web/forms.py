"""Forms: one base with Chinese-first messages, trimmed text and an error summary; rules stay in the services."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import g, has_request_context, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, FieldList, FormField, HiddenField, PasswordField, SubmitField
from wtforms.fields.choices import SelectFieldBase
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.core.errors import FieldError, Invalid
from marketplace.foundation import once
from marketplace.web.languages import current_language, say
from marketplace.web.languages import gettext as _
from marketplace.web.languages import lazy_gettext as _l

# Emoji and some scripts need these two; every other sign without a shape goes: a zero-width space is an empty name
# that looks filled in, and a direction mark shows another text than the one that is stored.
JOINERS = "\u200c\u200d"

# Fields in which nobody writes what he would miss.
WORDLESS = (BooleanField, HiddenField, PasswordField, SubmitField)


def form_page(template: str, form: FlaskForm, **context: Any) -> ResponseReturnValue:
    """A page with a form; refused values answer 422."""
    failed = request.method == "POST" and bool(form.errors)
    body = render_template(template, form=form, **context)
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def clean(text: str | None) -> str:
    """Text as it will be stored: composed, without control and invisible characters, trimmed; line ends as \\n."""
    if not text:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", "".join(filter(_stays, text))).strip()
    return text if text.strip(JOINERS + " \n\t") else ""


def _stays(character: str) -> bool:
    return character in "\n\t" + JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


def required(message: Any = None) -> DataRequired:
    """The field must be filled in."""
    return DataRequired(message or _l("请填写此项"))


def chosen(message: Any = None) -> InputRequired:
    """One of the choices must be taken."""
    return InputRequired(message or _l("请选择一项"))


class AtMost(Length):
    """No more characters than so many, said here and not by the browser: its ``maxlength`` cuts a paste unsaid.

    The flag ``most`` tells the page the limit: ``data-most`` on the input, by which the script counts, and the line
    below a text of several lines (macros/limit_line.html).
    """

    def __init__(self, length: int) -> None:
        super().__init__(max=length, message=_l("最多 %(max)d 个字，现在有 %(length)d 个"))
        self.field_flags = {"most": length}


def at_most(length: int) -> AtMost:
    """No more characters than the column holds."""
    return AtMost(length)


class Typed(NamedTuple):
    """What somebody entered into one field: its label and the text, or the labels of what he chose.

    ``name``: of the field, where the same text can be put into it again; "" otherwise.
    """

    label: str
    text: str
    name: str = ""
    chosen: bool = False


class MarketplaceForm(FlaskForm):
    """Base of every form. Text is cleaned before it is checked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_request_context() and request.method == "POST":
            g.setdefault("forms", []).append(self)

    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = unbound_field.kwargs.get("filters", ())
            if unbound_field.field_class.__name__ in ("StringField", "TextAreaField", "SearchField", "EmailField"):
                unbound_field.kwargs["filters"] = tuple(filters) if clean in filters else (clean, *filters)
            return unbound_field.bind(form=form, **options)

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            limit = {"data-most": field.flags.most} if field.flags.most else {}
            return field.widget(field, **{**limit, **(field.render_kw or {}), **render_kw})

    def problems(self) -> list[tuple[str, str]]:
        """(id of the field, what to correct with the field's label before it), for the macro ``error_summary``.

        Not named after the macro: a form may well have a field of that name.
        """
        return [*(("", str(message)) for message in self.form_errors), *_problems(self)]

    def refuse(self, errors: Invalid | Sequence[FieldError]) -> None:
        """Show a service's refusal at its fields; an unknown field's message goes to the first field."""
        language = current_language()
        for error in errors.errors if isinstance(errors, Invalid) else errors:
            field = _named(self, error.field)
            field.errors = [*field.errors, error.message.say(language)]
            if error.about:  # a field for files asks again for those alone that were good
                field.refused = [*getattr(field, "refused", ()), error.about]


def about(field: Field, what: Any) -> None:
    """Say what a field or a row is about (a criterion, an indicator), as the heading above it on the page does.

    The summary of errors begins with it, because so many fields are called the same, or with the name of a row
    (``web.rows.Rows.at``) where there is none. ``what``: a Text or a string.
    """
    field.about = what


def entered(sent: MultiDict[str, str], view: Any) -> dict[str, list[Typed]]:
    """What was filled in, by the name of the field, as the form says it; an empty list where nothing is to be shown.

    From the forms that this request has read, else from those that are declared beside ``view``: who was turned away
    before his form was read chose by values that only a form can say, so what was chosen there is left out.
    """
    found: dict[str, list[Typed]] = {}
    for form in g.get("forms", ()):
        for field, line in _fields(form):
            # A row is a form itself, made before the one that says which row it is.
            if field.raw_data is not None and ((said := _entered(field, line)) or field.name not in found):
                found[field.name] = said
    if found:
        return found
    for name, fields in _declared(getattr(view, "__module__", "").rpartition(".")[0]).items():
        if name in sent:
            labels = {say(next(iter(each.args), each.kwargs.get("label", ""))) for each in fields}
            label = labels.pop() if len(labels) == 1 else ""
            plain = not any(issubclass(each.field_class, (*WORDLESS, SelectFieldBase)) for each in fields)
            found[name] = [Typed(label, each, name) for each in sent.getlist(name) if each.strip() and plain]
    return found


def _declared(package: str) -> dict[str, list[UnboundField[Any]]]:
    """The fields of the forms of a capability by their names."""
    found: dict[str, list[UnboundField[Any]]] = {}
    waiting = [MarketplaceForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        for name, field in vars(form).items() if form.__module__.startswith(package + ".") else ():
            if isinstance(field, UnboundField):
                found.setdefault(name, []).append(field)
    return found


def _fields(fields: Iterable[Field], line: str = "") -> Iterator[tuple[Field, str]]:
    """Every field of a form and of its rows, with the name of the row; a list of rows itself before its rows."""
    for field in fields:
        what = getattr(field, "about", None)
        here = line if what is None else _("%(row)s，", row=say(what))
        if isinstance(field, FormField):
            yield from _fields(field.form, here)
            continue
        yield field, here
        if isinstance(field, FieldList):
            for number, entry in enumerate(field.entries, 1):
                at = field.at(number) if hasattr(field, "at") else str(number)
                yield from _fields([entry], _("%(row)s，", row=at))


def _entered(field: Field, line: str) -> list[Typed]:
    label = line + say(field.label.text)
    given = [each for each in field.raw_data if isinstance(each, str) and each.strip()]
    if isinstance(field, WORDLESS):
        return []
    if isinstance(field, SelectFieldBase):
        offered = field.iter_choices() if field.choices is not None else ()
        words = [say(each.label) for each in offered if str(each.value) in given]
        return [Typed(label, _("、").join(words), chosen=True)] if words else []
    return [Typed(label, each, field.name) for each in given]


def _named(form: BaseForm, path: str) -> Field:
    """The field of a path such as "rows.2.name", as deep as the form has it; never one without place for a message."""
    first, *rest = path.split(".")
    field: Field = form._fields.get(first) or next(iter(form._fields.values()))
    for part in rest:
        if isinstance(field, FormField) and part in field.form._fields:
            field = field.form._fields[part]
        elif isinstance(field, FieldList) and part.isdigit() and int(part) < len(field.entries):
            field = field.entries[int(part)]
    while isinstance(field, FormField):
        field = next(iter(field.form._fields.values()))
    return field


def _problems(fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    for field, line in _fields(fields):
        target = "" if isinstance(field, HiddenField) else field.id
        # A list's own messages are texts; those of its entries come with the entries.
        yield from (
            (target, _labelled(field, line, each)) for each in field.errors if not isinstance(each, dict | list)
        )


def _labelled(field: Field, line: str, message: object) -> str:
    """A message after the label of its field; what has none on the page speaks for itself."""
    if isinstance(field, BooleanField | FieldList | HiddenField):
        return f"{line}{message}"
    return line + _("%(label)s：%(text)s", label=say(field.label.text), text=str(message))


# ---- forms that begin something, once however often they are sent (foundation/once.py) ----


def form_name() -> str:
    """The name of the form in the address; "" without a proper one."""
    name = request.args.get("form", "")
    return name if once.is_key(name) else ""


def named_anew() -> ResponseReturnValue:
    """To the same page with a name for its form: who goes back in a browser asks for this one again, not another."""
    return redirect(f"{request.path}?{urlencode({**request.args.to_dict(), 'form': once.new_key()})}")
