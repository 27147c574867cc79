"""An A4 document, written from top to bottom: headings, paragraphs, pairs, tables, and areas to draw in.

Lengths are millimetres from the upper left corner. The font is Noto Sans SC (data/, SIL Open Font License), of which
each document holds only the characters it uses. The same content at the same ``at`` gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fpdf import FPDF
from fpdf.enums import TextMode

from marketplace.foundation.pdf.breaking import lines

FONT = Path(__file__).parent / "data" / "NotoSansSC-Regular.ttf"
WIDTH, MARGIN, TOP, BOTTOM = 210.0, 18.0, 22.0, 20.0
TEXT_WIDTH = WIDTH - 2 * MARGIN
POINT = 25.4 / 72
LEADING = 1.55
# A stroke around each letter that reads as bold: one weight of a Chinese font is ten megabytes.
BOLD = 0.028
CELL = 1.6
PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255. The names are those of the style sheet."""

    red: int
    green: int
    blue: int


TEXT, MUTE, LINE, INK, TINT = (
    Colour(0x1F, 0x1C, 0x18), Colour(0x65, 0x5E, 0x54), Colour(0xD6, 0xCF, 0xC3), Colour(0x1B, 0x40, 0x68),
    Colour(0xF3, 0xF7, 0xFB),
)  # fmt: skip


class _Sheets(FPDF):
    """Pages with a running head, and their number below."""

    def __init__(self, head: str) -> None:
        super().__init__(format="A4")
        self.head = head

    def header(self) -> None:
        self.set_font("main", size=8)
        self.set_text_color(*MUTE)
        self.set_xy(MARGIN, 10)
        self.cell(TEXT_WIDTH, 5, self.head)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, 16, WIDTH - MARGIN, 16)
        self.set_y(TOP)

    def footer(self) -> None:
        self.set_font("main", size=8)
        self.set_text_color(*MUTE)
        self.set_xy(MARGIN, -14)
        self.cell(TEXT_WIDTH, 5, f"{self.page_no()} / {{nb}}", align="C")


class Area:
    """A piece of a page to draw in; places are given from its upper left corner."""

    width = TEXT_WIDTH

    def __init__(self, paper: Paper, left: float, top: float) -> None:
        self.paper, self.left, self.top = paper, left, top

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: Colour, width: float = 0.25, dash: float = 0
    ) -> None:
        """A line, in dashes of this length where one is given."""
        pdf = self.paper.pdf
        pdf.set_draw_color(*colour)
        pdf.set_line_width(width)
        pdf.set_dash_pattern(dash, dash)
        pdf.line(self.left + x1, self.top + y1, self.left + x2, self.top + y2)
        pdf.set_dash_pattern()

    def shape(self, points: Sequence[tuple[float, float]], fill: Colour, edge: Colour | None = None) -> None:
        """A filled polygon."""
        pdf = self.paper.pdf
        pdf.set_fill_color(*fill)
        pdf.set_draw_color(*(edge or fill))
        pdf.set_line_width(0.25)
        pdf.polygon([(self.left + x, self.top + y) for x, y in points], style="DF")

    def dot(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A filled circle around a place."""
        self.paper.pdf.set_fill_color(*fill)
        self.paper.pdf.circle(self.left + x, self.top + y, radius, style="F")

    def text(self, x: float, y: float, words: str, colour: Colour = MUTE, *, align: str = "left") -> None:
        """Words whose foot stands at ``y``, beginning, ending or centred at ``x``."""
        pdf = self.paper.pdf
        pdf.set_font("main", size=8)
        pdf.set_text_color(*colour)
        shift = {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * self.paper.measure(8)(words)
        pdf.text(self.left + x - shift, self.top + y, words)


class Paper:
    """The document. ``head`` stands at the top of every page; ``language`` as a page says it ("zh-CN", "en")."""

    def __init__(self, title: str, head: str, language: str, at: datetime) -> None:
        self._widths: dict[float, Callable[[str], float]] = {}
        self.english = language.startswith("en")
        self.pdf = _Sheets(head)
        self.pdf.add_font("main", fname=FONT)
        self.pdf.set_margins(MARGIN, TOP, MARGIN)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_title(title)
        self.pdf.set_lang(language)
        self.pdf.set_creation_date(at)
        self.pdf.add_page()

    def finish(self) -> bytes:
        """The document as bytes."""
        return bytes(self.pdf.output())

    def measure(self, size: float) -> Callable[[str], float]:
        """How wide words of this size in points are, in millimetres."""

        if size not in self._widths:

            @cache
            def width(words: str) -> float:
                self.pdf.set_font("main", size=size)
                return self.pdf.get_string_width(words)

            self._widths[size] = width
        return self._widths[size]

    def room(self, height: float) -> None:
        """Go to the next page unless this much is left on the page."""
        if self.pdf.get_y() + height > self.pdf.h - BOTTOM:
            self.pdf.add_page()

    def gap(self, height: float) -> None:
        """Leave some room, but never at the head of a page."""
        if self.pdf.get_y() > TOP:
            self.pdf.set_y(self.pdf.get_y() + height)

    # ---- words ----

    def title(self, words: str, above: str, below: str) -> None:
        """What the document is: small words above, the title, and a line under it."""
        self.paragraph(above, size=9, colour=MUTE)
        self.gap(1)
        self._write(self.broken(words, TEXT_WIDTH, 19), MARGIN, 19, INK, bold=True)
        self._write(self.broken(below, TEXT_WIDTH, 14), MARGIN, 14, INK, bold=False)
        self.gap(2)
        self._rule(INK, 0.6)
        self.gap(1)

    def heading(self, words: str, *, small: bool = False, follows: float = 20) -> None:
        """A heading that stays with the ``follows`` millimetres behind it; the large ones are bookmarks too."""
        size = 10.5 if small else 13
        self.gap(3 if small else 6)
        self.room(size * POINT * LEADING + follows)
        if not small:
            self.pdf.start_section(words)
        self._write([words], MARGIN, size, INK, bold=True)
        self.gap(1)

    def paragraph(self, words: str, *, size: float = 10, colour: Colour = TEXT, bold: bool = False) -> None:
        """Text across the page."""
        self._write(self.broken(words, TEXT_WIDTH, size), MARGIN, size, colour, bold=bold)
        self.gap(0.8)

    def pairs(self, rows: Sequence[tuple[str, str]], label: float = 38) -> None:
        """Label and value side by side."""
        size = 9.5
        for name, words in rows:
            names = self.broken(name, label - 3, size)
            found = self.broken(words, TEXT_WIDTH - label, size)
            self.room(min(max(len(names), len(found)), 4) * size * POINT * LEADING)
            top, page = self.pdf.get_y(), self.pdf.page_no()
            self._write(names, MARGIN, size, MUTE, bold=False)
            below = self.pdf.get_y() if self.pdf.page_no() == page else TOP
            if self.pdf.page_no() == page:
                self.pdf.set_y(top)
            self._write(found, MARGIN + label, size, TEXT, bold=False)
            self.pdf.set_y(max(self.pdf.get_y(), below if self.pdf.page_no() == page else TOP) + 0.8)

    def broken(self, words: str, width: float, size: float) -> list[str]:
        """Words in lines that fit. A Chinese font has full-width quotation marks alone: English gets the plain ones."""
        return lines(words.translate(PLAIN) if self.english else words, width, self.measure(size))

    def _write(self, rows: Sequence[str], left: float, size: float, colour: Colour, *, bold: bool) -> None:
        height = size * POINT * LEADING
        for row in rows:
            self.room(height)
            with self._pen(size, colour, bold=bold):
                self.pdf.set_x(left)
                self.pdf.cell(0, height, row)
            self.pdf.set_y(self.pdf.get_y() + height)

    @contextmanager
    def _pen(self, size: float, colour: Colour, *, bold: bool) -> Iterator[None]:
        with self.pdf.local_context():
            self.pdf.set_font("main", size=size)
            self.pdf.set_text_color(*colour)
            if bold:
                self.pdf.text_mode = TextMode.FILL_STROKE
                self.pdf.set_draw_color(*colour)
                self.pdf.set_line_width(size * POINT * BOLD)
            yield

    # ---- tables ----

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], numbers: Sequence[int] = ()
    ) -> None:
        """A table whose head stands again on each page. ``widths``: shares of the page; ``numbers``: set right."""
        whole = [TEXT_WIDTH * each / sum(widths) for each in widths]
        self._row(header, whole, numbers, head=True)
        for row in rows:
            page = self.pdf.page_no()
            self.room(self._height(row, whole))
            if self.pdf.page_no() != page:
                self._row(header, whole, numbers, head=True)
            self._row(row, whole, numbers, head=False)
        self.gap(1.5)

    def _height(self, row: Sequence[str], widths: Sequence[float]) -> float:
        most = max(len(self.broken(cell, width - 2 * CELL, 8.5)) for cell, width in zip(row, widths, strict=True))
        return most * 8.5 * POINT * LEADING + 2 * CELL

    def _row(self, row: Sequence[str], widths: Sequence[float], numbers: Sequence[int], *, head: bool) -> None:
        height = self._height(row, widths)
        if head:
            self.room(2.5 * height)
        top, left = self.pdf.get_y(), MARGIN
        if head:
            self.pdf.set_fill_color(*TINT)
            self.pdf.rect(MARGIN, top, TEXT_WIDTH, height, style="F")
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            for count, line in enumerate(self.broken(cell, width - 2 * CELL, 8.5)):
                with self._pen(8.5, INK if head else TEXT, bold=head):
                    self.pdf.set_xy(left + CELL, top + CELL + count * 8.5 * POINT * LEADING)
                    words = width - 2 * CELL
                    self.pdf.cell(words, 8.5 * POINT * LEADING, line, align="R" if place in numbers else "L")
            left += width
        self.pdf.set_y(top + height)
        self._rule(LINE, 0.2)

    def _rule(self, colour: Colour, width: float) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(width)
        self.pdf.line(MARGIN, self.pdf.get_y(), WIDTH - MARGIN, self.pdf.get_y())

    # ---- drawings ----

    def area(self, height: float) -> Area:
        """Room of this height across the page, all of it on one."""
        self.room(height)
        found = Area(self, MARGIN, self.pdf.get_y())
        self.pdf.set_y(self.pdf.get_y() + height)
        return found
