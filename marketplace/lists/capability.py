"""The plate of the lists: files beside the pages, templates, and the commands import and export."""

from __future__ import annotations

import click

from marketplace.core.text import Text
from marketplace.lists.commands import export_list, import_list, lists_group
from marketplace.lists.views import lists
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, FooterLink

commands: tuple[click.Command, ...] = (import_list, export_list, lists_group)

# A file holds the whole list, so that nobody needs many of them.
DOWNLOADS = figure("lists.downloads", Text("清单下载", "Downloads of lists"), 60, A_MINUTE)

LISTS = Capability(
    name="lists",
    blueprints=lambda: (lists,),
    footer=(FooterLink(2, Text("清单与下载", "Lists and downloads"), "lists.home", 10),),
    limits=(Limit(DOWNLOADS, ("lists.twin", "lists.template")),),
    commands=commands,
)
