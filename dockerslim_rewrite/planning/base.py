"""The smallest runtime base that every need allows."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from msgspec import Struct

from dockerslim_rewrite.knowledge.images import resolve_image
from dockerslim_rewrite.knowledge.model import BaseImage
from dockerslim_rewrite.knowledge.packages import alpine_name, package_for_program
from dockerslim_rewrite.knowledge.releases import debian_order, is_archived
from dockerslim_rewrite.knowledge.system import feature_package, feature_path, has_path, present_packages
from dockerslim_rewrite.languages.model import (
    NeedFeature,
    NeedInterpreter,
    NeedLibc,
    NeedLibrary,
    NeedProgram,
    NeedShell,
    RuntimeOption,
)
from dockerslim_rewrite.planning.needs import Requirement

MANAGERS = {"debian": "apt", "ubuntu": "apt", "alpine": "apk"}


class Install(Struct, frozen=True):
    """A package to install in the runtime stage, and the requirement behind it."""

    package: str
    requirement: Requirement


class Fit(Struct, frozen=True):
    """An option that satisfies every requirement once `installs` are added, and `copies`, files of the builder."""

    option: RuntimeOption
    image: BaseImage | None
    installs: tuple[Install, ...]
    copies: tuple[Install, ...] = ()


class Misfit(Struct, frozen=True):
    """An option that cannot satisfy a requirement, with a sentence why."""

    option: RuntimeOption
    requirement: Requirement
    reason: str


def try_option(option: RuntimeOption, requirements: Iterable[Requirement], builder: BaseImage | None) -> Fit | Misfit:
    """Compare one option with all requirements. The author's own base ("same") needs only packages installed anew."""
    image = resolve_image(option.image)
    installs: dict[str, Install] = {}
    copies: dict[str, Install] = {}
    for requirement in requirements:
        if (path := _copied_file(requirement, image, option)) is not None:
            copies.setdefault(path, Install(path, requirement))
            continue
        if option.style == "same":
            answer = _same_base(requirement, builder)
        elif image is None:
            return Misfit(option, requirement, f"{option.image} is not in the table of images")
        else:
            answer = _satisfy(requirement, image, builder)
        if isinstance(answer, str):
            return Misfit(option, requirement, answer)
        distro = image.distro if image is not None else ""
        for package in answer:
            if package in present_packages(distro):
                continue
            installs.setdefault(package, Install(package, requirement))
    if installs and image is not None and is_archived(image.release):
        first = next(iter(installs.values()))
        reason = f"{first.package} is needed and the package archive of {image.release} has moved"
        return Misfit(option, first.requirement, reason)
    return Fit(option, image, tuple(installs.values()), tuple(copies.values()))


def _copied_file(requirement: Requirement, image: BaseImage | None, option: RuntimeOption) -> str | None:
    """Return the builder's file that satisfies a requirement on this option, or None."""
    need = requirement.need
    if not isinstance(need, NeedFeature) or option.style == "same" or image is None or need.name in image.features:
        return None
    return feature_path(need.name)


def _same_base(requirement: Requirement, builder: BaseImage | None) -> str | tuple[str, ...]:
    """On the author's own base everything is there but packages that the author installed."""
    need = requirement.need
    if isinstance(need, NeedLibrary):
        return (need.package,)
    if isinstance(need, NeedProgram) and builder is not None and posixpath.basename(need.name) not in builder.programs:
        return _program(need.name, builder)
    return ()


def _satisfy(requirement: Requirement, image: BaseImage, builder: BaseImage | None) -> str | tuple[str, ...]:
    """Return the packages that satisfy a requirement on an image, or a sentence why nothing can."""
    need = requirement.need
    name = image.ref.text
    if isinstance(need, NeedLibc):
        return _libc(need, image)
    if isinstance(need, NeedShell):
        return () if image.has_shell else f"{name} has no shell"
    if isinstance(need, NeedProgram):
        same = builder is not None and builder.distro == image.distro
        if need.name.startswith("/") and not same and not has_path(need.name, image.distro):
            return f"{name} has no {need.name}"
        return () if _has_program(need.name, image) else _program(need.name, image)
    if isinstance(need, NeedFeature):
        return _feature(need, image)
    if isinstance(need, NeedInterpreter):
        fits = image.family == need.family and image.major == need.major
        fits = fits or (need.family in image.features and image.major == need.major)
        return () if fits else f"{name} has no {need.family} {need.major}"
    return _library(need, image, builder)


def _libc(need: NeedLibc, image: BaseImage) -> str | tuple[str, ...]:
    name = image.ref.text
    if need.libc == "none":
        return ()
    if image.libc != need.libc:
        return f"the program needs {need.libc} and {name} has {'no libc' if image.libc == 'none' else image.libc}"
    if debian_order(image.release) < debian_order(need.release):
        return f"the program is built on {need.release} and {name} is older ({image.release or 'unknown release'})"
    if need.cxx and "libstdc++" not in image.features:
        package = feature_package("libstdc++", image.distro)
        return (package,) if package and image.distro in MANAGERS else f"{name} has no libstdc++"
    return ()


def _has_program(name: str, image: BaseImage) -> bool:
    return posixpath.basename(name) in image.programs or (posixpath.basename(name) == "sh" and image.has_shell)


def _program(name: str, image: BaseImage) -> str | tuple[str, ...]:
    base = posixpath.basename(name)
    if image.distro in MANAGERS:
        package = package_for_program(base, "alpine" if image.distro == "alpine" else "debian")
        if package is not None:
            return (package,)
        return f"no package of {image.distro} is known to bring {base}"
    return f"{image.ref.text} has no {base} and nothing can be installed there"


def _feature(need: NeedFeature, image: BaseImage) -> str | tuple[str, ...]:
    if need.name == "passwd" or need.name in image.features:
        return ()
    package = feature_package(need.name, image.distro)
    if package is None or image.distro not in MANAGERS:
        return f"{image.ref.text} has no {need.name}"
    return (package,)


def _library(need: NeedLibrary, image: BaseImage, builder: BaseImage | None) -> str | tuple[str, ...]:
    if image.distro not in MANAGERS:
        held = {feature_package(name, "debian") for name in image.features}
        if need.package in held and builder is not None and builder.release == image.release:
            return ()
        return f"{need.package} is needed and nothing can be installed in {image.ref.text}"
    from_alpine = builder is not None and builder.distro == "alpine"
    if from_alpine == (image.distro == "alpine"):
        if builder is not None and builder.distro == image.distro == "debian" and builder.release != image.release:
            return f"{need.package} of {builder.release} may be another on {image.release}"
        return (need.package,)
    translated = alpine_name(need.package) if image.distro == "alpine" else None
    return (translated,) if translated else f"{need.package} has no known name on {image.distro}"
