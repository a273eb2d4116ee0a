"""A tag that moves from one Debian release to the next, and a runtime stage of one of them (D20)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence, StageFacts
from dockerslim_rewrite.knowledge.images import possible_releases
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.knowledge.releases import debian_order
from dockerslim_rewrite.languages.model import NeedLibc, Note, replaced_line
from dockerslim_rewrite.planning.model import Decision
from dockerslim_rewrite.planning.needs import Requirement


class Pin(Struct, frozen=True):
    """What is put into FROM, in place of the file's text from `start` to `end`, so that the builder has the runtime's
    release."""

    start: int
    end: int
    text: str
    decision: Decision


def settle_release(
    facts: StageFacts, requirements: Iterable[Requirement], image: BaseImage | None
) -> Pin | Note | None:
    """Return what to do about a builder that may be newer than the runtime stage's C library.

    A binary runs on the C library that it was linked with and on later ones, so nothing is to be done when the runtime
    is at least as new as every release that the tag may stand for. A tag with a version gets the release; `latest`, or
    no tag, becomes the release, which moves on as well. Others are left to their author: `1`, a digest, an ARG's value.
    """
    base = facts.base
    tied = any(isinstance(item.need, NeedLibc) and item.need.libc == "glibc" for item in requirements)
    if not tied or base is None or image is None or image.family == base.family:
        return None
    releases = possible_releases(base)
    newer = [release for release in releases if debian_order(release) > debian_order(image.release)]
    if base.release_stated or not newer:
        return None
    line = facts.stage.from_.line
    text = f"{base.ref.text} does not name its Debian release, and may be {newer[-1]}"
    written, offset = facts.stage.base, facts.stage.from_.value.find(facts.stage.base)
    latest = base.ref.tag in (None, "", "latest")
    known = written == base.ref.text and base.ref.digest is None and image.release in releases
    if known and (latest or base.version.count(".")):
        end = facts.stage.from_.value_map.span(0, offset + len(written)).end
        start = end - len(":latest") if latest and base.ref.tag else end
        summary = f"the builder is pinned to {image.release}, the release of {image.ref.text}: {text}"
        evidence = (Evidence("knowledge/images.toml", 0, f"{base.ref.text}: {', '.join(releases)}"),)
        changes = (replaced_line(facts.stage.from_),) if start < end else ()
        decision = Decision("D20", summary, evidence, Confidence.HIGH, Applicability.SAFE, changes)
        return Pin(start, end, f":{image.release}" if latest else f"-{image.release}", decision)
    advice = f"write {base.ref.name}:{base.version or '<version>'}-{image.release} to keep both stages together"
    return Note("D20", line, f"{text}, while {image.ref.text} is {image.release}: {advice}")
