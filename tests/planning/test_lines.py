"""The COPY lines of the runtime stage: an image has some 127 layers at most, so files of a folder share one."""

import json

import pytest

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.ownership import Ownership
from dockerslim_rewrite.languages.model import RANK_CODE, Artifact
from dockerslim_rewrite.planning.artifacts import RANK_SYSTEM, Link, Wanted
from dockerslim_rewrite.planning.lines import artifact_lines, copied_paths, copy_text, link_line, needs_chmod
from dockerslim_rewrite.planning.model import RuntimeLine
from tests.support import MemoryContext, project_of, replay


def copies(*artifacts: Artifact) -> list[str]:
    ownership = Ownership(replay("FROM alpine\n"), ())
    wanted = [Wanted(artifact, "N07", "", ()) for artifact in artifacts]
    return [line.text for line in artifact_lines("builder", wanted, ownership)]


def code(path: str, is_dir: bool = False) -> Artifact:
    return Artifact(path, is_dir, RANK_CODE, "")


def test_many_files_of_a_folder_share_a_copy() -> None:
    names = [f"/app/page{number}.txt" for number in range(140)]
    assert copies(*map(code, names)) == [f"COPY --from=builder {' '.join(names)} /app/"]


def test_a_copy_is_no_longer_than_buildkit_reads() -> None:
    names = [f"/app/[page]$\u00e9{number}.txt" for number in range(9000)]
    lines = copies(*map(code, names))
    assert 10 < len(lines) < 40
    assert max(len(line.encode()) for line in lines) < 65_535
    assert " ".join(line.split(" ", 2)[2].rsplit(" ", 1)[0] for line in lines).count(" ") == len(names) - 1


def test_neighbours_alone_are_joined() -> None:
    lines = copies(code("/app/a"), code("/app/b"), code("/etc/c"), code("/app/lib", is_dir=True), code("/app/d"))
    assert lines == [
        "COPY --from=builder /app/a /app/b /app/",
        "COPY --from=builder /etc/c /etc/c",
        "COPY --from=builder /app/lib /app/lib",
        "COPY --from=builder /app/d /app/d",
    ]


def test_what_may_be_a_directory_has_a_copy_of_its_own() -> None:
    """A COPY of several sources would pour a directory out."""
    lines = copies(Artifact("/opt/a", False, RANK_SYSTEM, ""), Artifact("/opt/b", False, RANK_SYSTEM, ""))
    assert lines == ["COPY --from=builder /opt/a /opt/a", "COPY --from=builder /opt/b /opt/b"]


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/app/a$b", "/app/a\\$b /app/a\\$b"),
        ("/app/[id].js", "/app/[[]id].js /app/[id].js"),
        ("/app/it's", "/app/it\\'s /app/it\\'s"),
        ('/app/12".txt', '/app/12\\".txt /app/12\\".txt'),
        ("/app/é*", "/app/é* /app/é*"),
    ],
)
def test_what_copy_would_expand_is_escaped(path: str, written: str) -> None:
    assert copies(code(path)) == [f"COPY --from=builder {written}"]


def test_a_name_that_is_no_text_is_counted_too() -> None:
    assert copies(code("/app/\udcff"), code("/app/b")) == ["COPY --from=builder /app/\udcff /app/b /app/"]


@pytest.mark.parametrize("path", ["/app/a b", "/app/a\tb"])
def test_white_space_in_a_path_needs_json(path: str) -> None:
    assert copies(code(path)) == [f"COPY --from=builder {json.dumps([path, path])}"]


@pytest.mark.parametrize(
    "paths",
    [
        ("/a",),
        ("/a", "/b"),
        ("/a b", "/c"),
        ("/a\tb",),
        ("/it's", '/12".txt', "/a$b", "/[id].js", "/a\\b", "/a,b", "/--from=x"),
        ('/my app/it\'s "[x]"', "/c"),
    ],
)
def test_what_is_copied_is_read_back(paths: tuple[str, ...]) -> None:
    text = copy_text("builder", paths, "/to/", "me:us", "755")
    assert copied_paths(RuntimeLine("artifacts", text, "N07")) == paths


def test_other_lines_copy_nothing() -> None:
    assert copied_paths(RuntimeLine("packages", "RUN COPY a b", "N07")) == ()


def test_files_of_the_root_and_of_other_folders() -> None:
    assert copies(code("/a"), code("/b")) == ["COPY --from=builder /a /b /"]
    assert copies(code("/opt/X/a"), code("/opt/X/b")) == ["COPY --from=builder /opt/X/a /opt/X/b /opt/X/"]


def test_links_are_made_again() -> None:
    seen = Evidence("Dockerfile", 2, "ln -s")
    links = [Link("/usr/bin/py thon", "/opt/python", seen, True), Link("/srv/now", "one", seen, False)]
    text = (
        "RUN mkdir -p /usr/bin && ln -sf /opt/python '/usr/bin/py thon'"
        " && mkdir -p /srv && { [ -e /srv/now ] || ln -sf one /srv/now; }"
    )
    assert link_line(links) == RuntimeLine("directories", text, "D09")


def test_who_needs_modes_that_copy_does_not_give() -> None:
    lines = "RUN mkdir -p /own /other /open /sticky && chown app:staff /own && chmod 2755 /sticky\n"
    project = project_of(f"FROM golang:1.24\n{lines}RUN chmod 775 /own /other && chmod 777 /open\n", MemoryContext({}))
    ownership = Ownership(project.facts, project.effects)
    needed = {
        user: [path for path in ("/own", "/other", "/open", "/sticky") if needs_chmod(path, ownership, user)]
        for user in ("", "root", "app", "app:staff", "staff")
    }
    assert needed == {
        "": ["/sticky"],
        "root": ["/sticky"],
        "app": ["/other", "/open", "/sticky"],
        "app:staff": ["/other", "/open", "/sticky"],
        "staff": ["/own", "/other", "/open", "/sticky"],
    }
