"""What is taken out of a bid before an expert reads it: names, papers that name the bidder, properties of documents."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

import pytest

from marketplace.bids.properties import Unstrippable, stripped
from marketplace.scoring.blinding import HIDDEN, content_of, files_of

NAMES = ["安徽某某机器人有限公司", "Anhui Some Robotics", "91340100MA0000001X", "https://some.example"]
PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Author (Zhang San \\(Some\\) Ltd) /Producer <FEFF0041> /Title(x) /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Metadata >>\nstream\n<?xpacket begin='' id='W5M0'?><dc:creator>Zhang San</dc:creator>"
    b"<?xpacket end='w'?>\nendstream\nendobj\n%%EOF"
)


def written(**changes: Any) -> dict[str, Any]:
    given = {
        "approach": "由安徽某某机器人有限公司研制，见 HTTPS://SOME.EXAMPLE", "leader": "张三，总工程师",
        "team": "张三带队，anhui some robotics 12 人", "indicators": {"时长": {"promised": "25", "basis": "张三实测"}},
        "files": [{"kind": "proposal", "name": "某某公司申报书.pdf"}, {"kind": "integrity", "name": "承诺.pdf"},
                  {"kind": "report", "name": "检测.pdf"}],
    }  # fmt: skip
    return {**given, **changes}


def test_no_name_is_left_in_any_field() -> None:
    read = content_of(written(), NAMES)
    said = repr({key: value for key, value in read.items() if key != "files"})
    for name in ("某某机器人", "张三", "SOME", "some robotics"):
        assert name not in said
    assert read["approach"] == f"由{HIDDEN}研制，见 {HIDDEN}"
    assert "leader" not in read
    assert read["indicators"]["时长"] == {"promised": "25", "basis": f"{HIDDEN}实测"}


def test_a_short_or_missing_name_hides_nothing_else() -> None:
    read = content_of(written(leader="王", approach="王工方案"), ["", "a"])
    assert read["approach"] == "王工方案"


def test_files_go_by_their_kind_and_papers_that_name_the_bidder_are_left_out() -> None:
    blind = files_of(written(), blind=True)
    assert [(name.zh, entry["kind"]) for name, entry in blind] == [
        ("揭榜申报书 1", "proposal"),
        ("检测或认证报告 2", "report"),
    ]
    assert next(name.zh for name, _entry in files_of(written(), blind=False)) == "某某公司申报书.pdf"


def test_a_pdf_loses_its_properties_and_keeps_its_offsets() -> None:
    read = stripped(PDF, "application/pdf")
    assert len(read) == len(PDF)
    assert b"Zhang" not in read
    assert b"FEFF" not in read
    assert b"/Pages 2 0 R" in read
    assert read.endswith(b"%%EOF")


def test_an_office_document_loses_its_properties() -> None:
    core = (b'<?xml version="1.0"?><cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>Zhang San</dc:creator>'
            b"</cp:coreProperties>")  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("word/document.xml", b"<w/>")
        made.writestr("docProps/core.xml", core)
    read = stripped(packed.getvalue(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    with zipfile.ZipFile(io.BytesIO(read)) as found:
        assert found.read("word/document.xml") == b"<w/>"
        assert found.read("docProps/core.xml").endswith(b'<cp:coreProperties xmlns:cp="c" xmlns:dc="d"/>')
        assert found.infolist()[0].date_time[0] == 1980, "when it was saved is a property, too"


def test_anything_else_is_left_as_it_is() -> None:
    assert stripped(b"plain text", "text/plain") == b"plain text"
    assert stripped(b"PK broken", "application/zip") == b"PK broken"


def packed(content: bytes, head: bytes, level: int = 6) -> bytes:
    stream = zlib.compress(content, level)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (head, len(stream), stream)


def test_properties_packed_into_object_streams_are_taken_out_and_every_offset_stays() -> None:
    objects = b"1 0 << /Author (Zhang San) /Producer <FEFF5F20> >> " + b"2 0 << /Kids [3 0 R] >> " * 40
    packet = b"<?xpacket begin=''?><dc:creator>Zhang San</dc:creator><?xpacket end='w'?>"
    whole = b"%PDF-1.5\n1 0 obj\n" + packed(objects, b"/Type /ObjStm /N 2 /First 4") + b"\nendobj\n"
    whole += b"2 0 obj\n" + packed(packet, b"/Type /Metadata /Subtype /XML") + b"\nendobj\n"
    page = packed(b"BT (Zhang San) Tj ET", b"/Type /XObject")  # what is printed on a page is the bidder's own text
    read = stripped(whole + page, "application/pdf")
    assert len(read) == len(whole + page)
    assert read.endswith(page)
    streams = [zlib.decompressobj().decompress(each) for each in re.findall(rb"stream\n(.*?)\nendstream", read, re.S)]
    assert [b"Zhang" in each for each in streams] == [False, False, True]
    assert b"/Kids [3 0 R]" in streams[0]


def test_a_pdf_whose_properties_cannot_be_taken_out_is_refused() -> None:
    for whole in (b"%PDF-1.5 trailer << /Encrypt 9 0 R >>",
                  b"<< /Type /ObjStm /Filter /LZWDecode >>\nstream\nx\nendstream",
                  b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\nbroken\nendstream"):  # fmt: skip
        with pytest.raises(Unstrippable):
            stripped(whole, "application/pdf")
    hostile = b"<<>>stream\n" * 200_000 + b"<<" * 200_000  # 2.6 MB that must not take minutes
    assert stripped(hostile, "application/pdf") == hostile
