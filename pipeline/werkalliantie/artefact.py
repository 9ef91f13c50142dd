"""A coder model as one folder: its files, their checksums, and what they say.

The only place that knows the folder's layout. The manifest is written last and lists a sha256 of
every other file, so a folder with a manifest that fits is whole. No pickle, no transcript text.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import FiniteFloat, PositiveFloat, TypeAdapter, ValidationError

from werkalliantie.errors import ModelError

FORMAT = 1
ONNX = "model.onnx"
INT8 = "model.int8.onnx"
"""An int8 copy for the CPU; there only if it passed the parity gate."""
FP16 = "model.fp16.onnx"
"""An fp16 copy for a GPU."""
TOKENIZER = "tokenizer.json"
LABELS = "labels.json"
THRESHOLDS = "thresholds.json"
CALIBRATION = "calibration.json"
METRICS = "metrics.json"
MANIFEST = "manifest.json"
CARD = "README.md"
WEIGHTS = "weights.safetensors"
OUT_OF_FOLD = "out_of_fold.jsonl"
REQUIRED = (ONNX, TOKENIZER, LABELS, THRESHOLDS, CALIBRATION, METRICS, CARD)
# Formats that hold data only; a pickle, whatever it is called (.bin, .pt), can run code when read.
_DATA_ONLY = frozenset({".json", ".jsonl", ".md", ".onnx", ".safetensors", ".txt"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputShape:
    """How the model's input is made: longest parts in tokens, segment ids or not, padding id."""

    max_context: int
    max_utterance: int
    uses_types: bool
    pad_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    name: str
    input: InputShape


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    codebook: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calibration:
    temperatures: dict[str, PositiveFloat]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What a model folder says of itself, apart from its weights.

    Attributes:
        codes: The codes, in the order of the logits.
        thresholds: Per code, the calibrated probability from which it is given.
        temperatures: Per code, what the logit is divided by before the sigmoid.
        manifest: Provenance: encoder, codebook, training tapes with hashes, seed, versions, parity.
    """

    folder: Path
    name: str
    codebook: str
    codes: tuple[str, ...]
    thresholds: Mapping[str, float]
    temperatures: Mapping[str, float]
    input: InputShape
    metrics: Mapping[str, Any]
    manifest: Mapping[str, Any]

    def file(self, name: str) -> Path:
        """Return the path of one of the folder's files."""
        return self.folder / name

    @property
    def has_int8(self) -> bool:
        """Whether an int8 copy passed the parity gate."""
        return INT8 in self.manifest["files"]

    @property
    def has_fp16(self) -> bool:
        """Whether there is an fp16 copy."""
        return FP16 in self.manifest["files"]

    @property
    def trained_on(self) -> frozenset[str]:
        """The tapes that training, or whatever was chosen on the validation tapes, has seen."""
        taught = self.manifest.get("data", {}).get("train", ())
        heard = self.manifest.get("lesson", {}).get("heard", ())
        return frozenset({*taught, *heard} | self.chosen_on)

    @property
    def chosen_on(self) -> frozenset[str]:
        """The validation tapes; none where nothing was chosen on them."""
        tapes = self.manifest.get("data", {}).get("validation", ())
        return frozenset(tapes if self.choices else ())

    @property
    def choices(self) -> tuple[str, ...]:
        """What was chosen on the validation tapes: `epoch`, `thresholds`, `settings`, or nothing.

        Models of before this was written down count as if thresholds were.
        """
        return tuple(self.manifest.get("chosen_on_validation", ["thresholds"]))


def read(folder: Path) -> Artefact:
    """Read and check a model folder.

    Raises:
        ModelError: It isn't there, isn't whole, was altered, or its files contradict each other.
    """
    manifest = manifest_of(folder)
    _check_files(folder, manifest)
    said = _checked(folder / MANIFEST, TypeAdapter(_Manifest))
    labels = _checked(folder / LABELS, TypeAdapter(_Labels))
    artefact = Artefact(
        folder=folder,
        name=said.name,
        codebook=labels.codebook,
        codes=labels.codes,
        thresholds=_checked(folder / THRESHOLDS, TypeAdapter(dict[str, FiniteFloat])),
        temperatures=_checked(folder / CALIBRATION, TypeAdapter(_Calibration)).temperatures,
        input=said.input,
        metrics=_checked(folder / METRICS, TypeAdapter(dict[str, Any])),
        manifest=manifest,
    )
    both = ((THRESHOLDS, artefact.thresholds), (CALIBRATION, artefact.temperatures))
    wrong = [file for file, values in both if set(values) != set(artefact.codes)]
    if wrong:
        raise _broken(folder, [f"{file} and {LABELS} name different codes" for file in wrong])
    return artefact


def write(
    folder: Path,
    *,
    name: str,
    codebook: str,
    codes: tuple[str, ...],
    thresholds: Mapping[str, float],
    temperatures: Mapping[str, float],
    input_shape: InputShape,
    metrics: Mapping[str, Any],
    provenance: Mapping[str, Any],
    card: str,
    fill: Callable[[Path], None],
) -> Artefact:
    """Write a model folder whole or not at all.

    Args:
        provenance: What the manifest says beside the checksums.
        card: The model card.
        fill: Writes `model.onnx`, `tokenizer.json` and, optionally, the int8 copy and the weights
            into the folder.

    Raises:
        ModelError: The folder exists already: models are never overwritten.
        ValueError: `fill` wrote a file that could hold a pickle.
    """
    if folder.exists():
        raise ModelError(f"{folder}: there is a model of this name already.", hint="Name another.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fill(partial)
        _check_formats(partial)
        _write_json(partial / LABELS, {"codebook": codebook, "codes": list(codes)})
        _write_json(partial / THRESHOLDS, thresholds)
        _write_json(partial / CALIBRATION, {"temperatures": temperatures})
        _write_json(partial / METRICS, metrics)
        (partial / CARD).write_text(card, encoding="utf-8")
        manifest = {
            "format": FORMAT,
            "name": name,
            "input": asdict(input_shape),
            **provenance,
            "files": {path.name: sha256(path) for path in sorted(partial.iterdir())},
        }
        _write_json(partial / MANIFEST, manifest)
        written = read(partial)
        partial.chmod(0o755)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return replace(written, folder=folder)


def sha256(path: Path) -> str:
    """Return the hexadecimal sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return what a model folder's manifest says, unchecked but for its format.

    Raises:
        ModelError: There is no such folder, no manifest in it, or one of another format.
    """
    if not folder.is_dir():
        raise ModelError(
            f"{folder}: no such model folder.", hint="See `werkalliantie models` for what there is."
        )
    if not (folder / MANIFEST).is_file():
        raise ModelError(
            f"{folder}: {MANIFEST} is missing, so this is no model folder or an unfinished one.",
            hint="Name another folder, or train the model again.",
        )
    manifest = _json(folder / MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelError(
            f"{folder}: {MANIFEST} is of another format; expected format {FORMAT}.",
            hint="Use the version of werkalliantie that made this model, or train it again.",
        )
    return manifest


def _check_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    files = manifest.get("files", {})
    listed = sorted({*files, *REQUIRED})
    there = [name for name in listed if (folder / name).is_file()]
    with ThreadPoolExecutor() as pool:  # hashing lets go of the interpreter
        sums = dict(zip(there, pool.map(lambda name: sha256(folder / name), there), strict=True))
    faults = [f"{name} is missing" for name in listed if name not in sums]
    faults += [
        f"{name} was altered (its sha256 is not the manifest's)"
        for name, sum in sums.items()
        if sum != files.get(name)
    ]
    if faults:
        raise _broken(folder, faults)


def _check_formats(folder: Path) -> None:
    others = sorted(path.name for path in folder.iterdir() if path.suffix not in _DATA_ONLY)
    if others:
        raise ValueError(f"a model folder doesn't hold files such as {', '.join(others)}")


def _broken(folder: Path, faults: list[str]) -> ModelError:
    return ModelError(
        f"{folder}: not a whole model: {'; '.join(faults)}.",
        hint="Copy the folder again from where it came, or train the model again.",
        faults=faults,
    )


def _checked(path: Path, kind: TypeAdapter[T]) -> T:
    try:
        return kind.validate_python(_json(path))
    except ValidationError as error:
        faults = [
            ": ".join([".".join(map(str, (path.name, *detail["loc"]))), detail["msg"]])
            for detail in error.errors(include_url=False)
        ]
        raise _broken(path.parent, faults) from None


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise _broken(path.parent, [f"{path.name} is not JSON"]) from None


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
