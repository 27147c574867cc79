#!/usr/bin/env python3
"""核对揭榜案卷 / Check the case file of a challenge. Needs Python 3.8 or later and nothing else.

    python check_casefile.py CASE.zip [--manifest SHA256] [--ledger EXPORT.jsonl]

CASE.zip    the archive, as the site gave it
--manifest  the SHA-256 of its manifest, as the site's history keeps it for every archive that it gave out
--ledger    the whole history of the site, as "marketplace audit verify --export" writes it: every entry of the case
            must stand in it as it is here, and the chain must have ended where the manifest says

Says line by line what holds, and ends with 0 when all of it does, else with 1:
every member has the size and the SHA-256 of the manifest, and there is no other; every entry of history has the hash
of its content, in the order of the chain; what stood is what these entries say; terms, notices, rankings, draws among
equals and what acceptance panels said are the texts whose SHA-256 history kept when they were made; bids are the files
whose SHA-256 stands on their receipts.
"""

import argparse
import hashlib
import json
import sys
import zipfile

COVERED = ("id", "at", "actor", "subject", "action", "reason", "data", "previous")


def sha256(data):
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_of(entry):
    """The hash of an entry of history: of everything but the hash itself."""
    content = {key: entry[key] for key in COVERED}
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def members_hold(packed, manifest, key):
    """Pairs (holds, what was checked) of the archive itself."""
    found = sha256(packed.read("manifest.json"))
    yield not key or found == key, "案卷目录 / manifest " + found
    listed = {each["path"]: each for each in manifest["members"]}
    names = packed.namelist()
    extra = sorted(set(names) ^ {*listed, "manifest.json"})
    what = "没有多余或缺少的文件 / no member missing or extra "
    yield len(names) == len(set(names)) and not extra, what + " ".join(extra)
    for path, each in sorted(listed.items()):
        data = packed.read(path) if path in names else b""
        yield len(data) == each["size"] and sha256(data) == each["sha256"], path


def history_of(packed):
    """The entries, in their order."""
    return [json.loads(line) for line in packed.read("history.jsonl").decode().splitlines()]


def history_holds(entries):
    """Pairs of history: each hash, and the order."""
    broken = [each["id"] for each in entries if digest_of(each) != each["hash"]]
    yield not broken, f"{len(entries)} 条留痕的摘要 / hashes of {len(entries)} entries {broken[:5]}"
    keys = [each["id"] for each in entries]
    yield keys == sorted(set(keys)), "留痕的次序 / the order of history"
    linked = all(
        after["previous"] == before["hash"]
        for before, after in zip(entries, entries[1:])  # noqa: B905, RUF007 - Python 3.8
        if after["id"] == before["id"] + 1
    )
    yield linked, "相邻留痕首尾相接 / neighbouring entries are linked"


def standing(entries):
    """Each object as its entries left it."""
    held = {}
    for each in entries:
        kind, key = each["subject"]
        now = held.setdefault((kind, key), {"kind": kind, "key": key, "state": "", "since": "", "facts": {}})
        _action, _before, after = each["action"]
        if after:
            now["state"], now["since"] = after, each["at"]
        now["facts"].update(each["data"])
    return [held[key] for key in sorted(held)]


def kept(entries, kind, action, name="sha256"):
    """The digests that history kept of objects of a kind when an act was done."""
    return {each["data"][name] for each in entries
            if each["subject"][0] == kind and each["action"][0] == action and name in each["data"]}  # fmt: skip


def texts_hold(packed, entries):
    """Pairs of the texts that were hashed when they were made."""
    sources = (
        ("terms/edition-", kept(entries, "challenge", "publish") | kept(entries, "challenge", "amend")),
        ("notices/N-", kept(entries, "notice", "open")),
        ("scores/ranking-", kept(entries, "ranking", "sign")),
        ("scores/draw-", kept(entries, "tie_draw", "draw")),
        (
            "scores/acceptance-",
            {key for act in ("pass", "pass_partly", "return") for key in kept(entries, "acceptance", act)},
        ),
    )
    for path in sorted(packed.namelist()):
        for start, known in sources:
            if path.startswith(start):
                yield sha256(packed.read(path)) in known, "原文与留痕一致 / as history kept it: " + path
        if path.startswith("bids/") and path.endswith("/receipt.json"):
            receipt = json.loads(packed.read(path).decode())["receipt"]
            file = path.replace("receipt.json", "bid.json")
            if file in packed.namelist():
                yield sha256(packed.read(file)) == receipt["sha256"], "申报与回执一致 / as its receipt says: " + file


def chain_holds(entries, manifest, path):
    """Pairs of the whole history of the site."""
    with open(path, encoding="utf-8") as file:
        whole = {each["id"]: each["hash"] for each in map(json.loads, file)}
    missing = [each["id"] for each in entries if whole.get(each["id"]) != each["hash"]]
    yield not missing, f"每条留痕都在全站留痕中 / every entry stands in the site's history {missing[:5]}"
    last = manifest["ledger"]
    yield whole.get(last["entry"]) == last["hash"], "全站留痕的末端 / the end of the site's history"


def checks(packed, given):
    """Everything."""
    manifest = json.loads(packed.read("manifest.json").decode())
    yield (
        manifest["format"] == "jiyu-case/1",
        "{} {} {}".format(manifest["format"], manifest["challenge"], manifest["as_of"]),
    )
    yield from members_hold(packed, manifest, given.manifest)
    entries = history_of(packed)
    yield from history_holds(entries)
    said = json.loads(packed.read("standing.json").decode())
    yield said == standing(entries), "当时的状态由留痕重算一致 / what stood is what history says"
    yield from texts_hold(packed, entries)
    if given.ledger:
        yield from chain_holds(entries, manifest, given.ledger)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--manifest", default="")
    parser.add_argument("--ledger", default="")
    given = parser.parse_args()
    try:
        with zipfile.ZipFile(given.case) as packed:
            found = list(checks(packed, given))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        print(f"不能核对 / cannot be checked: {error!r}")
        return 1
    for holds, what in found:
        print("{}  {}".format("符合 / holds " if holds else "不符 / FAILS", what))
    return 0 if all(holds for holds, _what in found) else 1


if __name__ == "__main__":
    sys.exit(main())
