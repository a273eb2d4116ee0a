"""The parts of the `verify` command: counting, edits, noise, names, what is lacking, the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.verify.bake import target_names
from dockerslim_rewrite.verify.base_env import base_changes
from dockerslim_rewrite.verify.check import Check, Smoke, exposed_port, make_conditions
from dockerslim_rewrite.verify.config import read_config
from dockerslim_rewrite.verify.difference import Difference
from dockerslim_rewrite.verify.edit import Edit, choose_edit, copy_context
from dockerslim_rewrite.verify.engine import Engine, EngineError, Layer
from dockerslim_rewrite.verify.lacking import Lacking
from dockerslim_rewrite.verify.measure import Numbers, Rebuild, align, changed_layers
from dockerslim_rewrite.verify.noise import choose_mask, masked
from dockerslim_rewrite.verify.observe import Answer, Observation
from dockerslim_rewrite.verify.packages import DATABASES, count_language_packages, count_os_packages
from dockerslim_rewrite.verify.page import proof_page
from dockerslim_rewrite.verify.proof import Job, Proof, Side
from dockerslim_rewrite.verify.report import proof_data, proof_text
from dockerslim_rewrite.verify.session import Session
from dockerslim_rewrite.verify.tree import Tree, read_tree
from tests.verify.fake_engine import FakeEngine, export


@pytest.fixture
def fake(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "engine")


def tree_of(fake: FakeEngine, files: dict[str, str], links: dict[str, str] | None = None) -> Tree:
    export(fake, files, links)
    with Session(Engine(str(fake.path))) as session:
        return read_tree(session, "image", DATABASES)


def test_tree_follows_links(fake: FakeEngine) -> None:
    tree = tree_of(
        fake, {"usr/": "", "usr/lib/": "", "usr/lib/libc.so": "x"}, {"lib": "usr/lib", "a": "/lib/../b", "b": "a"}
    )
    assert tree.holds("/lib/libc.so") and tree.holds("/usr/lib") and tree.holds("/")
    assert tree.resolve("/lib/libc.so") == "/usr/lib/libc.so"
    assert not tree.holds("/lib/libm.so") and not tree.holds("/a")


def test_an_export_that_is_cut_short(fake: FakeEngine) -> None:
    fake.answer("export", stdout="no archive")
    with Session(Engine(str(fake.path))) as session, pytest.raises(EngineError, match="export"):
        read_tree(session, "image")


DPKG = "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: deinstall ok config-files\n"


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"var/lib/dpkg/status": DPKG}, 1),
        ({"var/lib/dpkg/status.d/tzdata": "Package: tzdata\n", "var/lib/dpkg/status.d/tzdata.md5sums": "x"}, 1),
        ({"lib/apk/db/installed": "C:x\nP:musl\n\nC:y\nP:busybox\n"}, 2),
        ({"bin/app": "x"}, 0),
        ({"var/lib/rpm/": "", "var/lib/rpm/rpmdb.sqlite": "x"}, None),
    ],
)
def test_os_packages(fake: FakeEngine, files: dict[str, str], count: int | None) -> None:
    assert count_os_packages(tree_of(fake, files)) == count


def test_language_packages() -> None:
    packages = {
        "/app/node_modules/a/package.json",
        "/app/node_modules/@s/b/package.json",
        "/usr/lib/python3/site-packages/x-1.dist-info/METADATA",
        "/go/pkg/mod/cache/download/example.com/m/@v/v1.0.0.zip",
    }
    others = {"/app/package.json", "/app/node_modules/a/lib/package.json", "/go/pkg/mod/cache/download/m/@v/list"}
    assert count_language_packages(Tree(frozenset(packages | others), frozenset())) == 4


def test_layers_are_aligned_from_the_top() -> None:
    history = [Layer(100, "base"), Layer(0, "CMD x"), Layer(0, "WORKDIR /app"), Layer(7, "COPY . ."), Layer(0, "ENV A")]
    assert align(history, 3) == [100, 0, 7]
    assert align(history, 4) == [0, 100, 0, 7]
    assert align(history, 2) == [0, 7]


def test_changed_layers(fake: FakeEngine) -> None:
    fake.answer("image", "inspect", "before", stdout='[{"RootFS": {"Layers": ["a", "b", "c"]}}]')
    fake.answer("image", "inspect", "after", stdout='[{"RootFS": {"Layers": ["a", "x", "c", "y"]}}]')
    fake.answer("history", stdout="4\tCOPY y\n3\tCOPY c\n2\tCOPY x\n1\tbase\n")
    assert changed_layers(Engine(str(fake.path)), "before", "after") == [2, 4]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src/util.js").write_text("1\n")
    (folder / "src/server.js").write_text("1")
    (folder / "jest.config.js").write_text("1\n")
    (folder / "secret.js").write_text("1\n")
    (folder / "link.js").symlink_to("/etc/passwd")
    (folder / ".dockerignore").write_text("secret.js\n")
    return folder


def test_the_edit_is_of_a_source_file_that_is_copied(project: Path) -> None:
    context = LocalContext(project)
    edit = choose_edit("FROM node:20\nCOPY . .\n", context)
    assert edit is not None and edit.file == "src/server.js"
    glob = choose_edit("FROM node:20\nCOPY src/u*.js ./\n", context)
    assert glob is not None and glob.file == "src/util.js"
    assert choose_edit("FROM node:20\nCOPY package.json ./\nCOPY --from=x / /\n", context) is None


def test_the_edited_copy(project: Path, tmp_path: Path) -> None:
    context = LocalContext(project)
    edit = choose_edit("FROM node:20\nCOPY . .\n", context)
    assert edit is not None
    (project / "src/server.js").chmod(0o555)
    copy = tmp_path / "copy"
    copy_context(context, copy, edit)
    assert (copy / "src/server.js").read_text() == f"1\n{edit.line}\n"
    assert (copy / "src/server.js").stat().st_mode & 0o777 == 0o555
    assert (copy / "link.js").is_symlink() and not (copy / "secret.js").exists()
    assert (project / "src/server.js").read_text() == "1"


def seen(stdout: str = "", body: str = "") -> Observation:
    answers = (Answer(200, "text/plain", body),)
    return Observation("image", read_config({}), 1, stdout=stdout, answers=answers)


def test_noise() -> None:
    assert choose_mask(seen("a", "b"), seen("a", "b")) is None
    numbers = choose_mask(seen(body="at 10:11:12 ok"), seen(body="at 10:11:59 ok"))
    assert numbers is not None
    assert masked(seen(body="at 1:2 ok"), numbers) == masked(seen(body="at 9 ok"), numbers)
    assert masked(seen(body="at 1 bad"), numbers) != masked(seen(body="at 1 ok"), numbers)
    everything = choose_mask(seen("heads"), seen("tails"))
    assert everything is not None and masked(seen("x"), everything) == masked(seen("y"), everything)


def test_which_port_is_probed() -> None:
    config = read_config({"Config": {"ExposedPorts": {"9229/tcp": {}, "3000/tcp": {}, "53/udp": {}}}})
    assert exposed_port(config) == 3000
    assert exposed_port(replace(config, env={"PORT": "9229"})) == 9229
    assert exposed_port(read_config({"Config": {"ExposedPorts": {"53/udp": {}}}})) is None


def test_conditions(fake: FakeEngine) -> None:
    config = read_config({"Config": {"ExposedPorts": {"80/tcp": {}}}})
    session = Session(Engine(str(fake.path)))
    plain = make_conditions(session, Check(paths=("/a", "/b")), config)
    assert plain.port == 80 and [request.path for request in plain.requests] == ["/a", "/b"]
    smoke = make_conditions(session, Check(smoke="exit 3"), config)
    assert smoke.port is None and smoke.start.ports == (80,) and isinstance(smoke.probe, Smoke)
    assert not make_conditions(session, Check(), read_config({})).is_service


def test_smoke_command_finds_the_container(fake: FakeEngine) -> None:
    fake.answer("port", stdout="127.0.0.1:49153\n")
    config = read_config({"Config": {"ExposedPorts": {"80/tcp": {}}}})
    session = Session(Engine(str(fake.path)))
    conditions = make_conditions(session, Check(smoke='test "$CONTAINER:$HOST:$PORT" = box:127.0.0.1:49153'), config)
    assert isinstance(conditions.probe, Smoke) and conditions.probe("box")
    assert not conditions.probe("bag") and conditions.probe.code == 1


def test_target_names() -> None:
    root = Path("/work")
    paths = [Path("/work/api/Dockerfile"), Path("/work/API/Dockerfile"), Path("/work/a b/web.Dockerfile")]
    assert target_names([*paths, Path("/work/Dockerfile"), Path("/other/x/Dockerfile")], root) == [
        "api",
        "API-2",
        "a-b-web-Dockerfile",
        "Dockerfile",
        "other-x",
    ]


def test_changes_of_the_bases_only() -> None:
    changes = base_changes(
        "FROM golang:1.24\nENV GOPATH=/x\nENV MODE=fast\n", "FROM golang:1.24 AS b\nFROM gcr.io/distroless/static\n"
    )
    assert "env:GOLANG_VERSION" in changes and "env:SSL_CERT_FILE" in changes
    assert not {"env:GOPATH", "env:MODE"} & changes
    assert base_changes("# nothing\n", "FROM example.com/own\nENV A=1\n") == frozenset()


NASTY = "<script>alert(1)</script>\x1b[31m"
PROOF = Proof(
    Side(1_000_000_000, 9, Numbers(1_000_000_000, 9, 180, 3), Rebuild(4.0, 90_000_000, 2)),
    Side(20_000_000, 5, Numbers(20_000_000, 4, None, 0), Rebuild(3.0, 10_000_000, 1)),
    (Difference("http GET /", "200", NASTY, "another body"),),
    checks=("GET / on port 80",),
    lacking=(Lacking("/a", ("/a/b",), ("/app",), False, "COPY --from=builder /a /a"),),
)


def test_text() -> None:
    text = proof_text("Dockerfile", PROOF)
    assert text.startswith("Dockerfile: different (1 difference)\n")
    assert "2.0%" in text and "COPY --from=builder /a /a\n" in text and "\x1b" not in text
    assert proof_data("Dockerfile", PROOF)["outcome"] == "different"
    same = replace(PROOF, differences=())
    assert proof_text("Dockerfile", same).startswith("Dockerfile: same (GET / on port 80;")


def test_text_of_a_result_without_measures() -> None:
    proof = Proof(Side(5, 1), Side(4, 1), (), checks=("x",), edit=Edit("src/a.js", "// x"), lacking=())
    lines = proof_text("Dockerfile", proof).splitlines()
    assert [line.split()[0] for line in lines] == ["Dockerfile:", "original", "image", "the", "trace:"]
    assert "  the edit: one comment line more in src/a.js" in lines
    assert "  trace: the rewrite has every file that the original opened" in lines
    assert "trace" not in proof_text("Dockerfile", replace(proof, lacking=None))
    program = Lacking("/bin/git", ("/bin/git",), ("/app",), True, "COPY --from=builder /bin/git /bin/git")
    said = proof_text("Dockerfile", replace(proof, lacking=(program,)))
    assert "    COPY --from=builder /bin/git /bin/git\n      a program that the original runs" in said


def test_page_is_self_contained_and_escaped() -> None:
    job = Job(Path("Dockerfile"), Path(), f"FROM x\n# {NASTY}\n", "FROM x AS builder\n")
    page = proof_page("Dockerfile", job, PROOF)
    assert "<script" not in page and "\x1b" not in page and "http://" not in page and "https://" not in page
    assert '<span class="minus">-# &lt;script&gt;' in page
    assert 'class="bar after" style="width: 2.00%"' in page
    for proof in (replace(PROOF, rewritten=None, lacking=None), replace(PROOF, lacking=(), differences=())):
        assert proof_page("Dockerfile", job, proof).endswith("</html>\n")
