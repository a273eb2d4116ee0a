"""Patterns with many stars match what moby's regular expressions match."""

import time

from e2b_dockerfile_utils import PatternMatcher
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dockerslim_rewrite.context.glob import glob_matcher
from dockerslim_rewrite.context.ignore import IgnoreRules

PARTS = st.lists(st.sampled_from(["*", "**", "**/", "/", "a", "b", ".", "?", "[ab]", "[^a]", "\\*"]), max_size=8)
PATHS = st.text("ab./*", min_size=1, max_size=10)


@settings(max_examples=400, deadline=None)
@given(PARTS.map("".join), PATHS)
@example("**/a/**/b", "a/b")
@example("a**b", "ab")
@example("a**b", "a/x/b")
@example("*a*b*", "xaxbx")
def test_as_the_regular_expression(pattern: str, path: str) -> None:
    matcher = PatternMatcher([pattern])
    for cleaned, theirs in zip(matcher.patterns, matcher._patterns, strict=True):
        # a leading `**` before plain text is compared as an end of the text there, as moby does
        if not cleaned.startswith("**") or cleaned.count("*") > 2:
            assert glob_matcher(cleaned)(path) == theirs.match(path), cleaned


def test_stars_that_share_a_name_take_no_time() -> None:
    rules = IgnoreRules("*a" * 40 + "b\n" + "**/" * 40 + "x\n!" + "**/a" * 30 + "\n")
    start = time.process_time()
    for number in range(100):
        assert not rules.excludes("a/" * 30 + "a" * 200 + str(number))
    assert rules.excludes("y/x")
    assert time.process_time() - start < 5
