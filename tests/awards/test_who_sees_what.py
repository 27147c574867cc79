"""product.md 5 as one table: who finds what of a challenge at every stage of its life, wherever he looks.

A challenge with a mark in everything is taken through its life; at each stage everybody opens every page, file, feed,
answer of the programming interface and search that there is, and reads his mail. What the table does not grant him must
be nowhere, and what it grants must be somewhere. While bids come in, every page stays for all others what it was.

``EVERYBODY=1`` lets every role open every address at every stage, on both databases. By default all do so
under contract, on SQLite, and in consensus those whose turn it is; at the other stages who has no part in it takes
turns, and each opens a twelfth of the addresses, another one each time; around the sealing a quarter, the same before
and after it. Ends before its time are walked to and looked at as well: one of them, or all with ``EVERYBODY=1``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from marketplace.app import create_app
from marketplace.search import services as search
from tests.awards.conftest import Standing, StandingClient
from tests.awards.endings import bring
from tests.awards.fair import MARKS, Fair
from tests.awards.sight import Sight
from tests.support.databases import KINDS, Databases
from tests.support.mails import Output, delivered
from tests.support.settings import settings
from tests.support.site import START, close
from tests.support.traces import traces

EVERYBODY = "EVERYBODY" in os.environ
STAGES = (
    "draft", "review", "public", "amend", "sealed", "closed", "opened", "score", "agree", "rank", "notice", "work",
    "exam", "end",
)  # fmt: skip
# Column of the table → the roles that it stands for.
ROLES = {
    "others": ("visitor", "stranger", "elsewhere", "idle", "system", "last"), "asker": ("asker",),
    "examiner": ("examiner",), "fellow": ("fellow", "assessor"),
    "lead": ("lead",), "partner": ("partner",), "rival": ("rival",), "owner": ("editor", "owner"),
    "office": ("official", "opener", "third"), "judge": ("judge",), "member": ("member",),
    "logs": ("security", "audit"),
}  # fmt: skip
# What is sealed until the opening.
SEALED = ("approach", "price", "person", "file name", "paper", "rival's approach", "withdrawn bid")
# At these everybody opens everything.
WHOLE = STAGES if EVERYBODY else ("agree", "work")
# Between these there are bids, and for all others nothing may have changed.
UNCHANGED = ("amend", "sealed")
# Of the others' mail is read.
LOOK_ON = ("owner", "third", "last", "assessor")
LOOKING = [role for roles in ROLES.values() for role in roles if role not in LOOK_ON]
# Experts who may come to be one of those above when lots are drawn.
NOT_LOOKING = ("last", "assessor")
IN_TURN = ("stranger", "elsewhere", "idle", "system", "security", "asker", "partner", "opener", "examiner", "fellow")
# thing: from which stage on each column finds it. "-" never, "a..b" from one to another, "=a" then alone, "~a" may from
# a on.
TABLE = """
thing             others  asker   lead    partner rival   owner   office judge        member       logs    examiner fellow
terms             public  public  public  public  public  draft   review public       public       public  public   public
answer            amend   amend   amend   amend   amend   amend   amend  amend        amend        amend   amend    amend
addendum          amend   amend   amend   amend   amend   amend   amend  amend        amend        amend   amend    amend
question          -       public  -       -       -       =public -      -            -            -       -        -
asker             -       ~draft  -       -       -       -       -      -            -            -       -        -
lead              notice  notice  ~draft  ~sealed notice  opened  opened notice       notice       ~opened notice   notice
partner           notice  notice  ~sealed ~draft  notice  opened  opened notice       notice       ~opened notice   notice
rival             notice  notice  notice  notice  ~draft  opened  opened notice       notice       ~opened notice   notice
count             notice  notice  notice  notice  notice  opened  opened notice       notice       notice  notice   notice
number            ~notice ~notice sealed  sealed  ~notice opened  opened ~notice      ~notice      ~opened ~notice  ~notice
rival's_number    ~notice ~notice ~notice ~notice sealed  opened  opened ~notice      ~notice      ~opened ~notice  ~notice
withdrawn_number  -       sealed  -       -       -       -       -      -            -            -       -        -
approach          -       -       opened  opened  -       opened  opened score..agree score..agree -       -        -
price             -       -       opened  opened  -       opened  opened score..agree score..agree -       -        -
person            -       -       opened  opened  -       opened  opened -            -            -       -        -
file_name         -       -       opened  opened  -       opened  opened -            -            -       -        -
paper             -       -       opened  opened  -       opened  opened score..agree score..agree -       -        -
rival's_approach  -       -       -       -       opened  opened  opened score..agree score..agree -       -        -
withdrawn_bid     -       -       -       -       -       -       -      -            -            -       -        -
correction        -       -       opened  opened  -       ~opened opened -            -            ~opened -        -
judge             -       -       -       -       -       -       score  ~draft       -            ~score  -        -
own_mark          -       -       -       -       -       rank    rank   score..rank  agree..rank  -       -        -
own_comment       -       -       -       -       -       rank    rank   score..rank  agree..rank  -       -        -
another's_mark    -       -       -       -       -       rank    rank   agree..rank  score..rank  -       -        -
another's_comment -       -       -       -       -       rank    rank   agree..rank  score..rank  -       -        -
changed_mark      -       -       -       -       work    rank    rank   agree..rank  agree..rank  -       -        -
reason_of_it      -       -       -       -       -       rank    rank   agree..rank  agree..rank  -       -        -
points            -       -       work    work    -       rank    rank   agree..rank  agree..rank  -       -        -
total             notice  notice  notice  notice  notice  rank    rank   agree        agree        notice  notice   notice
objector          -       -       -       -       notice  -       notice -            -            -       -        -
phone             -       -       -       -       notice  -       notice -            -            -       -        -
facts             -       -       -       -       notice  -       notice -            -            -       -        -
reply             work    work    work    work    work    work    work   work         work         work    work     work
contract          -       -       work    work    -       work    work   -            -            ~work   -        -
contract_file     -       -       work    work    -       work    work   -            -            ~work   -        -
milestone         -       -       work    work    -       work    work   -            -            -       =exam    =exam
payment           -       -       work    work    -       work    work   -            -            ~work   -        -
opinion           -       -       exam    exam    -       exam    exam   -            -            ~exam   =exam    =exam
finding           -       -       -       -       -       end     end    -            -            -       =exam    -
votes             end     end     end     end     end     end     end    end          end          end     end      end
ending            -       -       -       -       -       -       -      -            -            -       -        -
settlement        -       -       -       -       -       -       -      -            -            -       -        -
"""  # noqa: E501
# Where organizations and experts stand as such, whatever they take part in.
DIRECTORY = re.compile(r"^/(organizations|experts|search|api/v1/(organizations|search|suggest)|admin/[a-z-]+$|$)")
# What differs each time anyway: tokens against forged requests, messages shown once, the free space of the machine,
# when a workbook was made.
VARYING = re.compile(
    r'\s+|name="csrf_token"[^>]*>|<div class="(wrap )?flash[^"]*"[^>]*>|请先登录，登录后回到原来的页面。</div>|</div>'
    r"|[0-9.]+ GB|<dcterms:(created|modified).*?</dcterms:"
)
NAMES = ("asker", "lead", "partner", "rival", "judge")


# How it ended → at which stage of the table everybody stands, who finds more than that ("~" may), and whose part in it
# is over: they find what visitors do.
INSIDE = "lead partner owner office"
EVERYONE = " ".join(ROLES)
ENDS = {
    "withdrawn": ("sealed", {"ending": EVERYONE}, ""),
    "failed": ("closed", {}, ""),
    "no_suitable": (
        "rank", {"ending": EVERYONE, "points": INSIDE, "total": INSIDE, "changed mark": "owner office rival"},
        "judge member",
    ),
    "corrected": ("work", {"ending": EVERYONE}, ""),
    "terminated": ("work", {"ending": EVERYONE, "settlement": f"{INSIDE} ~logs"}, ""),
}  # fmt: skip


def at_the_end(ending: str) -> dict[str, dict[str, tuple[int, int, bool]]]:
    """The same when a challenge has ended before its time."""
    base, more, over = ENDS[ending]
    stage = STAGES.index(base)
    found = {
        thing: {role: (stage, stage, False) for role, (first, last, _must) in spans.items() if first <= stage <= last}
        for thing, spans in granted().items()
    }
    for thing, spans in found.items():
        for role in [role for column in over.split() for role in ROLES[column] if thing != role]:
            if "visitor" not in spans:
                spans.pop(role, None)
    for thing, columns in more.items():
        for column in columns.split():
            found[thing] |= dict.fromkeys(ROLES[column.lstrip("~")], (stage, stage, column[0] != "~"))
    return found


def granted() -> dict[str, dict[str, tuple[int, int, bool]]]:
    """Thing → role → (first stage, last stage, whether it must be found)."""
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    found: dict[str, dict[str, tuple[int, int, bool]]] = {}
    for thing, *cells in rows:
        spans = found[thing.replace("_", " ")] = {}
        for column, cell in zip(head[1:], cells, strict=True):
            first, _, last = cell.lstrip("~=").partition("..")
            last = first if cell[0] == "=" else last
            span = (STAGES.index(first), STAGES.index(last or STAGES[-1]), cell[0] != "~") if cell != "-" else ()
            spans |= dict.fromkeys(ROLES[column], span) if span else {}
    return found


class Watch:
    """Compares what was found with the table."""

    def __init__(self, fair: Fair, table: Mapping[str, Mapping[str, tuple[int, int, bool]]]) -> None:
        self.fair, self.table = fair, table
        self.marks: Mapping[str, str] = {}
        self.wrong: list[str] = []
        self._found: set[tuple[str, str]] = set()
        self._before: dict[tuple[str, str], str] = {}

    def read(self, stage: int, role: str, where: str, text: str) -> None:
        """Note what stands in a text, and what should not."""
        for thing, words in self.marks.items():
            if words in text and not (thing in NAMES and DIRECTORY.match(where)):
                first, last, _must = self.table[thing].get(role, (len(STAGES), 0, False))
                if first <= stage <= last:
                    self._found.add((thing, role))
                else:
                    self.wrong.append(f"{STAGES[stage]}: {role} finds {thing} at {where}")
        if STAGES[stage] in UNCHANGED and where != "mail" and role not in self.fair.bidders:
            said = VARYING.sub("", text)
            if self._before.setdefault((role, where), said) != said:
                self.wrong.append(f"{where} is for {role} not what it was before there were bids")

    def missing(self) -> list[str]:
        """What was granted and found nowhere, though everything was opened while it could be found."""
        return [
            f"{role} does not find {thing} from {STAGES[first]} to {STAGES[last]}"
            for thing, spans in self.table.items() for role, (first, last, must) in spans.items()
            if must and role not in LOOK_ON and (thing, role) not in self._found
            and any(each in WHOLE for each in STAGES[first : last + 1])
        ]  # fmt: skip


def who_looks(stage: int) -> list[str]:
    """The roles that look at a stage."""
    whole = EVERYBODY or STAGES[stage] == WHOLE[-1]  # in consensus it is the experts' turn
    return [each for each in LOOKING if whole or each not in IN_TURN or (IN_TURN.index(each) + stage) % 3 == 0]


@pytest.fixture(params=KINDS if EVERYBODY else ["sqlite"])
def fair(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Fair]:
    with databases.fresh(request.param) as url:
        app = create_app(settings(url, tmp_path))
        app.test_client_class = StandingClient
        travel = Standing()
        travel.move_to(START)
        with app.app_context():
            yield Fair(app, travel)
        travel.go()
        close(app)


@pytest.mark.timeout(7200 if EVERYBODY else 1800)
def test_who_sees_what_at_every_stage(fair: Fair, capsys: Output) -> None:
    search.rebuild()
    sight, watch = Sight(fair.app, fair), Watch(fair, granted())
    for place, stage in enumerate(fair.stages()):
        assert stage == STAGES[place]
        watch.marks = fair.marks()
        if stage == "closed":
            assert not traces(fair.app, *(MARKS[each] for each in SEALED)), "whoever holds database and files"
        sight.open([*LOOKING, *NOT_LOOKING], quiet=stage in ("draft", *UNCHANGED))
        for mail in delivered(fair.app, capsys):
            if role := fair.role_of(mail["To"]):
                watch.read(place, role, "mail", mail["Subject"] + mail["body"])
        while search.catch_up():
            pass
        for turn, role in enumerate(who_looks(place)):
            share, turn = (1, 0) if stage in WHOLE else (4, turn) if stage in UNCHANGED else (12, turn + place)
            for where, text in sight.of(role, share, turn):
                watch.read(place, role, where, text)
    assert not watch.wrong, "\n".join(watch.wrong)
    assert not (missing := watch.missing()), "\n".join(missing)


@pytest.mark.timeout(3600 if EVERYBODY else 900)
@pytest.mark.parametrize("ending", ENDS if EVERYBODY else ["withdrawn"])
def test_who_sees_what_when_it_ends_before_its_time(fair: Fair, capsys: Output, ending: str) -> None:
    search.rebuild()
    sight, watch = Sight(fair.app, fair), Watch(fair, at_the_end(ending))
    bring(fair, ending)
    stage = STAGES.index(ENDS[ending][0])
    watch.marks = fair.marks()
    sight.open([*LOOKING, *NOT_LOOKING], quiet=False)
    delivered(fair.app, capsys)  # what people were told on the way is held against the table above
    while search.catch_up():
        pass
    for turn, role in enumerate(LOOKING if EVERYBODY else ("visitor", "rival", "editor", "judge")):
        for where, text in sight.of(role, *((1, 0) if EVERYBODY else (6, turn))):
            watch.read(stage, role, where, text)
    assert not watch.wrong, "\n".join(watch.wrong)
    assert not EVERYBODY or not (missing := watch.missing()), "\n".join(missing)
