"""Forms that every kind of listing uses: rows without scripts, pictures and documents, the decision of a reviewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import FieldList, FormField, HiddenField, StringField

from marketplace.core.text import Text
from marketplace.listings.kind import Content, FormStep
from marketplace.web.forms import MarketplaceForm, at_most
from marketplace.web.languages import lazy_gettext as _l

UPLOADS = ("pictures", "files")
CAPTION_LENGTH = 120


class Rows(FieldList):
    """A list of rows. Indices of a request count only as short plain digits; others crash int() or are no row's."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            if name.startswith(f"{prefix}-"):
                index = name[len(prefix) + 1 :].split("-", 1)[0]
                if index.isascii() and index.isdigit() and len(index) < 6:
                    yield int(index)


class RowForm(MarketplaceForm):
    """Base of one row of a FieldList: the token is the whole form's, not the row's."""

    class Meta:
        csrf = False


class PictureRow(RowForm):
    """A picture that is there already."""

    file = HiddenField()
    caption = StringField(_l("图片说明"), [at_most(CAPTION_LENGTH)])


class DocumentRow(RowForm):
    """A document that is there already."""

    file = HiddenField()
    title = StringField(_l("文件名称"), [at_most(CAPTION_LENGTH)])


class UploadForm(MarketplaceForm):
    """Pictures and documents of a listing. A kind's own form may add fields to it."""

    pictures = Rows(FormField(PictureRow))
    new_pictures = MultipleFileField(_l("添加图片"))
    files = Rows(FormField(DocumentRow))
    new_files = MultipleFileField(_l("添加文件"))


def upload_step(key: str = "files", title: Text | None = None, lead: Text | None = None) -> FormStep:
    """The page of the guided form that takes pictures and documents (content keys "pictures" and "files")."""
    return FormStep(
        key,
        title or Text("图片与附件", "Pictures and files"),
        form=lambda content: UploadForm(data={name: content.get(name) or [] for name in UPLOADS}),
        write=write_captions,
        template="listings/uploads.html",
        note=_uploaded,
        lead=lead,
        uploads=UPLOADS,
    )


def write_captions(form: Any, content: Content) -> Content:
    """The content with the captions as typed; only files that are in it already, in their order."""
    for name, word in (("pictures", "caption"), ("files", "title")):
        typed = {row.form.file.data: row.form[word].data or "" for row in getattr(form, name)}
        content[name] = [{**each, word: typed.get(str(each["file"]), each[word])} for each in content.get(name) or []]
    return content


def _uploaded(content: Content) -> Text | None:
    pictures, files = (len(content.get(name) or []) for name in UPLOADS)
    if not pictures and not files:
        return None
    return Text("图片 %(pictures)s，文件 %(files)s", "%(pictures)s pictures, %(files)s files") % {
        "pictures": pictures,
        "files": files,
    }


def change_rows(form: Any, sent: Mapping[str, str]) -> bool:
    """Add or drop a row as the submit buttons of ``sent`` ask; True when one of them was pressed.

    add=1 or add=<list>, drop=<index> or drop=<list>-<index>; ``index`` is that of the row's fields as they were
    sent, gaps or not. Rows keep everything typed and are numbered anew from 0.
    """
    lists: dict[str, Any] = {name: field for name, field in form._fields.items() if isinstance(field, FieldList)}
    if not lists or not ("add" in sent or "drop" in sent):
        return False
    if "add" in sent:
        rows = lists.get(sent["add"]) or next(iter(lists.values()))
        if not rows.max_entries or len(rows.entries) < rows.max_entries:
            rows.append_entry()
        return True
    name, _dash, index = sent["drop"].rpartition("-")
    rows = lists.get(name) or next(iter(lists.values()))
    places = [str(each) for each in _sent_indices(rows, sent)]
    if index in places:
        rows.pop_entry(places.index(index))
    return True


def _sent_indices(rows: Any, sent: Mapping[str, str]) -> list[int]:
    """The indices of the rows in the request; the field itself has numbered its entries anew when it read them."""
    return sorted(set(rows._extract_indices(rows.name, sent)))
