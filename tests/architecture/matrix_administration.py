"""Who gets what at every address of the administration."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import Row, get, only


def office(endpoint: str, path: str, status: int, *kinds: str, method: str = "GET", **form: str) -> Row:
    """An address of the administration: these kinds of administrator get ``status``, for everybody else it is not."""
    row = Row(f"admin.{endpoint}", method, f"/admin/{path}", only(6, status if "security" in kinds else 404), form)
    others = {"operator": "system", "auditor": "audit"}
    return row.but(expert1=404, **{role: status if kind in kinds else 404 for role, kind in others.items()})


# Address of the administration → (its endpoint, the kinds that open it); of an act, which asks for a reason.
OFFICE_PAGES = {
    "": ("home", "system security audit"), "settings": ("settings", "system"),
    "settings/matching.new_days": ("one_setting", "system"), "workdays": ("workdays", "system"),
    "messages": ("messages", "system"), "mails": ("mails", "system"),
    "users": ("users", "security"), "users/1": ("user", "security"),
    "posts": ("posts", "security"), "posts/new": ("new_post", "security"), "posts/1": ("post", "security"),
    "organizations": ("organizations", "security"), "log": ("decisions", "security audit"),
    "log/1": ("decision", "security audit"), "sign-ins": ("sign_ins", "security audit"),
    "history": ("history", "audit"),
}  # fmt: skip
OFFICE_ACTS = {
    "settings/matching.new_days": ("one_setting", "system"), "workdays": ("workdays", "system"),
    "workdays/2026-10-01/clear": ("clear_workday", "system"), "messages/1/do": ("act_on_message", "system"),
    "messages/retry": ("retry_messages", "system"), "mails/1/do": ("act_on_mail", "system"),
    "mails/retry": ("retry_mails", "system"), "users/1/do": ("act_on_user", "security"),
    "posts/new": ("new_post", "security"), "posts/1": ("post", "security"), "posts/1/end": ("end_post", "security"),
    "log/export": ("export_decisions", "security audit"), "sign-ins/export": ("export_sign_ins", "security audit"),
    "history/check": ("check_history", "audit"),
    "history/export": ("export_history", "audit"),
}  # fmt: skip


def administration() -> Iterator[Row]:
    """Pages and acts of the three kinds of administrator."""
    for path, (endpoint, kinds) in OFFICE_PAGES.items():
        yield office(endpoint, path, 200, *kinds.split())
    for path, (endpoint, kinds) in OFFICE_ACTS.items():
        # Without a reason nothing is done.
        form = {
            "act": {"messages": "retry", "mails": "retry", "users": "disable"}.get(path.partition("/")[0], ""),
            "format": "csv",
        }
        yield office(endpoint, path, 422, *kinds.split(), method="POST", **form)
    for path, endpoint in {
        "settings/no.setting": "one_setting", "users/2147483647": "user",
        "posts/2147483647": "post", "posts?duty=fly": "posts",
        "users?state=lost": "users",
        "log/2147483647": "decision", "log?act=no.act": "decisions",
    }.items():  # fmt: skip
        yield office(endpoint, path, 404)
    yield get("admin.retry_messages", "/admin/messages/retry", "405")
