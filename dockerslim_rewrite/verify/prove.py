"""Builds the original and the rewrite, runs both, and says what differs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.verify.check import ROOT_PATH, Smoke, describe, make_conditions
from dockerslim_rewrite.verify.compare import compare
from dockerslim_rewrite.verify.config import compare_configs
from dockerslim_rewrite.verify.difference import Difference, is_allowed
from dockerslim_rewrite.verify.edit import choose_edit, copy_context
from dockerslim_rewrite.verify.engine import Build, BuildFailed
from dockerslim_rewrite.verify.lacking import Lacking, find_lacking
from dockerslim_rewrite.verify.measure import measure, measure_rebuild
from dockerslim_rewrite.verify.noise import choose_mask, describe_mask, masked
from dockerslim_rewrite.verify.observe import Conditions, Observation, observe
from dockerslim_rewrite.verify.proof import CannotVerify, Job, Proof, Side
from dockerslim_rewrite.verify.session import Session, place_dockerfile
from dockerslim_rewrite.verify.trace import Tracer, TraceUnavailable

Say = Callable[[str, bool], None]
"""Called with a text: a new step (True), or a line of the running step's output (False)."""

_LOG_LINES = 12


def prove(session: Session, job: Job, scratch: Path, say: Say) -> Proof:
    """Carry out a job; `scratch` is an empty folder outside of the context.

    Raises:
        CannotVerify: when the original does not build or does not do what is asked of it.
        EngineError: when the engine fails.
    """
    return _Prover(session, job, scratch, say).run()


class _Image(Struct, frozen=True):
    tag: str
    build: Build
    seconds: float


class _Prover(Struct):
    session: Session
    job: Job
    scratch: Path
    say: Say
    notes: list[str] = []

    def run(self) -> Proof:
        try:
            original = self._make("original", self.job.dockerfile)
        except BuildFailed as error:
            raise CannotVerify("the original does not build:\n" + _tail(error)) from error
        place = place_dockerfile(self.job.rewritten, self.scratch / "rewritten", self.job.dockerfile)
        try:
            rewritten = self._make("rewritten", place)
        except BuildFailed as error:
            failed = Difference("build", "builds", _tail(error), "the rewritten Dockerfile does not build")
            return Proof(self._side(original), None, (failed,))
        conditions = self._conditions(original)
        tracer = self._make_tracer() if self.job.traced else None
        watched = replace(conditions, watch=tracer.watch) if tracer else conditions
        before = self._run(original, watched, "the original")
        self._require(before, conditions)
        after = self._run(rewritten, conditions, "the rewrite")
        proof = Proof(
            self._side(original),
            self._side(rewritten),
            self._compare(original, before, after, conditions),
            self._announced(before, after),
            describe(conditions),
            lacking=self._find_lacking(tracer, original, rewritten) if tracer else None,
        )
        proof = self._measure(proof, original, rewritten) if self.job.measured else proof
        return replace(proof, notes=tuple(self.notes))

    def _conditions(self, original: _Image) -> Conditions:
        check = self.job.check
        conditions = make_conditions(self.session, check, self.session.engine.config(original.tag))
        if check.paths != ROOT_PATH and conditions.port is None:
            raise CannotVerify("--path needs a port, and the image exposes none: name it with --port")
        return conditions

    def _make(self, name: str, dockerfile: Path) -> _Image:
        self.say(f"building the {name} image", True)
        job = self.job
        build = Build(
            job.context, dockerfile, name, job.args, job.network, job.builder, None, (), timeout=job.build_timeout
        )
        began = time.monotonic()
        tag = self.session.build(build, lambda line: self.say(line, False))
        return _Image(tag, build, time.monotonic() - began)

    def _side(self, image: _Image) -> Side:
        return Side(self.session.engine.size(image.tag), image.seconds)

    def _run(self, image: _Image, conditions: Conditions, name: str) -> Observation:
        self.say(f"running {name}", True)
        return observe(self.session, image.tag, conditions)

    def _require(self, seen: Observation, conditions: Conditions) -> None:
        """Go on only with an original that does what is asked of it."""
        if seen.start_error:
            raise CannotVerify(f"the original does not start: {seen.start_error}")
        said = seen.talk.strip()[-1000:] or "nothing"
        if not conditions.is_service:
            if seen.exit_code:
                self.notes.append(
                    f"the original itself ends with exit code {seen.exit_code}: --env, --arg or --run-arg?"
                )
            return
        if seen.ready:
            return
        if isinstance(conditions.probe, Smoke):
            raise CannotVerify(f"--smoke-cmd does not succeed against the original: {conditions.probe.said}\n{said}")
        raise CannotVerify(
            f"the original does not answer HTTP on port {conditions.port} within {conditions.timeout:g} s: "
            f"name another port (--port), your own check (--smoke-cmd) or what it needs (--env). It said:\n{said}"
        )

    def _compare(
        self, image: _Image, before: Observation, after: Observation, conditions: Conditions
    ) -> tuple[Difference, ...]:
        found = compare(self.session, before, after, conditions, self.job.allowed)
        if any(item.kind == "stdout" or item.kind.startswith("http ") for item in found):
            mask = choose_mask(before, self._run(image, conditions, "the original once more"))
            if mask is not None:
                self.notes.append(describe_mask(mask))
                before, after = masked(before, mask), masked(after, mask)
                found = compare(self.session, before, after, conditions, self.job.allowed)
        if isinstance(conditions.probe, Smoke):
            found = tuple(_with_smoke(item, conditions.probe) for item in found)
        return found

    def _announced(self, before: Observation, after: Observation) -> tuple[Difference, ...]:
        changes = compare_configs(before.config, after.config)
        return tuple(item for item in changes if is_allowed(item.kind, self.job.allowed))

    def _measure(self, proof: Proof, original: _Image, rewritten: _Image) -> Proof:
        self.say("counting packages", True)
        sides = [
            replace(self._side(image), numbers=measure(self.session, image.tag)) for image in (original, rewritten)
        ]
        context = LocalContext(self.job.context, self.job.dockerfile)
        edit = choose_edit(self.job.original, context)
        if edit is None:
            self.notes.append("no rebuild was timed: the Dockerfile copies no source file of a known language")
            return replace(proof, original=sides[0], rewritten=sides[1])
        copy = self.scratch / "edited"
        try:
            copy_context(context, copy, edit)
            for at, image in enumerate((original, rewritten)):
                self.say(f"building the {image.build.tag} image again after an edit of {edit.file}", True)
                rebuild = measure_rebuild(
                    self.session, image.build, image.tag, copy, lambda line: self.say(line, False)
                )
                sides[at] = replace(sides[at], rebuild=rebuild)
        except (BuildFailed, OSError) as error:
            self.notes.append(f"no rebuild was timed: {str(error).splitlines()[-1]}")
        return replace(proof, original=sides[0], rewritten=sides[1], edit=edit)

    def _make_tracer(self) -> Tracer | None:
        try:
            return Tracer(self.session.engine)
        except TraceUnavailable as error:
            self.notes.append(f"no trace: {error}")
            return None

    def _find_lacking(self, tracer: Tracer, original: _Image, rewritten: _Image) -> tuple[Lacking, ...] | None:
        if tracer.problem:
            self.notes.append(f"no trace: {tracer.problem}")
            return None
        self.say("looking for the opened files in the rewrite", True)
        return find_lacking(self.session, tracer.opened, original.tag, rewritten.tag, self.job.rewritten)


def _tail(error: BuildFailed) -> str:
    return "\n".join(error.log[-_LOG_LINES:])


def _with_smoke(item: Difference, smoke: Smoke) -> Difference:
    if item.kind != "start":
        return item
    return Difference("smoke command", "succeeds", f"exit {smoke.code}: {smoke.said}", item.cause)
