"""Builds the wheel and uses it as somebody without torch would; run by `make wheel`, not pytest.

A tiny model is trained here, with everything installed; the wheel goes into a bare environment, and
there it has to label a transcript with that model, know its shipped configs, and say which extra is
missing when asked to train.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRANSCRIPT = "R: Goedemiddag, ga zitten.\nC: Dank u.\nR: Heb je die brief al verstuurd?\n"


def main() -> None:
    """Build, install, label; exit non-zero at the first thing that isn't right."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = _tiny_model(folder)
        program = _install(_build(folder), folder / "bare")
        (folder / "gesprek.txt").write_text(TRANSCRIPT, encoding="utf-8")
        labelled = _run(program, "label", "gesprek.txt", "--model", str(model), cwd=folder)
        rows = [json.loads(line) for line in labelled.stdout.splitlines()]
        _expect([row["index"] for row in rows] == [0, 1], "two worker utterances labelled")
        _expect(set(rows[0]["probabilities"]) == {"DT", "ZBV", "HC"}, "a probability per code")
        _run(program, "init", "studie", cwd=folder)
        _run(program, "import", "gesprek.txt", "--study", "studie", cwd=folder)
        _expect(
            (folder / "studie/configs/codebooks/werkalliantie-3.toml").is_file(), "configs ship"
        )
        refused = _run(program, "train", "--study", "studie", cwd=folder, code=2)
        _expect('"train" extra' in refused.stderr, "a missing extra is named")
        sys.stdout.write("wheel: builds, installs without torch, labels a transcript\n")


def _tiny_model(folder: Path) -> Path:
    sys.path.insert(0, str(ROOT / "tests"))
    from models import tiny_model

    return tiny_model(folder / "model").folder


def _build(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _install(wheel: Path, target: Path) -> Path:
    venv.create(target, with_pip=True)
    python = target / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True)
    listed = subprocess.run(
        [str(python), "-m", "pip", "list"], check=True, capture_output=True, text=True
    ).stdout
    _expect("torch" not in listed and "transformers" not in listed, "the base has no torch")
    return target / "bin" / "werkalliantie"


def _run(
    program: Path, *arguments: str, cwd: Path, code: int = 0
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(program), *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )
    _expect(done.returncode == code, f"{arguments[0]} exits {code}: {done.stderr}")
    return done


def _expect(true: bool, what: str) -> None:
    if not true:
        sys.exit(f"wheel check failed: {what}")


if __name__ == "__main__":
    main()
