"""What compose files do with the image (D22)."""

from dockerslim_rewrite.context.builds import Use
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
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
