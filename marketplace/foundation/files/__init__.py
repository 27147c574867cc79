"""Uploaded files: what is accepted, where it lies, and how it is served so that it cannot run."""

from marketplace.foundation.files.accept import (
    DOCUMENT_EXTENSIONS,
    DOCUMENT_HINT,
    DOCUMENT_LIMIT,
    DOCUMENTS,
    EITHER,
    PICTURE_EXTENSIONS,
    PICTURE_HINT,
    PICTURE_LIMIT,
    PICTURES,
    Allowed,
    Prepared,
    PreparedVariant,
    accept_document,
    accept_picture,
    keep,
    prepare,
    prepare_document,
    prepare_picture,
    read_document,
)
from marketplace.foundation.files.models import FileVariant, StoredFile
from marketplace.foundation.files.serving import response_headers
from marketplace.foundation.files.store import Blob, LocalStore, Store, init_files, store
from marketplace.foundation.files.sweep import orphans, sweep_orphans

__all__ = [
    "DOCUMENTS",
    "DOCUMENT_EXTENSIONS",
    "DOCUMENT_HINT",
    "DOCUMENT_LIMIT",
    "EITHER",
    "PICTURES",
    "PICTURE_EXTENSIONS",
    "PICTURE_HINT",
    "PICTURE_LIMIT",
    "Allowed",
    "Blob",
    "FileVariant",
    "LocalStore",
    "Prepared",
    "PreparedVariant",
    "Store",
    "StoredFile",
    "accept_document",
    "accept_picture",
    "init_files",
    "keep",
    "orphans",
    "prepare",
    "prepare_document",
    "prepare_picture",
    "read_document",
    "response_headers",
    "store",
    "sweep_orphans",
]
