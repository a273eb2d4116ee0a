"""What a defect may look like: each change of a piece of code, one at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator

_TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OTHER_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_OTHER_METHODS = {
    "startswith": "endswith",
    "endswith": "startswith",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "partition": "rpartition",
    "rpartition": "partition",
    "removeprefix": "removesuffix",
    "append": "count",
    "add": "discard",
    "union": "intersection",
}


def mutants(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, name, text) of every mutant of a module: docstrings, annotations and messages are no behaviour."""
    tree = ast.parse(text)
    for parent in _behaviour(tree):
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list") or (name == "args" and isinstance(parent, _DEFINED)):
                continue
            for at, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _is_docstring(child):
                    continue
                for kind, changed in mutations(child):
                    _put(parent, name, at, changed)
                    yield getattr(child, "lineno", 0), kind, ast.unparse(ast.fix_missing_locations(tree))
                    _put(parent, name, at, child)


_DEFINED = ast.FunctionDef | ast.Lambda


def _behaviour(tree: ast.Module) -> list[ast.AST]:
    """Return the nodes of functions, and of the tables that a module begins with."""
    tops = [top for top in ast.walk(tree) if isinstance(top, ast.FunctionDef)]
    tables = [top for top in tree.body if isinstance(top, ast.Assign | ast.AnnAssign) and _is_table(top)]
    inside = {id(node) for top in (*tops, *tables) for node in ast.walk(top)} - _annotations((*tops, *tables))
    behaviour = (node for node in ast.walk(tree) if id(node) in inside)
    return [node for node in behaviour if not isinstance(node, ast.JoinedStr) and not _is_docstring(node)]


def _annotations(tops: Iterable[ast.AST]) -> set[int]:
    nodes = (node for top in tops for node in ast.walk(top))
    types = (getattr(node, name, None) for node in nodes for name in ("annotation", "returns"))
    return {id(node) for kind in types if kind is not None for node in ast.walk(kind)}


def _is_table(node: ast.Assign | ast.AnnAssign) -> bool:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return isinstance(target, ast.Name) and target.id.isupper()


def mutations(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a node may become, each with a name."""
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.IfExp | ast.BinOp):
        yield from _conditions(node)
    elif isinstance(node, ast.Call | ast.Name | ast.Attribute):
        yield from _calls(node)
    elif isinstance(node, ast.Set | ast.Tuple | ast.List) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for at in range(len(node.elts)):
            yield "element removed", _without(node, "elts", at)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            yield "filter dropped", _without(node, "ifs", at)


def _statements(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.If | ast.While):
        yield "condition negated", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.If):
        yield "branch never taken", _with(node, test=ast.Constant(False))
        yield "branch always taken", _with(node, test=ast.Constant(True))
    elif isinstance(node, ast.Return) and node.value is not None and not _is_empty(node.value):
        yield "nothing returned", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.AugAssign):
        yield "statement dropped", ast.Pass()
    elif isinstance(node, ast.Continue):
        yield "loop ended", ast.Break()
        yield "statement dropped", ast.Pass()


def _conditions(node: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for other in _TURNED[type(node.ops[0])]:
            yield "comparison turned", _with(node, ops=[other(), *node.ops[1:]])
    elif isinstance(node, ast.BoolOp):
        yield "and/or", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for at in range(len(node.values)):
            yield "operand dropped", _without(node, "values", at)
    elif isinstance(node, ast.IfExp):
        yield "condition negated", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", node.operand
    elif isinstance(node, ast.UnaryOp):
        yield "sign dropped", node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.BitOr | ast.BitAnd):
        yield "right side dropped", node.left
        yield "left side dropped", node.right


def _calls(node: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Call):
        if len(node.args) > 1:
            yield "arguments swapped", _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
        for at, keyword in enumerate(node.keywords):
            if keyword.arg is not None:
                yield "keyword argument dropped", _without(node, "keywords", at)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _OTHER_NAMES:
        yield "other function", _with(node, id=_OTHER_NAMES[node.id])
    elif isinstance(node, ast.Attribute) and node.attr in _OTHER_METHODS:
        yield "other method", _with(node, attr=_OTHER_METHODS[node.attr])


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant changed", ast.Constant(not value)
    elif isinstance(value, int):
        yield "constant changed", ast.Constant(value + 1)
    elif isinstance(value, str) and value:
        yield "text changed", ast.Constant(f"{value}X")


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _without(node: ast.AST, field: str, at: int) -> ast.AST:
    values = getattr(node, field)
    left = [*values[:at], *values[at + 1 :]]
    if isinstance(node, ast.BoolOp) and len(left) == 1:
        return left[0]  # type: ignore[no-any-return]
    if isinstance(node, ast.Set) and not left:
        return ast.Call(ast.Name("set", ast.Load()), [], [])
    return _with(node, **{field: left})


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _put(parent: ast.AST, name: str, at: int, child: ast.AST) -> None:
    value = getattr(parent, name)
    if isinstance(value, list):
        value[at] = child
    else:
        setattr(parent, name, child)
