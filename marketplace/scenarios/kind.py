"""What a scenario is to the shared mechanism of listings."""

from __future__ import annotations

from collections.abc import Callable

from marketplace.core.text import Text
from marketplace.listings.forms import UPLOADS
from marketplace.listings.kind import Content, FormStep, Kind, register_kind
from marketplace.reference import catalogue
from marketplace.scenarios.content import FIELDS, blank, check, project
from marketplace.scenarios.forms import (
    BudgetForm,
    ContactForm,
    WhatForm,
    WhereForm,
    write_budget,
    write_contact,
    write_what,
    write_where,
)
from marketplace.scenarios.lifecycle import SCENARIO_LIFE
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.rows import RequirementsForm, TargetsForm, write_requirements, write_targets
from marketplace.scenarios.sheet import budget, sheet_of


def _domain_note(content: Content) -> Text | None:
    return catalogue.domain(content["domain"]).label if content.get("domain") else None


def _counted(key: str, words: Text) -> Callable[[Content], Text | None]:
    def note(content: Content) -> Text | None:
        return words % {"count": len(content[key])} if content.get(key) else None

    return note


STEPS = (
    FormStep(
        "what", Text("要做什么", "What is to be done"), WhatForm, write_what, "scenarios/step_what.html", _domain_note,
        Text("说清任务，不必说用哪种机器人。",
             "Say what the task is; the kind of robot is for the vendors to propose."),
    ),
    FormStep(
        "where", Text("在哪里做", "Where"), WhereForm, write_where, "scenarios/step_where.html",
        _counted("conditions", Text("现场条件 %(count)s 项", "%(count)s site conditions")),
        Text("地点决定谁来得及；现场条件常常决定用哪种机器人，知道多少写多少。",
             "The place decides who can come, the site conditions which robots will do; give those that you know."),
    ),
    FormStep(
        "requirements", Text("硬性要求", "Must-haves"), RequirementsForm, write_requirements,
        "scenarios/step_requirements.html", _counted("requirements", Text("%(count)s 项", "%(count)s")),
        Text("缺一不可的条件。写得越少越准，匹配到的产品越多；“最好有”的放到下一步的目标里。",
             "What cannot be done without. The fewer and clearer, the more products meet them; "
             "wishes go among the targets."),
    ),
    FormStep(
        "targets", Text("目标", "Targets"), TargetsForm, write_targets, "scenarios/step_targets.html",
        _counted("targets", Text("%(count)s 项", "%(count)s")),
        Text("能测的才算目标：测什么、现在多少、要到多少、怎样测。验证就按它判定。",
             "What can be measured: what, how it is now, what is to be reached, how it is measured. "
             "Trials are judged by it."),
    ),
    FormStep(
        "budget", Text("预算与时间", "Budget and time"), BudgetForm, write_budget, "scenarios/step_budget.html",
        lambda content: budget(content) if content.get("budget_kind") in ("fixed", "range") else None,
        Text("有预算和期限的需求答复更多。这一页全部公开。",
             "Needs with a budget and dates get more answers. All of this page is public."),
    ),
    FormStep(
        "contact", Text("联系人与公开", "Contact and terms"), ContactForm, write_contact, "scenarios/step_contact.html",
        lead=Text("联系人不公开，对接被接受后才给对方看；条件、图片和附件公开。",
                  "The contact is not public; the other side sees it once a talk is accepted. "
                  "Terms, pictures and files are public."),
        uploads=UPLOADS,
    ),
)  # fmt: skip

SCENARIO = register_kind(
    Kind(
        name="scenario", plural="scenarios", letter="S", label=Text("场景需求", "need"), model=Scenario,
        lifecycle=SCENARIO_LIFE, fields=FIELDS, check=check, project=project, blank=blank, steps=STEPS,
        preview=sheet_of, act=Text("发布场景需求", "Post a need"),
    )
)  # fmt: skip
