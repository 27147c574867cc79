"""Rows of the matrix for awards. The owner of the challenges is soe in Hefei, vendor is awarded, soe2 came second."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import FORM, STALE, Row, get, only, post, step

WINNER, OWNER = 1, 3
NOBODY = "302 404 404 404 404 404 404"
OFFICE = "302 404 404 404 {0} {0} 404"
INSIDE = "302 200 404 200 200 200 404"


def awards() -> Iterator[Row]:
    """The result, the award under way, and what ended."""
    yield from results()
    yield from lots()
    yield from milestones()
    yield from endings()


def results() -> Iterator[Row]:
    """Everybody reads who is proposed; before that the owner and the officials alone."""
    shown, ranked, done = (
        f"/awards/{{challenge.{each}}}" for each in ("award.notice", "judged.ranked", "award.accepted")
    )
    yield get("awards.show", shown, "200")
    yield get("awards.show", done, "200")
    yield get("awards.show", ranked, "404 404 404 200 200 200 404")
    yield get("awards.show", "/awards/{challenge.soe.published}", "404")
    yield get("awards.announce", f"{ranked}/announce", OFFICE.format(200))
    yield post("awards.announce", f"{ranked}/announce", OFFICE.format(422), days="x")
    yield post("awards.announce", f"{shown}/announce", OFFICE.format(409), days="5", version=STALE)
    yield post("awards.confirm", f"{shown}/confirm", OFFICE.format(403), version=STALE)
    yield post("awards.annul", f"{shown}/annul", OFFICE.format(422))
    yield post("awards.again", f"{shown}/again", OFFICE.format(403))
    yield post("awards.proceed", f"{shown}/proceed", OFFICE.format(409))
    yield post("awards.none", f"{ranked}/none", OFFICE.format(409), reason="因为试验", version=STALE)
    yield get("awards.own", f"{shown}/feedback", NOBODY)
    yield get("awards.own", f"{done}/feedback", only(WINNER, 200))
    yield get("awards.case", f"{done}/case", OFFICE.format(200)).but(auditor=200)
    yield get("awards.case", f"{done}/case?as_of=2020-01-01", OFFICE.format(422)).but(auditor=422)
    yield get("awards.case", "/awards/{challenge.soe.draft}/case", NOBODY)
    yield post("awards.case_file", f"{done}/case.zip", OFFICE.format(422), as_of="2999-01-01").but(auditor=422)


def lots() -> Iterator[Row]:
    """One award under way: both sides and the officials read it; each acts for itself."""
    lot = "/award-lots/{award.executing}"
    yield get("award_lots.show", lot, INSIDE)
    yield get("award_lots.show", "/award-lots/x", NOBODY)
    yield get("award_lots.contract", f"{lot}/contract", only(OWNER, 403))
    yield post("award_lots.contract", f"{lot}/contract", only(OWNER, 403))
    yield get("award_lots.pay", f"{lot}/payment?form={FORM}", only(OWNER, 200))
    yield post("award_lots.pay", f"{lot}/payment", only(OWNER, 422))
    yield get("award_lots.apply", f"{lot}/acceptance", only(WINNER, 403))
    yield post("award_lots.apply", f"{lot}/acceptance", only(WINNER, 403))
    yield get("award_lots.terminate", f"{lot}/termination", OFFICE.format(200))
    yield post("award_lots.terminate", f"{lot}/termination", OFFICE.format(422))
    yield get("award_lots.terminate", "/award-lots/{award.fulfilled}/termination", NOBODY)
    yield step("award_lots.act_do", f"{lot}/do", "decline", "302 409 404 403 403 403 404")
    yield step("award_lots.act_do", f"{lot}/do", "undo", "302 403 404 403 409 403 404")
    yield step("award_lots.act_do", f"{lot}/do", "fulfil", NOBODY)
    yield step("award_contracts.act_do", "/award-contracts/{contract.signed}/do", "sign", "302 409 404 403 403 403 404")
    yield step(
        "award_payments.act_do", "/award-payments/{payment.recorded}/do", "confirm", "302 409 404 403 403 403 404"
    )
    yield step(
        "award_payments.act_do", "/award-payments/{payment.recorded}/do", "revoke", "302 403 404 409 403 403 404"
    )


def milestones() -> Iterator[Row]:
    """A missed milestone for which a later day is asked."""
    missed = "/milestones/{milestone.missed}"
    yield get("milestones.show", missed, INSIDE)
    yield post("milestones.submit", f"{missed}/submit", only(WINNER, 422))
    yield post("milestones.judge", f"{missed}/judge", only(OWNER, 422))
    yield get("milestones.extend", f"{missed}/extension", only(WINNER, 200))
    yield post("milestones.extend", f"{missed}/extension", only(WINNER, 422))
    yield step("extensions.act_do", "/extensions/{extension.asked}/do", "approve", "302 403 404 403 409 409 404")
    yield step("extensions.act_do", "/extensions/{extension.asked}/do", "recall", "302 409 404 403 403 403 404")


def endings() -> Iterator[Row]:
    """An acceptance that passed, and a termination whose exemption was decided; soe2 was awarded there."""
    passed, ended = "/acceptances/{acceptance.passed}", "/terminations/{termination.ended}"
    yield get("acceptances.show", passed, INSIDE)
    yield post("acceptances.endorse", f"{passed}/opinion", only(OWNER, 422))
    yield post("acceptances.decide", f"{passed}/decision", OFFICE.format(422))
    yield from before_the_panel()
    yield step("acceptances.act_do", f"{passed}/do", "return", "302 403 404 403 409 409 404")
    yield step("terminations.act_do", f"{ended}/do", "grant", "302 404 404 403 409 403 404")


def before_the_panel() -> Iterator[Row]:
    """An acceptance on whose panel expert1 sits and has not spoken yet."""
    here, panel = "/acceptances/{acceptance.endorsed}", "/panel/acceptance/{acceptance.number}"
    yield get("acceptances.show", here, INSIDE)
    yield get("acceptances.sheet", f"{here}/sheet", NOBODY).but(expert1=200)
    yield post("acceptances.sheet", f"{here}/sheet", NOBODY, go="hand_in").but(expert1=422)
    yield get("acceptances.sheet", "/acceptances/{acceptance.passed}/sheet", NOBODY)
    yield post("acceptances.decide", f"{here}/decision", OFFICE.format(403), result="pass", opinion="同意")
    yield get("panels.show", panel, OFFICE.format(200))
    yield post("panels.draw", f"{panel}/draw", OFFICE.format(422))
