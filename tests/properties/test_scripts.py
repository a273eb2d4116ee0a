"""No command of a script is lost: it is listed, or the script says that a part is not understood."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.shell.parse import parse_script, unwrap
from tests.properties.scripts import Written, scripts


@settings(deadline=None, max_examples=200)
@given(scripts())
def test_every_command_is_accounted_for(script: Written) -> None:
    parsed = parse_script(script.text, variables={"X": "a b"}, workdir="/")
    found = {command.name for command in parsed.simple}
    assert parsed.opaque or set(script.names) <= found, script.text
    assert "c0" not in found, "text inside quotes, comments and heredocs is no command"


@settings(deadline=None, max_examples=200)
@given(scripts(), st.data())
def test_a_damaged_script_is_read_without_an_error(script: Written, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(script.text)))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(
        st.sampled_from(["", "'", '"', "`", "(", ")", "{", "}", "$(", "${", "\\", ";;", "fi", "<<X", "\0", "&"])
    )
    text = script.text[:at] + put + script.text[at + cut :]
    for command in parse_script(text, variables={"X": "a b"}, workdir="/").commands:
        assert 0 <= command.span.start <= command.span.end <= len(text)
    for simple in parse_script(text, variables={}, workdir=None).simple:
        unwrap(simple)


def test_a_function_that_redefines_itself() -> None:
    script = parse_script("f() { f() { inner; }; f; }; f", variables={}, workdir="/")
    assert "inner" in {command.name for command in script.simple}
