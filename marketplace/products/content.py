"""The shape of a product's content: its fields in words, what is accepted, and what the pre-check asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from marketplace.core import clock
from marketplace.core.text import Text, enumerated
from marketplace.listings.kind import Check, Content, ContentField
from marketplace.listings.services import parsed_day
from marketplace.listings.wording import as_codes, as_files, as_text
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.products.models import Product
from marketplace.reference import catalogue, values

EVIDENCE = {
    "declared": Text("自述", "Declared"),
    "documented": Text("有据", "Documented"),
    "tested": Text("检测", "Tested"),
    "proven": Text("实测", "Proven here"),
}
EVIDENCE_LEVEL = {code: level for level, code in enumerate(EVIDENCE, start=1)}

WAYS = {
    "sale": Text("采购", "Purchase"),
    "lease": Text("租赁", "Lease"),
    "service": Text("按服务付费", "Pay for the service"),
}

TEXTS = (
    "title",
    "title_en",
    "model",
    "category",
    "summary",
    "summary_en",
    "description",
    "description_en",
    "price_note",
    "price_note_en",
    "delivery",
    "cases",
    "contact_name",
    "contact_phone",
    "contact_email",
    "valid_until",
    "source_note",
)
LISTS = ("domains", "marks", "ways", "pictures", "files", "sources")

# Most characters of each text, in forms and in files that come in; those of title, title_en and model are the columns'.
LIMITS = {
    "title": 200,
    "title_en": 300,
    "model": 80,
    "summary": 300,
    "summary_en": 600,
    "description": 5000,
    "description_en": 10000,
    "price_note": 200,
    "price_note_en": 400,
    "delivery": 200,
    "cases": 5000,
    "contact_name": 60,
    "contact_phone": 40,
    "contact_email": 254,
    "source_note": 1000,
    "spec_source": 500,
    "spec_note": 300,
    "source": 500,
}
MOST_SOURCES = 20


def blank(organization: Organization) -> Content:
    """The content of a new draft; the contact is that of the organization."""
    content: Content = dict.fromkeys(TEXTS, "") | {key: [] for key in LISTS} | {"specs": {}}
    content["contact_name"] = organization.contact_name
    content["contact_phone"] = organization.contact_phone
    content["contact_email"] = organization.contact_email
    return content


def category_label(code: Any, language: str) -> str:
    """The name of a category code; an empty code says nothing."""
    return catalogue.category(code).label.say(language) if code else ""


def spec_parts(specs: Any, language: str) -> Sequence[tuple[str, str, str]]:
    """(key, name, value in words) of each claim, in the order of the catalogue; what proves it is ``spec_evidence``."""
    found = []
    for key in in_order(specs or {}):
        spec, claim = catalogue.spec(key), specs[key]
        words = [values.show_with_unit(spec, claim.get("value"), language), claim.get("note", "")]
        found.append((key, spec.label.say(language), " · ".join(word for word in words if word)))
    return found


def spec_evidence(content: Mapping[str, Any], key: str) -> tuple[str, str]:
    """(evidence, source) of one claim; a file by what is said of it, without words by its number."""
    claim = content["specs"][key]
    said = {each["file"]: each.get("title") for each in content.get("files") or []}
    file = claim.get("file")
    file = (said.get(file) or f"#{file}") if file else ""
    return claim.get("evidence") or "declared", "；".join(each for each in (claim.get("source", ""), file) if each)


def in_order(specs: Mapping[str, Any]) -> list[str]:
    """The keys of the claims in the order of the catalogue, those under one heading together."""
    return sorted(specs, key=lambda key: _places()[key])


@cache
def _places() -> dict[str, tuple[int, int]]:
    heads = list(dict.fromkeys(spec.group for spec in catalogue.specs()))
    return {spec.key: (heads.index(spec.group), place) for place, spec in enumerate(catalogue.specs())}


FIELDS: tuple[ContentField, ...] = (
    ContentField("title", Text("名称", "Title"), as_text),
    ContentField("title_en", Text("英文名称", "Title in English"), as_text),
    ContentField("model", Text("型号", "Model"), as_text),
    ContentField("category", Text("产品类别", "Category"), category_label),
    ContentField("summary", Text("简介", "Summary"), as_text),
    ContentField("summary_en", Text("英文简介", "Summary in English"), as_text),
    ContentField("description", Text("详细说明", "Description"), as_text),
    ContentField("description_en", Text("英文详细说明", "Description in English"), as_text),
    ContentField("domains", Text("应用领域", "Domains"), as_codes(lambda code: catalogue.domain(code).label)),
    ContentField("marks", Text("资质与标识", "Marks"), as_codes(lambda code: catalogue.mark(code).label)),
    ContentField(
        "specs",
        Text("参数", "Specs"),
        lambda value, language: "；".join(f"{name} {text}" for _key, name, text in spec_parts(value, language)),
        spec_parts,
        evidence=spec_evidence,
    ),
    ContentField("ways", Text("获取方式", "Ways to buy"), as_codes(lambda code: WAYS[code])),
    ContentField("price_note", Text("价格说明", "Price"), as_text),
    ContentField("price_note_en", Text("英文价格说明", "Price in English"), as_text),
    ContentField("delivery", Text("交付周期", "Delivery"), as_text),
    ContentField("cases", Text("应用案例", "Cases"), as_text),
    ContentField("pictures", Text("图片", "Pictures"), as_files("caption")),
    ContentField("files", Text("附件", "Files"), as_files("title")),
    ContentField("valid_until", Text("有效期至", "Valid until"), as_text),
    ContentField("contact_name", Text("联系人", "Contact"), as_text, private=True),
    ContentField("contact_phone", Text("联系电话", "Telephone"), as_text, private=True),
    ContentField("contact_email", Text("联系邮箱", "Contact e-mail"), as_text, private=True),
    ContentField("sources", Text("资料来源", "Sources"), lambda value, _language: "；".join(value or [])),
    ContentField("source_note", Text("来源说明", "Note on sources"), as_text),
)


def check(content: Mapping[str, Any]) -> list[Check]:
    """The pre-check: what must be mended, what would help, what is right, each with why it matters."""
    parts = ((_basics(content), BASICS_RIGHT), (_claims(content), CLAIMS_RIGHT), (_offer(content), OFFER_RIGHT))
    found = []
    for checks, right in parts:
        found.extend(checks if any(each.kind == "fix" for each in checks) else [*checks, right])
    return found


NEEDED = {
    "title": Check(
        "fix", Text("还没有名称", "There is no title"),
        Text("名称是搜索结果的第一行", "It is the first line of a hit"), "basics",
    ),
    "category": Check(
        "fix", Text("还没有选产品类别", "No category is chosen"),
        Text("类别决定填哪些参数，也决定和哪些需求比对",
             "It decides which specs are asked and which needs it is compared with"), "basics",
    ),
    "summary": Check(
        "fix", Text("还没有简介", "There is no summary"),
        Text("需方先看一句话：它能做什么、在哪里做",
             "A demander first reads one sentence: what it does, and where"), "basics",
    ),
    "domains": Check(
        "fix", Text("还没有选应用领域", "No domain is chosen"),
        Text("需求按十个领域公布", "Needs are published by ten domains"), "basics",
    ),
}  # fmt: skip
NO_ENGLISH = Check(
    "tip", Text("可补英文名称和简介", "An English title and summary would help"),
    Text("英文页面没有它们时显示中文", "The English pages show Chinese without them"), "basics",
)  # fmt: skip
NO_SPECS = Check(
    "fix", Text("还没有任何参数", "No spec is given"),
    Text("没有参数的产品对硬性要求只能显示“未公开”，不会算作符合",
         "A must-have compared with nothing reads “unknown”, never as a fit"), "specs",
)  # fmt: skip
NO_CONTACT = Check(
    "fix", Text("还没有联系人和电话或邮箱", "There is no contact with a telephone or e-mail"),
    Text("只在对接被接受后才给对方看", "Shown to the other side only after a talk is accepted"), "offer",
)  # fmt: skip
TOO_LATE = Check(
    "fix", Text("有效期已过", "The validity is over"),
    Text("过期的产品不会公开", "What is past its validity is not public"), "offer",
)  # fmt: skip
NO_WAYS = Check(
    "tip", Text("可写明采购、租赁还是按服务付费", "Say whether it is sold, leased or a service"), None, "offer"
)  # fmt: skip
NO_PICTURE = Check(
    "tip", Text("可上传实物图片", "A picture would help"),
    Text("没有图片时显示类别示意图", "The drawing of its category is shown without one"), "files",
)  # fmt: skip
BASICS_RIGHT = Check("ok", Text("名称、类别、简介和领域齐全", "Title, category, summary and domains are there"))
CLAIMS_RIGHT = Check("ok", Text("已填参数，依据有出处", "Specs are given, and their evidence has sources"))
OFFER_RIGHT = Check("ok", Text("联系人齐全，有效期没有过", "The contact is there and the validity is not over"))


def _basics(content: Mapping[str, Any]) -> list[Check]:
    checks = [each for key, each in NEEDED.items() if not content.get(key)]
    return checks if content.get("title_en") and content.get("summary_en") else [*checks, NO_ENGLISH]


def _claims(content: Mapping[str, Any]) -> list[Check]:
    specs = content.get("specs") or {}
    if not specs:
        return [NO_SPECS]
    bare = [
        key
        for key in in_order(specs)
        if specs[key].get("evidence") in ("documented", "tested")
        and not specs[key].get("source")
        and not specs[key].get("file")
    ]
    headline = catalogue.category(content["category"]).headline if content.get("category") else ()
    missing = [catalogue.spec(key).label for key in headline if key not in specs]
    return [*map(_without_source, bare), *([_not_given(missing)] if missing else [])]


def _without_source(key: str) -> Check:
    text = Text(
        "“%(name)s”标为有据或检测，但没有写出处", "“%(name)s” is marked as documented or tested without a source"
    )
    why = Text("依据要能被查到，否则请改为自述", "Evidence must be findable; else mark it as declared")
    return Check("fix", text % {"name": catalogue.spec(key).label}, why, "specs")


def _not_given(labels: Sequence[Text]) -> Check:
    names = enumerated(labels)
    text = Text("列表会显示、但还没有填：%(names)s", "Shown in lists but not given: %(names)s") % {"names": names}
    return Check("tip", text, Text("空着会显示“未公开”", "They read “unknown”"), "specs")


def _offer(content: Mapping[str, Any]) -> list[Check]:
    reachable = content.get("contact_phone") or content.get("contact_email")
    checks = [] if content.get("contact_name") and reachable else [NO_CONTACT]
    if content.get("valid_until") and content["valid_until"] < clock.today().isoformat():
        checks.append(TOO_LATE)
    if not content.get("ways"):
        checks.append(NO_WAYS)
    return checks if content.get("pictures") else [*checks, NO_PICTURE]


def project(product: Product, content: Mapping[str, Any]) -> None:
    """Copy into the table's columns what lists and selects need."""
    product.title = content["title"]
    product.title_en = content["title_en"]
    product.model = content["model"]
    product.category = content["category"]
    product.domains = list(content["domains"])
    product.valid_until = parsed_day(content["valid_until"])


def may_file(organization: Organization) -> bool:
    """Everybody who makes, integrates or serves robots; government bodies do not offer products."""
    return organization.kind != OrganizationKind.GOVERNMENT
