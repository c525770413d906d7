"""Who made the library models of a data set, under what licence, and what was changed, as CC BY asks for."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo3d.data_tools.rooms.description import Library
from geo3d.errors import InputError
from geo3d.scene.publish import published_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LICENSES = (
    ("public domain", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("cc0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("attribution 3.0 united states", "https://creativecommons.org/licenses/by/3.0/us/"),
    ("attribution 3.0", "https://creativecommons.org/licenses/by/3.0/"),
    ("attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
)
"""What a catalogue says of its licence, in lower case, and where that licence stands; the first found holds."""
CHANGES = "All were changed: turned, scaled, given fewer triangles and smaller pictures, and placed in rooms."
OF_SCENE = "attribution.json"
OF_SCENES = "ATTRIBUTION.txt"


@dataclass(frozen=True)
class Credit:
    """What is known of a library's model."""

    model: str
    """Its name within the library."""
    title: str
    """What it is called in English."""
    creator: str
    license: str
    """In the library's words."""


Credits = dict[Library, set[Credit]]
"""The models of each library."""


def write_scene_credits(used: Iterable[tuple[Library, Credit]], folder: Path) -> None:
    """Write the library models of one scene into its folder."""
    listed = sorted({(library.name, library.sha256, dataclasses.astuple(credit)) for library, credit in used})
    names = [field.name for field in dataclasses.fields(Credit)]
    entries = [
        {"library": name, "sha256": sha256, **dict(zip(names, credit, strict=True))} for name, sha256, credit in listed
    ]
    text = json.dumps({"changes": CHANGES, "models": entries}, indent=1, ensure_ascii=False)
    (folder / OF_SCENE).write_text(text + "\n", encoding="utf-8")


def gather_credits(out: Path) -> None:
    """Write what all scenes of a data set say of their library models into one text; none where none has any."""
    found: Credits = defaultdict(set)
    for file in sorted(out.glob(f"*[0-9]/{OF_SCENE}")):  # not those that a killed process left half made
        for library, credit in _read(file):
            found[library].add(credit)
    if found:
        with published_file(out / OF_SCENES) as aside:
            aside.write_text(attribution(found), encoding="utf-8")
    else:
        (out / OF_SCENES).unlink(missing_ok=True)


def attribution(found: Credits) -> str:
    """Each library with its licences, and under them each model with its name, its creator and the changes."""
    lines = ["Scenes in this folder hold furniture from these libraries.", CHANGES]
    for library in sorted(found, key=lambda library: (library.name, library.sha256)):
        by_license: dict[str, list[str]] = defaultdict(list)
        for credit in sorted(found[library], key=lambda credit: credit.model):
            by_license[credit.license].append(f'"{credit.title}" ({credit.model}) by {credit.creator}')
        lines += ["", f"{library.name} (SHA-256 {library.sha256})"]
        for license, models in sorted(by_license.items()):
            lines += ["", f"Licence: {license}", _address(license), "", *models]
    return "\n".join(lines) + "\n"


def _address(license: str) -> str:
    written = re.search(r"https?://\S+", license)
    known = [url for words, url in LICENSES if words in license.lower()]
    return written[0] if written else known[0] if known else "The licence's text is in the library, if it has one."


def _read(file: Path) -> list[tuple[Library, Credit]]:
    try:
        models = json.loads(file.read_text(encoding="utf-8"))["models"]
        return [(Library(model.pop("library"), model.pop("sha256")), Credit(**model)) for model in models]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file} is not the attribution of a scene ({error}); delete its folder") from error
