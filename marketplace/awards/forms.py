"""Forms of the notice, the contract with its milestones, evidence, later days, payments, acceptance, termination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FormField, TextAreaField
from wtforms.validators import Optional

from marketplace.awards.carrying import Planned, Terms
from marketplace.awards.models import Award, Contract, Opinion
from marketplace.awards.wording import GROUNDS, OWNER_RESULTS, RESULTS, VOTES
from marketplace.bids.content import read_price
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation.files import DOCUMENTS, Prepared, prepare_document
from marketplace.listings.answers import any_day
from marketplace.web.fields import Attached, OneOf, OneShown, listed, refuse
from marketplace.web.fields import written as line
from marketplace.web.forms import MarketplaceForm, about, chosen, required
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import READ_AT_MOST, RowForm, Rows, WrittenRow

MOST_FILES = 10
_DAY = {"type": "date"}


def _day(label: Any, **options: Any) -> Any:
    return line(label, 20, render_kw=_DAY, validators=[required()], **options)


def _files(label: Any) -> Attached:
    return Attached(label, kinds=DOCUMENTS, most=MOST_FILES)


class FilesForm(MarketplaceForm):
    """Base of forms that take files."""

    files = _files(_l("文件"))

    def prepared(self) -> list[Prepared] | None:
        """The files, checked; None when one was refused, which is said at its field."""
        sent = [each for each in self.files.data or [] if isinstance(each, FileStorage) and each.filename]
        if len(sent) > MOST_FILES:
            refuse(
                self.files,
                Text("最多 %(most)s 个文件，请合并", "At most %(most)s files; merge some") % {"most": MOST_FILES},
            )
            return None
        try:
            return [prepare_document(each.stream, each.filename or "", field="files") for each in sent]  # type: ignore[arg-type]
        except FieldError as error:
            self.refuse([error])
            return None


class NoticeForm(MarketplaceForm):
    """How long the notice is open."""

    days = line(_l("公示天数"), 3, validators=[required()])

    def read(self) -> int | None:
        """Working days, 1 to 60; None when it is no such number, which is said at the field."""
        typed = self.days.data or ""
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= 60:
            return int(typed)
        refuse(self.days, Text("请写 1 至 60 的整数", "Give a whole number from 1 to 60"))
        return None


class MilestoneRow(WrittenRow):
    """One milestone of the contract."""

    written = ("name", "due_on")
    name = line(_l("里程碑名称"), 120)
    name_en = line(_l("里程碑（英文，选填）"), 200)
    due_on = line(_l("完成日期"), 20, render_kw=_DAY)
    payment = OneOf(_l("通过后付款"))


class ContractForm(FilesForm):
    """The contract as it was signed, and its milestones."""

    paper_number = line(_l("合同编号"), 80, validators=[required()])
    amount = line(_l("合同金额"), 20, validators=[required()])
    owner_signed_on = _day(_l("需求单位签署日期"))
    winner_signed_on = _day(_l("揭榜单位签署日期"))
    ends_on = _day(_l("执行截止"))
    note = line(_l("说明（选填）"), 2000, TextAreaField)
    files = _files(_l("已签署的合同"))
    rows = Rows(FormField(MilestoneRow), _l("里程碑"), called=_l("里程碑 %(number)s"), max_entries=READ_AT_MOST)

    def __init__(self, award: Award) -> None:
        super().__init__(data=typed(award.contract, award) if award.contract else {"rows": [{}, {}]})
        choices = payment_choices(award, none=True)
        for entry in self.rows:
            entry.form.payment.choices = choices
        self._choices = choices

    def offer(self) -> None:
        """Rows that were added since have the same choices."""
        for entry in self.rows:
            entry.form.payment.choices = self._choices

    def refuse(self, errors: Invalid | Sequence[FieldError]) -> None:
        """Show a service's refusal at its fields, also at those of rows."""
        super().refuse(errors)
        _gather(self.rows)

    def read(self) -> Terms | None:
        """What was typed; None when something cannot be read, which is said at its field."""
        days = {key: _read_day(self, key) for key in ("owner_signed_on", "winner_signed_on", "ends_on")}
        amount = _read_amount(self, "amount")
        rows = [row for entry in self.rows if not entry.form.blank and (row := _planned(entry.form)) is not None]
        _gather(self.rows)
        if self.errors or amount is None:
            return None
        return Terms(
            paper_number=self.paper_number.data or "", amount=amount, milestones=rows, note=self.note.data or "",
            **{key: day for key, day in days.items() if day is not None},
        )  # fmt: skip


def _gather(rows: Any) -> None:
    """A list of rows has counted their errors before they were read."""
    own = [each for each in rows.errors if isinstance(each, str)]
    rows.errors = [*own, *(entry.errors for entry in rows if entry.errors)]


def typed(contract: Contract, award: Award) -> dict[str, Any]:
    """A contract as its form shows it."""
    return {
        "paper_number": contract.paper_number, "amount": f"{contract.amount:.2f}", "note": contract.note,
        **{key: getattr(contract, key).isoformat() for key in ("owner_signed_on", "winner_signed_on", "ends_on")},
        "rows": [
            {"name": each.name, "name_en": each.name_en, "due_on": each.due_on.isoformat(),
             "payment": str(each.payment)}
            for each in award.milestones
        ],
    }  # fmt: skip


def payment_choices(award: Award, *, none: bool = False) -> list[Any]:
    """The payments of the challenge's plan, counted from 1."""
    rows = award.challenge.content["payments"]
    named = [
        (str(place), Text(f"{row['name']} {row['share']}%", f"{row.get('name_en') or row['name']} {row['share']}%"))
        for place, row in enumerate(rows, 1)
    ]
    return listed([("0", Text("无", "None")), *named] if none else named)


def _planned(row: Any) -> Planned | None:
    if not row.name.data:
        refuse(row.name, Text("请写里程碑名称", "Name the milestone"))
    due = _read_day(row, "due_on")
    if row.errors or due is None:
        return None
    return Planned(row.name.data, row.name_en.data or "", due, int(row.payment.data or 0))


def _read_day(form: Any, key: str) -> date | None:
    field = form[key]
    if field.errors:
        return None
    try:
        return any_day(field.data or "", key)
    except FieldError as error:
        refuse(field, error.message)
        return None


def _read_amount(form: Any, key: str) -> Decimal | None:
    field = form[key]
    if field.errors:
        return None
    try:
        return Decimal(read_price(field.data or "", key))
    except FieldError as error:
        refuse(field, error.message)
        return None


class MilestoneForm(FilesForm):
    """What was done for a milestone."""

    report = line(_l("完成情况"), 5000, TextAreaField, validators=[required()],
                     description=_l("对照合同逐项写，写明实测数据和证据文件。"))  # fmt: skip
    files = _files(_l("证据文件"))


class JudgementForm(MarketplaceForm):
    """What the owner finds of a milestone."""

    result = OneShown(_l("结论"), choices=lambda: listed([
        ("met", RESULTS["met"]), ("partly", RESULTS["partly"]), ("return", Text("退回整改", "To be mended")),
    ]), validators=[chosen()])  # fmt: skip
    words = line(_l("意见"), 2000, TextAreaField, description=_l("部分完成或退回的必填，揭榜单位会看到。"))


class ExtensionForm(MarketplaceForm):
    """A later day, and why."""

    new_day = _day(_l("新的期限"))
    reason = line(_l("原因和补救计划"), 2000, TextAreaField, validators=[required()])

    def read(self) -> date | None:
        """The day; None when it cannot be read, which is said at the field."""
        return _read_day(self, "new_day")


class PaymentForm(FilesForm):
    """Money that was paid."""

    plan = OneOf(_l("付款节点"), validators=[required()])
    amount = line(_l("金额"), 20, validators=[required()])
    paid_on = _day(_l("付款日期"))
    note = line(_l("说明（选填）"), 300)
    files = _files(_l("付款凭证（选填）"))

    def __init__(self, award: Award) -> None:
        super().__init__()
        self.plan.choices = payment_choices(award)

    def read(self) -> dict[str, Any] | None:
        """What ``carrying.record_payment`` takes; None when something cannot be read."""
        amount, day = _read_amount(self, "amount"), _read_day(self, "paid_on")
        if amount is None or day is None or self.errors:
            return None
        return {"plan": int(self.plan.data), "amount": amount, "paid_on": day, "note": self.note.data or ""}


class MeasuredRow(RowForm):
    """What was measured of one indicator."""

    value = line(_l("实测值"), 80)
    met = BooleanField(_l("达到要求"))


class AcceptanceForm(FilesForm):
    """Every indicator as it was measured, and what was achieved."""

    measured = Rows(FormField(MeasuredRow), _l("考核指标"))
    statement = line(_l("总结"), 5000, TextAreaField)
    files = _files(_l("验收材料（报告、检测、财务决算）"))

    def __init__(self, indicators: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self._names = [row["name"] for row in indicators]
        _keep_rows(self.measured, indicators)

    def read(self) -> dict[str, tuple[str, bool]]:
        """Name of an indicator → (measured, met)."""
        rows = [entry.form for entry in self.measured]
        return {name: (row.value.data or "", bool(row.met.data)) for name, row in zip(self._names, rows, strict=True)}

    def refuse_measured(self, errors: Sequence[FieldError]) -> None:
        """Say at the values of indicators, or at the fields, what is missing."""
        for error in errors:
            key, _dot, place = error.field.partition(".")
            refuse(self.measured[int(place)].form.value if key == "measured" and place else self[key], error.message)
        _gather(self.measured)


def _keep_rows(rows: Any, indicators: Sequence[Mapping[str, Any]]) -> None:
    """A row about each indicator, whatever was sent."""
    while len(rows.entries) > len(indicators):
        rows.pop_entry()
    while len(rows.entries) < len(indicators):
        rows.append_entry()
    for entry, row in zip(rows, indicators, strict=True):
        about(entry, Text(row["name"], row["name_en"] or row["name"]))


class OwnerForm(MarketplaceForm):
    """What the owner says of the whole."""

    result = OneShown(_l("意见"), choices=lambda: listed(OWNER_RESULTS.items()), validators=[chosen()])
    opinion = line(_l("依据"), 3000, TextAreaField, validators=[required()])


class FindingRow(RowForm):
    """What an expert finds of one indicator."""

    met = OneShown(_l("是否达到"), choices=lambda: listed([
        ("yes", Text("达到", "Met")), ("no", Text("未达到", "Not met")),
    ]), validators=[Optional()])  # fmt: skip
    note = line(_l("说明"), 500, TextAreaField)


class ExpertForm(MarketplaceForm):
    """What an expert finds of an acceptance; a draft may have gaps."""

    findings = Rows(FormField(FindingRow), _l("考核指标"))
    vote = OneShown(_l("总体意见"), choices=lambda: listed(VOTES.items()), validators=[Optional()])
    reasons = line(_l("理由"), 3000, TextAreaField, description=_l("对照指标和现场情况写；有条件的写明条件。"))

    def __init__(self, opinion: Opinion) -> None:
        indicators = opinion.acceptance.indicators
        rows = [opinion.findings.get(str(place), {}) for place in range(len(indicators))]
        super().__init__(data={"findings": rows, "vote": opinion.vote or None, "reasons": opinion.reasons})
        _keep_rows(self.findings, indicators)

    def read(self) -> dict[str, dict[str, str]]:
        """Place of an indicator → what was found of it."""
        rows = [entry.form for entry in self.findings]
        return {str(place): {"met": row.met.data or "", "note": row.note.data or ""} for place, row in enumerate(rows)}

    def refuse(self, errors: Invalid | Sequence[FieldError]) -> None:
        """Say at the indicators, or at the fields, what is missing."""
        super().refuse(errors)
        _gather(self.findings)


class DecisionForm(FilesForm):
    """What the official decides, and why without the experts or against them."""

    result = OneShown(_l("结论"), choices=lambda: listed([
        ("pass", Text("通过验收", "Accepted in full")), ("pass_partly", Text("部分验收", "Accepted in part")),
    ]), validators=[chosen()])  # fmt: skip
    departure = line(_l("不经验收组或不采纳其多数意见的理由"), 2000, TextAreaField,
                     description=_l("采纳验收组多数意见的留空。双方会看到。"))  # fmt: skip
    opinion = line(_l("验收意见"), 3000, TextAreaField, validators=[required()])
    files = _files(_l("验收意见书（选填）"))


class TerminationForm(FilesForm):
    """Why it ends, and how it is settled."""

    ground = OneShown(_l("终止情形"), choices=lambda: listed(GROUNDS.items()), validators=[chosen()])
    reason = line(_l("理由（公开）"), 1500, TextAreaField, validators=[required()])
    settlement = line(_l("资金清算"), 3000, TextAreaField, validators=[required()],
                         description=_l("已付、已用、应退各多少，怎样处理。"))  # fmt: skip
    files = _files(_l("终止材料（选填）"))


class AsOfForm(MarketplaceForm):
    """The day as of which the case is replayed."""

    class Meta:
        csrf = False

    as_of = line(_l("截至日期"), 20, render_kw=_DAY)
