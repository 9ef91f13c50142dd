"""Mutation testing of agreement: `make mutants`, or `python bench/mutation.py [MODULE...]`, JSON.

Every module of `pipeline/werkalliantie/agreement/` (or those named) is changed in one small place
at a time (`mutants.py`), and its own tests are run on it; a mutant that survives these is given
every test under `tests/agreement`. Mutants that change no number are listed, each with its reason,
in `equivalent_mutants.toml`; they aren't run. Ends with 1 if any other mutant survives.

No file is changed (`mutant_runs.py`). Properties are tried on the same examples every time.
`--again FILE` tries only what survived in an earlier run, whose lines on stderr the file holds.

On 2026-11-24 all 26 modules were run, some 4,080 mutants. Those that survived were answered with a
test or listed, and were then tried again with `--again`: none survives.
"""

import argparse
import json
import os
import sys
import time
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

from mutant_runs import ROOT, Fresh, quick_survivors, warm_up
from mutants import Mutant, mutants_of

PACKAGE = ROOT / "pipeline" / "werkalliantie" / "agreement"
TESTS = "tests/agreement"
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")


def main() -> int:
    """Try every mutant and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as alpha; all without any")
    parser.add_argument("--own", action="store_true", help="only each module's own tests")
    parser.add_argument("--again", type=Path, nargs="+", help="what an earlier run said on stderr")
    asked = parser.parse_args()
    survived = _survivors(asked.again) if asked.again else None
    os.chdir(ROOT)
    modules = asked.modules or sorted(
        survived or {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    )
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    warm_up(TESTS)
    started = time.perf_counter()
    files = {}
    for module in modules:
        wanted = None if survived is None else survived.get(module, set())
        files[module] = _try_all(module, listed.get(module, []), wanted, own=asked.own)
        print(json.dumps({module: files[module]}), file=sys.stderr, flush=True)
    counts = ("mutants", "killed", "equivalent", "survived")
    result = {
        "date": date.today().isoformat(),
        "seconds": round(time.perf_counter() - started),
        **{count: sum(file[count] for file in files.values()) for count in counts},
        "files": files,
    }
    print(json.dumps(result, indent=2, ensure_ascii=False))
    return 1 if result["survived"] else 0


def _survivors(files: Sequence[Path]) -> dict[str, set[tuple[str, str]]]:
    """Return what survived earlier runs, by module; a later file has the last word on its own."""
    found: dict[str, set[tuple[str, str]]] = {}
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        for module, result in (each for line in lines for each in json.loads(line).items()):
            found[module] = {(one["was"], one["became"]) for one in result["survivors"]}
    return {module: ones for module, ones in found.items() if ones}


def _try_all(
    module: str,
    listed: Sequence[dict[str, str]],
    wanted: set[tuple[str, str]] | None,
    *,
    own: bool,
) -> dict[str, Any]:
    path, name = PACKAGE / f"{module}.py", f"werkalliantie.agreement.{module}"
    own_tests = f"{TESTS}/test_{module}.py"
    made = mutants_of(path.read_text(encoding="utf-8"))
    mutants = [each for each in made if wanted is None or (each.was, each.became) in wanted]
    known = {(each["was"], each["became"]) for each in listed}
    tried = [mutant for mutant in mutants if (mutant.was, mutant.became) not in known]
    alive = quick_survivors(name, path, tried, own_tests)
    for tests in [own_tests] if own else [own_tests, TESTS]:
        if alive:
            fresh = Fresh(name, path, tests)
            alive = [mutant for mutant in alive if fresh.let_live(mutant)]
    return {
        "mutants": len(mutants),
        "killed": len(tried) - len(alive),
        "equivalent": len(mutants) - len(tried),
        "survived": len(alive),
        "survivors": [_described(path, mutant) for mutant in alive],
        "listed_but_not_made": sorted(known - {(each.was, each.became) for each in made}),
    }


def _described(path: Path, mutant: Mutant) -> dict[str, str]:
    place = f"{path.relative_to(ROOT)}:{mutant.line}"
    return {"place": place, "was": mutant.was, "became": mutant.became}


if __name__ == "__main__":
    sys.exit(main())
