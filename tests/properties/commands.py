"""Hypothesis strategies for commands: the names and options that this program knows, in any order and number.

Random letters never make `nx` without operands or `sh -c` without a text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import strategies as st

from dockerslim_rewrite.knowledge.tables import load

_TABLES = ("tools", "shell", "options", "leftovers", "system", "go", "node_packages", "python_packages")
_PROGRAMS = """
npm npx yarn pnpm bun node nx turbo lerna tsc next pm2 concurrently run-s run-p npm-run-all cross-env nodemon ts-node
go python python3 pip pip3 poetry uv pipenv gunicorn uvicorn flask celery sh bash env exec su-exec gosu tini apt-get apk
dpkg make cmake curl wget tar unzip cp mv rm mkdir ln chmod chown touch echo printf cat sed git cd export set source .
xargs find install tee useradd adduser corepack timeout nohup sleep pdm conda strip ldconfig node-gyp ./x
"""
_WORDS = """
-r -R -p -P -t -T -f -o -C -c -m -e -g -y -a -- --filter --target --targets --projects -w --workspaces --prefix --cwd
--dir --production --omit=dev --no-cache-dir --user --root --output --out-dir build run start exec install ci add i
-u 1 0 . .. / ./ /app /app/s /usr/local/bin a.b a= =1 @latest ==1 main.py main.js start.sh main:app
"""
_GLUE = """
&& || ; | > >> < & 2>&1 $( ) ` " ' ${ } $ ( { [ ] [[ ]] ! * ? ~ if then fi for do done while case esac in $@ "$@" $1 $0
"$X" ${X:-a} ${X%.*} ${X//a/b} $((1+1)) {a,b} {1..3} # é
"""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        yield from (text for inner in value.values() for text in _texts(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in _texts(inner))
    elif isinstance(value, str):
        yield from value.split()


_KNOWN = sorted({text for table in _TABLES for text in _texts(load(table)) if len(text) < 25})
_programs = st.sampled_from(_PROGRAMS.split())
_words = st.one_of(*(st.sampled_from(words) for words in (_WORDS.split(), _PROGRAMS.split(), _KNOWN, _GLUE.split())))

argument_lists = st.builds(lambda program, rest: [program, *rest], _programs, st.lists(_words, max_size=5))
"""Program and arguments."""

lines = st.lists(argument_lists.map(" ".join), min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from((" && ", "; ", " || ", " | ")).map(lambda glue: glue.join(parts))
)
"""One line of commands."""

starts = st.one_of(lines, argument_lists.map(json.dumps))
"""What CMD and ENTRYPOINT may say."""
