"""What a plan says, and what a word more or less in the Dockerfile changes in it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence
from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.knowledge.images import resolve_image
from dockerslim_rewrite.languages.model import NeedShell, Suggestion
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.inherited import inherited_changes, inherited_lines
from dockerslim_rewrite.planning.model import Options, RuntimeLine
from dockerslim_rewrite.planning.policy import split_suggestions, without_ignored
from tests.support import MemoryContext, project_of

GO = {"go.mod": "module example.com/m\n\ngo 1.23\n", "main.go": "package main\n\nfunc main() {}\n", "site/a.html": "a"}
NODE = {"package.json": '{"name": "x"}', "server.js": "", "package-lock.json": '{"lockfileVersion": 3, "packages": {}}'}
NODE_HEAD = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"


def outcome_of(lines: str, head: str = "", base: str = "golang:1.24", options: Options | None = None) -> Outcome:
    text = f'{head}FROM {base}\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\n{lines}\nCMD ["/server"]\n'
    return rewrite(text, MemoryContext(GO), options)


def plan_of(lines: str, base: str = "golang:1.24", options: Options | None = None) -> Rewritten:
    outcome = outcome_of(lines, base=base, options=options)
    assert isinstance(outcome, Rewritten), outcome
    return outcome


def runtime(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Rewritten), outcome
    return [line.text for line in outcome.plan.runtime]


def test_json_names_what_is_a_number_inside() -> None:
    data = plan_of("").plan.to_json()
    assert data["applicability"] == "SAFE" and {entry["kind"] for entry in data["builder"]} <= {
        "carry",
        "edit",
        "insert",
    }
    assert {entry["confidence"] for entry in data["decisions"]} <= {"LOW", "MEDIUM", "HIGH"}
    assert {entry["applicability"] for entry in data["decisions"]} == {"SAFE"}
    waiting = rewrite(NODE_HEAD + 'CMD ["node", "server.js"]\n', MemoryContext({**NODE, "server.js": "require(x)"}))
    assert isinstance(waiting, Rewritten)
    for entry in waiting.plan.to_json()["withheld"]:
        assert entry["applicability"] in ("UNSAFE", "DISPLAY_ONLY") and isinstance(entry["confidence"], str)


@pytest.mark.parametrize(
    ("applicability", "options", "ignored", "applied"),
    [
        (Applicability.SAFE, Options(), frozenset(), True),
        (Applicability.UNSAFE, Options(), frozenset(), False),
        (Applicability.UNSAFE, Options(unsafe=True), frozenset(), True),
        (Applicability.UNSAFE, Options(unsafe=True), frozenset({"n03"}), False),
        (Applicability.UNSAFE, Options(safe=("n03",)), frozenset(), True),
        (Applicability.UNSAFE, Options(safe=("n04",)), frozenset(), False),
        (Applicability.DISPLAY_ONLY, Options(unsafe=True, safe=("N03",)), frozenset(), False),
        (Applicability.SAFE, Options(), frozenset({"n03"}), True),
    ],
)
def test_which_suggestions_are_applied(
    applicability: Applicability, options: Options, ignored: frozenset[str], applied: bool
) -> None:
    evidence = (Evidence("Dockerfile", 1, "x"),)
    item = Suggestion("N03", "said", NeedShell(), evidence, Confidence.HIGH, applicability)
    taken, withheld = split_suggestions([item], options, ignored)
    assert (len(taken), len(withheld)) == ((1, 0) if applied else (0, 1))
    assert all(found.applicability is Applicability.SAFE or options.unsafe for found in taken)


def test_nonroot_says_that_the_user_changes() -> None:
    outcome = plan_of("", options=Options(nonroot=True))
    (decision,) = [item for item in outcome.plan.decisions if "user" in item.changes]
    assert decision.code == "D04" and decision.applicability is Applicability.UNSAFE
    assert "USER 65532:65532" in runtime(outcome)
    assert "USER 65532:65532" not in runtime(plan_of("USER 7", options=Options(nonroot=True)))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('ARG B\nFROM $B\nCMD ["x"]\n', "D20", 2),
        ('FROM golang:$V\nCMD ["x"]\n', "D20", 1),
        ("FROM golang:1.24\nRUN true\n", "D17", 1),
        ('FROM node:22\nONBUILD RUN x\nCMD ["x"]\n', "D11", 2),
        ('FROM node:22\nSHELL ["pwsh", "-c"]\nCMD ["x"]\n', "D11", 2),
    ],
)
def test_what_the_gate_refuses(text: str, code: str, line: int) -> None:
    outcome = rewrite(text, NoContext())
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line) for item in outcome.blockers] == [(code, line)]


def test_without_a_context_a_refusal_says_what_may_help() -> None:
    text = 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN ./unknown.sh\nCMD ["node", "server.js"]\n'
    alone, beside = rewrite(text, NoContext()), rewrite(text, MemoryContext(NODE))
    assert isinstance(alone, Refused) and isinstance(beside, Refused)
    assert alone.blockers[0].code == "D09" and alone.blockers[0].hint.endswith("(--context DIR)")
    assert (
        beside.blockers[0].hint
        == "split the line so that the part for the build stands alone, or keep this file as it is"
    )
    gate = rewrite('FROM node:22\nRUN apt-get install -y $P\nCMD ["node", "server.js"]\n', NoContext())
    assert isinstance(gate, Refused) and not any(
        "--context" in item.hint for item in gate.blockers if item.code == "D21"
    )


def test_the_same_base_keeps_its_variables() -> None:
    text = f'{NODE_HEAD}LABEL node=$NODE_VERSION\nCMD ["node", "server.js"]\n'
    outcome = rewrite(text, MemoryContext(NODE), Options(runtime="same"))
    assert isinstance(outcome, Rewritten)
    assert not any("NODE_VERSION" in change for item in outcome.plan.decisions for change in item.changes)


@pytest.mark.parametrize(
    ("lines", "repeated"),
    [
        ('ARG P=1\nENTRYPOINT ["/server", "$P"]', False),
        ('ARG P=1\nHEALTHCHECK CMD ["/server", "$P"]', False),
        ("ARG P=1\nEXPOSE $P", True),
        ("ARG P=1\nARG Q=$P\nLABEL q=$Q", True),
        ("ARG P=1\nARG Q=$P", False),
    ],
)
def test_arguments_are_repeated_where_something_expands_them(lines: str, repeated: bool) -> None:
    assert ("ARG P=1" in runtime(plan_of(lines))) == repeated


def test_a_command_expands_nothing_when_it_is_built() -> None:
    """`$GOPATH` in exec form is a word of its own; in a setting it is the old base's value."""
    for start in ('ENTRYPOINT ["/server", "$GOPATH"]', 'HEALTHCHECK CMD ["/server", "$GOPATH"]'):
        assert "ENV GOPATH=/go" not in runtime(plan_of(start))
    assert "ENV GOPATH=/go" in runtime(plan_of("VOLUME $GOPATH"))


def test_the_authors_own_words_are_repeated() -> None:
    found = runtime(plan_of("ENV D=/srv\nWORKDIR $D/x\nUSER ${U:-5}"))
    assert "WORKDIR $D/x" in found and "USER ${U:-5}" in found


@pytest.mark.parametrize(
    ("lines", "shells"),
    [
        ('SHELL ["/bin/sh", "-c"]\nSHELL ["/bin/sh", "-ec"]\nHEALTHCHECK CMD true', ['SHELL ["/bin/sh", "-ec"]']),
        ('SHELL ["/bin/sh", "-ec"]', []),
        ('SHELL ["/bin/sh", "-ec"]\nHEALTHCHECK CMD ["/server", "-c"]', []),
        ('SHELL ["/bin/sh", "-ec"]\nHEALTHCHECK NONE', []),
    ],
)
def test_shell_is_repeated_where_something_runs_in_it(lines: str, shells: list[str]) -> None:
    assert [line for line in runtime(plan_of(lines)) if line.startswith("SHELL")] == shells


@pytest.mark.parametrize(
    "setting", ["MAINTAINER me", "LABEL a=b", "EXPOSE 1", "VOLUME /v", "STOPSIGNAL 9", "HEALTHCHECK NONE", "ENV A=1"]
)
def test_settings_are_repeated(setting: str) -> None:
    assert setting in runtime(plan_of(setting))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("USER 5", "USER 6"),
        ("MAINTAINER a", "MAINTAINER b"),
        ("STOPSIGNAL 1", "STOPSIGNAL 2"),
        ('ENTRYPOINT ["a"]', 'ENTRYPOINT ["/server"]'),
        ("HEALTHCHECK CMD true", "HEALTHCHECK NONE"),
        ('CMD ["a"]', 'CMD ["/server"]'),
    ],
)
def test_the_last_of_a_setting_is_repeated(first: str, last: str) -> None:
    found = runtime(plan_of(f"{first}\n{last}"))
    assert last in found and first not in found


def test_settings_stand_in_an_order_of_their_own() -> None:
    written = [
        "STOPSIGNAL 9",
        "HEALTHCHECK NONE",
        "VOLUME /v",
        "EXPOSE 1",
        "WORKDIR /w",
        "USER 5",
        "LABEL l=1",
        "ENV E=1",
    ]
    found = runtime(plan_of("\n".join([*written, 'ENTRYPOINT ["/server"]'])))
    wanted = [
        "LABEL l=1",
        "ENV E=1",
        "WORKDIR /w",
        "USER 5",
        "EXPOSE 1",
        "VOLUME /v",
        "HEALTHCHECK NONE",
        "STOPSIGNAL 9",
    ]
    assert [line for line in found if not line.startswith("COPY")] == [
        *wanted,
        'ENTRYPOINT ["/server"]',
        'CMD ["/server"]',
    ]


def test_each_file_that_another_image_brings_is_carried() -> None:
    line = "COPY --from=busybox /etc/a.conf /etc/b.conf /etc/"
    found = [text for text in runtime(plan_of(line)) if text.startswith("COPY") and "/etc/" in text]
    assert found == ["COPY --from=builder /etc/a.conf /etc/a.conf", "COPY --from=builder /etc/b.conf /etc/b.conf"]


@pytest.mark.parametrize(
    ("lines", "copies"),
    [
        ("RUN mkdir /data && echo x > /data/f", ["COPY --from=builder /data /data"]),
        ("RUN mkdir /data && chown 5:6 /data && echo x > /data/f", ["COPY --from=builder --chown=5:6 /data /data"]),
        ("ADD site.tgz /data/", ["COPY --from=builder /data /data"]),
        ("ADD https://e.com/x.bin /data/x.bin", ["COPY --from=builder /data/x.bin /data/x.bin"]),
        ("COPY --from=busybox /bin/busybox /data/b", ["COPY --from=builder /data/b /data/b"]),
        ("COPY <<EOF /data/f\nx\nEOF", ["COPY --from=builder /data/f /data/f"]),
    ],
)
def test_what_is_put_elsewhere_is_carried(lines: str, copies: list[str]) -> None:
    found = [line for line in runtime(plan_of(lines)) if line.startswith("COPY") and "/data" in line]
    assert found == copies


@pytest.mark.parametrize("line", ["ADD site.tgz /usr/local/", "ADD site.tgz /opt"])
def test_an_archive_in_a_shared_directory_is_refused(line: str) -> None:
    outcome = outcome_of(line)
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line) for item in outcome.blockers] == [("D09", 5)]
    assert "is not known" in outcome.blockers[0].message


@pytest.mark.parametrize(
    ("uses", "base"),
    [
        ((), "golang:1.24"),
        ((Use("compose.yml", 3, "web", ".", "Dockerfile", "", (("V", "1.23"),)),), "golang:1.24 golang:1.23"),
    ],
)
def test_builds(uses: tuple[Use, ...], base: str) -> None:
    from dockerslim_rewrite.planning.uses import builds_of
    from dockerslim_rewrite.syntax.parser import parse_dockerfile

    with_argument = parse_dockerfile("ARG V=1.24\nFROM golang:$V\n")
    assert " ".join(build.base for build in builds_of(with_argument, uses)) == base
    fixed = parse_dockerfile("ARG V=1.24\nFROM golang:1.22\n")
    assert [build.base for build in builds_of(fixed, uses)] == ["golang:1.22"]
    without = parse_dockerfile("FROM golang:$V\n")
    assert len(builds_of(without, uses)) == 1


@pytest.mark.parametrize(
    ("lines", "options", "expected"),
    [
        ("", Options(), "WORKDIR /app/lib/deep"),
        ("", Options(nonroot=True), "COPY --from=builder --chown=65532:65532 /app/lib/deep /app/lib/deep"),
        ("RUN chown -R 7 lib", Options(), "COPY --from=builder --chown=7 /app/lib/deep /app/lib/deep"),
    ],
)
def test_a_directory_that_is_made_anew_keeps_its_owner(lines: str, options: Options, expected: str) -> None:
    files = GO | {"lib/deep/lib.go": "package deep\n"}
    files["main.go"] = 'package main\n\nimport "os"\n\nfunc main() { os.Create("lib/deep/app.db") }\n'
    text = f'FROM golang:1.24\nWORKDIR /app\nCOPY . .\n{lines}\nRUN go build -o /server .\nCMD ["/server"]\n'
    found = [line for line in runtime(rewrite(text, MemoryContext(files), options)) if "lib/deep" in line]
    assert found == [expected]


def test_a_directory_of_sources_that_the_program_writes_into_is_made_empty() -> None:
    writes = 'package main\n\nimport "os"\n\nfunc main() { os.WriteFile("store/a", nil, 0o644) }\n'
    text = 'FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\nCMD ["/server"]\n'
    outcome = rewrite(text, MemoryContext({**GO, "main.go": writes, "store/x.go": "package store\n"}))
    assert isinstance(outcome, Rewritten)
    assert [(line.section, line.text, line.code) for line in outcome.plan.runtime] == [
        ("artifacts", "COPY --from=builder /server /server", "G07"),
        ("artifacts", "WORKDIR /app/store", "G06"),
        ("settings", "WORKDIR /app", "D08"),
        ("start", 'CMD ["/server"]', "D15"),
    ]


@pytest.mark.parametrize(("length", "shown"), [(87, "x" * 87 + " > /data"), (88, "x" * 88 + " > /...")])
def test_the_evidence_of_a_long_line_is_cut(length: int, shown: str) -> None:
    line = f"RUN echo {'x' * length} > /data"
    found = [str(entry) for item in plan_of(line).plan.decisions for entry in item.evidence if "/data" in item.summary]
    assert found == [f"Dockerfile:5: echo {shown}"]


def test_directories_of_another_stage_bring_what_is_copied_into_them() -> None:
    lines = "COPY --from=nginx /etc/nginx /opt/web/\nCOPY go.mod /opt/web/conf/go.mod"
    assert [text for text in runtime(outcome_of(lines)) if "/opt" in text] == ["COPY --from=builder /opt/web /opt/web"]
    both = "COPY --from=nginx /etc/nginx.conf /opt/web\nCOPY go.mod /opt/web2/go.mod"
    assert [text for text in runtime(outcome_of(both)) if "/opt" in text] == [
        "COPY --from=builder /opt/web /opt/web",
        "COPY --from=builder /opt/web2/go.mod /opt/web2/go.mod",
    ]


def test_the_sections_of_a_runtime_stage() -> None:
    lines = (
        "ENV A=1\nLABEL b=c\nRUN apt-get update && apt-get install -y curl && useradd app\n"
        "RUN mkdir /data && chown app /data\nEXPOSE 80\nHEALTHCHECK CMD curl -f http://localhost\nUSER app"
    )
    found = [(line.section, line.text, line.code) for line in plan_of(lines, "golang:1.24-bookworm").plan.runtime]
    assert found == [
        ("arguments", "ENV A=1", "D06"),
        ("arguments", "LABEL b=c", "D15"),
        ("users", "COPY --from=builder /etc/passwd /etc/group /etc/", "D04"),
        ("packages", "RUN apk add --no-cache curl", "D03"),
        ("directories", "COPY --from=builder --chown=app /data /data", "D09"),
        ("artifacts", "COPY --from=builder /server /server", "G07"),
        ("settings", "WORKDIR /app", "D08"),
        ("settings", "USER app", "D04"),
        ("settings", "EXPOSE 80", "D15"),
        ("start", "HEALTHCHECK CMD curl -f http://localhost", "D03"),
        ("start", 'CMD ["/server"]', "D15"),
    ]


def test_all_that_cannot_be_carried_is_said() -> None:
    outcome = outcome_of("RUN apt-get update && apt-get install -y $(cat list)\nRUN frobnicate\nRUN deploy -v")
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line, item.message) for item in outcome.blockers] == [
        ("D09", 6, "`frobnicate`: what frobnicate does is not known"),
        ("D09", 7, "`deploy -v`: what deploy does is not known"),
        ("D21", 5, "`apt-get install -y $(cat list)` installs packages whose names are not known before the build"),
    ]


def test_packages_of_a_debian_runtime() -> None:
    text = "FROM python:3.12\nRUN apt-get update && apt-get install -y{0} ffmpeg\nCOPY . .\nRUN pip install x\n"
    for flag in ("", " --no-install-recommends"):
        outcome = rewrite(f'{text.format(flag)}CMD ["python", "a.py"]\n', MemoryContext({"a.py": "import x\n"}))
        assert isinstance(outcome, Rewritten)
        command = f"RUN apt-get update && apt-get install -y{flag} ffmpeg && rm -rf /var/lib/apt/lists/*"
        assert ("packages", command) in [(line.section, line.text) for line in outcome.plan.runtime]


def test_what_is_removed_again_is_not_carried() -> None:
    """Nor where a command that follows may bring anything back."""
    for lines in ("RUN echo x > /opt/note && rm /opt/note", "RUN ln -s /opt/a /opt/note\nRUN rm /opt/note"):
        assert not [line for line in runtime(outcome_of(f"{lines}\nRUN go vet ./...")) if "/opt/note" in line]
    assert [line for line in runtime(outcome_of("RUN ln -s /opt/a /opt/note")) if "/opt/note" in line]


def test_a_user_of_the_old_base_who_owns_a_directory() -> None:
    owned = runtime(outcome_of("RUN mkdir /data && chown www-data /data"))
    assert "COPY --from=builder /etc/passwd /etc/group /etc/" in owned
    assert "COPY --from=builder --chown=www-data /data /data" in owned
    assert "COPY --from=builder /etc/passwd /etc/group /etc/" not in runtime(outcome_of("RUN mkdir /data"))


def test_a_start_that_cannot_be_followed() -> None:
    text = 'FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\nCMD ["./start.sh"]\n'
    script = '#!/bin/sh\n"$X" &\n$(choose) &\nexec /server\n'
    outcome = rewrite(text, MemoryContext({**GO, "start.sh": script}))
    assert isinstance(outcome, Refused)
    message = "what the start command runs cannot be followed: start.sh:"
    assert [(item.code, item.line, item.message, item.hint) for item in outcome.blockers] == [
        ("D02", 5, f'{message}2: "$X"', "start the program by name"),
        ("D02", 5, f"{message}3: $(choose)", "start the program by name"),
    ]


def test_variables_that_the_new_base_sets() -> None:
    project = project_of("FROM golang:1.24\n", MemoryContext({}))
    image = resolve_image("gcr.io/distroless/static-debian12")
    assert image is not None
    base = project.facts.base
    assert base is not None
    changed = replace(image, env={**base.env, "B": "2", "A": "1"})
    (decision,) = inherited_changes(project.facts, changed, (), (), same=False)
    assert decision.summary == "set by the new base: A, B"
    assert inherited_changes(project.facts, changed, (), (), same=True) == []


def test_a_value_of_the_old_base_is_set_unless_the_new_one_has_it() -> None:
    project = project_of("FROM golang:1.24\n", MemoryContext({}))
    image = resolve_image("gcr.io/distroless/static-debian12")
    assert image is not None
    line = RuntimeLine("arguments", "ENV GOPATH=/go", "D06")
    assert inherited_lines(project.facts, image, ("GOPATH",)) == [line]
    assert inherited_lines(project.facts, None, ("GOPATH",)) == [line]
    assert inherited_lines(project.facts, replace(image, env={"GOPATH": "/go"}), ("GOPATH",)) == []


@pytest.mark.parametrize(
    ("base", "build", "command"),
    [("python:3.12", "", "apt-get install"), ("python:3.12-alpine", "apk add curl gcc && ", "apk add")],
)
def test_a_program_is_installed_by_the_new_base_s_manager(base: str, build: str, command: str) -> None:
    lines = f"RUN {build}pip install x\nWORKDIR /app\nCOPY . .\nHEALTHCHECK CMD curl -f localhost\n"
    outcome = rewrite(f'FROM {base}\n{lines}CMD ["python", "a.py"]\n', NoContext())
    assert isinstance(outcome, Rewritten), outcome
    (line,) = (line.text for line in outcome.plan.runtime if line.section == "packages")
    assert command in line
    assert " curl" in line


def test_what_the_user_reviews_and_does_not_want_to_hear() -> None:
    plan = plan_of("ARG API_TOKEN", options=Options(review=("g07",), unsafe=True)).plan
    marked = {item.code for item in plan.decisions if item.applicability is Applicability.UNSAFE}
    assert marked == {"G07"}
    assert [note.code for note in plan.notes] == ["D26"]
    withheld = replace(plan, withheld=plan.decisions)
    same = without_ignored(withheld, Options(), frozenset())
    assert same == withheld
    quiet = without_ignored(withheld, Options(), frozenset({"d26", "g07"}))
    assert quiet.notes == ()
    assert {item.code for item in withheld.withheld} - {item.code for item in quiet.withheld} == {"G07"}
    assert quiet.decisions == withheld.decisions


@pytest.mark.parametrize(
    ("start", "repeated"),
    [
        ('CMD ["/server"]', False),
        ("CMD /server", True),
        ("ENTRYPOINT /server", True),
        ('HEALTHCHECK CMD ["/server"]\nCMD ["/server"]', False),
        ('HEALTHCHECK NONE\nCMD ["/server"]', False),
        ('HEALTHCHECK CMD /server\nCMD ["/server"]', True),
    ],
)
def test_shell_is_for_what_runs_in_one(start: str, repeated: bool) -> None:
    text = "FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\n"
    found = runtime(rewrite(f'{text}SHELL ["/bin/sh", "-ec"]\n{start}\n', MemoryContext(GO)))
    assert ('SHELL ["/bin/sh", "-ec"]' in found) is repeated
