"""The case file: everything about one challenge as one archive that anybody can check, as it stood on any day.

What stood is replayed from history: an object is in the state that its last entry left it in, and the facts are those
that its entries brought. Members are texts as they were hashed, files as they were uploaded, and ``history.jsonl``,
each entry with everything its hash covers. ``docs/check_casefile.py`` checks all of it without this site.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import sqlalchemy as sa

from marketplace.awards import queries
from marketplace.awards.accepting import record_of, standing_of
from marketplace.awards.models import Acceptance, Opinion
from marketplace.awards.showing import entries_of, subjects
from marketplace.bids import unsealing
from marketplace.bids.models import Bid
from marketplace.bids.queries import known_bids, version_of
from marketplace.challenges.models import Addendum, Answer, Challenge, ChallengeEdition, Question
from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile, store
from marketplace.foundation.ledger import LedgerEntry
from marketplace.notices.models import Notice, Objection
from marketplace.notices.services import text_of
from marketplace.panels.queries import panels_of
from marketplace.scoring import lots
from marketplace.scoring.models import Change, Ranking, Sheet, TieDraw, TieVote

FORMAT = "jiyu-case/1"
IN_MEMORY = 8 * 2**20
# Kinds of objects whose uploaded files belong to the case.
WITH_FILES = ("challenge", "contract", "milestone", "payment", "acceptance", "termination", "objection")
Member = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What history calls a case by: its challenge."""

    id: int
    subject_type: str = "case_file"


@dataclass(frozen=True, slots=True)
class Case:
    """A challenge as it stood: what happened before ``until`` (an instant), the end of ``as_of`` in Beijing.

    ``found``: kind of object → keys. ``whole``: with bids and objections; ``scores``: with single scores.
    """

    challenge: Challenge
    as_of: date
    until: datetime
    found: Mapping[str, Sequence[int]]
    entries: Sequence[LedgerEntry]
    whole: bool
    scores: bool

    @property
    def left_out(self) -> list[str]:
        """What stays out, because the reader may not read it, or not yet (product.md 5)."""
        return [part for part, there in (("bids", self.whole), ("scores", self.scores)) if not there]


def case_of(challenge: Challenge, as_of: date, *, whole: bool, scores: bool) -> Case:
    """The case as it stood at the end of a day in Beijing, or now when that is not over.

    Raises:
        NotFound: there was nothing public of it yet on that day.
    """
    until = min(clock.end_of_day(as_of), clock.now() + timedelta(microseconds=1))
    if challenge.published_at is None or challenge.published_at >= until:
        raise NotFound
    found = _subjects(challenge)
    entries = [each for each in entries_of(found) if each.at < until]
    return Case(challenge, as_of, until, found, entries, whole, scores)


def _subjects(challenge: Challenge) -> dict[str, list[int]]:
    """Everything that history tells of in this case; bids only once they were opened."""

    def keys(model: Any, *where: sa.ColumnElement[bool]) -> list[int]:
        return list(db.session.scalars(sa.select(model.id).where(*where).order_by(model.id)))

    notices = keys(Notice, Notice.about_type == "challenge", Notice.about_id == challenge.id)
    given = queries.awards_of(challenge)
    applied = [each for award in given for each in queries.acceptances_of(award)]
    panels = [panel for subject in (challenge, *applied) for panel in panels_of(subject)]
    found: dict[str, list[int]] = {
        "challenge": [challenge.id], "opening": [challenge.id],
        "addendum": keys(Addendum, Addendum.challenge_id == challenge.id),
        "question": keys(Question, Question.challenge_id == challenge.id),
        "answer": keys(Answer, Answer.challenge_id == challenge.id),
        "bid": [each.id for each in known_bids(challenge)],
        "correction": [each.correction.id for each in known_bids(challenge) if each.correction is not None],
        "panel": [each.id for each in panels], "assignment": [one.id for each in panels for one in each.assignments],
        "sheet": keys(Sheet, Sheet.challenge_id == challenge.id),
        "score_change": keys(Change, Change.challenge_id == challenge.id),
        "tie_vote": keys(TieVote, TieVote.challenge_id == challenge.id),
        "tie_draw": keys(TieDraw, TieDraw.challenge_id == challenge.id),
        "ranking": keys(Ranking, Ranking.challenge_id == challenge.id),
        "opinion": keys(Opinion, Opinion.acceptance_id.in_([each.id for each in applied])),
        "notice": notices, "objection": keys(Objection, Objection.notice_id.in_(notices)),
    }  # fmt: skip
    for award in given:
        for kind, hanging in subjects(award).items():
            found[kind] = [*found.get(kind, []), *hanging]
    return found


def standing(case: Case) -> list[dict[str, Any]]:
    """Each object as history left it: kind, key, state, since when, and the facts its entries brought.

    The script that checks a case file computes the same from ``history.jsonl``.
    """
    held: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in case.entries:
        now = held.setdefault(
            (entry.subject_type, entry.subject_id),
            {"kind": entry.subject_type, "key": entry.subject_id, "state": "", "since": "", "facts": {}},
        )
        if entry.after:
            now["state"], now["since"] = entry.after, entry.at.isoformat(timespec="microseconds")
        now["facts"] = {**now["facts"], **entry.data}
    return [held[key] for key in sorted(held)]


# ---- members ----


def members(case: Case) -> Iterator[Member]:
    """(path, bytes) of everything but the manifest."""
    yield "history.jsonl", "".join(_line(each) for each in case.entries).encode()
    yield "standing.json", _json(standing(case))
    yield from _terms(case)
    yield from _notices(case)
    if case.scores:
        yield from _scores(case)
    if case.whole:
        for bid in known_bids(case.challenge):
            yield from _bid(case, bid)
    yield from _files(case)


def _line(entry: LedgerEntry) -> str:
    return json.dumps({**entry.content(), "hash": entry.hash}, ensure_ascii=False, sort_keys=True) + "\n"


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=str) + "\n").encode()


def _terms(case: Case) -> Iterator[Member]:
    """The frozen terms, byte for byte, and what was published beside them."""
    challenge = case.challenge
    editions = sa.select(ChallengeEdition).where(ChallengeEdition.challenge_id == challenge.id)
    for edition in db.session.scalars(editions.order_by(ChallengeEdition.number)):
        if edition.frozen_at < case.until:
            yield f"terms/edition-{edition.number}.json", edition.text.encode()
    issued = sa.select(Addendum).where(Addendum.challenge_id == challenge.id, Addendum.issued_at < case.until)
    yield "terms/addenda.json", _json([
        {"number": each.number, "material": each.material, "text": each.text, "text_en": each.text_en,
         "edition": each.edition, "issued_at": each.issued_at.isoformat() if each.issued_at else None}
        for each in db.session.scalars(issued.order_by(Addendum.number))
    ])  # fmt: skip
    answers = sa.select(Answer).where(Answer.challenge_id == challenge.id, Answer.published_at < case.until)
    yield "terms/answers.json", _json([
        {"number": each.number, "question": each.question, "answer": each.answer,
         "published_at": each.published_at.isoformat()}
        for each in db.session.scalars(answers.order_by(Answer.number))
    ])  # fmt: skip


def _notices(case: Case) -> Iterator[Member]:
    """What was on notice, byte for byte, and what was raised against it, without who raised it."""
    found = db.session.scalars(sa.select(Notice).where(Notice.id.in_(case.found["notice"])).order_by(Notice.id))
    raised = sa.select(Objection).where(Objection.id.in_(case.found["objection"]), Objection.submitted_at < case.until)
    for notice in found:
        if notice.opened_at < case.until:
            yield f"notices/{notice.number}.json", text_of(notice).encode()
    yield "notices/objections.json", _json([_objection(case, each) for each in db.session.scalars(raised)])


def _objection(case: Case, objection: Objection) -> dict[str, Any]:
    told = {"key": objection.id, "notice": objection.notice.number, "subject": objection.subject}
    if case.whole:
        told["facts"] = objection.facts
    if objection.decided_at is not None and objection.decided_at < case.until:
        told |= {"gist": objection.gist, "reply": objection.reply}
    return told


def _scores(case: Case) -> Iterator[Member]:
    """Every ranking that was signed, byte for byte, and the score sheets that were locked."""
    signed = sa.select(Ranking).where(Ranking.challenge_id == case.challenge.id, Ranking.signed_at < case.until)
    for ranking in db.session.scalars(signed.order_by(Ranking.number)):
        yield f"scores/ranking-{ranking.number}.json", ranking.text.encode()
    drawn = sa.select(TieDraw).where(TieDraw.challenge_id == case.challenge.id, TieDraw.drawn_at < case.until)
    for draw in db.session.scalars(drawn.order_by(TieDraw.id)):
        yield f"scores/draw-{draw.id}.json", lots.text_of(draw).encode()
    locked = sa.select(Sheet).where(Sheet.challenge_id == case.challenge.id, Sheet.locked_at < case.until)
    yield "scores/sheets.json", _json([
        {"key": each.id, "bid": each.bid_id, "assignment": each.assignment_id, "marks": each.marks}
        for each in db.session.scalars(locked.order_by(Sheet.id))
    ])  # fmt: skip
    decided = sa.select(Acceptance).where(
        Acceptance.id.in_(case.found.get("acceptance", ())), Acceptance.decided_at < case.until
    )
    for acceptance in db.session.scalars(decided.order_by(Acceptance.id)):
        said = record_of(acceptance, standing_of(acceptance))
        if said:
            yield f"scores/acceptance-{acceptance.id}.json", said.encode()


def _bid(case: Case, bid: Bid) -> Iterator[Member]:
    """The receipt, the bid file whose digest stands on it, and the files of the bid."""
    version = version_of(bid)
    opened = any(
        each.subject_type == "bid" and each.subject_id == bid.id and each.action == "open" for each in case.entries
    )
    if version is None or not opened:
        return
    folder = f"bids/{bid.number}"
    yield f"{folder}/receipt.json", _json(version.receipt)
    try:
        written, file = unsealing.content_of(bid)
    except NotFound:  # an envelope that did not open stays what it is; the opening says so
        return
    yield f"{folder}/bid.json", file
    later = bid.correction is not None and bid.correction.given_at is not None and bid.correction.given_at >= case.until
    for entry in written["files"]:
        if later and entry.get("corrected"):
            continue
        name = f"{folder}/files/{entry['sha256'][:16]}-{entry['name']}"
        yield name, b"".join(unsealing.file_pieces(entry))


def _files(case: Case) -> Iterator[Member]:
    for kind in WITH_FILES:
        if kind == "objection" and not case.whole:
            continue
        for file in queries.files_of(kind, case.found.get(kind, ())):
            if file.created_at < case.until:
                yield f"files/{kind}-{file.owner_id}/{file.sha256[:16]}-{file.name}", _bytes(file)


def _bytes(file: StoredFile) -> bytes:
    with store().open(file.sha256) as stream:
        return stream.read()


# ---- the archive ----


def archive(case: Case) -> tuple[IO[bytes], str]:
    """The archive, and the SHA-256 of its manifest. The same case gives the same bytes.

    The caller closes the file.
    """
    out: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - given to the caller
    listed = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in members(case):
            listed.append({"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
            packed.writestr(_entry(path), data)
        manifest = _json(_manifest(case, listed))
        packed.writestr(_entry("manifest.json"), manifest)
    out.seek(0)
    return out, hashlib.sha256(manifest).hexdigest()


def _entry(path: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(path)  # the first day that the format knows, so that nothing depends on when it was made
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = 0o644 << 16
    return made


def _manifest(case: Case, listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    last = db.session.scalar(
        sa.select(LedgerEntry).where(LedgerEntry.at < case.until).order_by(LedgerEntry.id.desc()).limit(1)
    )
    return {
        "format": FORMAT, "challenge": case.challenge.number, "as_of": case.as_of.isoformat(),
        "left_out": case.left_out,
        # The end of the whole site's chain at that time: beside the site's own history it shows that nothing changed.
        "ledger": {"entry": last.id if last else 0, "hash": last.hash if last else ""},
        "members": sorted(listed, key=lambda each: str(each["path"])),
    }  # fmt: skip
