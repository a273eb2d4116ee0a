"""Edits of a Node builder that --optimize asks for: O01 manifests first, O02 cache mounts, O04 `npm ci`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Evidence, Step
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.knowledge.node_packages import names
from dockerslim_rewrite.languages.caches import builds_as_root, home, is_carried, is_disturbed, mount_flags, mount_on
from dockerslim_rewrite.languages.model import (
    AppendInstruction,
    MoveInstruction,
    Note,
    ReplaceText,
    Suggestion,
    replaced_line,
)
from dockerslim_rewrite.languages.node.build import LIFECYCLE, Install
from dockerslim_rewrite.languages.node.commands import PackageCommand, read_package_command
from dockerslim_rewrite.languages.node.locks.read import LOCK_FILES
from dockerslim_rewrite.languages.node.manifest import Manifest
from dockerslim_rewrite.languages.node.study import Study
from dockerslim_rewrite.languages.node.workspaces import workspace_patterns
from dockerslim_rewrite.shell.builtins import is_builtin
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.parse import unwrap

FIRST_LOCK_V3 = 16  # Node 16 brings npm 8, which reads versions 2 and 3 of the lock file
_COPIED_FLAGS = frozenset({"chown", "chmod", "link"})
_FILLING = frozenset({"RUN", "COPY", "ADD"})
_GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_CACHE_WORDS = (
    "cache clean",
    "cache rm",
    "cache verify",
    "store prune",
    "store path",
    "--offline",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
)
_CACHE_SETTINGS = ("npm_config_cache", "yarn_cache_folder", "npm_config_store_dir", "xdg_cache_home", "xdg_data_home")
_INSTALL_WORDS = frozenset({"install", "i"})


def improve_builder(facts: Study, decided: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    """Return the suggestions with the edits of the builder that are asked for and safe here."""
    asked = facts.project.improvements
    if facts.install is None or not asked:
        return decided
    added: list[Suggestion] = []
    if "O01" in asked:
        added += (item for item in _manifests_first(facts, facts.install) if isinstance(item, Suggestion))
    if "O04" in asked:
        added += _locked_install(facts, facts.install)
    targets = _cache_targets(facts, decided) if "O02" in asked else {}
    return (*(_with_mounts(item, facts, targets) for item in decided), *added, *_mounts(facts, targets))


def improvement_notes(facts: Study) -> Iterator[Note]:
    """Say what keeps the manifests from being copied first, where the author can change it."""
    if "O01" in facts.project.improvements and facts.install is not None:
        yield from (item for item in _manifests_first(facts, facts.install) if isinstance(item, Note))


# O01: manifests before the sources


def _manifests_first(facts: Study, install: Install) -> Iterator[Suggestion | Note]:
    """Copy the manifest and the lock file, install, and only then copy the sources."""
    manifest = install.manifest
    copied = _bringing_step(facts, install) if manifest is not None else None
    if manifest is None or copied is None or install.command.arguments:
        return
    doubt = _doubt(facts, install, manifest, copied)
    if doubt is not None:
        yield Note("O01", copied.instruction.line, f"the install stays behind the sources: {doubt}")
        return
    evidence = (
        Evidence("Dockerfile", copied.instruction.line, f"{copied.instruction.keyword} {copied.instruction.value}"),
    )
    for text in _manifest_copies(facts, install, manifest, copied):
        what = "package.json and the lock file are copied first"
        yield Suggestion("O01", what, AppendInstruction(copied.index, text), (*evidence, install.evidence))
    what = "the sources are copied behind the install: editing a source file does not repeat it"
    yield Suggestion("O01", what, MoveInstruction(copied.index, install.step), (*evidence, install.evidence))


def _bringing_step(facts: Study, install: Install) -> Step | None:
    """Return the COPY that first brings package.json, when a whole directory comes with it, before the install."""
    manifest = install.manifest
    path = posixpath.join(install.directory, "package.json")
    for tree in facts.project.files.trees:
        inside = path == tree.image_path or (tree.is_dir and path.startswith(tree.image_path.rstrip("/") + "/"))
        if inside and manifest is not None and facts.project.context.is_file(manifest.path):
            first = tree.is_dir and tree.step < install.step
            return facts.project.facts.steps[tree.step] if first else None
    return None


def _doubt(facts: Study, install: Install, manifest: Manifest, copied: Step) -> str | None:
    """Say why the install may need more than manifest and lock file, or why the copy cannot go behind it."""
    context, directory = facts.project.context, manifest.directory
    if not _is_movable(facts, install, copied):
        return "other steps, or a build in the same RUN, stand between the copy and the install"
    if workspace_patterns(context, manifest) or facts.workspaces:
        return "workspaces install from their own directories"
    texts = [manifest.text, *(context.read_text(posixpath.join(directory, name)) or "" for name in _settings_files())]
    if any(word in text for word in names("install_files", "local") for text in texts) or _has_path(manifest):
        return "dependencies lie in the project itself"
    if any(context.is_file(posixpath.join(directory, name)) for name in names("install_files", "unfit")):
        return "the install reads or writes other files of the project"
    script = next((name for name in LIFECYCLE if name in manifest.scripts), None)
    if script is not None and "--ignore-scripts" not in install.command.options:
        return f"the script `{script}` of package.json may need them"
    probes = ("node_modules", "node_modules/a/package.json", "node_modules/a/index.js")
    if not all(context.excludes(posixpath.join(directory, probe)) for probe in probes):
        return "a node_modules on the machine would come over the installed one: put `node_modules` in .dockerignore"
    return None


def _settings_files() -> list[str]:
    return [name for name in sorted(names("install_files", "files")) if name.startswith((".", "pnpm-workspace"))]


def _has_path(manifest: Manifest) -> bool:
    ranges = [value for group in (manifest.production, manifest.dev_dependencies) for value in group.values()]
    return any(value.startswith((".", "/", "~/")) for value in ranges)


def _is_movable(facts: Study, install: Install, copied: Step) -> bool:
    """Tell whether a COPY means the same behind the RUN that installs, with nothing but installs in between."""
    steps = facts.project.facts.steps
    instruction, copy = copied.instruction, copied.copy
    plain = copy is not None and not copy.inline and "$" not in instruction.value
    if not plain or not all(flag.name in _COPIED_FLAGS for flag in instruction.flags):
        return False
    words = instruction.exec_form or tuple(instruction.value.split())
    if not words[-1].startswith("/") and steps[install.step].before.workdir != copied.before.workdir:
        return False
    between = [step for step in steps[copied.index + 1 : install.step + 1] if step.instruction.keyword in _FILLING]
    return all(step.instruction.keyword == "RUN" and _only_installs(step, install) for step in between)


def _only_installs(step: Step, install: Install) -> bool:
    for command in step.script.commands if step.script is not None else (None,):
        if not isinstance(command, SimpleCommand) or not command.words:
            return False
        inner = unwrap(command)
        package = read_package_command(inner.argv, inner.cwd)
        if package is None:
            if not is_builtin(inner.name or ""):
                return False
            continue
        plain = package.cwd == install.directory and not package.arguments
        if not (package.kind in ("global", "inert") or (package.kind == "install" and plain)):
            return False
    return True


def _manifest_copies(facts: Study, install: Install, manifest: Manifest, copied: Step) -> Iterator[str]:
    """Yield a COPY of the files that the install reads, and one for each directory."""
    context, at = facts.project.context, manifest.directory
    present = [
        name for name in ("package.json", *sorted(names("install_files", "files"))) if _is_there(facts, at, name)
    ]
    here = copied.before.workdir == install.directory
    dest = "." if here else install.directory.rstrip("/")
    flags = "".join(f" --chown={flag.value}" for flag in copied.instruction.flags if flag.name == "chown")
    yield f"COPY{flags} {' '.join(posixpath.join(at, name) for name in present)} {dest}/"
    for name in sorted(names("install_files", "directories")):
        if context.is_dir(posixpath.join(at, name)):
            yield f"COPY{flags} {posixpath.join(at, name)} {dest}/{name}"


def _is_there(facts: Study, directory: str, name: str) -> bool:
    return facts.project.context.is_file(posixpath.join(directory, name))


# O02: cache mounts


class _Cache(Struct, frozen=True):
    """A manager's cache: where it lies, and how builds at the same time share it ("" as they like)."""

    target: str
    sharing: str = ""


def _cache_targets(facts: Study, decided: tuple[Suggestion, ...]) -> dict[str, _Cache]:
    """Return the caches that may be mounted, by manager."""
    stage = facts.project.facts
    env = {name.lower(): value for step in stage.steps for name, value in step.before.env.items()}
    if not builds_as_root(stage) or any(env.get(name) for name in _CACHE_SETTINGS):
        return {}
    root = home(stage.contract.env)
    found = {"npm": _Cache(posixpath.join(root, ".npm"))}
    if _is_yarn_1(facts):
        found["yarn"] = _Cache("/usr/local/share/.cache/yarn", "locked")
    store = stage.contract.env.get("PNPM_HOME") or posixpath.join(root, ".local/share/pnpm")
    if facts.lock is not None and facts.lock.manager == "pnpm" and facts.lock.version >= "6":
        found["pnpm"] = _Cache(posixpath.join(store, "store"))
    settings = [facts.project.context.read_text(name) or "" for name in (".npmrc", ".yarnrc", "pnpm-workspace.yaml")]
    if any(word in text for text in settings for word in ("cache", "store-dir", "storeDir")):
        return {}
    return {
        manager: cache
        for manager, cache in found.items()
        if not is_disturbed(stage, cache.target, (*_CACHE_WORDS, "/".join(cache.target.split("/")[-2:])))
        and not is_carried(decided, cache.target)
    }


def _is_yarn_1(facts: Study) -> bool:
    declared = facts.manifest.package_manager if facts.manifest is not None else ""
    version = facts.lock.version if facts.lock is not None and facts.lock.manager == "yarn" else "1"
    return version == "1" and not declared.startswith(("yarn@2", "yarn@3", "yarn@4"))


def _installing(step: Step) -> list[str]:
    """Return the managers that install in a RUN which is understood."""
    if step.script is None or step.script.opaque:
        return []
    found = [_package_command(command) for command in step.script.simple]
    return [item.manager for item in found if item is not None and item.kind in ("install", "global")]


def _package_command(command: SimpleCommand) -> PackageCommand | None:
    inner = unwrap(command)
    return read_package_command(inner.argv, inner.cwd) if inner.words else None


def _mounts(facts: Study, targets: dict[str, _Cache]) -> Iterator[Suggestion]:
    for step in facts.project.facts.steps if targets else ():
        for manager in dict.fromkeys(_installing(step)):
            cache = targets.get(manager)
            effect = mount_on(step, (cache.target,), cache.sharing) if cache is not None else None
            if cache is not None and effect is not None:
                evidence = Evidence("Dockerfile", step.instruction.line, f"RUN {step.instruction.value}"[:120])
                what = f"{cache.target} is kept from build to build, outside of the image"
                yield Suggestion("O02", what, effect, (evidence,))


def _with_mounts(item: Suggestion, facts: Study, targets: dict[str, _Cache]) -> Suggestion:
    """The prune reads the same cache as the install."""
    cache = targets.get(facts.install.command.manager) if facts.install is not None else None
    effect = item.effect
    if cache is None or item.code != "N03" or not isinstance(effect, AppendInstruction):
        return item
    flags = mount_flags((cache.target,), "", cache.sharing)
    return replace(item, effect=replace(effect, text=effect.text.replace("RUN", f"RUN{flags}", 1)))


# O04: npm ci


def _locked_install(facts: Study, install: Install) -> Iterator[Suggestion]:
    """Install exactly what the lock file says, when it fits package.json."""
    manifest, step = install.manifest, facts.project.facts.steps[install.step]
    base = facts.project.facts.base
    lock = _npm_lock(facts, install) if manifest is not None else None
    if manifest is None or lock is None or base is None or base.major is None or base.major < FIRST_LOCK_V3:
        return
    first = next(item for item in facts.build.installs if item.directory == install.directory)
    if first is not install or not _is_replaceable(install) or not _fits(facts, manifest, lock):
        return
    if any("node_modules" in flag for flag in install.flags) or step.instruction.is_exec:
        return
    for command in step.simple:
        package = _package_command(command)
        word = next((word for word in unwrap(command).words[1:] if word.value in _INSTALL_WORDS), None)
        if package != install.command or word is None or word.span.end - word.span.start != len(word.text):
            continue
        name = posixpath.basename(lock)
        what = f"`npm ci` installs what {name} says, and fails instead of changing it"
        effect = ReplaceText(step.index, word.span.start, word.span.end, "ci")
        evidence = (install.evidence, Evidence(lock, 0, "fits package.json"))
        yield Suggestion("O04", what, effect, evidence, changes=(replaced_line(step.instruction),))
        return


def _npm_lock(facts: Study, install: Install) -> str | None:
    """Return the context path of the lock file beside package.json that the image has when npm installs."""
    if install.command.manager != "npm" or install.manifest is None:
        return None
    for name in LOCK_FILES["npm"]:
        image = posixpath.join(install.directory, name)
        path = facts.project.files.to_context(image, before=install.step)
        if path is not None:
            return path if path == posixpath.join(install.manifest.directory, name) else None
    return None


def _is_replaceable(install: Install) -> bool:
    command = install.command
    known = names("locked_install", "options")
    plain = not command.arguments and not command.workspace and not command.everywhere
    return plain and all(option.partition("=")[0] in known for option in command.options)


def _fits(facts: Study, manifest: Manifest, path: str) -> bool:
    """Tell whether a lock file was written for this package.json: `npm ci` fails for any other."""
    context = facts.project.context
    data = parse_object(context.read_text(path) or "")
    packages = data.get("packages")
    root = packages.get("") if isinstance(packages, dict) else None
    if (
        not isinstance(packages, dict)
        or not isinstance(root, dict)
        or str(data.get("lockfileVersion")) not in ("2", "3")
    ):
        return False
    local = any(word in manifest.text for word in names("install_files", "local")) or _has_path(manifest)
    settings = context.read_text(posixpath.join(manifest.directory, ".npmrc")) or ""
    if local or "overrides" in manifest.data or workspace_patterns(context, manifest) or "package-lock" in settings:
        return False
    if context.is_dir(posixpath.join(manifest.directory, "node_modules")):
        return False
    same = all((root.get(group) or {}) == (manifest.data.get(group) or {}) for group in _GROUPS)
    wanted = (*manifest.dependencies, *manifest.dev_dependencies)
    return same and all(f"node_modules/{name}" in packages for name in wanted)
