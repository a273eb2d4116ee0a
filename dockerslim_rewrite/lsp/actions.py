"""The code actions: one rewrite for each base that the evidence allows, and two quick fixes for each message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lsprotocol.types import AnnotatedTextEdit as AnnotatedEdit
from lsprotocol.types import (
    ChangeAnnotation,
    CodeAction,
    CodeActionContext,
    CodeActionDisabled,
    CodeActionKind,
    CodeActionTriggerKind,
    Command,
    Diagnostic,
    OptionalVersionedTextDocumentIdentifier,
    Position,
    Range,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)
from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.lsp.analysis import Analysis, Variant
from dockerslim_rewrite.lsp.client import Client
from dockerslim_rewrite.lsp.diagnostics import SOURCE, split_line
from dockerslim_rewrite.lsp.edits import Change, line_changes
from dockerslim_rewrite.lsp.positions import LineIndex
from dockerslim_rewrite.outcome import Refused, Rewritten
from dockerslim_rewrite.planning.model import Decision, Options
from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.decisions import decision_path

PREVIEW = "dockerslim.preview"
EXPLAIN = "dockerslim.explain"
_REVIEW = "review"
# The fields of `Options` in which the offered rewrites differ.
_CHOSEN = {"runtime": str, "unsafe": bool, "optimize": bool}


class Target(Struct, frozen=True):
    """The document that actions are for: `version` is the one that was analysed."""

    uri: str
    version: int
    analysis: Analysis
    index: LineIndex
    client: Client


def list_actions(target: Target, where: Range, context: CodeActionContext) -> list[CodeAction]:
    """Return the actions for a range.

    Rewrites are offered on FROM, for the whole file, and wherever they are asked for.
    """
    actions: list[CodeAction] = []
    if _wants(context, CodeActionKind.RefactorRewrite) and _is_asked(target, where, context):
        actions += _rewrites(target)
    if _wants(context, CodeActionKind.QuickFix):
        for diagnostic in context.diagnostics:
            if diagnostic.source == SOURCE and isinstance(diagnostic.code, str):
                actions += _quick_fixes(target, diagnostic, diagnostic.code)
    return actions


def resolve_action(target: Target, action: CodeAction) -> CodeAction | None:
    """Return the action with its edit for the analysed text, or None when that text has no such rewrite any more."""
    options = read_options(action.data, target.analysis.options)
    variant = next((entry for entry in target.analysis.variants if entry.options == options), None)
    if variant is None:
        return None
    action.edit = _edit_of(target, variant)
    return action


def read_options(data: object, base: Options) -> Options | None:
    """Read the options out of an action's data or a command's argument; None when it is neither.

    What an action does not choose is as in `base`.
    """
    given = data.get("options") if isinstance(data, Mapping) else None
    if not isinstance(given, Mapping) or any(type(given.get(name)) is not kind for name, kind in _CHOSEN.items()):
        return None
    return replace(base, **{name: given[name] for name in _CHOSEN})


def _wants(context: CodeActionContext, kind: CodeActionKind) -> bool:
    return context.only is None or any(
        not asked or kind.value == asked or kind.value.startswith(f"{asked}.") for asked in map(_name, context.only)
    )


def _name(kind: CodeActionKind | str) -> str:
    return str(kind.value) if isinstance(kind, CodeActionKind) else kind


def _is_asked(target: Target, where: Range, context: CodeActionContext) -> bool:
    """A light bulb on every line would be noise: unasked, rewrites are offered on FROM only."""
    if context.only or context.trigger_kind is CodeActionTriggerKind.Invoked:
        return True
    if where.start == Position(0, 0) and target.index.offset(where.end) >= len(target.analysis.text.rstrip()):
        return True
    outcome = target.analysis.outcome
    line = split_line(target.analysis, outcome.plan) - 1 if isinstance(outcome, Rewritten) else -1
    return where.start.line <= line <= where.end.line


def _rewrites(target: Target) -> Iterator[CodeAction]:
    variants = target.analysis.variants
    for variant in variants:
        action = CodeAction(
            title=printable(variant.title),
            kind=CodeActionKind.RefactorRewrite,
            is_preferred=variant.preferred or None,
            data=_data(target, variant.options),
        )
        if not target.client.resolves_edit:
            action.edit = _edit_of(target, variant)
        yield action
    if variants and (target.client.previews or target.client.shows_documents):
        title = "Preview multi-stage build"
        command = Command(title, PREVIEW, arguments=[target.uri, _data(target, variants[0].options)])
        yield CodeAction(title=title, kind=CodeActionKind.RefactorRewrite, command=command)
    if not variants and target.client.shows_disabled and isinstance(target.analysis.outcome, Refused):
        blocker = target.analysis.outcome.blockers[0]
        reason = printable(f"[{blocker.code}] line {blocker.line}: {blocker.message}")
        yield CodeAction(
            title="Convert to multi-stage build",
            kind=CodeActionKind.RefactorRewrite,
            disabled=CodeActionDisabled(reason),
        )


def _data(target: Target, options: Options) -> dict[str, Any]:
    return {"uri": target.uri, "version": target.version, "options": {name: getattr(options, name) for name in _CHOSEN}}


def _edit_of(target: Target, variant: Variant) -> WorkspaceEdit:
    changes = line_changes(target.analysis.text, variant.outcome.text)
    note = _annotation(variant.review) if variant.review and target.client.annotates else None
    edits = [_text_edit(target, change, annotated=note is not None) for change in changes]
    return _workspace_edit(target, edits, note)


def _text_edit(target: Target, change: Change, *, annotated: bool) -> TextEdit | AnnotatedEdit:
    where = target.index.range(change.start, change.end)
    return AnnotatedEdit(_REVIEW, where, change.text) if annotated else TextEdit(where, change.text)


def _annotation(review: tuple[Decision, ...]) -> ChangeAnnotation:
    """All edits of a rewrite are confirmed as one: half a rewrite would be a broken file."""
    title = f"Multi-stage build: {len(review)} {'decision needs' if len(review) == 1 else 'decisions need'} a review"
    description = printable("; ".join(f"[{entry.code}] {entry.summary}" for entry in review))
    return ChangeAnnotation(title, needs_confirmation=True, description=description)


def _workspace_edit(
    target: Target, edits: list[TextEdit | AnnotatedEdit], note: ChangeAnnotation | None = None
) -> WorkspaceEdit:
    if not target.client.versions:
        return WorkspaceEdit(changes={target.uri: [TextEdit(edit.range, edit.new_text) for edit in edits]})
    document = OptionalVersionedTextDocumentIdentifier(target.uri, target.version)
    annotations = {_REVIEW: note} if note is not None else None
    return WorkspaceEdit(document_changes=[TextDocumentEdit(document, [*edits])], change_annotations=annotations)


def _quick_fixes(target: Target, diagnostic: Diagnostic, code: str) -> Iterator[CodeAction]:
    dockerfile = target.analysis.dockerfile
    first = dockerfile.instructions[0].span.start if dockerfile.instructions else 0
    comment = f"# dockerslim: ignore={printable(code)}{dockerfile.newline}"
    edit = TextEdit(target.index.range(first, first), comment)
    yield CodeAction(
        title=f"Ignore {code} in this file",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        edit=_workspace_edit(target, [edit]),
    )
    if decision_path(code) is not None:
        title = f"Explain {code}"
        command = Command(title, EXPLAIN, arguments=[code])
        yield CodeAction(title=title, kind=CodeActionKind.QuickFix, diagnostics=[diagnostic], command=command)
