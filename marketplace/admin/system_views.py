"""Pages of system administrators: settings, working days, messages that failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.queries import people
from marketplace.admin import forms, messages
from marketplace.admin.frame import menu
from marketplace.admin.services import checked_reason
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.setting import Setting
from marketplace.foundation import ledger, outbox
from marketplace.notifications import queries as notifications
from marketplace.reference import calendar
from marketplace.reference import services as reference
from marketplace.settings import queries as settings
from marketplace.settings import services as settings_services
from marketplace.settings.models import SettingValue
from marketplace.web.actions import seen_version
from marketplace.web.forms import clean, form_page
from marketplace.web.identity import current_actor
from marketplace.web.languages import gettext as _
from marketplace.web.languages import ngettext
from marketplace.web.paging import Page, paginate
from marketplace.web.plate import capabilities
from marketplace.web.plate import settings as declared

# ---- settings -------------------------------------------------------------------------------------------------------


def all_settings() -> ResponseReturnValue:
    """Every figure that can be changed, by capability, with its present value."""
    rows = settings.rows()
    values = settings.values(declared().values())
    groups = [(each.name, each.settings) for each in capabilities() if each.settings]
    return render_template(
        "admin/settings.html", menu=menu("admin.settings"), groups=groups, values=values, rows=rows,
        group_names=forms.GROUPS, shown=forms.shown_value,
    )  # fmt: skip


def one_setting(key: str) -> ResponseReturnValue:
    """Change one setting; below it, who changed it when from what to what."""
    setting = declared().get(key)
    if setting is None:
        raise NotFound
    row = settings.rows().get(key)
    form = forms.form_for(setting, settings.value(setting))
    if form.validate_on_submit():
        seen = seen_version() or settings_services.NEVER_CHANGED
        try:
            changed = settings_services.change(setting, form.value.data, current_actor(), form.reason.data, seen)
        except Invalid as error:
            form.refuse_setting(error, key)
        else:
            flash(_("已保存，立即生效。") if changed else _("值没有变，没有保存。"))
            return redirect(url_for("admin.one_setting", key=key))
    return form_page(
        "admin/setting.html", form, menu=menu("admin.settings"), setting=setting, present=settings.value(setting),
        version=request.form.get("version", row.version if row else settings_services.NEVER_CHANGED),
        lines=_setting_history(setting, row), shown=forms.shown_value, range=forms.range_of(setting),
    )  # fmt: skip


def _setting_history(setting: Setting[Any], row: SettingValue | None) -> list[Mapping[str, Any]]:
    entries = ledger.history(row) if row else []
    names = people([entry.actor_id for entry in entries if entry.actor_id])
    return [
        {
            "at": entry.at, "who": names[entry.actor_id].name if entry.actor_id in names else "",
            "before": entry.data["value"][0], "after": entry.data["value"][1], "reason": entry.reason,
        }
        for entry in reversed(entries)
    ]  # fmt: skip


# ---- working days ---------------------------------------------------------------------------------------------------


def workdays() -> ResponseReturnValue:
    """The days that differ from the library's calendar, year by year, and a form for one more."""
    form = forms.WorkdayForm()
    if form.validate_on_submit():
        reference.set_workday(
            form.day.data, form.kind.data == "work", form.note.data, current_actor(), form.reason.data
        )
        flash(_("已保存。"))
        return redirect(url_for("admin.workdays", year=form.day.data.year))
    year = _year()
    known = reference.overrides()
    return form_page(
        "admin/workdays.html", form, menu=menu("admin.workdays"), year=year, days=reference.days_of(year),
        years=range(clock.today().year - 1, clock.today().year + 3), known=_is_known(year, known),
    )  # fmt: skip


def clear_workday(day: str) -> ResponseReturnValue:
    """Take a day out of the table again."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    reference.clear_workday(wanted, current_actor(), checked_reason(clean(request.form.get("reason"))))
    flash(_("已取消，这一天按公布的安排计算。"))
    return redirect(url_for("admin.workdays", year=wanted.year))


def _year() -> int:
    text = request.args.get("year", "")
    if not text:
        return clock.today().year
    first, last = forms.YEARS
    if not (text.isascii() and text.isdigit() and len(text) == 4 and first <= int(text) <= last):
        raise NotFound
    return int(text)


def _is_known(year: int, known: Mapping[date, bool]) -> bool:
    try:
        calendar.known_year(year, known)
    except calendar.YearUnknown:
        return False
    return True


# ---- what failed ----------------------------------------------------------------------------------------------------


def failed_messages() -> ResponseReturnValue:
    """Messages that gave up, with what went wrong."""
    page = paginate(messages.failed_messages())
    return _failed_page("messages", page, messages.message_rows(page.items))


def failed_mails() -> ResponseReturnValue:
    """Mails that gave up, with what the server answered."""
    page = paginate(notifications.failed_deliveries())
    return _failed_page("mails", page, messages.mail_rows(page.items))


def _failed_page(kind: str, page: Page[Any], rows: Sequence[messages.Failed]) -> ResponseReturnValue:
    counts, (waiting, _age) = messages.counts(), outbox.waiting()
    tabs = [
        (_("消息"), counts["messages"], url_for("admin.messages"), kind == "messages"),
        (_("邮件"), counts["mails"], url_for("admin.mails"), kind == "mails"),
    ]
    return render_template(
        "admin/messages.html", menu=menu("admin.messages"), page=page, rows=rows, tabs=tabs, kind=kind, waiting=waiting
    )


def act_on_message(key: int) -> ResponseReturnValue:
    """Try a message again, or give it up."""
    return _acted(messages.act_on_message, key, "admin.messages")


def act_on_mail(key: int) -> ResponseReturnValue:
    """Try a mail again, or give it up."""
    return _acted(messages.act_on_mail, key, "admin.mails")


def _acted(act: Callable[[int, str, Actor, str], None], key: int, back: str) -> ResponseReturnValue:
    name = request.form.get("act", "")
    act(key, name, current_actor(), clean(request.form.get("reason")))
    flash(_("已重新排队，后台任务马上处理。") if name == "retry" else _("已放弃，不再尝试。"))
    return redirect(url_for(back))


def retry_messages() -> ResponseReturnValue:
    """Try all messages again."""
    return _retried(messages.retry_messages, "admin.messages")


def retry_mails() -> ResponseReturnValue:
    """Try all mails again."""
    return _retried(messages.retry_mails, "admin.mails")


def _retried(retry: Callable[[Actor, str], int], back: str) -> ResponseReturnValue:
    count = retry(current_actor(), clean(request.form.get("reason")))
    flash(ngettext("已把 %(num)d 条重新排队。", "已把 %(num)d 条重新排队。", count))
    return redirect(url_for(back))
