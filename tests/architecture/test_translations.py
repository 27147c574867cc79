"""Every word on screen goes through gettext, and every one has its English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from marketplace.web.languages import CATALOGUES, PACKAGE, TEMPLATES, english_messages, extract_messages

pytestmark = pytest.mark.translations

CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
SAYS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "Text"}
# Files of the web floor and above, where people are spoken to. Lower floors carry core Texts.
SPEAKING = ("views.py", "forms.py", "capability.py", "notify.py")


def ids(message: Message) -> str | tuple[str, ...]:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def forms_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


ENGLISH = {ids(message): message for message in english_messages() if message.id}
USED = extract_messages()


def test_there_are_messages() -> None:
    assert len(USED) > 200


def test_every_message_has_its_english() -> None:
    missing = {key: places for key, places in USED.items() if key not in ENGLISH or not all(forms_of(ENGLISH[key]))}
    assert not missing, "\n".join(f"{places[0]}: {key}" for key, places in missing.items())


def test_no_english_is_left_over() -> None:
    left = sorted(str(key) for key in ENGLISH.keys() - USED.keys())
    assert not left, "no template or code says these any more: " + ", ".join(left)


def test_no_english_is_fuzzy_or_still_chinese() -> None:
    assert not [key for key, message in ENGLISH.items() if message.fuzzy]
    # a sample query may stay Chinese: it is what people type
    chinese = {key for key, message in ENGLISH.items() if any(CHINESE.search(form) for form in forms_of(message))}
    assert chinese <= {"例如：变电站巡检、负载 20 kg、S-2026-000048"}


def test_placeholders_agree_and_can_be_filled() -> None:
    for key, message in ENGLISH.items():
        sources = [key] if isinstance(key, str) else list(key)
        wanted = set(PLACEHOLDER.findall(sources[-1]))
        for form in [*sources, *forms_of(message)]:
            assert set(PLACEHOLDER.findall(form)) == wanted, f"{sources[-1]} / {form}"
            form % dict.fromkeys(wanted, 1)  # a lone % would raise when the message is drawn


def test_catalogue_files_name_no_message_twice() -> None:
    for path in CATALOGUES.glob("*.po"):
        found = re.findall(r"^msgid (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        twice = {each for each in found if found.count(each) > 1}
        assert not twice, f"{path.name}: {twice}"


def test_templates_hold_no_chinese_outside_gettext() -> None:
    """A language's own name is the one exception: it reads the same in every language."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for text, line in spoken(tree):
            if CHINESE.search(text.replace("中文", "")):
                found.append(f"{path.relative_to(TEMPLATES)}:{line}: {text.strip()}")
    assert not found, "\n".join(found)


def spoken(node: nodes.Node) -> Iterator[tuple[str, int]]:
    """What a template says by itself: its markup, and strings that are not an argument of gettext."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAYS:
        for keyword in node.kwargs:
            yield from spoken(keyword)
        return
    if isinstance(node, nodes.TemplateData):
        yield node.data, node.lineno
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value, node.lineno
    for child in node.iter_child_nodes():
        yield from spoken(child)


def speaking_files() -> list[Path]:
    web = PACKAGE / "web"
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.name in SPEAKING or web in path.parents]


@pytest.mark.parametrize("path", speaking_files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_code_that_speaks_does_so_through_gettext(path: Path) -> None:
    found = [
        f"{line}: {text}"
        for text, line in said(ast.parse(path.read_text(encoding="utf-8")))
        if CHINESE.search(text) and (path.name, text) not in WRITTEN_OUT
    ]
    assert not found, "\n".join(found)


# How money, the clock and official days are written in Chinese; the English stands on the line above.
WRITTEN_OUT = {("languages.py", " 万元"), ("languages.py", "（北京时间）"), ("languages.py", "y年M月d日")}


def said(node: ast.AST) -> Iterator[tuple[str, int]]:
    """String literals that are neither a docstring nor an argument of gettext or Text."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in SAYS:
            for keyword in node.keywords:
                if not isinstance(keyword.value, ast.Constant):
                    yield from said(keyword.value)
            return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, node.lineno
        return
    body = getattr(node, "body", None)
    skipped = None
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        skipped = body[0]
    for child in ast.iter_child_nodes(node):
        if child is not skipped:
            yield from said(child)
