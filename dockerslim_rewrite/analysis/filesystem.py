"""Commands that change files by their own words: mkdir, cp, ln, chown, tar, redirections, downloads."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from dockerslim_rewrite.analysis.effects import Attributes, Effect, IndexesLibraries, Inert, Removes, Unknown, Writes
from dockerslim_rewrite.analysis.words import absolute, options_and_operands
from dockerslim_rewrite.knowledge.options import options_with_value
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.shell.model import SimpleCommand

_OUTPUT = (">", ">>", ">|", "1>", "1>>", "&>", "&>>")


def redirections(command: SimpleCommand) -> Iterator[Effect]:
    """Yield what a command's output redirections write."""
    for redirect in command.redirects:
        if redirect.operator not in _OUTPUT:
            continue
        path = absolute(redirect.target.value, command.cwd)
        if path is None:
            yield Unknown(f"the file behind `{redirect.operator} {redirect.target.text}` is not known before the build")
        elif not path.startswith("/dev/"):
            yield Writes((path,), "file")


def _paths(operands: list[str | None], command: SimpleCommand) -> tuple[str, ...] | None:
    found = [absolute(operand, command.cwd) for operand in operands]
    known = tuple(path for path in found if path is not None)
    return known if len(known) == len(found) else None


def _value(options: dict[str, str], *names: str, default: str | None = None) -> str | None:
    """Return what an option, by any of its names, is given; None where that is not known before the build."""
    given = [options[name] for name in names if name in options]
    return (given[0] or None) if given else default


def unresolved(command: SimpleCommand) -> Unknown:
    """Return the effect of a command that writes a path which depends on something unknown."""
    return Unknown(f"a path that {command.name} writes is not known before the build")


def _mkdir(command: SimpleCommand) -> Iterator[Effect]:
    options, operands = options_and_operands(command)
    paths = _paths(operands, command)
    if paths is None:
        yield unresolved(command)
        return
    yield Writes(paths, "dir")
    if mode := options.get("-m") or options.get("--mode"):
        yield Attributes(paths, None, mode, recursive=False)


def _files(command: SimpleCommand) -> Iterator[Effect]:
    """Files named as operands are created: touch, tee, truncate."""
    _, operands = options_and_operands(command)
    paths = _paths(operands, command)
    yield unresolved(command) if paths is None else Writes(paths, "file")


def _sed(command: SimpleCommand) -> Iterator[Effect]:
    options, operands = options_and_operands(command)
    if not any(name in ("-i", "--in-place") for name in options):
        yield Inert()
        return
    has_script = bool(options.keys() & {"-e", "--expression", "-f", "--file"})
    paths = _paths(operands if has_script else operands[1:], command)
    yield unresolved(command) if paths is None else Writes(paths, "file")


def _copy(command: SimpleCommand) -> Iterator[Effect]:
    """cp, mv: the last operand, or -t, is written; a directory there receives the sources' names."""
    options, operands = options_and_operands(command)
    is_last = bool(operands) and not options.keys() & {"-t", "--target-directory"}
    target = operands.pop() if is_last else _value(options, "-t", "--target-directory")
    path = absolute(target, command.cwd)
    sources = _paths(operands, command)
    if path is None:
        yield unresolved(command)
        return
    names = tuple(posixpath.basename(source) for source in sources or ())
    into = not is_last or (target or "").endswith(("/", "/.")) or target == "." or len(operands) > 1
    into = into or path in system_paths("shared")  # a directory that every base has
    if into and sources is not None and not any("*" in name or "?" in name for name in names):
        yield Writes(tuple(posixpath.join(path, name) for name in names), "tree")
    else:
        yield Writes((path,), "tree")
    if command.name == "mv" and sources:
        yield Removes(sources)


def _install(command: SimpleCommand) -> Iterator[Effect]:
    options, operands = options_and_operands(command)
    owner = options.get("-o") or options.get("--owner")
    if options.keys() & {"-d", "--directory"}:
        paths = _paths(operands, command)
        if paths is None:
            yield unresolved(command)
            return
        yield Writes(paths, "dir")
        yield Attributes(paths, owner, options.get("-m") or options.get("--mode"), recursive=False)
        return
    yield from _copy(command)


def _link(command: SimpleCommand) -> Iterator[Effect]:
    options, operands = options_and_operands(command)
    if options.keys() & {"-t", "--target-directory"}:
        directory = _value(options, "-t", "--target-directory")
        operands.append(f"{directory}/" if directory else None)
    elif len(operands) == 1:
        operands.append(".")
    *targets, link = operands or [None]
    path = absolute(link, command.cwd)
    known = [target for target in targets if target is not None]
    if path is None or link is None or not known or len(known) < len(targets):
        yield unresolved(command)
        return
    into = len(targets) > 1 or link.endswith("/") or link in (".", "..")
    for target in known:
        place = posixpath.join(path, posixpath.basename(target.rstrip("/"))) if into else path
        yield Writes((place,), "link", target, bool(options.keys() & {"-f", "--force"}))


def _remove(command: SimpleCommand) -> Iterator[Effect]:
    _, operands = options_and_operands(command)
    yield Removes(tuple(path for path in (absolute(word, command.cwd) for word in operands) if path))


def _attributes(command: SimpleCommand) -> Iterator[Effect]:
    options, operands = options_and_operands(command)
    value, targets = (operands[0], operands[1:]) if operands else (None, [])
    # `chmod -x file` and `chmod -R u-w .`: a mode that starts with a dash looks like options
    if command.name == "chmod" and value is not None and not targets:
        targets, value = [value], "-"
    paths = _paths(targets, command)
    recursive = bool(options.keys() & {"-R", "--recursive", "-r"})
    if paths is None:
        yield unresolved(command)
    elif command.name == "chmod":
        yield Attributes(paths, None, value, recursive)
    elif command.name == "chgrp":
        yield Attributes(paths, f":{value}", None, recursive)
    else:
        yield Attributes(paths, value, None, recursive)


def _tar(command: SimpleCommand) -> Iterator[Effect]:
    options, operands = options_and_operands(command)
    if operands and operands[0] and command.argv[1] == operands[0]:
        options |= _bundle(operands)
    if options.keys() & {"-x", "--extract", "--get"}:
        yield _extracted(command, _value(options, "-C", "--directory", default="."))
        return
    archive = _value(options, "-f", "--file", default="-")
    if archive == "-" or not options.keys() & {"-c", "--create", "-r", "--append", "-u", "--update"}:
        yield Inert()
        return
    path = absolute(archive, command.cwd)
    yield unresolved(command) if path is None else Writes((path,), "file")


def _bundle(operands: list[str | None]) -> dict[str, str]:
    """Take tar's first word without a dash (`xzf`) off the operands: its letters are options, their values follow."""
    with_value = options_with_value("tar")
    options = {f"-{letter}": "" for letter in operands.pop(0) or ""}
    for name in options:
        if name in with_value and operands:
            options[name] = operands.pop(0) or ""
    return options


def _unzip(command: SimpleCommand) -> Iterator[Effect]:
    options, _ = options_and_operands(command)
    yield _extracted(command, _value(options, "-d", default="."))


def _extracted(command: SimpleCommand, directory: str | None) -> Effect:
    path = absolute(directory, command.cwd)
    return unresolved(command) if path is None else Writes((path,), "tree")


def _compress(command: SimpleCommand) -> Iterator[Effect]:
    _, operands = options_and_operands(command)
    paths = _paths(operands, command)
    yield unresolved(command) if paths is None else Writes(tuple(posixpath.dirname(path) for path in paths), "tree")


def _setcap(command: SimpleCommand) -> Iterator[Effect]:
    _, operands = options_and_operands(command)
    paths = _paths(operands[1:], command)
    yield unresolved(command) if paths is None else Attributes(paths, None, None, False, capabilities=True)


def _find(command: SimpleCommand) -> Iterator[Effect]:
    words = command.argv
    if not any(word in ("-exec", "-execdir", "-delete", "-ok") for word in words):
        yield Inert()
        return
    roots: list[str | None] = []
    for word in words[1:]:
        if word is not None and word.startswith(("-", "(", "!")):
            break
        roots.append(word)
    paths = _paths(roots or ["."], command)
    yield unresolved(command) if paths is None else Writes(paths, "tree")


def read_config(base: str, command: SimpleCommand) -> Effect:
    """Return what commands that rewrite the system's configuration change. Paths are those of Debian and Alpine."""
    if base == "setcap":
        return next(_setcap(command))
    if base == "update-ca-certificates":
        return Writes(("/etc/ssl/certs",), "tree")
    if base == "ldconfig":
        paths = _paths(options_and_operands(command)[1], command)
        return unresolved(command) if paths is None else IndexesLibraries(paths)
    return Unknown(f"{base} changes the system's configuration")


COMMANDS: dict[str, Callable[[SimpleCommand], Iterator[Effect]]] = {
    "mkdir": _mkdir,
    "touch": _files,
    "tee": _files,
    "truncate": _files,
    "sed": _sed,
    "cp": _copy,
    "mv": _copy,
    "install": _install,
    "ln": _link,
    "rm": _remove,
    "rmdir": _remove,
    "unlink": _remove,
    "chown": _attributes,
    "chgrp": _attributes,
    "chmod": _attributes,
    "tar": _tar,
    "unzip": _unzip,
    "gzip": _compress,
    "gunzip": _compress,
    "xz": _compress,
    "bunzip2": _compress,
    "find": _find,
}
