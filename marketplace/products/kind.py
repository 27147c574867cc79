"""What a product is to the shared mechanism of listings."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.listings.forms import upload_step
from marketplace.listings.kind import Content, FormStep, Kind, register_kind
from marketplace.products.claims import specs_form, specs_note, write_specs
from marketplace.products.content import FIELDS, blank, check, may_file, project
from marketplace.products.forms import BasicsForm, MeritsForm, OfferForm, write_basics, write_merits, write_offer
from marketplace.products.lifecycle import PRODUCT_LIFE
from marketplace.products.models import Product
from marketplace.products.sheet import sheet_of
from marketplace.reference import catalogue


def _category_note(content: Content) -> Text | None:
    return catalogue.category(content["category"]).label if content.get("category") else None


STEPS = (
    FormStep(
        "basics",
        Text("是什么", "What it is"),
        BasicsForm,
        write_basics,
        "products/step_basics.html",
        _category_note,
        Text(
            "先说清是什么、做什么。名称、类别、领域和简介填齐才能送审，其余可以以后补。",
            "Say what it is and does. Title, category, domains and summary are needed to submit; the rest can follow.",
        ),
    ),
    upload_step(
        lead=Text(
            "图片让人认得出，手册和检测报告让参数有据可查。都可以以后补。",
            "Pictures show it; manuals and test reports prove its specs. All of this can follow later.",
        ),
    ),
    FormStep(
        "specs",
        Text("参数与依据", "Specs and evidence"),
        specs_form,
        write_specs,
        "products/step_specs.html",
        specs_note,
        Text(
            "只填有的，空着就显示“未公开”。需求的硬性要求和这些数值比对；未公开不算满足。",
            "Give what you have; the rest reads “unknown”. Must-haves of needs are compared with these values, "
            "and what is unknown never counts as a fit.",
        ),
    ),
    FormStep(
        "merits",
        Text("资质、案例与来源", "Marks, cases and sources"),
        MeritsForm,
        write_merits,
        "products/step_merits.html",
        lead=Text("三首、认证和真实案例，都会公开。", "Marks, certificates and real cases; all of it is public."),
    ),
    FormStep(
        "offer",
        Text("获取方式与联系人", "Offer and contact"),
        OfferForm,
        write_offer,
        "products/step_offer.html",
        lead=Text(
            "获取方式公开；联系人不公开，对接被接受后才给对方看。",
            "The offer is public. The contact is not; the other side sees it once a talk is accepted.",
        ),
    ),
)

PRODUCT = register_kind(
    Kind(
        name="product",
        plural="products",
        letter="P",
        label=Text("产品", "product"),
        model=Product,
        lifecycle=PRODUCT_LIFE,
        fields=FIELDS,
        check=check,
        project=project,
        blank=blank,
        steps=STEPS,
        may_file=may_file,
        preview=sheet_of,
        act=Text("登记产品供给", "List a product"),
    )
)
