"""Files of OS packages that the author changes: the runtime stage installs the packages anew."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.knowledge.packages import alpine_name, package_for_program
from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

INSTALL = "apt-get update && apt-get install -y nginx gcc"
PLAIN = "RUN apt-get update && apt-get install -y nginx && rm -rf /var/lib/apt/lists/*"


def outcome_of(lines: str) -> Outcome:
    text = f'FROM python:3.12\nWORKDIR /app\nCOPY a.py .\n{lines}\nCMD ["python", "a.py"]\n'
    return rewrite(text, MemoryContext({"a.py": "", "a.conf": "", "site/b.conf": ""}))


def runtime(lines: str) -> str:
    outcome = outcome_of(lines)
    assert isinstance(outcome, Rewritten), outcome
    return outcome.text[outcome.text.index("\nFROM python") :]


@pytest.mark.parametrize(
    ("command", "repeated"),
    [
        ("rm /etc/nginx/sites-enabled/default", "rm -rf /etc/nginx/sites-enabled/default"),
        ("rm -rf /var/www/html/* /tmp/x", "rm -rf /var/www/html/*"),
        ("rm '/etc/nginx/a b$c'", "rm -rf /etc/nginx/a\\ b\\$c"),
        ("mv /etc/nginx/nginx.conf /etc/nginx/old.conf", "rm -rf /etc/nginx/nginx.conf"),
    ],
)
def test_what_is_removed_is_removed_again(command: str, repeated: str) -> None:
    assert f"\n{PLAIN} && {repeated}\n" in runtime(f"RUN {INSTALL}\nRUN {command}")


@pytest.mark.parametrize(
    "lines",
    [
        f"RUN {INSTALL} && rm -rf /var/lib/apt/lists/* /usr/share/doc /etc/apt/sources.list.d/x.list /tmp/x",
        f"RUN rm -rf /etc/nginx\nRUN {INSTALL}",
        f"RUN {INSTALL}\nRUN touch /etc/nginx/x && rm /etc/nginx/x",
        f"RUN {INSTALL}\nRUN rm -rf /usr/local/bin/2to3 /opt/x /usr/src/x",
        f"RUN {INSTALL}\nRUN mkdir /etc/desk && chown daemon /etc/desk && chmod 700 /etc/desk/x",
        f"RUN {INSTALL}\nCOPY a.conf /etc/nginx/\nRUN chmod 600 /etc/nginx/a.conf",
        f"RUN {INSTALL}\nRUN chown -R daemon /var/log /usr/local/lib /tmp",
    ],
)
def test_nothing_else_is(lines: str) -> None:
    text = runtime(lines)
    assert f"\n{PLAIN}\n" in text and text.count("RUN") == 1


def test_without_packages_nothing_is_repeated() -> None:
    assert "RUN" not in runtime("RUN apt-get update && apt-get install -y gcc && rm -rf /etc/x && chown daemon /etc/y")


def test_a_copy_below_the_removal_is_kept() -> None:
    text = runtime(f"RUN {INSTALL} && rm /etc/nginx/nginx.conf\nCOPY a.conf /etc/nginx/nginx.conf")
    assert text.index("rm -rf /etc/nginx/nginx.conf") < text.index("COPY --from=builder /etc/nginx/nginx.conf")


@pytest.mark.parametrize(
    ("command", "repeated"),
    [
        ("chown -R www-data:www-data /var/lib/nginx /var/log/nginx", None),
        ("chmod -R 777 /var/lib/nginx", None),
        ("chmod 700 /var/lib/nginx", None),
        ("chown daemon /etc/nginx/conf.d", None),
        ("chown -R daemon /var/cache/nginx /run/nginx", None),
        ("chown -R daemon /run", "{ [ ! -e /run ] || chown -R daemon /run; }"),
        ("chown daemon /var/www/html", "{ [ ! -e /var/www/html ] || chown daemon /var/www/html; }"),
        ("chmod 640 /var/log/nginx/*", "{ [ ! -e /var/log/nginx/* ] || chmod 640 /var/log/nginx/*; }"),
        (
            "chown daemon /var/lib/nginx /var/www",
            "chown daemon /var/lib/nginx && { [ ! -e /var/www ] || chown daemon /var/www; }",
        ),
    ],
)
def test_owner_and_mode_are_set_again(command: str, repeated: str | None) -> None:
    text = runtime(f"RUN {INSTALL}\nCOPY a.conf /etc/nginx/conf.d/\nRUN {command}")
    assert f"\nRUN {repeated or command}\n" in text
    assert text.index("COPY --from=builder /app") < text.index(repeated or command)


@pytest.mark.parametrize("command", ["chmod u+s /usr/sbin/nginx", "setcap cap_net_bind_service=+ep /usr/sbin/nginx"])
def test_a_program_is_copied_with_its_mode_and_capabilities(command: str) -> None:
    text = runtime(f"RUN {INSTALL} && {command}")
    assert text.index(PLAIN) < text.index("\nCOPY --from=builder /usr/sbin/nginx /usr/sbin/nginx\n")
    assert text.count("RUN") == 1


def test_what_may_be_removed_refuses() -> None:
    outcome = outcome_of(f"RUN {INSTALL}\nRUN if [ -e /x ]; then rm /etc/nginx/mime.types; fi")
    assert isinstance(outcome, Refused)
    message = "whether /etc/nginx/mime.types is removed is not known before the build"
    assert [(item.code, item.line, item.message) for item in outcome.blockers] == [("D09", 5, message)]


def test_the_reasons_are_told() -> None:
    outcome = outcome_of(f"RUN {INSTALL}\nRUN rm /etc/nginx/a /etc/nginx/b; chown daemon /var/lib/nginx")
    assert isinstance(outcome, Rewritten)
    said = {item.summary: [str(entry) for entry in item.evidence] for item in outcome.plan.decisions}
    again = "of a package that is installed anew:"
    assert said[f"/etc/nginx/a, /etc/nginx/b {again} removed there, too"] == [
        "Dockerfile:5: rm /etc/nginx/a /etc/nginx/b"
    ]
    assert f"/var/lib/nginx {again} owner and mode are set there, too" in said


NODE = 'FROM node:20\nWORKDIR /app\nRUN apt-get update && apt-get install -y {0}\nCOPY . .\nCMD ["node", "a.js"]\n'


@pytest.mark.parametrize(
    ("lines", "base"),
    [
        ("git", "node:20-alpine"),
        ("nginx", "node:20-slim"),
        ("git && rm /usr/lib/git-core/git-daemon", "node:20-slim"),
        ("git && chmod 700 /usr/bin/git", "node:20-slim"),
    ],
)
def test_the_distribution_stays_where_its_files_are_changed(lines: str, base: str) -> None:
    files = {"a.js": "require('child_process').exec('git')", "package.json": "{}"}
    outcome = rewrite(NODE.format(lines), MemoryContext(files))
    assert isinstance(outcome, Rewritten), outcome
    assert outcome.plan.runtime_base == base


def test_what_alpine_has_no_more_is_not_installed_there() -> None:
    assert alpine_name("wkhtmltopdf") is None and package_for_program("wkhtmltopdf", "alpine") is None
    assert package_for_program("wkhtmltopdf", "debian") == "wkhtmltopdf"


def test_services_are_laid_out_by_the_distribution() -> None:
    assert [alpine_name(name) for name in ("nginx", "cron", "redis-server=5:7.0", "git")] == [None, None, None, "git"]


@pytest.mark.parametrize(
    ("lines", "is_carried"),
    [
        ("touch /run/x.pid && chown daemon /run/x.pid", True),
        ("touch /run/x.pid && chmod 666 /run/x.pid", True),
        ("touch /run/x.pid", False),
        ("touch /run/x.pid && chown daemon /run/y.pid", False),
        ("touch /run/x.pid && chown daemon /run/x.pid && cat /run/x.pid", False),
        ("touch /root/.netrc && chmod 600 /root/.netrc", False),
    ],
)
def test_an_empty_file_with_an_owner_in_scratch_space(lines: str, is_carried: bool) -> None:
    path = "/root/.netrc" if "netrc" in lines else "/run/x.pid"
    assert (f"COPY --from=builder {path} {path}\n" in runtime(f"RUN {lines}")) is is_carried
