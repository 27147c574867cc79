"""The guided form of a bid, and the small forms of openers, partners and the formality check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired

from marketplace.bids.content import FILE_KINDS, LIMITS, read_months, read_price
from marketplace.bids.correcting import KINDS
from marketplace.bids.lifecycle import CORRECTION_DAYS, FORMAL_RULES
from marketplace.core.text import Text
from marketplace.settings.queries import value
from marketplace.web.fields import CHOOSE, OneOf, SomeOf, listed, read_into, written
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.languages import lazy_gettext as _l

CODE_LENGTH = 80
NOTE_LENGTH = 1800


def text(key: str, label: Any, kind: type[Field] = TextAreaField, **options: Any) -> Any:
    """A field for the text ``key``, as long as its limit allows."""
    return written(label, LIMITS[key], kind, **options)


class ProposalForm(MarketplaceForm):
    """How the task is to be solved, and on what it stands."""

    approach = text("approach", _l("技术方案"), description=_l("原理、样机、风险与对策，覆盖榜单的全部研究内容。"))
    experience = text("experience", _l("基础与业绩"), description=_l("同类项目、检测报告、知识产权。"))


class IndicatorsForm(MarketplaceForm):
    """A promise for every indicator of the challenge; its fields are made for the challenge (``indicators_form``)."""

    rows: Sequence[tuple[dict[str, Any], str]] = ()


def indicators_form(indicators: Sequence[dict[str, Any]], content: Mapping[str, Any]) -> IndicatorsForm:
    """The form with two fields an indicator: the value promised, and what it rests on."""
    fields: dict[str, Any] = {}
    for number in range(len(indicators)):
        fields[f"promised_{number}"] = text("promised", _l("承诺值"), StringField)
        fields[f"basis_{number}"] = text("basis", _l("依据"), render_kw={"rows": 2})
    given = content.get("indicators") or {}
    data = {
        f"{key}_{number}": given.get(row["name"], {}).get(key, "")
        for number, row in enumerate(indicators)
        for key in ("promised", "basis")
    }
    form: IndicatorsForm = type("IndicatorsForm", (IndicatorsForm,), fields)(data=data)
    form.rows = [(row, str(number)) for number, row in enumerate(indicators)]
    return form


class PlanForm(MarketplaceForm):
    """Price, time, people."""

    price = StringField(_l("报价"), [at_most(20)], description=_l("不超过榜单的资金上限，含税。"))
    months = StringField(_l("完成周期"), [at_most(3)])
    leader = text("leader", _l("项目负责人"), StringField, description=_l("姓名、职务。只设 1 人。"))
    team = text("team", _l("团队"))
    schedule = text("schedule", _l("进度安排"), description=_l("里程碑、时间和每一步的可查证据。"))
    division = text("division", _l("联合体分工"), description=_l("由联合体申报时必填：各单位的任务和经费。"))

    def validate(self, extra_validators: Any = None) -> bool:
        """What is there must be a figure; what is not may follow later."""
        whole = super().validate(extra_validators)
        for key, read in (("price", read_price), ("months", read_months)):
            if self[key].data:
                whole &= read_into(self, key, read)
        return whole


class FilesForm(MarketplaceForm):
    """One more file."""

    kind = OneOf(_l("文件种类"), choices=lambda: listed([("", CHOOSE), *FILE_KINDS.items()]))
    file = FileField(_l("文件"))


class PartnerForm(MarketplaceForm):
    """An organization to ask."""

    organization = StringField(_l("单位"), [at_most(40)], description=_l("写单位编号（O-…）或统一社会信用代码。"))


@dataclass(frozen=True, slots=True)
class BidStep:
    """A page of the form. ``write(form, content)``: the content with what the page holds."""

    key: str
    title: Text
    lead: Text
    write: Callable[[Any, Mapping[str, Any]], dict[str, Any]] | None = None


def _texts(*keys: str) -> Callable[[Any, Mapping[str, Any]], dict[str, Any]]:
    return lambda form, content: {**content, **{key: form[key].data or "" for key in keys}}


def _indicators(form: IndicatorsForm, content: Mapping[str, Any]) -> dict[str, Any]:
    given = {
        row["name"]: {key: form[f"{key}_{number}"].data or "" for key in ("promised", "basis")}
        for row, number in form.rows
    }
    return {**content, "indicators": given}


STEPS = (
    BidStep("proposal", Text("技术方案", "Approach"),
            Text("封存以前只有本单位成员能看到。", "Until it is sealed only members of your organization see it."),
            _texts("approach", "experience")),
    BidStep("indicators", Text("指标承诺", "Promises"),
            Text("逐项写承诺达到的值和依据。", "Commit to a value for every indicator, and say what it rests on."),
            _indicators),
    BidStep("plan", Text("报价、进度与团队", "Price, time, team"),
            Text("中选以后写入合同。", "They go into the contract if you are selected."),
            _texts("price", "months", "leader", "team", "schedule", "division")),
    BidStep("partners", Text("联合体", "Consortium"),
            Text("单独申报的可以跳过。参加单位须由其管理员在平台上同意。",
                 "Skip this if you bid alone. An owner of each partner consents on this site.")),
    BidStep("files", Text("文件", "Files"),
            Text("最多 20 个，上传时逐个加密，文件名和大小也不外露。",
                 "Up to 20, each encrypted as it arrives; names and sizes are hidden too.")),
)  # fmt: skip
CHECK = "check"


class SealForm(MarketplaceForm):
    """The promise that stands before sealing."""

    promise = BooleanField(
        _l("本单位承诺：内容真实完整，无知识产权争议，三年内无严重失信和违法记录"),
        [InputRequired(_l("封存前须作出承诺"))],
    )


class CodeForm(MarketplaceForm):
    """A code typed in. It is cleaned by the reader of codes alone: every sign counts."""

    code = StringField(_l("取回码"), [at_most(CODE_LENGTH)], render_kw={"autocomplete": "off", "spellcheck": "false"})


class OpenerCodeForm(MarketplaceForm):
    """The same for an opener."""

    code = StringField(
        _l("开启码"), [required(), at_most(CODE_LENGTH)], render_kw={"autocomplete": "off", "spellcheck": "false"}
    )


class OpenersForm(MarketplaceForm):
    """Who opens."""

    users = SelectMultipleField(_l("开启人"), coerce=str)


def papers_form(kinds: Sequence[str]) -> MarketplaceForm:
    """The form with a file field for each paper that was asked for, "file_<kind>"."""
    fields = {f"file_{kind}": FileField(FILE_KINDS[kind].say(current_language())) for kind in kinds}
    made: MarketplaceForm = type("PapersForm", (MarketplaceForm,), fields)()
    return made


class FormalityForm(MarketplaceForm):
    """The outcome of the formality check; who disqualifies names the rule and says why.

    Where papers may be corrected, ``papers`` and ``days`` say which and how long.
    """

    decision = RadioField(_l("形式审查结论"), [chosen()])
    rule = OneOf(_l("依据的规则"), choices=lambda: listed([("", CHOOSE), *FORMAL_RULES.items()]))
    note = TextAreaField(
        _l("事实与理由"), [at_most(NOTE_LENGTH)], description=_l("申报单位会看到这段话，也会记入留痕。")
    )

    papers = SomeOf(_l("要补正的材料"), choices=lambda: listed(KINDS.items()))
    days = StringField(_l("补正时限"), [at_most(2)])

    def __init__(self, *, correctable: bool) -> None:
        super().__init__()
        self.decision.choices = [("qualify", _("合格")), ("disqualify", _("不合格"))]
        if correctable:
            self.decision.choices.append(("ask_papers", _("要求补正材料")))
            self.days.data = self.days.data or str(value(CORRECTION_DAYS))

    def validate(self, extra_validators: Any = None) -> bool:
        """A disqualification without its rule helps nobody."""
        whole = super().validate(extra_validators)
        if self.decision.data == "disqualify":
            for field in (self.rule, self.note):
                if not field.data:
                    field.errors = [*field.errors, _("不合格要指明规则，并写明事实")]
                    whole = False
        if self.decision.data == "ask_papers" and not self.note.data:
            self.note.errors = [*self.note.errors, _("请写明缺什么、哪里看不清")]
            whole = False
        return whole

    def working_days(self) -> int:
        """The days as typed; 0 when they are no number."""
        typed = self.days.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() else 0


def opener_choices(users: Sequence[Any]) -> list[tuple[str, str]]:
    """The officials who may open, as they are ticked."""
    return [(str(user.id), user.name) for user in users]
