"""The page of a chain, and the chain as a file."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.chains import joining, queries, showing
from marketplace.core.actor import VISITOR
from marketplace.foundation import ledger
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.ready import ready_for_visitors
from marketplace.web.twins import table_answer


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    pages = Blueprint("chains", __name__, url_prefix="/chains")
    pages.add_url_rule("/<number>", "show", show)
    pages.add_url_rule("/<number>.<any(csv, json):ending>", "file", file)
    return pages


@ready_for_visitors
def show(number: str) -> ResponseReturnValue:
    """The whole chain on which a need lies; a copy leads to the chain that it is part of."""
    chain = joining.chain_of(queries.need_with(number), current_actor())
    if chain.number != number:
        return redirect(url_for("chains.show", number=chain.number))
    nodes = joining.tree(chain)
    return render_template(
        "chains/show.html", chain=chain, nodes=nodes, lines=joining.timeline(chain.links), end=ledger.end(),
        stages=showing.stages, blocks=showing.blocks, names=joining.STAGES,
    )  # fmt: skip


def file(number: str, ending: str) -> ResponseReturnValue:
    """What everybody may see of a chain, to keep and to check later."""
    chain = joining.chain_of(queries.need_with(number), VISITOR)
    name = f"chain-{chain.number}"
    if ending == "json":
        answer = jsonify(showing.item(chain))
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return answer
    language = current_language()
    rows = (showing.cells(each, language) for each in joining.timeline(chain.links))
    return table_answer(name, ending, [label.say(language) for label in showing.HEADER.values()], rows, chain.number)
