"""Runs tests on mutants of a module, each in a fork of a process that has imported all the rest.

Two ways. `quick_survivors` collects tests once and puts the code of the mutant's functions into
those that tests have already imported: fast, but what was made of them before stays as it was, and
constants are out of its reach. `Fresh` imports the mutant afresh, and is sure.
"""

import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutants import Mutant

ROOT = Path(__file__).parents[1]
PROFILE = "mutation"
OPTIONS = (
    "-q",
    "-x",
    "-s",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore",
    "--assert=plain",
    "--tb=native",
)
BROKEN = 99
FOREVER = 24 * 3600
PATIENCE = 3
"""How many times as long as without a mutant its tests may run; beyond, it goes round for ever."""


def warm_up(tests: str) -> None:
    """Import what all mutants need, and forget what they should import afresh."""
    settings.register_profile(
        PROFILE,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
    )
    # `agreement.py` beside this file would stand before the tests' folder of that name.
    sys.path.remove(str(Path(__file__).parent))
    if _pytest(["--collect-only", tests]):
        raise SystemExit(f"{tests} can't be collected")
    ours = (ROOT / "pipeline", ROOT / "tests")
    for name, module in [*sys.modules.items()]:
        place = getattr(module, "__file__", None)
        if place and any(Path(place).is_relative_to(folder) for folder in ours):
            del sys.modules[name]
    gc.freeze()  # or every fork would look through all of it several times


def quick_survivors(name: str, path: Path, mutants: Sequence[Mutant], tests: str) -> list[Mutant]:
    """Return the mutants of a module that tests don't notice, or that can't be tried this way."""
    reading, writing = os.pipe()

    def run() -> int:
        loop = _Forks(name, path.read_text(encoding="utf-8"), mutants)
        _pytest([tests], loop)
        os.write(writing, json.dumps(loop.alive).encode())
        return 0

    in_fork(run, FOREVER)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return [mutants[number] for number in json.loads(pipe.read())]


class Fresh:
    """Tests of a module that is imported afresh, with other code than is in its file."""

    def __init__(self, name: str, path: Path, tests: str) -> None:
        self._name, self._path, self._tests = name, path, tests
        failed, self._limit = in_fork(lambda: _pytest([tests]), FOREVER)
        if failed:
            raise SystemExit(f"{tests} fail without any mutant")

    def let_live(self, mutant: Mutant) -> bool:
        """Return whether the tests pass on a mutant."""

        def run() -> int:
            sys.meta_path.insert(0, _Mutated(self._name, self._path, mutant.code))
            return _pytest([self._tests])

        return in_fork(run, self._limit)[0] == 0


def in_fork(run: Callable[[], int], limit: int) -> tuple[int, int]:
    """Run in a fork for at most so many seconds of processor time; what it returned, and a limit.

    The limit is for runs of the same with a mutant.
    """
    child = os.fork()
    if not child:
        _run_and_exit(run, limit)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) == BROKEN:
        raise SystemExit("a run of tests broke down")
    return os.waitstatus_to_exitcode(status), 2 + int(PATIENCE * (used.ru_utime + used.ru_stime))


def _run_and_exit(run: Callable[[], int], limit: int) -> NoReturn:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        os._exit(run())
    finally:
        os._exit(BROKEN)


class _Forks:
    """Runs the tests collected on each mutant, up to the first that fails, instead of once."""

    def __init__(self, name: str, original: str, mutants: Sequence[Mutant]) -> None:
        self._name, self._original, self._mutants = name, original, mutants
        self.alive: list[int] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.freeze()
        functions = [*_functions_of(vars(sys.modules[self._name]), self._name)]
        items = session.items

        def run(code: str) -> int:
            codes = dict(_codes_in(compile(code, self._name, "exec")))
            for function in functions:
                # What dataclass made has no code of its own in the file.
                function.__code__ = codes.get(function.__qualname__, function.__code__)
            for item, following in zip(items, [*items[1:], None], strict=True):
                if any(r.failed for r in runtestprotocol(item, log=False, nextitem=following)):
                    return 1
            return 0

        failed, limit = in_fork(lambda: run(self._original), FOREVER)
        if failed:
            raise SystemExit(f"{self._name}: its tests fail without any mutant")
        for number, mutant in enumerate(self._mutants):
            if not mutant.in_function or in_fork(partial(run, mutant.code), limit)[0] == 0:
                self.alive.append(number)
        return True


def _functions_of(names: dict[str, Any], module: str) -> Iterator[types.FunctionType]:
    """Yield the functions, methods and properties that a module itself defines."""
    for thing in names.values():
        found = getattr(thing, "fget", None) or getattr(thing, "__wrapped__", thing)
        if getattr(found, "__module__", None) != module:
            continue
        if isinstance(found, types.FunctionType):
            yield found
        elif isinstance(found, type):
            yield from _functions_of(dict(vars(found)), module)


def _codes_in(code: types.CodeType) -> Iterator[tuple[str, types.CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant.co_qualname, constant
            yield from _codes_in(constant)


class _SingleExamplesFirst:
    """Puts off tests of many examples: most mutants don't live to see them."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: "hypothesis" in item.keywords)


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives a module other code than is in its file."""

    def __init__(self, name: str, path: Path, code: str) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(
        self, fullname: str, path: object, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def get_source(self, fullname: str) -> str:
        return self._code


def _pytest(arguments: Sequence[str], *plugins: object) -> int:
    options = [*OPTIONS, f"--hypothesis-profile={PROFILE}", *arguments]
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return int(pytest.main(options, plugins=[_SingleExamplesFirst(), *plugins]))
