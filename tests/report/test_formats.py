"""Every format of a report over many files."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Outcome
from dockerslim_rewrite.pipeline import rewrite
from dockerslim_rewrite.report.data import outcome_data
from dockerslim_rewrite.report.file import failed_report, file_report, invalid_report
from dockerslim_rewrite.report.formats import FORMATS, render_report
from dockerslim_rewrite.report.model import FileReport, Finding
from tests.report.schema import load, problems
from tests.support import FIXTURES, ROOT

REPORT_SCHEMA = load(ROOT / "docs" / "json-schema" / "report.schema.json")
SARIF_SCHEMA = load(Path(__file__).with_name("sarif.schema.json"))


def outcome_of(path: Path) -> tuple[str, Outcome]:
    source = path.read_bytes().decode("utf-8")
    return source, rewrite(source, LocalContext(path.parent, path))


def report_of(fixture: str, name: str = "") -> FileReport:
    path = FIXTURES / fixture / "Dockerfile"
    return file_report(name or fixture, *outcome_of(path), texts=True, data=True)


@pytest.fixture(scope="module")
def reports() -> list[FileReport]:
    odd = "weird dir/ä%,:\x1b[31m|<script>/Dockerfile"
    return [
        report_of("go/article"),
        report_of("node/n05-npm-start", odd),
        report_of("refused/n15-playwright"),
        report_of("unchanged/d16-multi-stage-node"),
        invalid_report("bad/Dockerfile", 3, "unknown instruction: FRON"),
        failed_report("worse/Dockerfile", "ValueError: x"),
    ]


def text(name: str, reports: list[FileReport], pages: str = "") -> str:
    return "".join(render_report(name, reports, pages))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_nothing_and_everything(name: str, reports: list[FileReport]) -> None:
    for some in ([], reports):
        result = text(name, some)
        assert result.endswith("\n")
        assert "\x1b" not in result
    with pytest.raises(ValueError, match="no format"):
        render_report("xml", [])


def test_text(reports: list[FileReport]) -> None:
    lines = text("text", reports).splitlines()
    assert lines[0].startswith("would rewrite go/article: golang:1.19 -> gcr.io/distroless/")
    assert lines[2].startswith("refused refused/n15-playwright:")
    assert lines[4] == "broken bad/Dockerfile:3: unknown instruction: FRON"
    assert lines[-1] == "2 files would be rewritten, 1 unchanged, 1 refused, 1 broken, 1 failed."
    assert text("text", []) == "No Dockerfile found.\n"


def test_json_follows_its_schema(reports: list[FileReport]) -> None:
    for some in (reports, []):
        assert list(problems(json.loads(text("json", some)), REPORT_SCHEMA)) == []
    data = json.loads(text("json", reports))
    assert data["counts"] == {
        "files": 6, "available": 2, "written": 0, "review": 0, "unchanged": 1, "refused": 1, "invalid": 1, "failed": 1,
    }  # fmt: skip
    assert [entry["file"] for entry in data["files"]] == [report.file for report in reports]


def test_json_of_every_fixture_follows_the_schema() -> None:
    schema = {"$ref": "#/$defs/file"}
    for path in sorted([*FIXTURES.glob("go/*/Dockerfile"), *FIXTURES.glob("refused/*/Dockerfile")])[::3]:
        data = json.loads(json.dumps(outcome_data(str(path), outcome_of(path)[1])))
        assert list(problems(data, schema, REPORT_SCHEMA)) == [], path


def test_the_schema_check_can_fail(reports: list[FileReport]) -> None:
    data = json.loads(text("json", reports))
    data["files"][0]["plan"]["decisions"][0]["evidence"] = []
    data["files"][3]["line"] = "1"
    assert len(list(problems(data, REPORT_SCHEMA))) == 2


def sarif(reports: list[FileReport], pages: str = "") -> Any:
    return json.loads(text("sarif", reports, pages))


def test_sarif_follows_the_specification(reports: list[FileReport]) -> None:
    log = sarif(reports)
    assert list(problems(log, SARIF_SCHEMA)) == []
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["invocations"] == [{"executionSuccessful": False}]
    log["runs"][0]["results"][0]["levle"] = log["runs"][0]["results"][0].pop("level")
    assert len(list(problems(log, SARIF_SCHEMA))) == 2


def test_sarif_fix_makes_the_rewrite(reports: list[FileReport]) -> None:
    fixes = [result["fixes"][0] for result in sarif(reports)["runs"][0]["results"] if "fixes" in result]
    assert len(fixes) == 2
    for report, fix in zip(reports, fixes, strict=False):
        replacement = fix["artifactChanges"][0]["replacements"][0]
        region = replacement["deletedRegion"]
        start, end = region["charOffset"], region["charOffset"] + region["charLength"]
        assert report.source[:start] + replacement["insertedContent"]["text"] + report.source[end:] == report.text


def test_sarif_says_where_help_is(reports: list[FileReport]) -> None:
    rules = sarif(reports, "https://example.com/decisions/")["runs"][0]["tool"]["driver"]["rules"]
    links = [rule["helpUri"] for rule in rules if "helpUri" in rule]
    assert links
    assert all(re.fullmatch(r"https://example.com/decisions/[A-Z]\d\d\.md", link) for link in links)


def test_github_annotations_are_one_line_each(reports: list[FileReport]) -> None:
    lines = text("github", reports).splitlines()
    shown = [line for line in lines if line.startswith("::")]
    assert len(shown) == sum(len(report.findings) for report in reports if report.status != "unchanged")
    assert len(lines) == len(shown) + 1
    for line in shown:
        assert re.fullmatch(r"::(notice|warning|error) file=[^,:]+,line=\d+,title=[^,:]+::.+", line), line
    assert any("file=weird dir/ä%25%2C%3A" in line for line in shown)


def test_github_escapes_line_ends() -> None:
    report = FileReport("a", "refused", (Finding("note", "D01", 1, "50%\n::error::x"),))
    assert text("github", [report]).startswith(
        "::notice file=a,line=1,title=dockerslim-rewrite D01::50%25%0A::error::x\n"
    )


def test_gitlab(reports: list[FileReport]) -> None:
    same = [*reports, FileReport("a", "refused", (Finding("note", "D01", 1, "x"), Finding("note", "D01", 2, "x")))]
    entries = json.loads(text("gitlab", same))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1


def test_markdown_escapes_what_strangers_wrote(reports: list[FileReport]) -> None:
    result = text("markdown", reports, "https://example.com/d")
    assert "| go/article | golang:1.19 |" in result
    assert "\\|\\<script\\>" in result
    assert "[N15](https://example.com/d/N15.md)" in result
    for line in result.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (5, 6)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)


def page(reports: list[FileReport]) -> _Page:
    parser = _Page()
    parser.feed(text("html", reports))
    parser.close()
    assert parser.open == []
    return parser


def test_html_stands_alone(reports: list[FileReport]) -> None:
    for tag, attributes in page(reports).tags:
        assert not {"src", "href", "srcset"} & set(attributes)
        assert tag not in ("img", "link", "iframe", "base")
        assert not any(name.startswith("on") for name in attributes) or tag == "form"


def test_html_shows_every_file_and_diff(reports: list[FileReport]) -> None:
    shown = page(reports)
    rows = [attributes for tag, attributes in shown.tags if tag == "li" and "data-status" in attributes]
    assert [row["data-status"] for row in rows] == [report.status for report in reports]
    diffs = json.loads(shown.scripts[0])
    assert len(diffs) == 2
    assert diffs[0].startswith("--- go/article\n+++ go/article\n@@ ")


def test_html_breaks_a_long_path_after_its_slashes() -> None:
    report = FileReport(
        file="services/a<b/Dockerfile", status="rewrite", findings=(), builder_base="a/b:1", runtime_base="c.io/d"
    )
    shown = text("html", [report])
    assert "services/<wbr>a&lt;b/<wbr>Dockerfile <span" in shown
    assert "a/<wbr>b:1 &rarr; c.io/<wbr>d<" in shown


def test_html_cannot_be_left_by_a_dockerfile() -> None:
    evil = "</script><script>alert(1)</script>"
    report = FileReport(
        file=evil, status="rewrite", findings=(Finding("warning", "", 1, evil), Finding("note", evil, 1, evil)),
        builder_base=evil, runtime_base=evil, source=f"FROM a\n# {evil}\n", text=f"FROM b\n# {evil}\n",
    )  # fmt: skip
    shown = page([report])
    assert [tag for tag, _ in shown.tags].count("script") == 2
    assert evil in json.loads(shown.scripts[0])[0]
