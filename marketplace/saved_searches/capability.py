"""The plate of saved searches: their pages, their mails, and the look at what is new."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.foundation.worker import Task
from marketplace.saved_searches import notify, queries, services
from marketplace.saved_searches.views import saved_searches
from marketplace.web.plate import Capability, FooterLink

SAVED_SEARCHES = Capability(
    name="saved_searches",
    blueprints=lambda: (saved_searches,),
    footer=(FooterLink(1, Text("保存的搜索", "Saved searches"), "saved_searches.table", 40),),
    tasks=(Task("saved searches", services.look_for_news, 1.0),),
    letters={"saved_search.found": notify.found},
    letter_groups=(notify.GROUP,),
    personal=queries.personal,
    forget=services.forget_owner,
)
