"""The table of the API: every route with what it is asked for and what it answers. Nothing else defines a route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from marketplace.api import answers
from marketplace.api.parameters import (
    AFTER,
    FACETS,
    FIT,
    KIND,
    LIMIT,
    LITERAL,
    NUMBER,
    PAGE,
    SORT,
    SPECS,
    WORDS,
    Parameter,
)
from marketplace.core.text import Text
from marketplace.sites.register import HEADS as SITE_HEADS
from marketplace.sites.register import labels as site_labels

Answer = Callable[[dict[str, Any]], dict[str, Any]]

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """One route: ``path`` behind the prefix, ``answer`` from the parameters by name, ``schema`` of the answer."""

    name: str
    path: str
    text: Text
    parameters: tuple[Parameter, ...]
    schema: str
    answer: Answer
    example: str = ""

    @property
    def errors(self) -> tuple[int, ...]:
        """The problems that a caller may meet."""
        return (404, 422) if any(each.in_path or each is PAGE for each in self.parameters) else (422,)


def _facets(*names: str) -> tuple[Parameter, ...]:
    return tuple(FACETS[name] for name in names)


def _list(name: str, schema: str, text: Text, *facets: str) -> Route:
    specs = (SPECS, FIT) if name == "products" else ()
    wanted = (WORDS, LITERAL, *_facets(*facets), *specs, AFTER, LIMIT)
    return Route(name, f"/{name}", text, wanted, schema, partial(answers.listing, name), f"/{name}?limit=5")


def _one(name: str, schema: str, text: Text) -> Route:
    return Route(
        f"{name}_one", f"/{name}/<number>", text, (NUMBER,), schema, lambda given: answers.one(name, given["number"])
    )


def _matches(name: str, text: Text) -> Route:
    return Route(
        f"{name}_matches", f"/{name}/<number>/matches", text, (NUMBER, PAGE), "Matches", partial(answers.matches, name)
    )


LEVEL = Parameter("level", Text("只要这一级", "Only this level"), "choice", lambda: ("province", "city", "county"))


def _site_filter(name: str) -> Parameter:
    """A filter of the register, with the values of its page; a year is any year."""
    known = site_labels(name)
    return Parameter(name, SITE_HEADS[name], "choice" if known else "text", lambda: tuple(known), repeats=True)


SITE_FILTERS = tuple(_site_filter(name) for name in SITE_HEADS)

ROUTES: tuple[Route, ...] = (
    Route("search", "/search", Text("搜索全部公开内容", "Search everything public"),
          (WORDS, LITERAL, KIND, *_facets(*FACETS), SPECS, FIT, SORT, PAGE), "Answer", answers.search,
          "/search?q=巡检&kind=product"),
    Route("suggest", "/suggest", Text("边输入边提示", "Suggestions while typing"), (WORDS,), "Suggestions",
          answers.suggestions, "/suggest?q=xj"),
    _list("products", "Products", Text("产品供给清单", "The list of products"),
          "category", "segment", "domain", "city", "status"),
    _one("products", "Product", Text("一项产品", "One product")),
    _list("scenarios", "Scenarios", Text("场景需求清单", "The list of scenarios"),
          "domain", "city", "category", "status"),
    _one("scenarios", "Scenario", Text("一项场景需求", "One scenario")),
    _matches("scenarios", Text("适合这项需求的产品，附理由", "The products that fit a scenario, with reasons")),
    _matches("products", Text("这个产品适合的需求，附理由", "The scenarios that a product fits, with reasons")),
    _list("organizations", "Organizations", Text("单位名录", "The list of organizations"), "city", "segment"),
    _one("organizations", "Organization", Text("一个单位", "One organization")),
    Route("pilots", "/pilots", Text("场景验证", "Pilots"), (AFTER, LIMIT), "Pilots", answers.pilot_list,
          "/pilots?limit=5"),
    Route("pilots_one", "/pilots/<number>", Text("一项场景验证及其指标结果", "One pilot with its targets and results"),
          (NUMBER,), "PilotWithTargets", answers.one_pilot),
    Route("chains_one", "/chains/<number>",
          Text("一条场景链：需求、对接、验证、示范和复制，每件事附凭证",
               "One chain: need, talks, pilots, sites and copies, each event with its proof"),
          (NUMBER,), "Chain", answers.chain),
    Route("sites", "/sites", Text("示范应用名录", "The register of sites"), (WORDS, *SITE_FILTERS, AFTER, LIMIT),
          "Sites", answers.sites, "/sites?limit=5"),
    Route("sites_one", "/sites/<number>", Text("一处示范应用", "One site"), (NUMBER,), "SiteWithContent",
          answers.one_site),
    Route("challenges", "/challenges", Text("揭榜挂帅清单", "The list of challenges"), (PAGE,), "Challenges",
          answers.challenges, "/challenges"),
    Route("challenges_one", "/challenges/<number>",
          Text("一份榜单，附答疑和更正", "One challenge with answers and addenda"), (NUMBER,), "Challenge",
          answers.challenge),
    Route("notices", "/notices", Text("公示清单", "The list of notices"), (PAGE,), "Notices", answers.notices,
          "/notices"),
    Route("notices_one", "/notices/<number>", Text("一件公示", "One notice"), (NUMBER,), "Notice", answers.notice),
    Route("regions", "/regions", Text("安徽的市和县（区）", "Cities and counties of Anhui"), (LEVEL,), "Regions",
          answers.region_list, "/regions?level=city"),
    Route("categories", "/categories", Text("产品类别", "Product categories"), (),
          "Categories", answers.category_list, "/categories"),
    Route("specs", "/specs", Text("参数、单位和选项", "Specs with units and choices"), (), "Specs", answers.spec_list,
          "/specs"),
    Route("domains", "/domains", Text("十个领域及其子场景", "The ten domains with their sub-scenarios"), (),
          "Domains", answers.domain_list, "/domains"),
)  # fmt: skip
