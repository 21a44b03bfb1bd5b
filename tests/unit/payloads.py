"""The nasty texts and file names of the torture corpus, read out of the script that makes it."""

import ast
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "shared" / "tools" / "faults" / "make_torture.py"
# Enough of them for a checkout that has no such script beside it.
_FEW = {
    "sql": "'; DROP TABLE tracks;--", "csv_eq": '=HYPERLINK("http://127.0.0.1:9/?"&A1,"x")', "csv_minus": "-2+3",
    "csv_quote": 'a","b\n"c', "rtl": "\u202egnp.3pm", "nfd": "Cafe\u0301", "newline": "Rock\nJazz",
    "xml": "]]><!-- & <x>", "sep_semicolon": "Rock; Jazz", "sharp_s": "Straße", "tab": "a\tb",
}  # fmt: skip


def payloads() -> dict[str, str]:
    """Return the texts by name."""
    (call,) = _assigned("pay") or (None,)
    if call is None:
        return _FEW
    assert isinstance(call, ast.Call)
    return {str(each.arg): str(_value(each.value)) for each in call.keywords}


def file_names() -> list[str]:
    """Return the names of files."""
    (names,) = _assigned("names") or (None,)
    return [f"{value}.flac" for value in ("a b", "#a", "file:x", "ü")] if names is None else list(_value(names))


def _assigned(name: str) -> list[ast.expr]:
    if not SCRIPT.exists():
        return []
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
    return [each.value for each in assigned if [ast.unparse(target) for target in each.targets] == [name]][:1]


def _value(node: ast.expr) -> object:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _value(node.left) * _value(node.right)  # type: ignore[operator]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _value(node.left) + _value(node.right)  # type: ignore[operator]
    if isinstance(node, ast.List):
        return [_value(each) for each in node.elts]
    return ast.literal_eval(node)
