from tests.support import replay

GO = "FROM golang:1.24\n"


def test_workdir_accumulates_and_starts_from_the_base() -> None:
    facts = replay(GO + "WORKDIR app\nWORKDIR sub\nRUN true\n")
    assert [step.before.workdir for step in facts.steps] == ["/go", "/go/app", "/go/app/sub"]
    assert facts.contract.workdir == "/go/app/sub"


def test_env_expands_with_earlier_env_and_the_base_path() -> None:
    facts = replay(GO + "ENV A=1\nENV B=$A-2 C=${A:-x}\nENV PATH=/x:$PATH\n")
    assert facts.contract.env["B"] == "1-2"
    assert facts.contract.env["C"] == "1"
    assert facts.contract.env["PATH"].startswith("/x:/go/bin:/usr/local/go/bin")


def test_a_variable_of_one_env_instruction_is_not_seen_by_its_neighbours() -> None:
    assert replay(GO + "ENV A=old\nENV A=new B=$A\n").contract.env["B"] == "old"


def test_arg_before_from_reaches_the_stage_only_when_declared() -> None:
    text = "ARG V=1.24\nFROM golang:${V}\nRUN echo $V\nARG V\nRUN echo $V\n"
    facts = replay(text)
    assert facts.base_text == "golang:1.24"
    assert facts.steps[0].script is not None
    assert facts.steps[0].script.simple[0].argv == ("echo", None)
    assert facts.steps[2].script is not None
    assert facts.steps[2].script.simple[0].argv == ("echo", "1.24")


def test_env_wins_over_arg() -> None:
    assert replay(GO + "ARG X=arg\nENV X=env\nWORKDIR /$X\n").contract.workdir == "/env"


def test_own_entrypoint_resets_the_base_cmd_but_not_one_s_own() -> None:
    assert replay('FROM node:20\nENTRYPOINT ["x"]\n').contract.cmd is None
    facts = replay('FROM node:20\nCMD ["a"]\nENTRYPOINT ["x"]\n')
    assert facts.contract.cmd is not None
    assert facts.contract.cmd.argv == ("a",)


def test_shell_form_and_broken_json_are_shell_commands() -> None:
    facts = replay(GO + "CMD ['a', 'b']\n")
    assert facts.contract.cmd is not None
    assert facts.contract.cmd.shell == "['a', 'b']"


def test_copy_facts() -> None:
    facts = replay(GO + "WORKDIR /src\nCOPY --chown=1:2 a b/ ./c /dst/\nCOPY . .\nCOPY x y\n")
    first, second, third = (step.copy for step in facts.steps if step.copy)
    assert first.sources == ("a", "b", "c")
    assert (first.dest, first.dest_is_dir, first.chown) == ("/dst", True, "1:2")
    assert (second.sources, second.dest, second.dest_is_dir) == (("",), "/src", True)
    assert (third.dest, third.dest_is_dir) == ("/src/y", False)


def test_metadata_of_the_contract() -> None:
    facts = replay(GO + 'EXPOSE 80 443/tcp\nVOLUME ["/a"]\nVOLUME /b /c\nLABEL k=v\nSTOPSIGNAL SIGINT\nUSER 7\n')
    contract = facts.contract
    assert contract.expose == ("443/tcp", "80")
    assert contract.volumes == ("/a", "/b", "/c")
    assert contract.labels == {"k": "v"}
    assert (contract.stop_signal, contract.user) == ("SIGINT", "7")
