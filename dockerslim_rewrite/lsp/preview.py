"""Files in a folder of their own that editors without our extension can open beside the Dockerfile."""

from __future__ import annotations

import shutil
import tempfile
from hashlib import sha256
from pathlib import Path, PurePosixPath


class Previews:
    """A temporary folder, made when first needed; one file for each previewed document."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def write(self, uri: str, text: str) -> Path:
        """Write a document's rewrite and return its file; the name keeps the editor's syntax colouring."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="dockerslim-"))
        folder = self._folder / sha256(uri.encode()).hexdigest()[:12]
        folder.mkdir(exist_ok=True)
        name = PurePosixPath(uri).name or "Dockerfile"
        path = folder / (name if name.lower().endswith("file") else f"{name}.Dockerfile")
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def remove(self) -> None:
        """Delete the folder."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
