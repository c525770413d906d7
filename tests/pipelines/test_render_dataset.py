"""geo3d render-dataset, as it is called."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image

from geo3d.cli import main
from geo3d.config import make_config
from geo3d.data_tools.rendered.scene_sources import SceneSource
from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError, SomeFailedError
from geo3d.ops.winding import inside_mesh
from geo3d.pipelines.make_rooms import MakeRoomsConfig, make_rooms
from geo3d.pipelines.render_dataset import RenderDatasetConfig, render_dataset
from geo3d.pipelines.render_scene import render_scene
from geo3d.pipelines.scene_folders import Work, make_scenes
from geo3d.scene.artifact import load
from geo3d.scene.frames import read_frame
from geo3d.scene.kinds import DistanceVolume, RenderedFrames, ScannedVolume, SemanticVolume
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.label import LabelConfig, label
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.segment import SegmentConfig
from geo3d.stages.segment_fused import segment_fused

FUSED = ["--volumes", "--scan-volumes"]
SMALL = {"frames": 4, "height": 48, "width": 64}
ONE_ROOM = {"rooms": {"count": 1, "seed": 2, "uses": ["bathroom"]}, "volumes": False, "sheet": False}


def config(**values) -> RenderDatasetConfig:
    room = {"count": 1, "seed": 2, "uses": ["bathroom"]}
    return make_config(RenderDatasetConfig, {"rooms": room, "path": SMALL, "render": {"samples": 1}} | values, "test")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file but the links of artifacts, which name where they lie."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.fixture
def box(tmp_path: Path) -> Path:
    trimesh.creation.box((1, 2, 1)).export(tmp_path / "box.ply")
    return tmp_path / "box.ply"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("set") / "out"
    writers = ["artifact", "plain", "nerfstudio", "coco"]
    whole = config(render={"samples": 1, "flow": True}, volumes=True, scan_volumes=True, writers=writers)
    render_dataset((), out, whole)
    return out


def test_a_room_is_rendered_with_everything_that_is_known(room: Path):
    scene = room / "train_000002"
    names = {one.name for one in scene.iterdir()}
    assert names >= {"mesh.ply", "semantic.ply", "objects.json", "description.json", "sheet.png", "scan.json"}
    assert names >= {"transforms.json", "coco.json", "frames", "volumes"}
    frames: RenderedFrames = load(scene / "frames")
    assert frames.source == scene
    for channel, count in (("colour", 4), ("instances", 4), ("forward_flow", 3), ("backward_flow", 3)):
        listed = getattr(frames, channel)
        assert len(listed) == count
        assert all((scene / image.file).exists() for image in listed)
    for number in range(4):
        labels = np.asarray(Image.open(scene / frames.labels[number].file))
        instances = np.asarray(Image.open(scene / frames.instances[number].file))
        table = np.concatenate([[255], frames.instance_labels.numpy()])
        assert (table[instances] == labels).all()
    assert json.loads((room / "dataset.json").read_text()) == {"scenes": {"train_000002": "train"}}
    assert (room / "coco.json").exists()
    assert not (room / ".making").exists()


def test_labels_of_frames_reach_the_mesh_that_is_fused_from_them(room: Path):
    scene = room / "train_000002"
    found = find_scan(scene, "plain", ":", None)
    scan = found.format.read(found.source(scene / "no" / "memory"), None)
    frames: RenderedFrames = load(scene / "frames")
    assert scan.classes == frames.classes
    assert scan.labels == frames.labels
    volume = fuse(scan, FuseConfig(voxel_size=0.03, max_depth=8.0))
    labels = segment_fused(volume, SegmentConfig(method="fused"))
    mesh = label(extract_mesh(volume, MeshConfig(min_weight=1)), labels, LabelConfig())
    true: SemanticVolume = load(scene / "volumes" / "050mm" / "labels")
    at = ((mesh.vertices - true.origin.float()) / true.voxel_size).round().long()
    inside = ((at >= 0) & (at < torch.tensor(true.labels.shape))).all(dim=1)
    wanted = true.labels[tuple(at[inside].T)]
    known = (wanted != 255) & (mesh.labels[inside] != 255)
    assert int(known.sum()) > 1000
    right = (mesh.labels[inside] == wanted)[known].float().mean()
    assert float(right) > 0.95  # the truth's voxels of 5 cm are what blurs the borders


def test_volumes_lie_on_one_grid_by_size(room: Path):
    for size in ("047mm", "094mm", "188mm", "050mm"):
        folder = room / "train_000002" / "volumes" / size
        distance: DistanceVolume = load(folder / "distance")
        labels: SemanticVolume = load(folder / "labels")
        scan: ScannedVolume = load(folder / "scan")
        assert distance.distance.shape == labels.labels.shape == scan.distance.shape == scan.known.shape
        assert distance.voxel_size == labels.voxel_size == scan.voxel_size
        assert (distance.origin == scan.origin).all()
        near = distance.distance.abs() < distance.truncation
        assert ((labels.labels < 255) == near).all()
        assert 0.005 < float(scan.known.float().mean()) < 0.9
        both = (scan.known > 0) & (scan.distance.abs() < scan.voxel_size)
        off = (scan.distance - distance.distance)[both].abs() / scan.voxel_size
        assert float(off.median()) < 0.5  # what was seen is there


def test_the_plain_layout_is_a_scan_that_the_main_job_reads(room: Path):
    found = find_scan(room / "train_000002", "auto", ":", None)
    scan = found.format.read(found.source(room / "hashes"), None)
    assert len(scan.depth) == 4
    assert scan.depth_size == (48, 64)
    frame = read_frame(scan, 0)
    assert float((frame.depth > 0).float().mean()) > 0.9
    assert scan.up is not None
    torch.testing.assert_close(scan.up.float(), torch.tensor([0.0, 0.0, 1.0]))


def test_a_killed_call_goes_on_with_the_frame_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import geo3d.pipelines.render_scene as module

    settings = config(render={"samples": 1, "flow": True}, noise=1.0)
    render_dataset((), tmp_path / "whole", settings)
    write, written = module.write_images, []

    def fail_at_the_third(folder, files, *rest):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(files["colour"])
        write(folder, files, *rest)

    monkeypatch.setattr(module, "write_images", fail_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        render_dataset((), tmp_path / "cut", settings)
    assert not (tmp_path / "cut" / "train_000002").exists()

    def count(folder, files, *rest):
        written.append(files["colour"])
        write(folder, files, *rest)

    monkeypatch.setattr(module, "write_images", count)
    render_dataset((), tmp_path / "cut", settings)
    assert [Path(name).stem for name in written] == ["000000", "000001", "000002", "000003"]
    assert files_of(tmp_path / "cut") == files_of(tmp_path / "whole")


def test_a_scene_that_is_there_stays_and_other_settings_are_refused(tmp_path: Path, box: Path):
    render_dataset((box,), tmp_path / "out", config())
    before = (tmp_path / "out" / "box" / "scan.json").stat()
    render_dataset((box,), tmp_path / "out", config())
    assert (tmp_path / "out" / "box" / "scan.json").stat().st_mtime_ns == before.st_mtime_ns
    with pytest.raises(InputError, match=r"other settings \(noise"):
        render_dataset((box,), tmp_path / "out", config(noise=1.0))
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.txt").write_text("all of it")
    with pytest.raises(InputError, match="holds files that are not of"):
        render_dataset((box,), tmp_path / "foreign", config())


@pytest.mark.parametrize("damaged", ["{", "[]"])
def test_settings_that_cannot_be_read_are_named(tmp_path: Path, box: Path, damaged: str):
    (tmp_path / "settings.json").write_text(damaged)
    with pytest.raises(InputError, match=r"settings\.json cannot be read"):
        render_dataset((box,), tmp_path, config())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"split": "no"}, "no description"),
        ({"rooms": 3}, "not the JSON"),
        ({"rooms": []}, "no description"),
        ({"seed": "x"}, "its seed is 'x'"),
    ],
)
def test_a_description_that_is_broken_is_named(tmp_path: Path, changed: dict, said: str):
    make_rooms(tmp_path / "rooms", make_config(MakeRoomsConfig, ONE_ROOM, "test"))
    file = tmp_path / "rooms" / "train_000002" / "description.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    with pytest.raises(InputError, match=rf"description\.json.*{said}"):
        render_dataset((tmp_path / "rooms",), tmp_path / "out", config())


def test_one_bad_scene_leaves_the_others_alone_and_is_named(tmp_path: Path, box: Path):
    (tmp_path / "empty.ply").write_bytes(b"")
    with pytest.raises(SomeFailedError, match=r"1 of 2 scenes.*empty"):
        render_dataset((tmp_path / "empty.ply", box), tmp_path / "out", config(), jobs=1)
    assert (tmp_path / "out" / "box" / "scan.json").exists()
    trimesh.creation.box((1, 1, 1)).export(tmp_path / "empty.ply")
    render_dataset((tmp_path / "empty.ply", box), tmp_path / "out", config(), jobs=1)  # mended, it is rendered
    assert (tmp_path / "out" / "empty" / "scan.json").exists()


def test_two_processes_render_what_one_does(tmp_path: Path, box: Path):
    trimesh.creation.icosphere().export(tmp_path / "ball.ply")
    for jobs in (1, 2):
        render_dataset((box, tmp_path / "ball.ply"), tmp_path / f"out{jobs}", config(), jobs=jobs)
    first, second = (files_of(tmp_path / f"out{jobs}") for jobs in (1, 2))
    assert first == {name: data for name, data in second.items() if not name.startswith("logs/")}


def test_a_set_without_images_keeps_what_was_fused_of_them(tmp_path: Path):
    bare = config(images={"channels": []}, volumes=True, scan_volumes=True, sheet=False)
    render_dataset((), tmp_path / "out", bare)
    assert {one.name for one in (tmp_path / "out" / "train_000002").iterdir()} == {
        ".source",
        "mesh.ply",
        "semantic.ply",
        "objects.json",
        "description.json",
        "volumes",
    }
    scan: ScannedVolume = load(tmp_path / "out" / "train_000002" / "volumes" / "094mm" / "scan")
    assert scan.known.any()


def test_index_files_list_no_images_that_were_only_there_to_be_fused(tmp_path: Path, box: Path):
    images, writers = {"channels": ["colour", "instances"]}, ["artifact", "nerfstudio", "coco"]
    whole = config(images=images, volumes=True, scan_volumes=True, writers=writers, sheet=False)
    render_dataset((box,), tmp_path / "out", whole)
    scene = tmp_path / "out" / "box"
    frames: RenderedFrames = load(scene / "frames")
    assert len(frames.colour) == len(frames.instances) == 4
    assert frames.depth == ()
    listed = json.loads((scene / "transforms.json").read_text())["frames"]
    named = [name for frame in listed for key, name in frame.items() if key.endswith("file_path")]
    assert len(named) == 4
    assert all((scene / name).exists() for name in named)


def test_writers_that_are_added_later_give_what_they_give_at_once(tmp_path: Path, box: Path):
    every = ["artifact", "plain", "nerfstudio", "coco"]
    render_dataset((box,), tmp_path / "out", config(writers=["plain"], sheet=False))
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "out" / "box").rglob("*.*g")}
    trimesh.creation.icosphere().export(tmp_path / "ball.ply")
    render_dataset((box, tmp_path / "ball.ply"), tmp_path / "out", config(writers=every, sheet=False), jobs=1)
    render_dataset((tmp_path / "ball.ply", box), tmp_path / "whole", config(writers=every, sheet=False), jobs=1)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert load(tmp_path / "out" / "box" / "frames").source == tmp_path / "out" / "box"


def test_frames_whose_cameras_are_not_known_any_more_get_no_index_files(tmp_path: Path, box: Path):
    render_dataset((box,), tmp_path / "out", config(sheet=False))
    made_of = tmp_path / "out" / "box" / ".source"
    made_of.write_text(made_of.read_text().splitlines()[0] + "\nanother\n")
    more = config(writers=["nerfstudio"], sheet=False)
    with pytest.raises(InputError, match=r"out/box is of another version of geo3d"):
        render_dataset((box,), tmp_path / "out", more)
    trimesh.creation.icosphere().export(tmp_path / "ball.ply")
    with pytest.raises(SomeFailedError, match=r"completed \(box: .*out/box is of another version"):
        render_dataset((box, tmp_path / "ball.ply"), tmp_path / "out", more, jobs=1)
    assert (tmp_path / "out" / "ball" / "transforms.json").exists()


def test_flow_is_rendered_without_any_other_channel(tmp_path: Path, box: Path):
    bare = config(images={"channels": []}, render={"samples": 1, "flow": True}, sheet=False)
    render_dataset((box,), tmp_path / "out", bare)
    names = {one.name for one in (tmp_path / "out" / "box" / "forward_flow").iterdir()}
    assert names == {"000000.png", "000001.png", "000002.png"}
    assert len(list((tmp_path / "out" / "box" / "backward_flow").iterdir())) == 3


def test_frames_of_a_mesh_that_was_changed_since_are_rendered_anew(
    tmp_path: Path, box: Path, monkeypatch: pytest.MonkeyPatch
):
    import geo3d.pipelines.render_scene as module

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "gather_frames", stop)
        with pytest.raises(KeyboardInterrupt):
            render_dataset((box,), tmp_path / "out", config())
    trimesh.creation.icosphere().export(box)
    render_dataset((box,), tmp_path / "out", config())
    render_dataset((box,), tmp_path / "whole", config())
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_a_scene_that_another_call_has_rendered_meanwhile_stays(tmp_path: Path, box: Path):
    render_dataset((box,), tmp_path / "out", config())
    before = (tmp_path / "out" / "box" / "scan.json").stat()
    left = [SceneSource("box", box)]  # listed before it was there
    make_scenes(left, tmp_path / "out", Work(render_scene, {"config": config(), "trajectory": None}), 1)
    assert (tmp_path / "out" / "box" / "scan.json").stat().st_mtime_ns == before.st_mtime_ns


def test_meshes_have_noise_of_their_own_and_the_same_wherever_they_lie(tmp_path: Path, box: Path):
    same = tmp_path / "elsewhere" / "same.ply"
    same.parent.mkdir()
    same.write_bytes(box.read_bytes())
    mesh: Any = trimesh.load(box)
    mesh.export(tmp_path / "text.ply", encoding="ascii")
    far = config(path=SMALL | {"elevation": 20.0}, noise=1.0, sheet=False)
    render_dataset((box, same, tmp_path / "text.ply"), tmp_path / "out", far, jobs=1)
    depths = [(tmp_path / "out" / name / "depth" / "000000.png").read_bytes() for name in ("box", "same", "text")]
    assert depths[0] == depths[1] != depths[2]
    meshes = [(tmp_path / "out" / name / "mesh.ply").read_bytes() for name in ("box", "text")]
    assert meshes[0] == meshes[1]  # the same surface, in another file


def test_the_folder_that_one_is_in_can_be_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    make_rooms(tmp_path / "rooms", make_config(MakeRoomsConfig, ONE_ROOM, "test"))
    monkeypatch.chdir(tmp_path / "rooms" / "train_000002")
    render_dataset((Path(),), tmp_path / "out", config(sheet=False))
    assert (tmp_path / "out" / "train_000002" / "scan.json").exists()


def test_a_room_from_a_folder_has_the_frames_of_its_seed(tmp_path: Path):
    make_rooms(tmp_path / "rooms", make_config(MakeRoomsConfig, ONE_ROOM, "test"))
    render_dataset((tmp_path / "rooms",), tmp_path / "folder", config(noise=1.0, sheet=False))
    render_dataset((), tmp_path / "seed", config(noise=1.0, sheet=False))
    first, second = (files_of(tmp_path / name / "train_000002") for name in ("folder", "seed"))
    assert first.pop(".source") != second.pop(".source")
    assert first == second


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give scenes to render, or --rooms.count"),
        (["--rooms.count", "1", "--jobs", "0"], "--jobs 0 does nothing"),
        (["--rooms.count", "1", "--scan-volumes"], "scan_volumes needs the grids"),
        (["--rooms.count", "1", *FUSED, "--path.frames", "2"], "needs 3 frames or more, and path.frames is 2"),
        (["BOX", *FUSED, "--path.frames", "1", "--path.stereo", "0.1"], "box has 2 frames that can be fused"),
        (["BOX", "--images.channels", "depth"], "the writer plain needs the channel colour"),
        (["BOX", "--path.kind", "handheld"], "box is no made room"),
        (["BOX", "--trajectory", "no.txt"], "no.txt cannot be read"),
        (["no.ply"], "no.ply is not there"),
        (["BOX", "--images.depth-unit", "0"], "depth_unit = 0.0 is not allowed"),
        (["BOX", "--up", "inf", "0", "1"], "it must have a length above 0"),
    ],
)
def test_what_cannot_be_rendered_is_one_sentence(tmp_path: Path, box: Path, options: list[str], said: str, capsys):
    given = [str(box) if option == "BOX" else option for option in options]
    assert main(["render-dataset", *given, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert said in error
    assert not (tmp_path / "out").exists()


def test_a_folder_of_which_a_call_made_nothing_stays_empty_and_free(tmp_path: Path, box: Path):
    (tmp_path / "empty.ply").write_bytes(b"")
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match=r"empty\.ply"):
        render_dataset((tmp_path / "empty.ply",), tmp_path / "out", config())
    assert not list((tmp_path / "out").iterdir())
    (tmp_path / "none.obj").write_bytes(b"")
    with pytest.raises(SomeFailedError, match="2 of 2 scenes"):
        render_dataset((tmp_path / "empty.ply", tmp_path / "none.obj"), tmp_path / "out", config(), jobs=1)
    assert not list((tmp_path / "out").iterdir())
    render_dataset((box,), tmp_path / "out", config(noise=1.0))
    with pytest.raises(InputError, match=r"empty\.ply"):
        render_dataset((box, tmp_path / "empty.ply"), tmp_path / "out", config(noise=1.0))
    assert {"box", "settings.json"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_scene_that_is_there_of_something_else_is_no_scene_of_this(tmp_path: Path, box: Path):
    render_dataset((box,), tmp_path / "out", config())
    other = tmp_path / "other" / "box.obj"
    other.parent.mkdir()
    trimesh.creation.icosphere().export(other)
    with pytest.raises(InputError, match=r"out/box was rendered from something else than .*other/box.obj"):
        render_dataset((other,), tmp_path / "out", config())
    trimesh.creation.icosphere().export(box)
    with pytest.raises(InputError, match="was rendered from something else"):
        render_dataset((box,), tmp_path / "out", config())


def test_a_fault_in_one_scene_leaves_the_others_and_the_index(
    tmp_path: Path, box: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    import geo3d.pipelines.render_dataset as module

    trimesh.creation.icosphere().export(tmp_path / "ball.ply")
    render = module.render_scene

    def fail_at_the_ball(source, folder, **options):
        if source.name == "ball":
            raise ZeroDivisionError("by nothing")
        render(source, folder, **options)

    monkeypatch.setattr(module, "render_scene", fail_at_the_ball)
    with pytest.raises(SomeFailedError, match=r"1 of 2 scenes .*ball: a fault: ZeroDivisionError: by nothing"):
        render_dataset((tmp_path / "ball.ply", box), tmp_path / "out", config(), jobs=1)
    assert "fail_at_the_ball" in capsys.readouterr().err  # where it was
    assert list(json.loads((tmp_path / "out" / "dataset.json").read_text())["scenes"]) == ["box"]


def test_pairs_of_cameras_never_stand_in_things(tmp_path: Path):
    wide = config(path=SMALL | {"frames": 40, "stereo": 0.8}, images={"channels": ["colour"]}, writers=["artifact"])
    render_dataset((), tmp_path / "out", wide)
    frames: RenderedFrames = load(tmp_path / "out" / "train_000002" / "frames")
    eyes = frames.world_from_camera[:, :3, 3].double()
    mesh: Any = trimesh.load(tmp_path / "out" / "train_000002" / "mesh.ply", process=False)
    assert 0 < len(eyes) <= 80
    assert len(eyes) % 2 == 0
    torch.testing.assert_close((eyes[1::2] - eyes[::2]).norm(dim=1), torch.full((len(eyes) // 2,), 0.8).double())
    vertices, faces = torch.from_numpy(np.array(mesh.vertices)), torch.from_numpy(np.array(mesh.faces, np.int32))
    assert not any(bool(inside_mesh(vertices, faces, eye, 1.0, (1, 1, 1))) for eye in eyes)
