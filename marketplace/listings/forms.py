"""Forms that every kind of listing uses: its pictures and documents."""

from __future__ import annotations

from typing import Any

from wtforms import FormField, HiddenField, StringField

from marketplace.core.text import Text
from marketplace.foundation.files import DOCUMENTS, PICTURES
from marketplace.listings.kind import Content, FormStep
from marketplace.listings.services import MOST_UPLOADS
from marketplace.web.fields import Attached
from marketplace.web.forms import MarketplaceForm, at_most
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import RowForm, Rows

UPLOADS = ("pictures", "files")
CAPTION_LENGTH = 120


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
    new_pictures = Attached(_l("添加图片"), kinds=PICTURES, most=MOST_UPLOADS)
    files = Rows(FormField(DocumentRow))
    new_files = Attached(_l("添加文件"), kinds=DOCUMENTS, most=MOST_UPLOADS)


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
    return Text("图片 %(pictures)s，文件 %(files)s", "Pictures: %(pictures)s, files: %(files)s") % {
        "pictures": pictures,
        "files": files,
    }
