"""From scenes to data sets of rendered frames."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from geo3d.data_tools.rendered.coco import NAME as COCO
from geo3d.data_tools.rendered.coco import merge_coco
from geo3d.data_tools.rendered.frames import check_writers
from geo3d.data_tools.rendered.scene_sources import Furniture, SceneSource, digest_of, find_sources
from geo3d.data_tools.rooms.libraries.attribution import gather_credits
from geo3d.data_tools.scans.assemble import LEAST_FRAMES
from geo3d.errors import InputError
from geo3d.pipelines.render_config import RenderDatasetConfig
from geo3d.pipelines.render_scene import SOURCE, index_scene, missing_indexes, render_scene
from geo3d.pipelines.rooms_config import RoomsConfig, claimed_of, furniture_of, sources_of
from geo3d.pipelines.scene_folders import MAKING, Work, make_scenes, refuse_failed
from geo3d.progress import say
from geo3d.scene.claim import claimed
from geo3d.scene.publish import published_file

SETTINGS = "settings.json"
INDEX = "dataset.json"


def render_dataset(
    scenes: Annotated[tuple[Path, ...], tyro.conf.Positional],
    out: Path,
    config: Annotated[RenderDatasetConfig, tyro.conf.arg(name="")] = RenderDatasetConfig(),  # noqa: B008 - frozen
    *,
    trajectory: Path | None = None,
    jobs: int | None = None,
) -> None:
    """Render scenes to a data set, each in a folder of its own.

    A scene that is there already is left as it is, but for index files that it lacks; a killed call goes on with the
    frame where it was.

    Args:
        scenes: Mesh files, output folders of scan-to-mesh, scenes or output folders of make-rooms; none: made rooms.
        out: Folder for the data set; new, empty or of an earlier call with the same settings.
        config: Everything that can be set.
        trajectory: Cameras of one's own for every scene: a TUM file, or one of 4x4 matrices (world from camera).
        jobs: Scenes to render at the same time; by default as many as there are cores.
    """
    furniture = furniture_of(config.rooms)
    sources = _sources(scenes, config.rooms, furniture)
    _check(config, trajectory, jobs)
    shared = _claimed(config, trajectory) | {"rooms": claimed_of(config.rooms, furniture)}
    with claimed(out, SETTINGS, shared, "geo3d render-dataset"):
        there = [source for source in sources if _is_there(out / source.name, source)]
        left = [one for one in sources if one not in there or missing_indexes(out / one.name, config)]
        work = Work(render_scene, {"config": config, "trajectory": trajectory}, index_scene)
        said = make_scenes(left, out, work, jobs or os.cpu_count() or 1)
        for source in left:  # another call may have rendered it meanwhile
            _is_there(out / source.name, source)
        _index(out, config)
        refuse_failed(sources, out, said, "rendered")
    say(f"{out}: {len(sources)} scenes, {len(sources) - len(there)} of them new")


def _is_there(folder: Path, source: SceneSource) -> bool:
    """Whether a scene is rendered already; raises InputError where its folder is of another one."""
    if not folder.exists():
        return False
    made_of = folder / SOURCE
    if not made_of.exists() or made_of.read_text(encoding="utf-8").splitlines()[:1] != [digest_of(source)]:
        wanted = source.path or f"the room of seed {source.seed}"
        raise InputError(f"{folder} was rendered from something else than {wanted}; give another --out")
    return True


def _sources(scenes: Sequence[Path], rooms: RoomsConfig, furniture: Furniture) -> list[SceneSource]:
    if scenes:
        return find_sources(scenes, furniture)
    if not rooms.count:
        raise InputError("give scenes to render, or --rooms.count for rooms to make")
    return sources_of(rooms, furniture)


def _check(config: RenderDatasetConfig, trajectory: Path | None, jobs: int | None) -> None:
    if jobs is not None and jobs < 1:
        raise InputError(f"--jobs {jobs} does nothing; 1 or more are allowed")
    if config.scan_volumes and not config.volumes:
        raise InputError("scan_volumes needs the grids of volumes; set volumes, too")
    counted = trajectory is None and config.path.kind != "grid" and config.path.stereo is None
    if config.scan_volumes and counted and config.path.frames < LEAST_FRAMES:
        raise InputError(f"scan_volumes needs {LEAST_FRAMES} frames or more, and path.frames is {config.path.frames}")
    check_writers(config.writers, config.images.channels)


def _claimed(config: RenderDatasetConfig, trajectory: Path | None) -> dict:
    """What all scenes of a data set share."""
    claimed = dataclasses.asdict(config) | {"trajectory": None}
    for name in ("rooms", "writers"):  # of which there may be more later
        claimed.pop(name)
    if trajectory is not None:
        try:
            claimed["trajectory"] = hashlib.sha256(trajectory.read_bytes()).hexdigest()
        except OSError as error:
            raise InputError(f"{trajectory} cannot be read ({error.strerror}); give a file of cameras") from error
    return claimed


def _index(out: Path, config: RenderDatasetConfig) -> None:
    """Write the files of the whole data set: what is there."""
    gather_credits(out)
    there = sorted(path.name for path in out.iterdir() if (path / "semantic.ply").exists() and path.name != MAKING)
    if not there:
        return
    with published_file(out / INDEX) as aside:
        splits = {name: _split(out / name) for name in there}
        aside.write_text(json.dumps({"scenes": splits}, indent=1) + "\n", encoding="utf-8")
    if "coco" in config.writers and config.images.channels:
        with published_file(out / COCO) as aside:
            merge_coco(out, [name for name in there if (out / name / COCO).exists()], aside)


def _split(scene: Path) -> str | None:
    described = scene / "description.json"
    return json.loads(described.read_text(encoding="utf-8"))["split"] if described.exists() else None
