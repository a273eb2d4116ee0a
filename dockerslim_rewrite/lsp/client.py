"""What the client at the other end can do."""

from __future__ import annotations

from lsprotocol.types import ClientCapabilities, MarkupKind
from msgspec import Struct


class Client(Struct, frozen=True):
    """The capabilities that change an answer. `previews` is stated by our own editor extensions."""

    pulls: bool = False
    refreshes: bool = False
    resolves_edit: bool = False
    shows_disabled: bool = False
    annotates: bool = False
    versions: bool = False
    markdown: bool = False
    configures: bool = False
    watches: bool = False
    shows_documents: bool = False
    previews: bool = False


def read_client(capabilities: ClientCapabilities, *, previews: bool) -> Client:
    """Read the capabilities; what is absent is False."""
    document, workspace, window = capabilities.text_document, capabilities.workspace, capabilities.window
    action = document.code_action if document else None
    hover = document.hover if document else None
    edit = workspace.workspace_edit if workspace else None
    resolve = action.resolve_support if action else None
    diagnostics = workspace.diagnostics if workspace else None
    watched = workspace.did_change_watched_files if workspace else None
    shows = window.show_document if window else None
    return Client(
        pulls=bool(document and document.diagnostic),
        refreshes=bool(diagnostics and diagnostics.refresh_support),
        resolves_edit=bool(resolve and "edit" in resolve.properties and action and action.data_support),
        shows_disabled=bool(action and action.disabled_support),
        annotates=bool(edit and edit.change_annotation_support),
        versions=bool(edit and edit.document_changes),
        markdown=bool(hover and hover.content_format and MarkupKind.Markdown in hover.content_format),
        configures=bool(workspace and workspace.configuration),
        watches=bool(watched and watched.dynamic_registration),
        shows_documents=bool(shows and shows.support),
        previews=previews,
    )
