"""Studies of any size for the benchmarks: the example corpus' turns, laid end to end."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from werkalliantie.configuration.study import load_study_settings
from werkalliantie.resources import shipped
from werkalliantie.study import Study, create
from werkalliantie.transcript import Role, Tape, Turn
from werkalliantie.utterances import Segmenter

ROOT = Path(__file__).resolve().parents[1]
UTTERANCES_PER_TAPE = 225  # halfway what a taped session holds
_DIFFERENT = 100


def study_of(folder: Path, n_tapes: int) -> Study:
    """Make a study with so many tapes, named t0000000 and on; from the hundredth on they repeat."""
    study = create(folder)
    segmenter = Segmenter(load_study_settings(shipped("configs") / "study.toml"))
    said = _said()
    tapes = [_tape(number, said) for number in range(min(n_tapes, _DIFFERENT))]
    with study.store() as store:
        store.add([(tape, segmenter.utterances(tape)) for tape in tapes])
        _repeat(store.path, n_tapes)
    return study


def names(n_tapes: int) -> list[str]:
    """Return the names of the first tapes of such a study."""
    return [f"t{number:07}" for number in range(n_tapes)]


def _repeat(path: Path, n_tapes: int) -> None:
    """Copy tapes inside the database: going through the program would take half an hour."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous=OFF")
        for number in range(_DIFFERENT, n_tapes):
            for table, key in (("tapes", "id"), ("turns", "tape"), ("utterances", "tape")):
                columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
                others = ", ".join(f'"{column}"' for column in columns if column != key)
                database.execute(
                    f"INSERT INTO {table} ({key}, {others}) SELECT ?, {others} FROM {table} "
                    f"WHERE {key} = ?",
                    [f"t{number:07}", f"t{number % _DIFFERENT:07}"],
                )


def _said() -> list[tuple[Role, str]]:
    lines = (ROOT / "data/voorbeeld/tapes.jsonl").read_text(encoding="utf-8").splitlines()
    turns = itertools.chain.from_iterable(json.loads(line)["turns"] for line in lines)
    return [(Role(turn["role"]), turn["text"]) for turn in turns]


def _tape(number: int, said: list[tuple[Role, str]]) -> Tape:
    """Return a tape of which the conversation starts somewhere else than that of the next."""
    turns, lines = [], []
    for turn in _turns(said, start=number * 97 % len(said)):
        turns.append(turn)
        lines.append(f"{turn.speaker}: {turn.text}")
    return Tape(
        id=f"t{number:07}",
        turns=tuple(turns),
        source_name="bench.txt",
        source_text="\n".join(lines),
    )


def _turns(said: list[tuple[Role, str]], *, start: int) -> Iterator[Turn]:
    n_worker, place = 0, 0
    conversation = itertools.islice(itertools.cycle(said), start, None)
    for index, (role, text) in enumerate(conversation):
        if n_worker == UTTERANCES_PER_TAPE:
            return
        n_worker += role is Role.WORKER
        begin = place + 3
        place = begin + len(text) + 1
        yield Turn(
            index=index,
            role=role,
            speaker=role.marker,
            text=text,
            line=index + 1,
            start=begin,
            end=begin + len(text),
        )
