"""The report as a PDF: what its page says, in the reader's language, plots drawn and their figures in tables.

Reads the same names as templates/pilots/report.html; see ``report_views._told``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.foundation.pdf import Area, Colour, Paper
from marketplace.pilots import wording
from marketplace.web.languages import day, html_lang, moment, ngettext, number, say
from marketplace.web.languages import gettext as _

INK, SKY, PINE = Colour(0x1B, 0x40, 0x68), Colour(0x3A, 0x6E, 0xA5), Colour(0x2B, 0x6A, 0x4D)
OCHRE, BAND, GREY = Colour(0x77, 0x40, 0x00), Colour(0xF7, 0xE7, 0xD0), Colour(0x65, 0x5E, 0x54)
PALE, WHITE = Colour(0xE9, 0xE4, 0xDB), Colour(0xFF, 0xFF, 0xFF)
# Room for the figures of the axis at the left and for the names of the lines at the right; a pixel in millimetres.
LEFT, RIGHT, PIXEL = 12.0, 32.0, 0.25
SMALL = 8.5
COLUMNS = (5, 8, 4.5, 4, 4, 5, 6.5, 7.5, 5.5)


def report_pdf(told: Mapping[str, Any], address: str) -> bytes:
    """The report as an A4 document; ``address``: where the page of the report is."""
    pilot = told["pilot"]
    name = _("场景验证报告 %(number)s", number=pilot.number)
    paper = Paper(name, " · ".join((_("机遇"), name)), html_lang(), pilot.updated_at)
    above = [_("编号 %(number)s", number=pilot.number), day(pilot.decided_at)]
    if pilot.demo:
        above.append(_("演示报告，数值非真实结论"))
    paper.title(say(pilot.label), " · ".join(filter(None, above)), _("场景验证报告"))
    _conclude(paper, told)
    paper.heading(_("二、各方与对象"))
    paper.pairs([(say(label), say(value)) for label, value in told["parties"]])
    _judge(paper, told)
    paper.heading(_("四、各期结果"), follows=80)
    for plot in told["plots"]:
        _plot(paper, plot)
    _happened(paper, told)
    _signed(paper, told, address)
    return paper.finish()


def _conclude(paper: Paper, told: Mapping[str, Any]) -> None:
    pilot, written = told["pilot"], told["written"]
    paper.heading(_("一、结论"))
    paper.paragraph(say(told["mark"].label), size=12, bold=True, colour=PINE if pilot.state == "verified" else INK)
    paper.paragraph(say(told["summary"]))
    if told["verdict"]:
        paper.paragraph(_("双方建议：") + say(told["verdict"]), bold=True)
    if written.get("scope"):
        paper.paragraph(_("适用范围：") + written["scope"])
    if pilot.valid_until:
        paper.paragraph(_("有效至 %(date)s", date=day(pilot.valid_until)))


def _judge(paper: Paper, told: Mapping[str, Any]) -> None:
    pilot = told["pilot"]
    paper.heading(_("三、指标与结果"), follows=45)
    rows = [
        [
            each["code"],
            f"{say(each['name'])} {each['unit']}".strip(),
            *(say(each[key]) for key, _head in wording.JUDGED[1:]),
        ]
        for each in told["rows"]
    ]
    paper.table([_("编号"), *(say(head) for _key, head in wording.JUDGED)], rows, COLUMNS, numbers=range(2, 8))
    paper.paragraph(say(wording.RULE), size=SMALL, colour=GREY)
    paper.heading(_("统计方法和出处"), small=True, follows=8)
    for each in told["rows"]:
        paper.paragraph("".join((each["code"], " ", say(each["name"]), _("："), say(each["method"]))), size=SMALL)
    frozen = _("指标、停止线与样本规则于 %(day)s 冻结，未更改；方案摘要（SHA-256）", day=day(pilot.frozen_at))
    paper.paragraph(f"{frozen} {pilot.plan_sha256}", size=SMALL, colour=GREY)


def _happened(paper: Paper, told: Mapping[str, Any]) -> None:
    written, visit = told["written"], told["pilot"].visit
    days, incidents = told["days"], told["incidents"]
    paper.heading(_("五、异常、经济性与可复制性"))
    paper.paragraph(ngettext("除外 %(num)d 天，均经双方同意。", "除外 %(num)d 天，均经双方同意。", len(days)))
    for each in days:
        paper.paragraph(f"{day(each.day)} {each.reason}", size=SMALL)
    paper.paragraph(ngettext("记录事件与接管 %(num)d 起。", "记录事件与接管 %(num)d 起。", len(incidents)))
    for each in incidents:
        severe = _("（") + say(wording.SEVERE[each.severity]) + _("）")
        paper.paragraph(f"{day(each.at)} {say(wording.INCIDENTS[each.kind])}{severe}", size=SMALL)
    for key in ("findings", "economics", "copying"):
        if written.get(key):
            paper.heading(say(told["labels"][key]), small=True, follows=8)
            paper.paragraph(written[key])
    if visit.get("day") and told["pilot"].state != "reporting":
        paper.heading(_("现场查看"), small=True, follows=8)
        paper.paragraph("".join((visit["day"], " ", visit["who"], _("："), visit["seen"])))


def _signed(paper: Paper, told: Mapping[str, Any], address: str) -> None:
    pilot, given = told["pilot"], told["given"]
    paper.heading(_("六、数据与签署"))
    paper.paragraph(told["counted"], size=SMALL)
    paper.paragraph(pilot.data_sha256, size=SMALL)
    sides = [
        _("平台签署 %(time)s", time=moment(given[key].at)) if key in given else _("（签章）")
        for key in ("demander", "supplier")
    ]
    third = pilot.plan.get("third_party") or _("未聘请")
    paper.table([_("需方"), _("供方"), _("第三方")], [[*sides, third]], (1, 1, 1))
    paper.paragraph(_("报告摘要（SHA-256）") + " " + told["digest"], size=SMALL, colour=GREY)
    paper.paragraph(_("网上的同一份报告：%(address)s", address=address), size=SMALL, colour=GREY)


# ---- plots ----


def _plot(paper: Paper, plot: Mapping[str, Any]) -> None:
    """A target over time as macros/band_plot.html draws it, then its figures."""
    geometry, result = plot["geometry"], plot["result"]
    height = geometry["height"] * PIXEL
    paper.heading(
        f"{say(result.target.label)} {plot['unit']} · {say(result.mark.label)}", small=True, follows=height + 20
    )
    paper.paragraph(say(plot["summary"]), size=9)
    _draw(paper.area(height + 2), geometry, plot)
    unit = " ".join(filter(None, (_("测得"), plot["unit"])))
    rows = [_figures(_dates(each), each.count, each.found) for each in result.periods]
    rows.append(_figures(_("累计"), result.count, result.found))
    header = [_("期间"), _("记录"), _("样本"), unit, say(dict(wording.JUDGED)["interval"])]
    paper.table(header, rows, (6, 3, 3, 4, 5), numbers=range(1, 5))


def _dates(period: Any) -> str:
    first, last = period.first.isoformat(), period.last.isoformat()
    return first if first == last else f"{first} – {last[5:]}"


def _figures(name: str, count: int, found: Any) -> list[str]:
    value, sample = (wording.figure(found.value), wording.figure(found.sample)) if found else ("—", "—")
    return [name, number(count), sample, value, wording.interval(found)]


def _draw(area: Area, geometry: Mapping[str, Any], plot: Mapping[str, Any]) -> None:
    """Scale, limits and marks. Shapes and dashes tell them apart, not colour alone."""
    width = area.width - LEFT - RIGHT
    right = LEFT + width

    def y(pixels: float) -> float:
        return pixels * PIXEL

    if geometry["zone"]:
        _hatch(area, right, y(geometry["zone"]["y"]), y(max(0.0, geometry["zone"]["h"])))
    for place, words in geometry["ticks"]:
        area.line(LEFT, y(place), right, y(place), PALE)
        area.text(LEFT - 1.5, y(place) + 1, words, align="right")
    area.line(LEFT, y(geometry["floor"]), right, y(geometry["floor"]), GREY)
    for name, colour, thick, dash in (("stop", OCHRE, 0.4, 0.0), ("base", GREY, 0.35, 1.4), ("target", PINE, 0.6, 0.0)):
        if geometry[name] is not None:
            area.line(LEFT, y(geometry[name]), right, y(geometry[name]), colour, thick, dash)
    names = {
        "target": (PINE, _("目标 %(value)s", value=plot["aim"])),
        "stop": (OCHRE, _("停止 %(value)s", value=plot["stop"])),
        "base": (GREY, _("基线 %(value)s", value=plot["base"])),
    }  # fmt: skip
    for place, name in geometry["labels"]:
        area.text(right + 1.5, y(place), names[name][1], names[name][0])
    _marks(area, geometry, lambda share: LEFT + width * share / 100, y)


def _hatch(area: Area, right: float, top: float, height: float) -> None:
    """The side of the stop limit: a pale band with slanted lines."""
    area.shape([(LEFT, top), (right, top), (right, top + height), (LEFT, top + height)], BAND)
    step, start = 3.0, LEFT - height
    while start < right:
        low, high = max(start, LEFT), min(start + height, right)
        if high > low:
            area.line(low, top + height - (low - start), high, top + height - (high - start), WHITE, 0.5)
        start += step


def _marks(area: Area, geometry: Mapping[str, Any], x: Any, y: Any) -> None:
    """Periods with their intervals, incidents as triangles, and all together as a diamond at the right."""
    foot = y(geometry["height"]) - 2
    for one, next_one in geometry["joins"]:
        area.line(x(one["x"]), y(one["y"]), x(next_one["x"]), y(next_one["y"]), SKY, 0.25)
    for share in geometry["incidents"]:
        floor = y(geometry["floor"])
        area.shape([(x(share), floor - 2.4), (x(share) + 1.4, floor), (x(share) - 1.4, floor)], WHITE, OCHRE)
    for point in geometry["points"]:
        _interval(area, x(point["x"]), point, y, 0.5, 1.0)
        area.dot(x(point["x"]), y(point["y"]), 1.0, INK)
        if point["label"]:
            area.text(x(point["x"]), foot, say(point["label"]), align="centre")
    whole = geometry["whole"]
    if whole:
        area.line(x(geometry["cut"]), y(geometry["top"]), x(geometry["cut"]), y(geometry["floor"]), GREY, 0.25, 0.8)
        at, middle = x(whole["x"]), y(whole["y"])
        _interval(area, at, whole, y, 0.8, 1.6)
        area.shape([(at, middle - 1.9), (at + 1.9, middle), (at, middle + 1.9), (at - 1.9, middle)], INK)
        area.text(at, foot, _("累计"), INK, align="centre")


def _interval(area: Area, at: float, point: Mapping[str, Any], y: Any, thick: float, half: float) -> None:
    if point["low"] is None:
        return
    low, high = y(point["low"]), y(point["high"])
    area.line(at, high, at, low, SKY, thick)
    for end in (low, high):
        area.line(at - half, end, at + half, end, SKY, thick)
