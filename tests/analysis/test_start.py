import pytest

from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.start import Start, resolve_healthcheck, resolve_start
from tests.support import MemoryContext, replay


def start(lines: str, files: dict[str, str] | None = None, base: str = "golang:1.24") -> Start:
    facts = replay(f"FROM {base}\nWORKDIR /app\nCOPY . .\n{lines}\n")
    context = MemoryContext(files or {})
    return resolve_start(facts, ImageFiles(facts, context), context)


def argvs(found: Start) -> list[tuple[str | None, ...]]:
    return [process.argv for process in found.processes]


def test_exec_cmd_needs_no_shell() -> None:
    found = start('CMD ["./x", "-a"]')
    assert argvs(found) == [("./x", "-a")]
    assert found.shell is None
    assert found.main is not None
    assert (found.main.cwd, found.main.evidence.line) == ("/app", 4)


def test_entrypoint_takes_cmd_as_arguments() -> None:
    assert argvs(start('ENTRYPOINT ["./x"]\nCMD ["-a", "b"]')) == [("./x", "-a", "b")]


def test_shell_entrypoint_ignores_cmd() -> None:
    found = start('ENTRYPOINT ./x $HOME_UNSET\nCMD ["-a"]')
    assert argvs(found) == [("./x", None)]
    assert found.shell is not None


def test_shell_cmd_after_exec_entrypoint_is_passed_through_sh() -> None:
    found = start('ENTRYPOINT ["/sbin/tini", "--"]\nCMD ./x -a')
    assert argvs(found)[-1] == ("./x", "-a")
    assert argvs(found)[0] == ("/sbin/tini", "--")
    assert found.shell is not None


def test_cd_and_environment_of_a_shell_command() -> None:
    found = start("CMD cd sub && PORT=8 exec ./x")
    assert found.main is not None
    assert (found.main.argv, found.main.cwd, found.main.env) == (("./x",), "/app/sub", (("PORT", "8"),))


def test_an_entrypoint_script_hands_over_its_arguments() -> None:
    script = '#!/bin/sh\nset -e\nif [ -n "$X" ]; then\n  ./migrate up\nfi\nexec "$@"\n'
    found = start('ENTRYPOINT ["./run.sh"]\nCMD ["./x", "-a"]', {"run.sh": script})
    assert argvs(found) == [("./migrate", "up"), ("./x", "-a")]
    assert found.scripts == ("/app/run.sh",)
    assert found.interpreters == ("/bin/sh",)
    assert [process.main for process in found.processes] == [False, True]
    assert found.processes[0].evidence.file == "run.sh"
    assert found.processes[0].evidence.line == 4


def test_a_script_of_another_language_is_started_by_its_interpreter() -> None:
    found = start('CMD ["./tool"]', {"tool": "#!/usr/bin/env python3\nprint()\n"})
    assert argvs(found) == [("python3", "/app/tool")]


def test_a_script_found_on_the_path() -> None:
    found = start('COPY go.sh /usr/local/bin/go.sh\nCMD ["go.sh"]', {"go.sh": "#!/bin/bash\n./x\n"})
    assert argvs(found) == [("./x",)]
    assert found.interpreters == ("/bin/bash",)


def test_sh_with_a_script_file() -> None:
    found = start('CMD ["sh", "run.sh"]', {"run.sh": "./x\n"})
    assert argvs(found) == [("./x",)]


def test_a_script_without_a_first_line_is_read_by_the_shell_that_starts_it() -> None:
    found = start("CMD ./run.sh", {"run.sh": "./x -a\n"})
    assert (argvs(found), found.interpreters) == ([("./x", "-a")], ("/bin/sh",))


def test_what_a_script_does_out_of_sight_is_unknown() -> None:
    found = start('CMD ["./run.sh"]', {"run.sh": '#!/bin/sh\n./x\neval "$MORE"\n'})
    assert [(item.file, item.line) for item in found.unknown] == [("run.sh", 3)]
    assert start('CMD ./x; eval "$MORE"').unknown[0].line == 4


def test_an_unreadable_script_is_unknown() -> None:
    found = start('CMD ["sh", "absent.sh"]')
    assert found.unknown


def test_a_program_behind_a_variable_is_unknown() -> None:
    assert start("CMD $SERVER --now").unknown


def test_the_bases_own_entrypoint_is_transparent() -> None:
    found = start('CMD ["server.js"]', base="node:20")
    assert argvs(found) == [("server.js",)]


def test_health_check() -> None:
    facts = replay('FROM golang:1.24\nHEALTHCHECK --interval=5s CMD curl -f http://localhost || exit 1\nCMD ["x"]\n')
    context = MemoryContext({})
    found = resolve_healthcheck(facts, ImageFiles(facts, context), context)
    assert found is not None
    assert found.shell is not None
    assert argvs(found)[0][:2] == ("curl", "-f")


def test_health_check_none() -> None:
    facts = replay('FROM golang:1.24\nHEALTHCHECK NONE\nCMD ["x"]\n')
    context = MemoryContext({})
    assert resolve_healthcheck(facts, ImageFiles(facts, context), context) is None


DEFAULT = '#!/bin/sh\nset -e\nif [ "${1#-}" != "$1" ] || [ -z "$1" ]; then\n  set -- ./x serve "$@"\nfi\nexec "$@"\n'


def test_a_script_gives_a_default_to_a_start_without_arguments() -> None:
    assert argvs(start('ENTRYPOINT ["./run.sh"]', {"run.sh": DEFAULT})) == [("./x", "serve")]


def test_a_script_puts_a_program_in_front_of_options() -> None:
    found = start('ENTRYPOINT ["./run.sh"]\nCMD ["--port", "8"]', {"run.sh": DEFAULT})
    assert argvs(found) == [("./x", "serve", "--port", "8")]


def test_a_default_does_not_take_the_place_of_a_program() -> None:
    found = start('ENTRYPOINT ["./run.sh"]\nCMD ["./y", "a"]', {"run.sh": DEFAULT})
    assert argvs(found) == [("./y", "a")]


WAITS = """#!/usr/bin/env bash
while [ $# -gt 0 ]; do
  case "$1" in
    -q) QUIET=1; shift ;;
    --)
      shift
      CLI=("$@")
      break
      ;;
    *) HOST="$1"; shift ;;
  esac
done
timeout $FLAG $LIMIT $0 --child
exec "${CLI[@]}"
"""


def test_a_wrapper_of_the_context_hands_over_what_follows_its_options() -> None:
    found = start('CMD ["bash", "-e", "go.sh"]', {"go.sh": "./wait.sh $HOST:1 -q -- npm start\n", "wait.sh": WAITS})
    assert argvs(found)[-1] == ("npm", "start")
    assert not found.unknown and argvs(found)[0][0] == "timeout"


def test_a_wrapper_without_a_branch_for_the_end_of_its_options_hands_over_all() -> None:
    script = '#!/bin/sh\necho "$1"\nexec "$@"\n'
    assert argvs(start('CMD ["./w.sh", "npm", "--", "start"]', {"w.sh": script})) == [("npm", "--", "start")]


def test_a_wrapper_of_posix_sh_hands_over_its_parameters() -> None:
    script = WAITS.replace('CLI=("$@")\n', "").replace("${CLI[@]}", "$@").replace("bash", "sh")
    assert argvs(start('CMD ["./w.sh", "db:5432", "--", "node", "a.js"]', {"w.sh": script}))[-1] == ("node", "a.js")


def test_an_array_that_is_set_otherwise_is_not_known() -> None:
    script = WAITS.replace("timeout $FLAG $LIMIT $0 --child", "CLI=(sh -c date)")
    found = start('CMD ["./w.sh", "db:5432", "--", "node", "a.js"]', {"w.sh": script})
    assert found.unknown and found.main is None


def test_words_behind_a_shells_script_are_the_scripts_own() -> None:
    script = '#!/bin/sh\nexec node a.js "$@"\n'
    assert argvs(start('CMD ["sh", "s.sh", "--port", "80"]', {"s.sh": script})) == [("node", "a.js", "--port", "80")]


def test_without_a_command_of_the_author_s_nothing_is_started() -> None:
    found = start("RUN true", base="example.com/own")
    assert (found.processes, found.unknown, found.main) == ((), (), None)


def test_a_builtin_in_front_is_no_program() -> None:
    assert argvs(start('CMD ["exec", "/bin/api"]')) == [("/bin/api",)]


def test_a_script_that_only_redirects_before_it_hands_over() -> None:
    script = '#!/bin/sh\nexec >/tmp/log 2>&1\nexec "$@"\n'
    found = start('ENTRYPOINT ["/app/run.sh"]\nCMD ["./x", "-a"]', {"run.sh": script})
    assert argvs(found) == [("./x", "-a")]


def test_scripts_that_call_each_other_without_end_are_not_followed() -> None:
    found = start('CMD ["/app/a.sh"]', {"a.sh": "#!/bin/sh\n/app/b.sh\n", "b.sh": "#!/bin/sh\n/app/a.sh\n"})
    assert found.processes == ()
    assert found.unknown


def test_variables_that_a_shell_puts_into_a_text_do_not_hide_what_it_runs() -> None:
    found = start('CMD bash -lc "./setup --fast && serve --port ${PORT:-80}"\n')
    main = found.main
    assert main is not None and main.argv == ("serve", "--port", None)
    assert ("./setup", "--fast") in argvs(found)
    assert "bash" in found.interpreters and not found.unknown


def test_a_text_of_a_variable_alone_is_unknown_once() -> None:
    assert len(start('CMD sh -c "$COMMAND"\n').unknown) == 1


@pytest.mark.parametrize(
    ("body", "argv"),
    [
        ('host="$1"\nshift\nexec "$@"', ("./x", "-v")),
        ('shift 1\nexec "$@"', ("./x", "-v")),
        ("shift; shift\nexec $@", ("-v",)),
        ('shift 2\nexec ./y "$@"', ("./y", "-v")),
        ('shift\ncmd="$@"\nexec $cmd', ("./x", "-v")),
        ('shift\ncmd="$@"\n>&2 echo up\nexec ${cmd}', ("./x", "-v")),
        ('cmd="$@"\ncmd=./z\nexec $cmd', ("./z",)),
        ('if [ -n "$Q" ]; then shift; fi\nexec ./y "$@"', ("./y", "db", "./x", "-v")),
        ('(shift)\nexec ./y "$@"', ("./y", "db", "./x", "-v")),
        ('exec ./y "$@"\nshift', ("./y", "db", "./x", "-v")),
    ],
)
def test_a_script_takes_its_own_arguments_away(body: str, argv: tuple[str, ...]) -> None:
    """The script of Docker's own documentation waits for a host, its first argument, and runs the rest."""
    found = start('COPY . .\nCMD ["./wait.sh", "db", "./x", "-v"]', {"wait.sh": f"#!/bin/sh\n{body}\n"})
    assert [process.argv for process in found.processes if process.argv[0] != "echo"] == [argv]


def test_how_many_arguments_are_taken_away_may_not_be_known() -> None:
    found = start('COPY . .\nCMD ["./wait.sh", "db", "./x"]', {"wait.sh": '#!/bin/sh\nshift $N\nexec "$@"\n'})
    assert found.unknown and not found.processes
