import pytest

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.knowledge.python_packages import environment_command
from dockerslim_rewrite.languages.python.language import PythonLanguage
from dockerslim_rewrite.outcome import Refused, Rewritten, Unchanged
from tests.languages.python.support import additions, artifacts, codes, infer, libraries, programs, run, variables
from tests.support import project_of

BASE = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install flask\n"
START = 'CMD ["python", "app.py"]\n'
APP = {"app.py": "print(1)\n"}


def test_environment_is_made_before_the_author_s_lines() -> None:
    findings = infer(BASE + START, APP)
    assert additions(findings) == [f"RUN {environment_command()}", "ENV PATH=/opt/venv/bin:$PATH"]
    assert artifacts(findings) == {"/opt/venv", "/app"}
    assert variables(findings) == {"PATH": "/opt/venv/bin:$PATH"}


@pytest.mark.parametrize(
    "lines",
    [
        "ENTRYPOINT /usr/local/bin/python app.py\n",
        "RUN sed -i s/a/b/ /usr/local/lib/python3.12/site-packages/x.py\n" + START,
        "ENV PATH=/usr/local/bin:/usr/bin\n" + START,
        "RUN apt-get update && apt-get install -y cron\n" + START,
        'CMD ["su", "app", "-c", "python app.py"]\n',
        "RUN git clone https://host.example/x.git && cd x && make install\n" + START,
        "COPY worker.conf /etc/supervisor/conf.d/\n" + START,
        'CMD bash -lc "flask run --port ${PORT:-80}"\n',
        'CMD ["bash", "-l", "-c", "flask run"]\n',
        'SHELL ["/bin/bash", "-euo", "pipefail", "-lc"]\nCMD flask run\n',
        "RUN bash --login -c 'pip install gunicorn'\n" + START,
        'CMD ["./login.sh"]\n',
        "RUN tar -xzf tool.tgz -C /usr/local\n" + START,
        "RUN /usr/bin/pip install x\n" + START,
        "RUN pip install --prefix=/usr/local x\n" + START,
        "USER app\nRUN uv pip install --system x\n" + START,
        "ENV PIP_USER=1\n" + START,
    ],
)
def test_prefix_where_an_environment_is_not_found(lines: str) -> None:
    files = {"worker.conf": "command=/usr/local/bin/celery\n"}
    if "login.sh" in lines:
        files["login.sh"] = "#!/bin/bash -l\nexec flask run\n"
    findings = infer(BASE + lines, {**APP, **files})
    assert not additions(findings)
    assert "/usr/local" in artifacts(findings)


@pytest.mark.parametrize(
    "line",
    [
        'CMD bash -c "ls -l && flask run --port $PORT"\n',
        'CMD ["bash", "-ec", "flask run -l"]\n',
        "RUN ./setup.sh -l\n" + START,
        "RUN ssh -l deploy host.example true || true\n" + START,
    ],
)
def test_other_options_are_no_login_shell(line: str) -> None:
    assert f"RUN {environment_command()}" in additions(infer(BASE + line, {**APP, "setup.sh": "exit 0\n"}))


def test_python_2_has_no_environment() -> None:
    findings = infer(BASE.replace("3.12", "2.7") + START, APP)
    assert "/usr/local" in artifacts(findings)


@pytest.mark.parametrize(
    "line",
    [
        "COPY run.sh /usr/local/bin/\n",
        "RUN curl -o /usr/local/bin/run.sh https://host.example/x\n",
        "COPY run.sh /usr/local/bin/\nRUN make all\n",
    ],
)
def test_own_programs_in_the_prefix_do_not_matter(line: str) -> None:
    findings = infer(
        BASE + line + 'ENTRYPOINT ["/usr/local/bin/run.sh"]\n', {**APP, "run.sh": "#!/bin/sh\nexec python app.py\n"}
    )
    assert f"RUN {environment_command()}" in additions(findings)


def test_managers_stay_behind() -> None:
    text = "FROM python:3.12\nRUN pip install uv\nWORKDIR /app\nCOPY . .\nRUN uv sync\n"
    assert artifacts(infer(text + 'CMD [".venv/bin/python", "app.py"]\n', APP)) == {"/app", "/app/.venv"}
    assert "/opt/venv" in artifacts(infer(text + 'CMD ["uv", "run", "app.py"]\n', APP))


def test_variables_for_managers() -> None:
    text = BASE + "RUN pip install poetry && poetry config virtualenvs.create false && poetry install\n"
    findings = infer(text + 'CMD ["poetry", "run", "python", "app.py"]\n', {**APP, "pyproject.toml": ""})
    assert "ENV VIRTUAL_ENV=/opt/venv" in additions(findings)
    assert variables(findings)["VIRTUAL_ENV"] == "/opt/venv"
    findings = infer(BASE + "RUN uv pip install --system x\n" + START, APP)
    assert "ENV UV_PYTHON=/opt/venv/bin/python" in additions(findings)


def test_libraries_of_compiled_packages() -> None:
    assert libraries(infer(BASE + "RUN pip install psycopg2\n" + START, APP)) == {"libpq5"}
    assert not libraries(infer(BASE + "RUN pip install psycopg2-binary psycopg2\n" + START, APP))
    assert not libraries(infer(BASE + 'RUN pip install "psycopg[binary]"\n' + START, APP))
    assert not libraries(infer((BASE + "RUN pip install psycopg2\n" + START).replace("3.12", "3.12-slim"), APP))


def test_libraries_and_programs_of_sources() -> None:
    source = (
        "import tkinter\nimport subprocess as sp, os\nsp.run(['git', 'x'])\nos.system('hg id | wc')\nsp.call('no')\n"
    )
    findings = infer(BASE + START, {"app.py": source})
    assert libraries(findings) == {"libtk8.6"}
    assert programs(findings) == {"git", "hg", "wc"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from subprocess import run\nrun(['git', 'log'])", {"git"}),
        ("from subprocess import *\nimport os\nos.system('git log')", {"git"}),
        ("from . import subprocess\nimport os\nos.execvp('git', [])", {"git"}),
        ("import subprocess\nsubprocess.run('git log | sort', shell=True)", {"git", "sort"}),
        ("import subprocess\nsubprocess.run(f'git {x}', shell=True)", {"git"}),
        ("import subprocess\nsubprocess.run(['git'] + words)", set()),
        ("import subprocess\nsubprocess.run('git ' 'log')", {"git"}),
    ],
)
def test_programs_of_sources(source: str, found: set[str]) -> None:
    assert programs(infer(BASE + START, {"app.py": f"{source}\n"})) == found


def test_old_grammar_is_kept_on_doubt() -> None:
    findings = infer(BASE + START, {"app.py": "import turtle\nprint 'x'\n"})
    assert libraries(findings) == {"libtk8.6"}
    assert any("grammar" in note.message for note in findings.notes)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("RUN conda install numpy\n" + START, "P04"),
        ("RUN playwright install --with-deps chromium\n" + START, "P07"),
        ("RUN python -m playwright install\n" + START, "P07"),
        ("RUN python $SCRIPT\n" + START, "P04"),
        ("RUN python -m $TOOL install x\n" + START, "P04"),
        ("RUN pip install --target=/ x\n" + START, "P04"),
        ('CMD ["python"]\n', "D17"),
        ('CMD ["jupyter", "lab"]\n', "D17"),
        ('CMD ["python", "-m", "pytest"]\n', "D17"),
        ('CMD ["bash"]\n', "D17"),
    ],
)
def test_obstacles(line: str, code: str) -> None:
    assert codes(infer(BASE + line, APP)) == {code}


def test_what_is_copied_to_the_root_directory_must_be_known() -> None:
    text = "FROM python:3.12\nCOPY . /\nRUN pip install flask\nCMD python app.py\n"
    (obstacle,) = PythonLanguage().infer(project_of(text, NoContext())).obstacles
    assert (obstacle.code, obstacle.line) == ("P05", 2)


def test_a_check_of_python_itself_needs_no_program() -> None:
    findings = infer(BASE + 'HEALTHCHECK CMD ["python", "--version"]\n' + START, APP)
    assert programs(findings) == set() and not findings.obstacles


def test_development_servers_run() -> None:
    findings = infer(BASE + "CMD python manage.py runserver 0.0.0.0:8000\n", APP)
    assert not findings.obstacles
    assert any("development server" in note.message for note in findings.notes)


def test_downloads() -> None:
    findings = infer(BASE + "RUN python -m nltk.downloader punkt\n" + START, APP)
    assert "/root/nltk_data" in artifacts(findings)
    assert "RUN mkdir -p /root/nltk_data" in additions(findings)
    moved = infer(BASE + "ENV NLTK_DATA=/data\nRUN python get.py\n" + START, {**APP, "get.py": "import nltk\n"})
    assert "/data" in artifacts(moved)
    inside = infer(BASE + "ENV NLTK_DATA=/app/data\nRUN python get.py\n" + START, {**APP, "get.py": "import nltk\n"})
    assert artifacts(inside) == {"/app", "/opt/venv"}, "it comes with the application"


@pytest.mark.parametrize(
    ("tag", "slim"),
    [
        ("python:3.12", "python:3.12-slim"),
        ("python", "python:slim"),
        ("python:latest", "python:slim"),
        ("python:3.9.12-bullseye", "python:3.9.12-slim-bullseye"),
        ("docker.io/library/python:3", "docker.io/library/python:3-slim"),
    ],
)
def test_slim_tags(tag: str, slim: str) -> None:
    assert infer(BASE.replace("python:3.12", tag) + START, APP).options[0].image == slim


def test_a_digest_names_one_image_only() -> None:
    image = f"python:3.12@sha256:{'a' * 64}"
    assert [option.image for option in infer(BASE.replace("python:3.12", image) + START, APP).options] == [image]


def test_slim_without_build_tools_is_left_alone() -> None:
    slim = (BASE + START).replace("3.12", "3.12-slim").replace("pip install", "pip install --no-cache-dir")
    assert isinstance(run(slim, APP), Unchanged)


def test_application_in_the_root_directory() -> None:
    text = "FROM python:3.12\nCOPY . /\nRUN pip install flask\nCMD python app.py\n"
    outcome = run(text, {**APP, "templates/index.html": "x", "etc/app/x.conf": "x"})
    assert isinstance(outcome, Rewritten)
    assert "COPY --from=builder /etc/app/x.conf /etc/app/x.conf" in outcome.text
    assert "/etc /etc" not in outcome.text
    assert "COPY --from=builder /templates /templates" in outcome.text
    assert "COPY --from=builder /app.py /app.py" in outcome.text


def test_packages_in_another_language_s_image() -> None:
    outcome = run(
        "FROM node:20\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install x\nCMD node a.js\n"
    )
    assert isinstance(outcome, Refused)
    assert "D19" in {item.code for item in outcome.blockers}


def test_releases_without_a_wheel_for_this_python() -> None:
    old = BASE + "RUN pip install lxml==4.9.1\n" + START
    assert libraries(infer(old, APP)) == {"libxml2", "libxslt1.1"}
    assert not libraries(infer(old.replace("3.12", "3.10"), APP))
    assert not libraries(infer(old.replace("4.9.1", "5.3.0"), APP))


@pytest.mark.parametrize("value", ["/usr/local/bin:$PATH", "/usr/bin:/bin"])
def test_path_before_the_environment(value: str) -> None:
    findings = infer(BASE + f"ENV PATH={value}\n" + START, APP)
    assert "/usr/local" in artifacts(findings)


def test_the_distribution_s_python_is_refused() -> None:
    assert codes(infer(BASE + 'CMD ["/usr/bin/python3", "app.py"]\n', APP)) == {"P01"}


def test_static_files_outside_the_application() -> None:
    text = BASE + "RUN python manage.py collectstatic --noinput\n" + START
    findings = infer(text, {**APP, "manage.py": "", "site/settings.py": 'import os\nSTATIC_ROOT = "/var/www/static"\n'})
    assert "/var/www/static" in artifacts(findings)
    assert "RUN mkdir -p /var/www/static" in additions(findings)
    assert "/app/static" not in artifacts(infer(text, {**APP, "settings.py": 'STATIC_ROOT = "/app/static"\n'}))


@pytest.mark.parametrize("version", ["3.9", "3.11.4", "3", "3.13-alpine"])
def test_the_environment_sees_what_the_image_holds_and_has_no_pip_of_its_own(version: str) -> None:
    command = additions(infer(BASE.replace("3.12", version) + START, APP))[0]
    assert command.startswith("RUN python -m venv --system-site-packages --without-pip /opt/venv && ")


@pytest.mark.parametrize(
    ("install", "start", "carried"),
    [
        ("pip install pip-tools", '["pip-compile"]', True),
        ("pip install pip-tools", '["python", "app.py"]', False),
        ("pip install --upgrade pip", '["sh", "-c", "python app.py"]', False),
        ("pip install poetry", '["poetry", "run", "app"]', True),
    ],
)
def test_tools_alone_are_carried_where_a_program_of_theirs_may_start(install: str, start: str, carried: bool) -> None:
    findings = infer(f"FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN {install}\nCMD {start}\n", APP)
    assert ("/opt/venv" in artifacts(findings)) is carried


def test_triggers_of_the_base_are_refused() -> None:
    assert "D11" in codes(infer('FROM python:3-onbuild\nCMD ["python", "./app.py"]\n', APP))


def test_packages_that_are_installed_at_start_are_refused() -> None:
    start = "CMD pip install -r requirements.txt && python app.py\n"
    assert codes(infer(f"FROM python:3.12\nWORKDIR /app\nCOPY . .\n{start}", APP)) == {"D17"}


@pytest.mark.parametrize(
    ("start", "code"), [("bash", "D17"), ("bash -l", "D17"), ('bash -c "$(cat start)"', "D02"), ("sh $START", "D02")]
)
def test_a_shell_without_a_text_is_a_prompt(start: str, code: str) -> None:
    assert codes(infer(f"{BASE}CMD {start}\n", APP)) == {code}
