"""No text of data reaches a widget but as plain text: tags of files may hold markup and links."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "tagstudio" / "gui").rglob("*.py"))
# What draws or opens markup, or asks Qt to guess.
MARKUP = {
    "AutoText", "MarkdownText", "QTextBrowser", "QTextDocument", "QTextEdit", "QWebEngineView", "RichText",
    "insertHtml", "linkActivated", "openUrl", "setHtml", "setMarkdown", "setOpenExternalLinks",
}  # fmt: skip
# Names that hold our own words in ``button(text, ..., tip=...)`` and its like.
OUR_OWN = {"tip", "name", "key"}


def _is_our_text(node: ast.expr) -> bool:
    """Tell whether a tooltip is a text of ours, or made safe by ``plain_tip``."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) == "plain_tip"
    if isinstance(node, ast.JoinedStr):
        inner = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
        return all(isinstance(each, ast.Name) and each.id in OUR_OWN for each in inner)
    if isinstance(node, ast.IfExp):
        return _is_our_text(node.body) and _is_our_text(node.orelse)
    # A constant of a module is a text of ours as well.
    is_ours = isinstance(node, ast.Name) and (node.id in OUR_OWN or node.id.isupper())
    return isinstance(node, ast.Constant) or is_ours


def faults_of(tree: ast.Module) -> Iterator[str]:
    """Yield what could show data as markup."""
    module = ast.unparse(tree)
    local = {id(node.func) for node in ast.walk(tree) if _opens_own_folder(node)}
    for node in ast.walk(tree):
        if id(node) in local:
            continue
        if isinstance(node, ast.Attribute | ast.Name) and getattr(node, "attr", getattr(node, "id", "")) in MARKUP:
            yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Call):
            yield from _of_call(node, module)


def _opens_own_folder(node: ast.AST) -> TypeGuard[ast.Call]:
    """Tell whether something local is opened, which is no link out of data."""
    return isinstance(node, ast.Call) and ast.unparse(node).startswith("QDesktopServices.openUrl(QUrl.fromLocalFile(")


def _of_call(call: ast.Call, module: str) -> Iterator[str]:
    name = ast.unparse(call.func).rpartition(".")[2]
    if name in ("setToolTip", "showText", "setWhatsThis", "setStatusTip"):
        text = call.args[1] if name == "showText" else call.args[0]
        if not _is_our_text(text):
            yield f"{call.lineno}: {ast.unparse(call)} shows data that may be markup: use plain_tip"
    elif name == "QLabel":
        is_fixed = bool(call.args) and isinstance(call.args[0], ast.Constant)
        if not is_fixed and "PlainText" not in module:
            yield f"{call.lineno}: {ast.unparse(call)} guesses what is markup: use plain_label"


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_window_shows_data_as_plain_text_only(module):
    assert sorted(set(faults_of(ast.parse(module.read_text("utf-8"))))) == []


@pytest.mark.parametrize(
    "line",
    [
        "label.setToolTip(track.title)",
        "label.setToolTip(f'about {track.title}')",
        "QToolTip.showText(where, track.title, self)",
        "made = QLabel(track.title)",
        "label.setTextFormat(Qt.TextFormat.RichText)",
        "label.setOpenExternalLinks(True)",
        "QDesktopServices.openUrl(url)",
    ],
)
def test_the_guard_of_plain_text_notices(line):
    assert list(faults_of(ast.parse(f"def show(track):\n    {line}\n")))


@pytest.mark.parametrize(
    "line",
    [
        "label.setToolTip('Volume')",
        "label.setToolTip(plain_tip(track.title))",
        "QDesktopServices.openUrl(QUrl.fromLocalFile(folder))",
    ],
)
def test_the_guard_of_plain_text_lets_our_own_words_pass(line):
    assert not list(faults_of(ast.parse(f"def show(track):\n    {line}\n")))
