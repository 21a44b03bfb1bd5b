"""Rules no linter has: every module says what it is, the glossary's words are used, and nothing runs foreign code."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "tagstudio").rglob("*.py"))
SCRIPTS = sorted((ROOT / "tools").rglob("*.py"))

# GLOSSARY.md, the column "not"; Qt's own words (item, source, label of a widget) and language words (class) stay.
AVOIDED = {
    "annotation", "catalog", "centroid", "chunk", "classifier", "heatmap", "prediction", "song",
}  # fmt: skip
FOREIGN = {"type_annotation_map"}  # names that a library prescribes
TERMS_OF_A_FORMAT = {"riff.py": {"chunk"}}
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "yaml"}
UNSAFE_CALLS = {"eval", "exec", "os.system", "os.popen", "torch.load", "np.load", "numpy.load"}


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"), filename=str(module))


def _name(module: Path) -> str:
    return module.relative_to(ROOT).as_posix()


def _names_given(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every identifier this project chose itself, with its line; foreign names are only ever used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


def _is_avoided(identifier: str, module: str = "") -> bool:
    # snake_case and CamelCase are split; a plural counts as its singular.
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)
    avoided = AVOIDED - TERMS_OF_A_FORMAT.get(module, set())
    return identifier not in FOREIGN and any(word.lower().removesuffix("s") in avoided for word in words)


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _unsafe(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.partition(".")[0] in UNSAFE_MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in UNSAFE_MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            yield from _unsafe_call(node)


def _unsafe_call(call: ast.Call) -> Iterator[str]:
    name = _called(call)
    flags = {each.arg: each.value for each in call.keywords}
    if name in UNSAFE_CALLS:
        yield name
    for risky in ("shell", "allow_pickle"):
        if risky in flags and not (isinstance(flags[risky], ast.Constant) and flags[risky].value is False):
            yield f"{name}({risky}=...)"


@pytest.mark.parametrize("module", [*MODULES, *SCRIPTS], ids=_name)
def test_every_module_says_what_is_in_it(module):
    docstring = ast.get_docstring(_tree(module))
    assert docstring, "give it a docstring of one line"
    assert docstring.splitlines()[0].endswith("."), "the first line is a sentence"


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_words_the_glossary_avoids_name_nothing(module):
    names = _names_given(_tree(module))
    found = [f"{line}: {name}" for name, line in names if _is_avoided(name, module.name)]
    assert not found


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_nothing_unpickles_evaluates_or_calls_a_shell(module):
    assert not list(_unsafe(_tree(module)))


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "torch.load(file)",
        "np.load(file)",
        "np.savez(file, a, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
    ],
)
def test_the_guard_against_foreign_code_notices(line):
    assert list(_unsafe(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["def add_song(): ...", "class TagClassifier: ...", "chunks = 1", "self.predictions = 1"]
)
def test_the_guard_of_the_glossary_notices(line):
    assert any(_is_avoided(name) for name, _ in _names_given(ast.parse(line)))
