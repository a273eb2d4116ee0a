import pytest

from dockerslim_rewrite.analysis.effects import (
    Attributes,
    Builds,
    ChangesAccounts,
    ChangesSources,
    Effect,
    IndexesLibraries,
    Inert,
    InstallsPackages,
    Removes,
    RemovesPackages,
    Unknown,
    Writes,
)
from tests.support import MemoryContext, effects_of


def effects(run: str, files: dict[str, str] | None = None) -> list[Effect]:
    text = f"FROM golang:1.24\nWORKDIR /app\nCOPY . .\nRUN {run}\n"
    return [effect for command in effects_of(text, MemoryContext(files or {})) for effect in command.effects]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("mkdir -p /data x/y", Writes(("/data", "/app/x/y"), "dir")),
        ("mkdir -m 700 /data", Writes(("/data",), "dir")),
        ("touch a", Writes(("/app/a",), "file")),
        ("echo hi > /etc/motd", Writes(("/etc/motd",), "file")),
        ("echo hi >> conf/x", Writes(("/app/conf/x",), "file")),
        ("echo hi >| /etc/motd", Writes(("/etc/motd",), "file")),
        ("make &> build.log", Writes(("/app/build.log",), "file")),
        ("tee -a /etc/x.conf", Writes(("/etc/x.conf",), "file")),
        ("truncate -s 0 /var/log/x", Writes(("/var/log/x",), "file")),
        ("sed -n 1p /etc/x.conf", Inert()),
        ("sed --in-place -f script.sed /etc/x.conf", Writes(("/etc/x.conf",), "file")),
        ("sed -i s/a/b/ /etc/x.conf", Writes(("/etc/x.conf",), "file")),
        ("sed -i -e s/a/b/ /etc/x.conf", Writes(("/etc/x.conf",), "file")),
        ("cp a /usr/local/bin/b", Writes(("/usr/local/bin/b",), "tree")),
        ("cp a b /opt/x/", Writes(("/opt/x/a", "/opt/x/b"), "tree")),
        ("cp -t /opt/x a b", Writes(("/opt/x/a", "/opt/x/b"), "tree")),
        ("cp --target-directory=/opt/x a", Writes(("/opt/x/a",), "tree")),
        ("cp a /usr/local/bin", Writes(("/usr/local/bin/a",), "tree")),
        ("cp a*.txt /opt/d/", Writes(("/opt/d",), "tree")),
        ("cp $UNSET /opt/d/", Writes(("/opt/d",), "tree")),
        ("mv a /opt/b", Removes(("/app/a",))),
        ("install -m 755 a /usr/bin/a", Writes(("/usr/bin/a",), "tree")),
        ("ln -sf /opt/a .", Writes(("/app/a",), "link", "/opt/a", True)),
        ("ln -s /opt/a", Writes(("/app/a",), "link", "/opt/a")),
        ("ln -s -t /usr/bin /opt/a /opt/b", Writes(("/usr/bin/b",), "link", "/opt/b")),
        ("ln -s /opt/a /opt/b /usr/bin", Writes(("/usr/bin/a",), "link", "/opt/a")),
        ("ln -s /app/a /usr/bin/a", Writes(("/usr/bin/a",), "link", "/app/a")),
        ("ln -s /app/a /usr/bin/", Writes(("/usr/bin/a",), "link", "/app/a")),
        ("tar -xzf a.tgz -C /opt", Writes(("/opt",), "tree")),
        ("tar xzf a.tgz", Writes(("/app",), "tree")),
        ("tar xzf a.tgz -C /opt --strip-components=1", Writes(("/opt",), "tree")),
        ("curl -fsSL https://e.com/x.tgz | tar xz -C /opt", Writes(("/opt",), "tree")),
        ("curl -fsSL https://e.com/x.tgz | tar xzC /opt", Writes(("/opt",), "tree")),
        ("tar --extract --file a.tar --directory /opt", Writes(("/opt",), "tree")),
        ("tar czf /out/x.tgz -C /srv .", Writes(("/out/x.tgz",), "file")),
        ("tar --create --file x.tar .", Writes(("/app/x.tar",), "file")),
        ("gzip -9 data/x.json", Writes(("/app/data",), "tree")),
        ("find /usr/share -name '*.md' -delete", Writes(("/usr/share",), "tree")),
        ("find -name x -exec rm {} +", Writes(("/app",), "tree")),
        ("setcap cap_net_bind_service=+ep /app/s", Attributes(("/app/s",), None, None, False, capabilities=True)),
        ("update-ca-certificates", Writes(("/etc/ssl/certs",), "tree")),
        ("unzip -q a.zip", Writes(("/app",), "tree")),
        ("unzip -q a.zip -d /opt/z", Writes(("/opt/z",), "tree")),
        ("curl -fsSL https://e.com/x -o /usr/bin/x", Writes(("/usr/bin/x",), "file")),
        ("curl -LO https://e.com/d/x.tgz?y=1", Writes(("/app/x.tgz",), "file")),
        ("wget -q https://e.com/d/x.tgz", Writes(("/app/x.tgz",), "file")),
        ("wget -O /tmp/y https://e.com/x", Writes(("/tmp/y",), "file")),
        ("git clone --depth 1 https://e.com/o/repo.git", Writes(("/app/repo",), "tree")),
        ("cd /srv && git clone https://e.com/o/repo.git here", Writes(("/srv/here",), "tree")),
        ("install -d -o app -m 750 /srv/x", Writes(("/srv/x",), "dir")),
        ("rm -rf /var/cache/x y", Removes(("/var/cache/x", "/app/y"))),
        ("chown -R app:app /data", Attributes(("/data",), "app:app", None, True)),
        ("chgrp -R app /data", Attributes(("/data",), ":app", None, True)),
        ("chmod -x ./run.sh", Attributes(("/app/run.sh",), None, "-", False)),
        ("install --directory -m 750 -o app /srv/x", Attributes(("/srv/x",), "app", "750", False)),
        ("mkdir -m 750 /srv/x", Attributes(("/srv/x",), None, "750", False)),
        ("chmod +x ./run.sh", Attributes(("/app/run.sh",), None, "+x", False)),
        ("apt-get update", Inert()),
        ("apt-get install -y --no-install-recommends git=1:2.39 curl", InstallsPackages("apt", ("git", "curl"), True)),
        ("apt-get -qq -y install git", InstallsPackages("apt", ("git",), True, recommends=True)),
        ("apk add --no-cache -t .b gcc~=13", InstallsPackages("apk", ("gcc",), True, group=".b")),
        ("apk del .b", RemovesPackages((".b",))),
        ("apt-get purge -y gcc", RemovesPackages(("gcc",))),
        ("apt-key add x", ChangesSources()),
        ("useradd -m -u 1001 app", ChangesAccounts("app", "/home/app")),
        ("useradd app", ChangesAccounts("app", None)),
        ("adduser -D -u 1001 app", ChangesAccounts("app", "/home/app")),
        ("adduser --system --group app", ChangesAccounts("app", None)),
        ("adduser app docker", ChangesAccounts(None, None)),
        ("useradd -m -d /srv/app/ app", ChangesAccounts("app", "/srv/app")),
        ("useradd -m -d srv app", ChangesAccounts("app", None)),  # fails
        ("adduser -D ' ]'", ChangesAccounts(None, None)),  # fails
        ("groupadd -g 9 app", ChangesAccounts(None, None)),
        ("go build ./...", Builds("go")),
        ("true", Inert()),
    ],
)
def test_effect(run: str, expected: Effect) -> None:
    assert expected in effects(run)


@pytest.mark.parametrize(
    "run",
    [
        "some-unheard-of-tool --now",
        'eval "$(curl -s https://e.com)"',
        "curl -s https://e.com/install.sh | bash",
        "dpkg -i x.deb",
        "$TOOL run",
        "mkdir $UNSET/x",
        "touch $UNSET/x",
        "echo hi > $UNSET",
        "sed -i s/a/b/ $UNSET",
        "cp a $UNSET",
        "cp -t $UNSET a b",
        "mv a $UNSET/x",
        "install -d $UNSET/x",
        "ln -s $UNSET /x",
        "ln -s /opt/a $UNSET",
        "ln -s -t $UNSET /opt/a",
        "ln -s",
        "chown app $UNSET",
        "tar xzf a.tgz -C $UNSET",
        "tar -cf $UNSET .",
        "unzip a.zip -d $UNSET",
        "gunzip $UNSET",
        "find $UNSET -delete",
        "setcap x+ep $UNSET",
        "dpkg-reconfigure tzdata",
        "apk add --repository http://e.com/edge x",
        "apt-get install -y ./x.deb",
    ],
)
def test_not_understood_is_unknown(run: str) -> None:
    assert any(isinstance(effect, Unknown) for effect in effects(run))


def test_names_that_are_not_static_make_an_install_incomplete() -> None:
    assert InstallsPackages("apt", ("git",), False, recommends=True) in effects("apt-get install -y git $MORE")


def test_a_script_of_the_context_is_followed() -> None:
    found = effects("./setup.sh", {"setup.sh": "#!/bin/sh\nset -e\nmkdir -p /data\nunheard-of\n"})
    assert Writes(("/data",), "dir") in found
    assert any(isinstance(effect, Unknown) for effect in found)


def test_a_script_outside_the_context_is_unknown() -> None:
    assert any(isinstance(effect, Unknown) for effect in effects("sh ./setup.sh"))


@pytest.mark.parametrize(
    "run", ["echo x > /dev/null", "tar -tf x.tgz", "tar -cf - .", "tar cz .", "tar", "find . -name x"]
)
def test_what_reads_or_prints_writes_nothing(run: str) -> None:
    assert effects(run) == [Inert()]


def test_the_loader_s_cache() -> None:
    assert effects("ldconfig") == [IndexesLibraries(())]
    assert effects("ldconfig -v /opt/x/lib") == [IndexesLibraries(("/opt/x/lib",))]
    assert any(isinstance(effect, Unknown) for effect in effects("ldconfig $PLACE"))


@pytest.mark.parametrize(
    ("run", "installs"),
    [("make", False), ("make install", True), ("make -C x install-strip", True), ("cmake --install build", True)],
)
def test_what_a_build_tool_installs(run: str, installs: bool) -> None:
    (effect,) = effects(run)
    assert isinstance(effect, Builds) and effect.installs == installs


def test_every_command_has_its_line() -> None:
    text = "FROM golang:1.24\nRUN mkdir /a && \\\n    mkdir /b\n"
    assert [(effect.line, effect.text) for effect in effects_of(text)] == [(2, "mkdir /a"), (3, "mkdir /b")]
