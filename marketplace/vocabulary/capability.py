"""The plate of the table of synonyms: the system administrator's pages."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from marketplace.core.text import Text
from marketplace.vocabulary import queries
from marketplace.vocabulary.views import vocabulary
from marketplace.web.plate import Capability, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Groups as the logs of administrators name them: by their words."""
    return {
        group.id: Named(" = ".join(group.words), url_for("vocabulary.edit", group_id=group.id))
        for group in queries.groups_by_id(ids)
    }


RECORDED = Recorded(
    "synonyms",
    Text("同义词", "Synonyms"),
    acts={
        "add": Text("加入同义词", "Added"),
        "change": Text("修改同义词", "Changed"),
        "retire": Text("停用同义词", "Taken out of use"),
        "restore": Text("恢复同义词", "Brought back"),
        "load": Text("载入同义词", "Loaded"),
    },
    named=named,
)

VOCABULARY = Capability(name="vocabulary", blueprints=lambda: (vocabulary,), records=(RECORDED,))
