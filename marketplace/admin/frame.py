"""The frame of the administration's pages: which there are, in what order, and who opens which."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from marketplace.admin import policy
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.web.identity import current_actor, signed_in

Right = Callable[[Actor], bool]
View = Callable[..., ResponseReturnValue]

# Endpoint, name and who opens it, in the order of the menu.
PAGES: tuple[tuple[str, Text, Right], ...] = (
    ("admin.home", Text("概况", "Overview"), policy.is_administrator),
    ("admin.settings", Text("设置", "Settings"), policy.can_run),
    ("vocabulary.table", Text("同义词", "Synonyms"), policy.can_run),
    ("admin.workdays", Text("工作日", "Working days"), policy.can_run),
    ("admin.messages", Text("失败消息", "Failed messages"), policy.can_run),
    ("admin.users", Text("用户", "Users"), policy.can_secure),
    ("admin.posts", Text("岗位", "Posts"), policy.can_secure),
    ("admin.organizations", Text("单位", "Organizations"), policy.can_secure),
    ("admin.decisions", Text("决策日志", "Decisions"), policy.can_read_logs),
    ("admin.sign_ins", Text("登录日志", "Sign-ins"), policy.can_read_logs),
    ("admin.history", Text("留痕校验", "History check"), policy.can_audit),
)


def guarded(right: Right, view: View) -> View:
    """Lead visitors to the sign-in page, and answer everybody without the right as if the page did not exist."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if not right(current_actor()):
            raise NotFound
        return view(*args, **kwargs)

    return signed_in(answer)


def menu(current: str) -> list[tuple[Text, None, str, bool]]:
    """The pages that the actor may open, for the macro ``tabs``; ``current`` is the endpoint of this one."""
    actor = current_actor()
    return [(label, None, url_for(endpoint), endpoint == current) for endpoint, label, right in PAGES if right(actor)]
