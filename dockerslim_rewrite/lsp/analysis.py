"""What is known about one version of one document. Computed in the worker thread, each answer once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Applicability
from dockerslim_rewrite.configured import Setup, rewrite_as
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.emit.render import TemplateFailed
from dockerslim_rewrite.languages.model import Style
from dockerslim_rewrite.outcome import CheckFailed, InvalidDockerfile, Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import Known
from dockerslim_rewrite.planning.ignores import ignored_codes
from dockerslim_rewrite.planning.model import Decision, Options
from dockerslim_rewrite.syntax.model import Dockerfile, Instruction

# A Dockerfile of this size was not written by a person; editing stays smooth without an analysis.
MAX_CHARACTERS = 1024 * 1024


class Variant(Struct, frozen=True):
    """One rewrite that can be offered. `review` are its decisions that a person has to confirm."""

    title: str
    options: Options
    outcome: Rewritten
    preferred: bool = False
    review: tuple[Decision, ...] = ()


class Analysis:
    """The answers for one text. `problem` says in one line what went wrong in this program, None when nothing did;
    `mistake` what is wrong in the user's configuration or templates: then there is no outcome. `silenced` are the codes
    that the editor does not show; the configuration's are in `setup`, and hold for the rewrite as well."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        context: Context,
        setup: Setup,
        silenced: tuple[str, ...] = (),
        mistake: str | None = None,
    ) -> None:
        self.dockerfile = dockerfile
        self.problem: str | None = None
        self.mistake = mistake
        self._context = context
        self._setup = setup
        self._silenced = silenced
        self._known = Known(dockerfile)
        self._outcomes: dict[Options, Outcome | None] = {}

    @property
    def text(self) -> str:
        """Return the text that was analysed."""
        return self.dockerfile.text

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Return the codes that settings, configuration and comments switch off."""
        return ignored_codes(self.dockerfile, (*self.options.ignore, *self._silenced))

    @property
    def options(self) -> Options:
        """Return the options of the rewrite that is offered first."""
        return self._setup.options

    @property
    def outcome(self) -> Outcome | None:
        """Return the outcome with the user's options; None for an invalid or unfinished file."""
        return self.outcome_of(self.options)

    def outcome_of(self, options: Options) -> Outcome | None:
        """Return the outcome with other options; None for an invalid or unfinished file."""
        if options not in self._outcomes:
            self._outcomes[options] = self._rewrite(options)
        return self._outcomes[options]

    def _rewrite(self, options: Options) -> Outcome | None:
        if not self.dockerfile.stages or self.dockerfile.problems or len(self.text) > MAX_CHARACTERS or self.mistake:
            return None
        try:
            return rewrite_as(replace(self._setup, options=options), self.text, self._context, self._known)
        except InvalidDockerfile:
            return None
        except TemplateFailed as error:
            self.mistake = str(error)
        except CheckFailed as error:
            self.problem = f"the result did not pass the checks: {error}"
        except Exception as error:  # a defect in one file must not end the server for all others
            self.problem = describe_error(error)
        return None

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Return every rewrite that the evidence allows, the preferred one first, no text twice."""
        found: dict[str, Variant] = {}
        for variant in self._variants():
            found.setdefault(variant.outcome.text, variant)
        return tuple(found.values())

    def prepare(self) -> bool:
        """Compute one of the answers that `variants` needs; return False when they are all there."""
        if not isinstance(self.outcome, Rewritten):
            return False
        wanted = [replace(self.options, runtime=style) for style in get_args(Style)]
        wanted.append(replace(self.options, optimize=True))
        missing = next((options for options in wanted if options not in self._outcomes), None)
        if missing is not None:
            self.outcome_of(missing)
        return missing is not None

    def _variants(self) -> Iterator[Variant]:
        best = self.outcome
        if isinstance(best, Rewritten):
            yield _variant(best, self.options, preferred=True)
            bases = {best.plan.runtime_base}
            for style in get_args(Style):
                options = replace(self.options, runtime=style)
                other = self.outcome_of(options)
                if isinstance(other, Rewritten) and other.plan.runtime_base not in bases:
                    bases.add(other.plan.runtime_base)
                    yield _variant(other, options)
            options = replace(self.options, optimize=True)
            better = self.outcome_of(options)
            if isinstance(better, Rewritten):
                yield _variant(better, options, ", optimise the builder stage")
        if isinstance(best, Rewritten | Refused) and withheld_by(best):
            options = replace(self.options, unsafe=True)
            unsafe = self.outcome_of(options)
            if isinstance(unsafe, Rewritten):
                yield _variant(unsafe, options)

    def instruction_at(self, line: int) -> Instruction | None:
        """Return the instruction that a 1-based line of the parser belongs to."""
        found = (item for item in self.dockerfile.instructions if item.line <= line <= item.end_line)
        return next(found, None)


def withheld_by(outcome: Rewritten | Refused) -> tuple[Decision, ...]:
    """Return the decisions that wait for a review."""
    return outcome.plan.withheld if isinstance(outcome, Rewritten) else outcome.withheld


def describe_error(error: BaseException) -> str:
    """Return one line for a defect of this program: kind, message and place, but no traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno})" if trace is not None else ""
    return f"{type(error).__name__}: {error}{place}".replace("\n", " ")


def _variant(outcome: Rewritten, options: Options, suffix: str = "", *, preferred: bool = False) -> Variant:
    plan = outcome.plan
    base = plan.style if plan.style != "same" else plan.runtime_base
    review = tuple(item for item in plan.decisions if item.applicability < Applicability.SAFE)
    if review and options.unsafe:
        suffix += f", with {len(review)} {'change' if len(review) == 1 else 'changes'} to review"
    return Variant(f"Convert to multi-stage build ({base}){suffix}", options, outcome, preferred, review)
