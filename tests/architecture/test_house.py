"""What is said once stays said once: commits, states, rooms, names; and tests that test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, TESTS, calls, last_name, name, python_files, tree

OURS = python_files(PACKAGE)
TEST_FILES = [path for path in python_files(TESTS) if path.name.startswith("test_")]

ROOMS = frozenset((
    "__init__", "models", "policy", "lifecycle", "queries", "services", "searchdoc", "notify", "forms", "views",
    "capability",
))  # fmt: skip
# Rooms beyond those that every capability may have, each with what it is for. A new one is a decision.
EXTRA_ROOMS: dict[str, dict[str, str]] = {
    "accounts": {
        "figures": "what operators may change about signing in, passwords and sessions",
        "throttle": "slowing down who guesses: attempts, counted and recorded",
        "passwords": "how passwords are kept and which are taken",
        "second_factor": "codes of a device and recovery codes",
        "sessions": "sign-ins: opened, noted, ended",
        "devices": "the device of a session in plain words",
        "links": "signed links of mails",
        "privacy": "the copy of one's own data, and leaving",
        "entry": "what somebody signed in must do first",
        "asking": "what the pages ask of a request: its origin, the keys, the password once more",
        "recovery_views": "pages for a forgotten password",
        "security_views": "pages of password, second factor, address and sessions",
        "privacy_views": "pages of one's own data",
    },
    "listings": {
        "kind": "what a kind of listing (product, scenario) tells the mechanism about itself",
        "loading": "many listings at once, with their history, for imports and the sample",
        "difference": "what changed between two revisions",
        "precheck": "what is still missing and why it matters",
        "wording": "values of a content in words",
        "files": "pictures and files of a listing: taken, shown, served",
        "answers": "days, telephones and addresses as they are typed and kept",
        "desk": "what of listings waits for somebody",
    },
    "organizations": {
        "checks": "what each field can be; the importer asks the same checks",
        "marks": "三首 marks and certificates: what one carries, and until when it is shown",
        "wording": "fields in words, as a reviewer compares them",
        "proposals": "commands on a new identity, which has a life of its own beside the organization's",
        "leaving": "memberships of who wants his data or deletes his account",
        "tree": "the line of parents and subsidiaries: who is in it, and its commands",
    },
    "takeovers": {
        "refusals": "why somebody cannot claim, or an official not approve: a rule, a fact and a next step each",
        "leaving": "claims of who wants his data or deletes his account",
    },
    "members": {"refusals": "why somebody cannot join, invite or leave: a rule, a fact and a next step each"},
    "products": {
        "kind": "what a product is to the shared mechanism",
        "content": "fields of the content in words, pre-check, projection",
        "claims": "the specs step of the form, made from the category",
        "sheet": "what the page, the preview and the comparison show",
        "compare_views": "the page and the file of products side by side",
    },
    "scenarios": {
        "chained": "its part of the chain of a need",
        "kind": "what a scenario is to the shared mechanism",
        "content": "fields of the content in words, pre-check, projection",
        "rows": "requirement and target rows of the form",
        "fitting": "a product's claims against the must-haves",
        "fields": "text fields of the form, as long as their limits allow",
        "answers": "how a form's answers become content",
        "sheet": "what the page and the preview show",
    },
    "panels": {
        "subjects": "what panels judge: the kinds that upper capabilities register",
        "conflicts": "an expert's ties held against the parties; pure",
        "drawing": "the order that a recorded seed fixes; pure",
        "checking": "the conflict check on what the database holds, and what follows from it",
        "conditions": "what upper capabilities demand of a panel",
        "showing": "a panel in words: seats, hits, draws, history",
        "duties": "what of panels waits for somebody",
        "leaving": "what panels hold of a person",
    },
    "scoring": {
        "lots": "equal ranks told apart by lot",
        "leaving": "acts of who wants his data",
        "ranking": "totals and their order in exact arithmetic; pure",
        "marks": "criteria, marks as they are typed, what is missing, what the panel says as a whole",
        "blinding": "what is taken out of a bid before an expert reads it; pure",
        "consensus": "what the panel says at one moment, and what it does about it",
        "consensus_views": "pages behind the last sheet: consensus, ranking, report",
        "showing": "sheets, scores and ranking in words",
        "duties": "what of scoring waits for somebody",
    },
    "chains": {
        "joining": "what every capability tells of a chain, joined: stages, timeline, tree of copies",
        "showing": "a chain in words, for pages, files and programs",
    },
    "cultivation": {
        "evidence": "what a tier rests on, and what its steps demand",
        "showing": "the library in words: lists, files, history, panels",
        "chained": "its part of the chain of a need",
    },
    "pilots": {
        "chained": "its part of the chain of a need",
        "plan": "what both sides agree on: shape, words, gaps, digest",
        "grounds": "what a plan may be begun from: an agreed talk, an awarded challenge",
        "report": "what both sides write and sign at the end",
        "printed": "the report as a PDF",
        "quantiles": "quantiles of chi-square and Student, in pure Python",
        "estimates": "estimates with intervals, and the judgement; pure",
        "judging": "day tallies as results, periods and gaps",
        "plotting": "geometry of the plots; pure",
        "intake": "rows of forms, files and calls as checked readings",
        "packing": "checked readings in little memory; pure",
        "measuring": "commands while a pilot runs",
        "waiting": "whose turn it is",
        "wording": "a pilot in words",
        "items": "a pilot in files and for programs",
        "showing": "what several pages show",
        "panels": "what pilots add to pages below",
        "measuring_views": "pages of readings, incidents and days",
        "report_views": "pages of the report and its verification",
    },
    "sites": {
        "chained": "its part of the chain of a need",
        "content": "what an applicant writes: fields, checklist, gaps, digest",
        "figures": "settings: time limits and weights",
        "precheck": "the pre-check of a whole application",
        "conditions": "what must hold before a step",
        "evaluators": "how panels judge sites",
        "deciding": "commands of the province on an application",
        "running": "commands on a designated site",
        "register": "the public register: question, rows, counts",
        "mapping": "places in the frame of the map",
        "wording": "a site in words",
        "items": "a site in files and for programs",
        "showing": "what several pages show",
        "panels": "what sites add to pages below",
        "leaving": "what sites hold of a person",
        "uploads": "files that come with a form",
        "official_views": "pages of those who decide",
        "statement_views": "the page on which an operator states something",
    },
    "lists": {
        "commands": "import, export and templates on the command line",
        "columns": "what a column is",
        "listing_columns": "columns that products and scenarios share",
        "product_columns": "columns of the product list",
        "scenario_columns": "columns of the scenario list",
        "organization_columns": "columns of the list of organizations",
        "lines": "several values in one cell, written and read without loss",
        "items": "a row of the database as cells",
        "judging": "what is wrong with a row",
        "reading": "Excel and CSV in",
        "writing": "Excel, CSV and JSON out",
        "sheets": "the workbook a person fills in",
    },
    "admin": {
        "frame": "which pages there are, and who opens which",
        "health": "how the parts of the site are",
        "logs": "history in words, asked with filters, as a page and as a file",
        "checks": "checks of the whole history by the worker",
        "messages": "messages that gave up",
        "user_views": "pages of users and organizations",
        "sign_ins": "the log of attempts to sign in",
        "post_views": "pages of posts",
        "system_views": "pages of settings, working days, messages",
        "log_views": "pages of logs and of the history",
    },
    "notices": {
        "window": "the window in working days, and how an objection stops its clock",
        "content": "the kinds of notices, and the shape of their sections",
        "leaving": "objections of who wants his data or deletes his account",
    },
    "challenges": {
        "chained": "its part of the chain of a need",
        "content": "the terms: what is missing, what may change, the text that is frozen",
        "timetable": "the instants, what they must keep to, and what the clock allows",
        "conditions": "what later stages demand before a challenge moves on",
        "addenda": "life and commands of changes after publication",
        "questions": "life and commands of questions and answers, and who is told of them",
        "showing": "a challenge in words",
        "export": "the list as files, and what programs read",
        "leaving": "questions and watches of who wants his data or deletes his account",
    },
    "enquiries": {
        "chained": "its part of the chain of a need",
        "opening": "the two ways into a talk, and why one cannot take them",
        "refusals": "why a talk cannot be opened: a rule, a fact and a next step each",
        "showing": "a talk in words: messages, history, its place on the chain",
        "answers": "the answers to one need side by side",
        "figures": "how far talks came, why not, and how soon an organization answers",
        "uploads": "files of a message, checked before its transaction",
        "opening_views": "pages of the ways in and of the answers, and panels on pages of listings",
    },
    "matching": {
        "weights": "what counts in a match, as one versioned table",
        "scoring": "the judgement of one pair, pure",
        "needs": "many needs in memory, against which one product is judged at a time",
        "keeping": "judging again what changed",
        "gists": "what products said when they were judged",
        "showing": "a pair in words",
    },
    "experts": {
        "content": "fields of a declaration in words, its check, what changed between two",
        "leaving": "what stays and what goes when an expert deletes his account",
        "ties": "an expert's ties over all his declarations: never less than he declared",
    },
    "awards": {
        "ranking": "who may be put into a winner's place, and whose turn it is",
        "stages": "what a challenge demands before it takes a step behind its ranking",
        "carrying": "commands on contract, milestones, later days, payments",
        "concluding": "commands on acceptance, termination, exemption",
        "accepting": "how experts judge an acceptance",
        "accepting_views": "acceptances before the experts drawn for them",
        "feedback": "what a bidder reads of its own bid",
        "casefile": "everything about a challenge as one archive, as it stood on a day",
        "wording": "awards in words: notices, grounds, acts",
        "showing": "what several pages show",
        "panels": "what awards add to pages below",
        "duties": "what waits for whom",
        "leaving": "acts of who wants his data",
        "carrying_views": "pages of one award: contract, milestones, payments",
        "concluding_views": "pages of acceptance and termination",
        "casefile_views": "pages of the case file",
    },
    "bids": {
        "shares": "a secret split into shares (Shamir over GF(256))",
        "codes": "codes on paper that are the private half of a key",
        "envelope": "envelopes and sealed files, bound to their place, of hidden length",
        "receipt": "the bid file, and the signed receipt of it",
        "drafts": "drafts at rest, and the keys that are destroyed when a bid is sealed",
        "content": "the fields of a bid, and what is missing before it can be sealed",
        "terms": "what a challenge says to bidders: until when, under which edition",
        "eligibility": "who may bid: each condition that a machine can check",
        "diary": "what happens to a bid before history may tell of it",
        "drafting": "commands on what is being written",
        "consortium": "commands of a lead and its partners",
        "files": "files of a bid, sealed before any transaction begins",
        "owncopy": "what envelopes are bound to, and the copy that the bidder opens himself",
        "opening": "openers, their codes and shares, the key of a challenge",
        "unsealing": "the opening itself, and reading what was opened",
        "opening_views": "pages of openers and of the public record",
        "properties": "documents without their properties; pure",
        "correcting": "the one correction of papers in the formality check",
        "correcting_views": "pages of the formality check and of the papers it asks for",
        "duties": "what of bids waits for somebody",
        "leaving": "what bids hold of a person, and why an opener stays",
    },
    "workspace": {
        "verification": "an organization, or its new identity, before an official",
        "vetting": "an expert before an official",
    },
    "vocabulary": {"thesaurus": "the table of synonyms as the search reads it"},
    "search": {
        "commands": "index rebuild, check, status on the command line",
        "specs": "conditions on the specs of products",
        "pinyin": "how words are read",
        "suggesting": "typing suggestions, kept with the index",
        "spelling": "what may have been meant",
        "arrivals": "in which order objects came into the search",
    },
    "notifications": {
        "sending": "one mail to one person: composed when its turn comes, handed over, noted",
        "digest": "which daily mails are due",
        "unsubscribe": "the signed link at the end of a mail",
    },
}
# Floors and surfaces are no capabilities: their files are named by what they are about.
NOT_CAPABILITIES = frozenset(["core", "foundation", "web", "reference", "cli", "sample", "api", "site", "translations"])
VAGUE = re.compile(r"^(utils?|helpers?|common|manager|misc|tools?)$")


def test_one_commit() -> None:
    found = [
        f"{name(path)}:{call.lineno}"
        for path in OURS
        if path != PACKAGE / "foundation" / "db.py"
        for call in calls(tree(path))
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("commit", "begin")
    ]
    assert not found, f"only transaction() in foundation/db.py begins and commits: {found}"


# Files that set fields by a name in a variable, and why no state can be among them. Everywhere else it hides a write.
SETS_FIELDS_BY_NAME = {
    "marketplace/organizations/services.py": "the values of a checked form, whose fields are named there",
    "marketplace/challenges/services.py": "the values of a checked form, whose fields are named there",
    "marketplace/scenarios/forms.py": "fields of a form class, one for each site condition of the reference data",
}


def state_writes(module: ast.Module) -> list[int]:
    """Lines that write a state column other than by ``move``: assignment, setattr, bulk update."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [node.lineno for target in targets if isinstance(target, ast.Attribute) and target.attr == "state"]
        elif isinstance(node, ast.Call):
            named = last_name(node.func)
            if named == "setattr" and not (isinstance(node.args[1], ast.Constant) and node.args[1].value != "state"):
                found.append(node.lineno)
            if named == "values" and any(keyword.arg == "state" for keyword in node.keywords):
                found.append(node.lineno)
    return found


def test_one_writer_of_states() -> None:
    mover = PACKAGE / "foundation" / "lifecycle.py"
    assert state_writes(tree(mover)), (
        "foundation/lifecycle.py no longer writes the state: this test looks for the wrong thing"
    )
    found = {name(path): lines for path in OURS if path != mover and (lines := state_writes(tree(path)))}
    found = {path: lines for path, lines in found.items() if path not in SETS_FIELDS_BY_NAME}
    assert not found, f"only move() writes a state, and setattr hides what is written: {found}"


@pytest.mark.parametrize(
    "line",
    ["thing.state = 'x'", "setattr(thing, 'state', 1)", "setattr(thing, column, 1)", "update(T).values(state='x')"],
)
def test_every_way_to_write_a_state_is_seen(line: str) -> None:
    assert state_writes(ast.parse(line)) == [1]


def capabilities() -> list[Path]:
    folders = [path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    return sorted(path for path in folders if path.name not in NOT_CAPABILITIES)


def test_capabilities_have_the_same_rooms() -> None:
    found = []
    for capability in capabilities():
        allowed = ROOMS | set(EXTRA_ROOMS.get(capability.name, {}))
        found += [name(path) for path in capability.glob("*.py") if path.stem not in allowed]
        found += [
            name(path) for path in capability.iterdir() if path.is_dir() and path.name not in ("data", "__pycache__")
        ]
    assert not found, f"not a room of a capability (EXTRA_ROOMS of this test lists the agreed ones): {found}"


def test_names_say_what_is_inside() -> None:
    paths = [*PACKAGE.rglob("*"), *TESTS.rglob("*")]
    found = [name(path) for path in paths if VAGUE.match(path.stem) and "vendor" not in path.parts]
    classes = [
        f"{name(path)}: {node.name}"
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Utils?|Helpers?|Manager)$", node.name)
    ]
    assert not found + classes, f"name it by what it does: {found + classes}"


def test_every_module_says_its_role() -> None:
    found = [name(path) for path in python_files(PACKAGE, TESTS) if not ast.get_docstring(tree(path))]
    assert not found, f"a module begins with one line that says its role: {found}"


def test_the_package_prints_only_on_the_command_line() -> None:
    found = [
        f"{name(path)}:{call.lineno}"
        for path in OURS
        if path.relative_to(PACKAGE).parts[0] != "cli"
        for call in calls(tree(path))
        if last_name(call.func) in ("print", "breakpoint")
    ]
    assert not found
