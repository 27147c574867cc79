"""Forms of sites: begin, the application, visit, sheet, decisions, what operators state, the mark of a level."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from wtforms import Field, FormField, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.files import EITHER, PICTURES
from marketplace.pilots.models import Pilot
from marketplace.pilots.plan import read_day
from marketplace.reference import catalogue, regions
from marketplace.reference.reading import normalize
from marketplace.settings.queries import value
from marketplace.sites import content, mapping, wording
from marketplace.sites.figures import CRITERIA, WEIGHTS
from marketplace.sites.models import Site
from marketplace.web.fields import CHOOSE, Attached, OneOf, OneShown, SomeOf, listed, read_into, refuse
from marketplace.web.fields import written as line
from marketplace.web.forms import MarketplaceForm, about, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import READ_AT_MOST, Rows, WrittenRow

_FIGURE = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)
_DEGREES = re.compile(r"\d{1,3}(\.\d{1,7})?", re.ASCII)
NEEDED = Text("请填写此项", "Please fill this in")


def text(key: str, label: Any, kind: Any = StringField, **options: Any) -> Any:
    """A field of the application, as long as its limit allows."""
    return line(label, content.LIMITS[key], kind, **options)


@cache
def region_choices() -> tuple[SelectChoice, ...]:
    """Cities, each with its counties under it."""
    found = listed([("", CHOOSE)])
    for city in regions.cities():
        places = [(city.code, city.label), *((each.code, each.label) for each in regions.counties(city.code))]
        found += listed(places, city.label)
    return tuple(found)


@cache
def domain_choices() -> tuple[SelectChoice, ...]:
    """The ten domains."""
    return tuple(listed([("", CHOOSE), *((each.code, each.label) for each in catalogue.domains())]))


def kind_choices() -> list[SelectChoice]:
    """The three kinds, each with what it is."""
    return [
        SelectChoice(key, label, render_kw={"sub": content.KIND_HINTS[key]}) for key, label in content.KINDS.items()
    ]


def pilot_choices(pilots: Sequence[Pilot]) -> list[SelectChoice]:
    """Verified pilots, each with its title and how long it is valid."""
    found = []
    for each in pilots:
        sub = Text("结论有效至 %(day)s", "Valid through %(day)s") % {
            "day": each.valid_until.isoformat() if each.valid_until else "—"
        }
        label = Text(f"{each.number} {each.label.zh}", f"{each.number} {each.label.en}")
        found.append(SelectChoice(each.number, label, render_kw={"sub": sub}))
    return found


class BeginForm(MarketplaceForm):
    """What kind of site, and on which pilots."""

    kind = OneShown(_l("类型"), choices=kind_choices, validators=[chosen()])
    pilots = SomeOf(_l("所依据的场景验证"))

    def __init__(self, pilots: Sequence[Pilot], **given: Any) -> None:
        super().__init__(**given)
        self.pilots.choices = pilot_choices(pilots)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.pilots.data:
            refuse(self.pilots, Text("至少选一项已核验的场景验证", "Choose at least one verified pilot"))
        return not self.errors


class RobotRow(WrittenRow):
    """Robots of one kind."""

    written = ("name", "product", "count")
    name = line(_l("机器人名称或型号"), 100)
    product = line(_l("产品编号（选填）"), 20)
    count = line(_l("台数"), 6)


class ApplicationForm(MarketplaceForm):
    """The whole application. A draft may be incomplete; figures must be figures."""

    kind = OneShown(_l("类型"), choices=kind_choices, validators=[chosen()])
    pilots = SomeOf(_l("所依据的场景验证"))
    partners = text("partners", content.LABELS["partners"],
                    description=_l("除验证的供方外还有哪些供方；多个编号用空格分开。"))  # fmt: skip
    title = text("title", content.LABELS["title"])
    title_en = text("title_en", content.LABELS["title_en"])
    domain = OneOf(_l("应用领域"), choices=lambda: list(domain_choices()))
    region = OneOf(_l("所在市、县（区）"), choices=lambda: list(region_choices()))
    address = text("address", content.LABELS["address"])
    longitude = StringField(
        _l("东经（度）"), [at_most(12)], description=_l("例如 117.283，在地图上标出位置；不填则只计入所在市。")
    )
    latitude = StringField(_l("北纬（度）"), [at_most(12)], description=_l("例如 31.861"))
    investment = StringField(content.LABELS["investment"], [at_most(14)])
    points = StringField(content.LABELS["points"], [at_most(5)], description=_l("示范街区必填"))
    building = text("building", content.LABELS["building"], TextAreaField)
    building_en = text("building_en", content.LABELS["building_en"], TextAreaField)
    robots = Rows(FormField(RobotRow), _l("机器人"), called=_l("第 %(number)s 种"), max_entries=READ_AT_MOST)
    running_since = StringField(content.LABELS["running_since"], [at_most(20)], render_kw={"placeholder": "2026-03-01"})
    running = text("running", content.LABELS["running"], TextAreaField)
    effects = text("effects", content.LABELS["effects"], TextAreaField)
    effects_en = text("effects_en", content.LABELS["effects_en"], TextAreaField)
    copying = text("copying", content.LABELS["copying"], TextAreaField)
    economics = text("economics", content.LABELS["economics"], TextAreaField)
    safety_officer = text("safety_officer", content.LABELS["safety_officer"])
    safety = text("safety", content.LABELS["safety"], TextAreaField)
    checklist = SomeOf(_l("申报清单"), choices=lambda: listed(content.CHECKLIST.items()))
    new_pictures = Attached(_l("添加照片"), kinds=PICTURES, most=content.PICTURES_MOST)
    keep_pictures = SelectMultipleField(_l("保留的照片"), coerce=str, validate_choice=False)
    new_files = Attached(_l("添加证明材料"), kinds=EITHER, most=content.FILES_MOST)
    keep_files = SelectMultipleField(_l("保留的材料"), coerce=str, validate_choice=False)

    def __init__(self, site: Site, pilots: Sequence[Pilot]) -> None:
        kept = {f"keep_{key}": [str(each["file"]) for each in site.content[key]] for key in ("pictures", "files")}
        columns = {key: getattr(site, key) for key in ("kind", "region", "domain")}
        degrees = {key: _degrees_typed(getattr(site, key)) for key in ("longitude", "latitude")}
        numbers = [each.number for each in site.pilots]
        super().__init__(data={**site.content, **columns, **degrees, **kept, "pilots": numbers})
        self.pilots.choices = pilot_choices(pilots)
        if not self.robots.entries and not self.is_submitted():
            self.robots.append_entry()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        read_into(self, "running_since", read_day)
        for key in ("investment", "points"):
            read_into(self, key, _figure)
        self._read_place()
        self._read_robots()
        return not self.errors

    def _read_place(self) -> None:
        read = [read_into(self, key, _degrees) for key in ("longitude", "latitude")]
        east, north = self.longitude.data, self.latitude.data
        if all(read) and bool(east) != bool(north):
            refuse(self.latitude if east else self.longitude, Text("经纬度要一起填", "Give both or neither"))
        elif all(read) and east and not mapping.within(float(east), float(north)):
            refuse(self.longitude, Text("不在安徽省内，请核对经纬度", "That is not in Anhui; check the coordinates"))

    def _read_robots(self) -> None:
        self.found: list[dict[str, str]] = []
        for entry in self.robots:
            row = entry.form
            if row.blank:
                continue
            if not row.name.data:
                refuse(row.name, Text("请写机器人名称或型号", "Name the robot or its model"))
            count = normalize(row.count.data or "").strip()
            if count and not (count.isascii() and count.isdigit() and int(count) > 0):
                refuse(row["count"], Text("请写大于 0 的整数", "Give a whole number above 0"))
            self.found.append(
                {"name": row.name.data or "", "product": (row.product.data or "").upper(), "count": count}
            )
        if len(self.found) > content.ROBOTS_MOST:
            refuse(self.robots, Text("机器人最多 20 行，请合并", "At most 20 rows of robots; merge some"))
        errors = [entry.errors for entry in self.robots if entry.errors]
        self.robots.errors = errors or [each for each in self.robots.errors if isinstance(each, str)]

    def columns(self) -> dict[str, Any]:
        """What is kept in columns."""
        found: dict[str, Any] = {key: self[key].data or "" for key in ("kind", "region", "domain", "title", "title_en")}
        return found | {key: float(self[key].data) if self[key].data else None for key in ("longitude", "latitude")}

    def content(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The application as it is stored; pictures and files that are not kept are taken out."""
        found: dict[str, Any] = {key: self[key].data or "" for key in content.LABELS}
        found |= {"checklist": list(self.checklist.data or []), "robots": self.found}
        for key in ("pictures", "files"):
            kept = self[f"keep_{key}"].data or []
            found[key] = [each for each in before[key] if str(each["file"]) in kept]
        return found


def _degrees_typed(degrees: float | None) -> str:
    return f"{degrees:.6f}".rstrip("0").rstrip(".") if degrees is not None else ""


def _degrees(typed: str, field: str) -> str:
    given = normalize(typed).strip().rstrip("°")
    if given and not _DEGREES.fullmatch(given):
        raise FieldError(field, Text("请写度数，例如 117.283", "Write degrees, e.g. 117.283"))
    return given


def _figure(typed: str, field: str) -> str:
    given = normalize(typed).replace(",", "").strip()
    whole = field == "points"
    if given and not (_FIGURE.fullmatch(given) and not (whole and "." in given)):
        raise FieldError(field, Text("请只写数字", "Write a number only"))
    return given


# ---- officials and experts ----


class AdviceForm(MarketplaceForm):
    """The city recommends or returns."""

    version = HiddenField()
    decision = OneShown(_l("决定"), choices=lambda: listed({
        "recommend": Text("推荐到省级", "Recommend to the province"),
        "return": Text("退回补正", "Return for correction"),
    }.items()), validators=[chosen()])  # fmt: skip
    reason = line(_l("推荐意见或退回理由"), 2000, TextAreaField, validators=[required()])


class DecisionForm(MarketplaceForm):
    """The province returns or refuses."""

    version = HiddenField()
    decision = OneShown(_l("决定"), validators=[chosen()])
    reason = line(_l("理由"), 2000, TextAreaField, validators=[required()])

    def __init__(self, steps: Mapping[str, Text], **given: Any) -> None:
        super().__init__(**given)
        self.decision.choices = listed(steps.items())


class VisitForm(MarketplaceForm):
    """A visit to the place."""

    day = StringField(_l("现场查看日期"), [required(), at_most(20)], render_kw={"placeholder": "2027-03-31"})
    visitors = line(_l("查看人员"), 200, validators=[required()])
    findings = line(_l("现场所见"), 3000, TextAreaField, validators=[required()])
    files = Attached(_l("照片和记录（选填）"), kinds=EITHER, most=content.FILES_MOST)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        read_into(self, "day", read_day)
        return not self.errors

    def visit(self) -> dict[str, str]:
        """The visit as it is kept."""
        return {key: self[key].data or "" for key in ("day", "visitors", "findings")}


class SheetForm(MarketplaceForm):
    """An expert's marks with reasons; made anew for the weights that count today."""

    opinion: Field

    def read(self) -> dict[str, dict[str, str]]:
        """The marks as typed; what lies outside its weight is refused at its field."""
        found = {}
        for key, weight in weights().items():
            field = self[f"marks_{key}"]
            typed = normalize(field.data or "").strip()
            if typed and not (_FIGURE.fullmatch(typed) and Decimal(typed) <= weight):
                refuse(field, Text("请写 0 到 %(most)s 的数", "Give a number from 0 to %(most)s") % {"most": weight})
            found[key] = {"marks": typed, "reason": self[f"reason_{key}"].data or ""}
        return found


def weights() -> dict[str, int]:
    """Criterion → its highest marks as they are set today."""
    return {key: value(each) for key, each in WEIGHTS.items()}


def sheet_form(marks: Mapping[str, Mapping[str, str]], opinion: str) -> SheetForm:
    """The form with a pair of fields for each criterion."""
    fields: dict[str, Any] = {}
    for key in CRITERIA:
        fields[f"marks_{key}"] = StringField(_l("得分"), [at_most(8)])
        fields[f"reason_{key}"] = line(_l("理由"), 1000, TextAreaField)
    fields["opinion"] = line(_l("总体意见（选填）"), 2000, TextAreaField)
    given = {f"{part}_{key}": each.get(part, "") for key, each in marks.items() for part in ("marks", "reason")}
    made: SheetForm = type("MarkedSheetForm", (SheetForm,), fields)(data={**given, "opinion": opinion})
    for key, (name, _weight, _hint) in CRITERIA.items():
        for part in ("marks", "reason"):
            about(made[f"{part}_{key}"], name)
    return made


class SuperviseForm(MarketplaceForm):
    """What becomes of a designated site."""

    version = HiddenField()
    decision = OneShown(_l("决定"), validators=[chosen()])
    reason = line(_l("理由"), 2000, TextAreaField)
    until = StringField(_l("整改最后一天"), [at_most(20)], render_kw={"placeholder": "2027-03-31"})

    def __init__(self, steps: Mapping[str, Text], reasoned: Sequence[str], **given: Any) -> None:
        super().__init__(**given)
        self.decision.choices = listed(steps.items())
        self._reasoned = reasoned

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.decision.data in self._reasoned and not self.reason.data:
            refuse(self.reason, NEEDED)
        read_into(self, "until", read_day)
        if self.decision.data == "rectify" and not self.until.data:
            refuse(self.until, NEEDED)
        return not self.errors


class LevelForm(MarketplaceForm):
    """A level and the document that it rests on."""

    version = HiddenField()
    level = OneShown(_l("级别"), choices=lambda: listed(content.LEVELS.items()), default="")
    title = line(_l("依据文件名称"), 200, validators=[required()])
    number = line(_l("文号（选填）"), 60)
    issuer = line(_l("发文机关"), 100, validators=[required()])
    day = StringField(_l("发文日期"), [required(), at_most(20)], render_kw={"placeholder": "2027-03-31"})

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        read_into(self, "day", read_day)
        return not self.errors

    def basis(self) -> dict[str, str]:
        """The document as it is kept."""
        return {key: self[key].data or "" for key in ("title", "number", "issuer", "day")}


class StatementForm(MarketplaceForm):
    """What an operator states. The yearly report has figures beside its text."""

    text = line(wording.STATED["text"], 3000, TextAreaField, validators=[required()])
    files = Attached(_l("附件（选填）"), kinds=EITHER, most=content.FILES_MOST)

    def stated(self) -> dict[str, str]:
        """The statement as it is kept."""
        return {key: self[key].data or "" for key in wording.STATED if key in self}


class YearlyForm(StatementForm):
    """The report of a year."""

    hours = StringField(wording.STATED["hours"], [required(), at_most(12)])
    tasks = StringField(wording.STATED["tasks"], [required(), at_most(12)])
    incidents = StringField(wording.STATED["incidents"], [required(), at_most(12)])
    changes = line(wording.STATED["changes"], 2000, TextAreaField)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for key in ("hours", "tasks", "incidents"):
            read_into(self, key, _figure)
        return not self.errors
