"""What compose files do with the image, and the arguments that they give (D22)."""

import pytest

from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.planning.uses import agreed_arguments, uses_beside
from tests.support import MemoryContext

DOCKERFILE = 'FROM node:20 AS app\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD ["npm", "start"]\n'
FILES = {
    "package.json": '{"scripts": {"start": "node a.js"}, "dependencies": {"x": "1"}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/x": {"version": "1.0.0"}}}',
    "a.js": "require('x')\n",
}


def notes(use: Use, dockerfile: str = DOCKERFILE) -> list[str]:
    outcome = rewrite(dockerfile, MemoryContext(FILES), uses=(use,))
    assert isinstance(outcome, Rewritten)
    return [note.message for note in outcome.plan.notes if note.code == "D22"]


def use(**values: object) -> Use:
    return Use("compose.yaml", 3, "web", ".", "Dockerfile", **values)  # type: ignore[arg-type]


def test_nothing_to_say() -> None:
    assert notes(use()) == []
    assert notes(use(command=("npm", "start"), mounts=("/data", "/appx"))) == []
    assert notes(use(command=("node", "b.js"))) == []


def test_a_program_that_is_left_behind() -> None:
    (message,) = notes(use(command=("python3", "x.py")))
    assert "compose.yaml:3: web runs `python3 x.py`" in message
    assert message.endswith("give its build `target: app`")
    assert notes(use(command=("python3", "x.py"), target="app"))[0].endswith("keeps every tool")


def test_arguments_of_an_entrypoint_are_no_program() -> None:
    own = DOCKERFILE.replace('CMD ["npm", "start"]', 'ENTRYPOINT ["node", "a.js"]')
    assert notes(use(command=("-debug",)), own) == []
    (message,) = notes(use(command=("python3",), whole=True), own)
    assert "runs `python3`" in message


def test_a_mount_over_the_application() -> None:
    (message,) = notes(use(mounts=("/app",)))
    assert "mounts a folder over /app" in message


def test_compose_in_the_context_is_read() -> None:
    files = FILES | {"docker-compose.yml": "services:\n  w:\n    build: .\n    command: python3 x\n"}
    outcome = rewrite(DOCKERFILE, MemoryContext(files))
    assert isinstance(outcome, Rewritten)
    assert any("docker-compose.yml:2: w runs" in note.message for note in outcome.plan.notes)


def test_a_comment_silences_it() -> None:
    assert notes(use(mounts=("/app",)), "# dockerslim: ignore=D22\n" + DOCKERFILE) == []


ARGUMENT = DOCKERFILE.replace("FROM node:20", "ARG TAG\nFROM node:$TAG-bookworm")


def with_tag(*values: str, dockerfile: str = ARGUMENT, target: str = "") -> Outcome:
    uses = tuple(
        Use("compose.yaml", 3 + at, f"s{at}", ".", "Dockerfile", target, (("TAG", value),))
        for at, value in enumerate(values)
    )
    return rewrite(dockerfile, MemoryContext(FILES), uses=uses)


def test_an_argument_of_from_is_what_compose_gives() -> None:
    unknown = with_tag()
    assert isinstance(unknown, Refused)
    assert (unknown.blockers[0].code, unknown.blockers[0].line) == ("D20", 2)
    outcome = with_tag("20", "20")
    assert isinstance(outcome, Rewritten)
    (decision,) = (entry for entry in outcome.plan.decisions if entry.code == "D22")
    assert decision.summary == "the base image is node:20-bookworm"
    assert [str(entry) for entry in decision.evidence] == ["compose.yaml:3: s0 builds with TAG=20"]
    assert outcome.plan.builder_base == "node:20-bookworm"
    assert isinstance(with_tag("20", target="other"), Refused), "that build is of another stage"
    assert isinstance(with_tag("20", target="APP"), Rewritten)


def test_builds_with_different_bases_need_one_rewrite() -> None:
    other = with_tag("20", "22")
    assert isinstance(other, Refused)
    (blocker,) = other.blockers
    assert blocker.code == "D22"
    assert "compose.yaml:3: s0 builds from node:20-bookworm; compose.yaml:4: s1 builds from node:22" in blocker.message


def test_an_argument_over_a_default() -> None:
    default = ARGUMENT.replace("ARG TAG", "ARG TAG=20")
    conflict = with_tag("22", dockerfile=default)
    assert isinstance(conflict, Refused)
    assert "without arguments it is built from node:20-bookworm" in conflict.blockers[0].message
    same = with_tag("20", dockerfile=default)
    assert isinstance(same, Rewritten)
    assert all(entry.code != "D22" for entry in same.plan.decisions)
    go = 'ARG GO=1.22\nFROM golang:$GO\nWORKDIR /x\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /x/app .\nCMD ["/x/app"]\n'
    files = MemoryContext({"go.mod": "module x\n\ngo 1.22\n", "main.go": "package main\n\nfunc main() {}\n"})
    use = Use("compose.yaml", 3, "web", ".", "Dockerfile", args=(("GO", "1.23"),))
    assert isinstance(rewrite(go, files, uses=(use,)), Rewritten), "the rewrite is the same for both"


def test_arguments_that_all_uses_agree_about() -> None:
    one, other = (Use("c", 1, "w", ".", "Dockerfile", args=(("A", "1"), ("B", value))) for value in "xy")
    assert agreed_arguments((one, other)) == {"A": "1"}


GO = """FROM golang:1.24
WORKDIR /app
COPY . .
RUN go build -o /bin/api ./api && go build -o /bin/job ./job
CMD ["/bin/api"]
"""
GO_FILES = {"go.mod": "module x\n\ngo 1.22\n"} | {
    f"{name}/main.go": "package main\n\nfunc main() {}\n" for name in ("api", "job")
}


def rewritten(dockerfile: str, files: dict[str, str], *uses: Use) -> Rewritten:
    outcome = rewrite(dockerfile, MemoryContext(files), uses=uses)
    assert isinstance(outcome, Rewritten)
    return outcome


def test_a_binary_that_a_service_runs_is_carried() -> None:
    assert "/bin/job" not in rewritten(GO, GO_FILES, use()).text.split("FROM")[2]
    outcome = rewritten(GO, GO_FILES, use(command=("job", "-once")))
    assert "COPY --from=builder /bin/api /bin/job /bin/" in outcome.text
    (decision,) = (entry for entry in outcome.plan.decisions if entry.summary.startswith("/bin/job"))
    assert str(decision.evidence[0]) == "compose.yaml:3: web runs job -once"


def test_a_shell_that_a_service_starts_is_kept() -> None:
    assert rewritten(GO, GO_FILES, use(command=("/bin/job",))).plan.style == "distroless"
    outcome = rewritten(GO, GO_FILES, use(command=("sh", "-c", "/bin/job && /bin/api")))
    assert outcome.plan.style == "alpine"


def test_a_service_with_the_toolchain_changes_nothing() -> None:
    plain = rewritten(GO, GO_FILES, use())
    for command in (("go", "run", "./job"), ("sh", "-c", "go test ./..."), ("/bin/job; true",), ("/bin/other",)):
        assert rewritten(GO, GO_FILES, use(command=command)).text == plain.text


def test_a_service_of_another_stage_or_of_a_mounted_folder_changes_nothing() -> None:
    plain = rewritten(GO, GO_FILES, use())
    assert rewritten(GO, GO_FILES, use(command=("/bin/job",), target="builder")).text == plain.text
    assert rewritten(GO, GO_FILES, use(command=("/bin/job",), mounts=("/app",))).text == plain.text


def test_an_entrypoint_gets_a_service_s_command() -> None:
    own = GO.replace("CMD [", "ENTRYPOINT [")
    assert "/bin/job" not in rewritten(own, GO_FILES, use(command=("/bin/job",))).text.split("FROM")[2]
    assert "/bin/job" in rewritten(own, GO_FILES, use(command=("/bin/job",), whole=True)).text.split("FROM")[2]


NODE_FILES = {
    "package.json": '{"dependencies": {"x": "1"}, "devDependencies": {"knex": "3"},'
    ' "scripts": {"migrate": "knex migrate:latest", "dev": "nodemon a.js"}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"x": "1"}, "devDependencies":'
    ' {"knex": "3"}}, "node_modules/x": {"version": "1.0.0"}, "node_modules/knex": {"version": "3.0.0", "dev": true}}}',
    "a.js": "require('x')\n",
    "job.js": "require('x')\n",
}
NODE = DOCKERFILE.replace('"npm", "start"', '"node", "a.js"')


def test_what_a_node_service_runs_is_kept() -> None:
    plain = rewritten(NODE, NODE_FILES, use())
    assert plain.plan.style == "distroless"
    assert "npm prune" in plain.text
    job = rewritten(NODE, NODE_FILES, use(command=("node", "job.js")))
    assert job.plan.style == "alpine"
    assert "npm prune" in job.text
    migrate = rewritten(NODE, NODE_FILES, use(command=("npm", "run", "migrate")))
    assert migrate.plan.style == "alpine"
    assert "npm prune" not in migrate.text


def test_a_node_service_for_development_changes_nothing() -> None:
    plain = rewritten(NODE, NODE_FILES, use())
    assert rewritten(NODE, NODE_FILES, use(command=("npm", "run", "dev"))).text == plain.text


PYTHON = 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["gunicorn", "w:a"]\n'


def test_a_program_of_the_installed_packages_is_not_said_to_be_missing() -> None:
    files = {"requirements.txt": "gunicorn==23.0.0\ncelery==5.4.0\n", "w.py": "a = 1\n"}
    outcome = rewritten(PYTHON, files, use(command=("celery", "-A", "w", "worker")))
    assert [note.message for note in outcome.plan.notes if note.code == "D22"] == []
    outcome = rewritten(PYTHON, files, use(command=("gcc", "x.c")))
    assert any("lacks" in note.message for note in outcome.plan.notes if note.code == "D22")


def test_an_entrypoint_in_shell_form_hears_no_command() -> None:
    own = GO.replace('CMD ["/bin/api"]', "ENTRYPOINT /bin/api")
    plain = rewritten(own, GO_FILES, use())
    assert rewritten(own, GO_FILES, use(command=("/bin/job",))).text == plain.text


def test_files_that_an_instruction_writes_itself_are_carried() -> None:
    own = GO.replace("RUN", "COPY <<EOF /etc/api/\nlevel=info\nEOF\nRUN")
    assert "--from=builder" in rewritten(own, GO_FILES, use()).text
    named = GO.replace("RUN", "COPY <<api.conf /etc/api/\nlevel=info\napi.conf\nRUN")
    assert "COPY --from=builder /etc/api/api.conf" in rewritten(named, GO_FILES, use()).text


def test_an_archive_into_a_shared_directory_is_not_known() -> None:
    outcome = rewrite(GO.replace("RUN", "RUN tar xzf /app/a.tgz -C /usr/local/lib\nRUN"), MemoryContext(GO_FILES))
    text = str(outcome)
    assert isinstance(outcome, Refused | Rewritten)
    assert "/usr/local/lib" in text


PYTHON = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install flask\n"


def without_start(text: str, **use: object) -> Outcome:
    given = Use("compose.yml", 3, "worker", ".", "Dockerfile", **{"command": ("python", "app.py"), **use})  # type: ignore[arg-type]
    context = MemoryContext({"app.py": "", "package.json": "{}", "main.go": "package main\n", "go.mod": "module a\n"})
    return rewrite(text, context, uses=(given,))


@pytest.mark.parametrize(
    ("text", "use"),
    [
        (PYTHON, {"command": ()}),
        (PYTHON, {"mounts": ("/app",)}),
        (PYTHON, {"command": ("sh", "missing.sh")}),
        (PYTHON, {"command": ("bash",)}),
        ("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm install\n", {"command": ("node", "app.js")}),
        ("FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN go build -o app .\n", {"command": ("./app",)}),
    ],
)
def test_an_image_that_starts_nothing_is_refused(text: str, use: dict[str, object]) -> None:
    outcome = without_start(text, **use)
    assert isinstance(outcome, Refused) and {item.code for item in outcome.blockers} == {"D17"}


def test_what_compose_runs_in_a_python_image_without_a_start_command() -> None:
    outcome = without_start(PYTHON)
    assert isinstance(outcome, Rewritten) and outcome.plan.runtime_base == "python:3.12-slim"
    assert "CMD" not in outcome.text
    other = without_start(PYTHON.replace("python:3.12", "node:20"))
    assert isinstance(other, Refused) and "compose.yml:3: worker runs python app.py" in other.blockers[0].hint


def test_compose_files_of_other_builds_say_nothing() -> None:
    service = "services:\n  w:\n    build:\n      context: {0}\n      dockerfile: {1}\n    command: python3 x\n"

    def said(context: str, dockerfile: str) -> int:
        files = FILES | {"compose.yml": service.format(context, dockerfile)}
        outcome = rewrite(DOCKERFILE, MemoryContext(files))
        assert isinstance(outcome, Rewritten)
        return len([note for note in outcome.plan.notes if note.code == "D22"])

    assert said(".", "Dockerfile") == said("./", "./Dockerfile") == 1
    assert said("sub", "Dockerfile") == said(".", "Dockerfile.dev") == 0


def test_every_use_is_looked_at() -> None:
    uses = (use(command=("python3", "x"), target="other"), use(command=("python3", "y")))
    outcome = rewrite(DOCKERFILE, MemoryContext(FILES), uses=uses)
    assert isinstance(outcome, Rewritten)
    assert ["`python3 y`" in note.message for note in outcome.plan.notes if note.code == "D22"] == [True]


@pytest.mark.parametrize(("workdir", "found"), [("/my\\ app", True), ('"/my app"', True), ("/other", False)])
def test_a_program_of_a_working_directory_with_blanks(workdir: str, found: bool) -> None:
    files = {"requirements.txt": "flask\n", "app.py": "", "tool.bin": "x"}
    head = f"FROM python:3.12\nWORKDIR '/my app'\nCOPY . .\nRUN pip install -r requirements.txt\nWORKDIR {workdir}\n"
    one = Use("compose.yaml", 3, "web", ".", "Dockerfile", command=("./tool.bin",))
    outcome = rewrite(f'{head}CMD ["python", "/my app/app.py"]\n', MemoryContext(files), uses=(one,))
    assert isinstance(outcome, Rewritten), outcome
    assert (not [note for note in outcome.plan.notes if note.code == "D22"]) == found


def test_an_argument_that_is_not_declared_is_none_of_from() -> None:
    """BuildKit expands FROM with the ARGs above it alone."""
    text = DOCKERFILE.replace("FROM node:20", "FROM node:$TAG-bookworm")
    assert isinstance(with_tag("20", dockerfile=text), Refused)
    plain = with_tag("22", dockerfile=DOCKERFILE.replace("FROM node:20", "ARG TAG=1\nFROM node:20"))
    assert isinstance(plain, Rewritten) and plain.plan.builder_base == "node:20"


def test_words_for_a_program_of_our_own_are_its_arguments() -> None:
    own = GO.replace("CMD", "ENTRYPOINT")
    assert not [note for note in rewritten(own, GO_FILES, use(command=("serve",))).plan.notes if note.code == "D22"]
    shell = own.replace('["/bin/api"]', '["/bin/sh", "-c", "exec /bin/api"]')
    (note,) = (note for note in rewritten(shell, GO_FILES, use(command=("serve",))).plan.notes if note.code == "D22")
    assert "runs `serve`, which the runtime stage lacks" in note.message


def test_a_mount_over_what_is_no_part_of_the_application() -> None:
    own = GO.replace("CMD", "RUN useradd me\nUSER me\nCMD")
    outcome = rewritten(own, GO_FILES, use(mounts=("/etc", "/bin")))
    assert "COPY --from=builder /etc/passwd /etc/group /etc/" in outcome.text
    (note,) = (note for note in outcome.plan.notes if note.code == "D22")
    assert "over /bin: the container runs that and not the image's /bin/api" in note.message


def test_compose_in_the_context_is_about_other_files_too() -> None:
    other = "services:\n  w:\n    build:\n      context: .\n      dockerfile: b.Dockerfile\n    command: python3 x\n"
    assert uses_beside(MemoryContext({"compose.yaml": other})) == ()
    assert len(uses_beside(MemoryContext({"compose.yaml": other.replace("b.Dockerfile", "Dockerfile")}))) == 1
