"""On whose behalf something is read: whoever takes a viewer asks it, or hands it on, or does not take it."""

import ast
from collections.abc import Iterator

from tests.house.checkout import tracked

PRODUCT = ("regions/*.py", "deployments/*.py", "dashboard/*.py")
TOOLS = ("dashboard/demo/", "dashboard/bench/")


def test_whoever_takes_a_viewer_reads_it():
    assert [place for place, name, function in _takers() if not _reads(function, name)] == []


def test_many_do():
    """The walk finds what it looks for."""
    assert len(list(_takers())) > 50


def _takers() -> Iterator[tuple[str, str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, text in tracked(*PRODUCT):
        if path.startswith(TOOLS):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                    if _is_viewer(argument):
                        yield f"{path}:{node.lineno} {node.name}", argument.arg, node


def _is_viewer(argument: ast.arg) -> bool:
    return argument.arg == "viewer" or (argument.annotation is not None and "Viewer" in _names(argument.annotation))


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _reads(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    found = (node for statement in function.body for node in ast.walk(statement))
    return any(isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load) for one in found)
