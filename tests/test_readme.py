"""The README is true: its tree is the real one, its commands exist, its links lead somewhere."""

import re
import subprocess
from pathlib import Path

import pytest
import typer.main

from werkalliantie.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tree_lists_every_file_with_a_line() -> None:
    """Each file is in the README's tree, itself or by its folder; none is extra."""
    listed = _listed()
    real = {file for file in _repository() if not file.endswith("py.typed")}

    covered = {file for file in real if any(_covers(entry, file) for entry in listed)}

    assert sorted(real - covered) == []
    assert [entry for entry in listed if not any(_covers(entry, file) for file in real)] == []
    assert [entry for entry, line in listed.items() if not line] == []


def test_every_command_in_the_readme_exists() -> None:
    """A command the README shows is one that the program has."""
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

    shown = set(re.findall(r"^werkalliantie (\S+)", README, flags=re.MULTILINE))

    assert shown <= known
    assert {"import", "label", "precode", "codes", "train", "agree", "init"} <= shown


def test_links_lead_to_files() -> None:
    """A relative link in the README leads to a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def _covers(entry: str, file: str) -> bool:
    return file.startswith(entry) if entry.endswith("/") else file == entry


def _listed() -> dict[str, str]:
    """Return the tree's entries: files, and folders whose files aren't listed one by one."""
    tree = README.split("## The tree", 1)[1].split("```")[1].strip("\n")
    entries: dict[str, str] = {}
    folder = ""
    for line in tree.split("\n"):
        name, _, said = line.strip().partition(" ")
        if line.startswith("  "):
            assert folder + name not in entries
            entries[folder + name] = said.strip()
        elif name.endswith("/") and not said.strip():
            folder = name
        else:
            entries[name] = said.strip()
    return entries


def _repository() -> list[str]:
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so there is no list of its files")
    return [file for file in listing.stdout.splitlines() if (ROOT / file).exists()]
