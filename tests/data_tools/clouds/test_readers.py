"""Point clouds as they were written, by us or by others; and what is no point cloud is refused in a sentence."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.data_tools.clouds.formats import FORMATS, find_surface
from geo3d.errors import InputError
from geo3d.scene.kinds import PointCloud
from tests.data_tools.clouds.writers import lzf_compress, some_points, write_pcd, write_ply


def read(file: Path, crop: tuple[float, ...] | None = None) -> PointCloud:
    found = find_surface(file, "auto", crop)
    assert found is not None
    assert not found.is_mesh
    return FORMATS[found.format].read(found.source(file.parent / "none" / "memory"), None)


def check(cloud: PointCloud, points, normals=None, colours=None) -> None:
    np.testing.assert_allclose(cloud.points.numpy(), points, atol=1e-6)
    for found, wanted, tolerance in ((cloud.normals, normals, 1e-5), (cloud.colours, colours, 0)):
        assert (found is None) == (wanted is None)
        if wanted is not None and found is not None:
            np.testing.assert_allclose(found.numpy(), wanted, atol=tolerance)


def packed(colours: np.ndarray) -> np.ndarray:
    shades = colours.astype(np.uint32)
    return shades[:, 0] << 16 | shades[:, 1] << 8 | shades[:, 2]


def pcd_columns(points, normals, colours, as_float: bool) -> list[tuple[str, np.ndarray]]:
    rgb = packed(colours).view(np.float32) if as_float else packed(colours)
    first = [(axis, points[:, i].copy()) for i, axis in enumerate("xyz")]
    return [
        ("rgb", rgb),
        *first,
        ("fpfh", points),
        *((f"normal_{a}", normals[:, i].copy()) for i, a in enumerate("xyz")),
    ]


@pytest.mark.parametrize("kind", ["float", "double"])
@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_ply(tmp_path, form, kind):
    points, normals, colours = some_points()
    write_ply(tmp_path / "a b ü.ply", form, points, normals, colours, kind=kind)
    check(read(tmp_path / "a b ü.ply"), points, normals, colours)


def test_ply_with_other_elements_around(tmp_path):
    points = some_points(7)
    for form, body in (("ascii", b"1 2\n3 4\n"), ("binary_little_endian", np.arange(4, dtype="<f4").tobytes())):
        before = "element camera 2\nproperty float a\nproperty float b\n"
        write_ply(tmp_path / "a.ply", form, *points, before=before)
        head, _, rest = (tmp_path / "a.ply").read_bytes().partition(b"end_header\n")
        tail = b"element edge 1\nproperty list uchar int vertices\nend_header\n"
        (tmp_path / "a.ply").write_bytes(head + tail + body + rest + b"2 0 1\n")
        check(read(tmp_path / "a.ply"), *points)


@pytest.mark.parametrize("as_float", [True, False])
@pytest.mark.parametrize("form", ["ascii", "binary", "binary_compressed"])
def test_pcd(tmp_path, form, as_float):
    points, normals, colours = some_points()
    colours[:, 0] |= 1  # or text would hold numbers that are too small for NumPy's shortest way of writing them
    write_pcd(tmp_path / "a.pcd", form, pcd_columns(points, normals, colours, as_float), "1 2 3 1 0 0 0")
    cloud = read(tmp_path / "a.pcd")
    check(cloud, points, normals, colours)
    assert cloud.viewpoint is not None
    assert cloud.viewpoint.tolist() == [1, 2, 3]


def test_pcd_of_all_types_and_sizes(tmp_path):
    points = np.random.default_rng(0).integers(-100, 100, (50, 3))
    for types in (("<f8", "<i8", "<i2"), ("<i1", "<f4", "<i4")):
        columns = [(axis, points[:, i].astype(types[i])) for i, axis in enumerate("xyz")]
        padded = [
            columns[2],
            ("_", np.zeros((50, 5), np.uint8)),
            columns[0],
            ("_", np.zeros(50, np.uint16)),
            columns[1],
        ]
        for form in ("ascii", "binary", "binary_compressed"):
            write_pcd(tmp_path / "a.pcd", form, padded)
            check(read(tmp_path / "a.pcd"), points)
            assert read(tmp_path / "a.pcd").viewpoint is None


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
@pytest.mark.parametrize("name", ["points/open3d/fragment.pcd", "points/pcn_partial/demo_data/chair.pcd"])
def test_real_pcd_files_are_read_as_open3d_reads_them(shared_data, name):
    o3d = pytest.importorskip("open3d")
    theirs = o3d.io.read_point_cloud(str(shared_data / name), remove_nan_points=True)
    normals = np.asarray(theirs.normals) if theirs.has_normals() else None
    colours = np.rint(np.asarray(theirs.colors) * 255) if theirs.has_colors() else None
    check(read(shared_data / name), np.asarray(theirs.points), normals, colours)


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
@pytest.mark.parametrize("options", [{}, {"write_ascii": True}, {"compressed": True}])
@pytest.mark.parametrize("suffix", ["ply", "pcd", "pts", "xyz", "xyzn", "xyzrgb"])
def test_what_open3d_writes(tmp_path, suffix, options):
    o3d = pytest.importorskip("open3d")
    points, normals, colours = some_points(200)
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points.astype(np.float64)))
    cloud.colors = o3d.utility.Vector3dVector(colours / 255.0)
    if suffix != "pts":
        cloud.normals = o3d.utility.Vector3dVector(normals.astype(np.float64))
    file = tmp_path / f"a.{suffix}"
    assert o3d.io.write_point_cloud(str(file), cloud, **options)
    found = read(file)
    np.testing.assert_allclose(found.points.numpy(), points, atol=1e-5)
    if suffix in ("ply", "pcd", "xyzn"):
        assert found.normals is not None
        np.testing.assert_allclose(found.normals.numpy(), normals, atol=1e-4)
    if suffix in ("ply", "pcd", "pts", "xyzrgb"):
        assert found.colours is not None
        assert np.abs(found.colours.numpy().astype(int) - colours).max() <= (1 if suffix != "ply" else 0)


def text_of(*columns: np.ndarray) -> str:
    return "".join(" ".join(map(repr, row)) + "\n" for row in np.hstack(columns).tolist())


def test_xyz_columns_are_told_apart_by_their_values(tmp_path):
    points, normals, colours = some_points(100)
    grey = np.full((100, 1), 3.5)
    file = tmp_path / "a.xyz"
    for columns, wanted in (
        ([points], {}),
        ([points, grey], {}),
        ([points, normals], {"normals": normals}),
        ([points, colours], {"colours": colours}),
        ([points, colours / 255], {"colours": colours}),
        ([points, grey, colours], {"colours": colours}),
        ([points, colours, normals], {"normals": normals, "colours": colours}),
        ([points, normals, colours / 255], {"normals": normals, "colours": colours}),
    ):
        file.write_text("# a comment\n" + text_of(*columns).replace(" ", ", ") + "\n")
        check(read(file), points, **wanted)


def test_pts_with_and_without_count(tmp_path):
    points, _, colours = some_points(50)
    grey = np.full((50, 1), -1200)
    for columns, wanted in (([points], None), ([points, grey], None), ([points, grey, colours], colours)):
        for count in ("50\n", "50\r\n", ""):
            (tmp_path / "a.pts").write_text(count + text_of(*columns))
            check(read(tmp_path / "a.pts"), points, colours=wanted)


def write_las(file: Path, points: np.ndarray, colours: np.ndarray | None, version: str = "1.2") -> None:
    laspy = pytest.importorskip("laspy")
    header = laspy.LasHeader(point_format=(2 if version == "1.2" else 7), version=version)
    header.offsets, header.scales = np.floor(points.min(axis=0)), np.full(3, 0.001)
    made = laspy.LasData(header)
    made.x, made.y, made.z = points.T
    if colours is not None:
        made.red, made.green, made.blue = colours.T
    classes = np.full(len(points), 2, np.uint8)
    classes[:5] = 7
    made.classification = classes
    made.write(file)


@pytest.mark.parametrize("suffix", ["las", "laz"])
@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_las_is_shifted_by_kilometres_and_noise_left_out(tmp_path, suffix, version):
    points, _, colours = some_points(300)
    far = points.astype(np.float64) + np.array([412_345.5, 5_812_000.25, 35.0])
    write_las(tmp_path / f"a.{suffix}", far, colours.astype(np.uint16) * 257, version)
    cloud = read(tmp_path / f"a.{suffix}")
    assert cloud.shift == (412_000.0, 5_812_000.0, 0.0)
    world = cloud.points.double().numpy() + np.array(cloud.shift)
    np.testing.assert_allclose(world, far[5:], atol=0.0011)
    np.testing.assert_array_equal(cloud.colours, colours[5:])
    assert cloud.up is not None
    assert cloud.up.tolist() == [0, 0, 1]


def test_las_colours_of_eight_bits_and_none(tmp_path):
    points, _, colours = some_points(60)
    write_las(tmp_path / "a.las", points.astype(np.float64), colours.astype(np.uint16))
    np.testing.assert_array_equal(read(tmp_path / "a.las").colours, colours[5:])
    write_las(tmp_path / "a.las", points.astype(np.float64), None)
    assert read(tmp_path / "a.las").colours is None


def test_real_lidar(shared_data):
    laspy = pytest.importorskip("laspy")
    file = shared_data / "points" / "ahn_lidar" / "ahn_2386_9702.laz"
    theirs, cloud = laspy.read(file), read(file)
    np.testing.assert_allclose(cloud.points.double() + torch.tensor(cloud.shift), theirs.xyz, atol=1e-4)
    assert cloud.shift == (119_000.0, 485_000.0, 0.0)


def test_crop_is_in_the_files_own_metres(tmp_path):
    points = some_points(200)[0].astype(np.float64) + np.array([0, 50_000, 0])
    (tmp_path / "a.xyz").write_text(text_of(points))
    cloud = read(tmp_path / "a.xyz", (-1, 49_999, -1, 1, 50_001, 1))
    inside = (np.abs(points - [0, 50_000, 0]) <= 1).all(axis=1)
    np.testing.assert_allclose(cloud.points, points[inside] - cloud.shift, atol=1e-4)


def test_points_that_are_none_are_left_out_and_told(tmp_path, capsys):
    from geo3d.progress import install_display

    points, normals, colours = some_points(100)
    points[3], normals[5], normals[6] = np.nan, 0, np.inf
    write_ply(tmp_path / "a.ply", "binary_little_endian", points, normals, colours)
    install_display()
    cloud = read(tmp_path / "a.ply")
    assert len(cloud.points) == 97
    assert bool(cloud.points.isfinite().all())
    out = "".join(capsys.readouterr())
    assert "1 of 100 points are not finite" in out
    assert "2 points have no normal" in out
    normals[10:60] = 0
    write_ply(tmp_path / "a.ply", "binary_little_endian", points, normals, colours)
    cloud = read(tmp_path / "a.ply")
    assert (len(cloud.points), cloud.normals) == (99, None)


@pytest.mark.parametrize("suffix", ["ply", "pcd"])
def test_a_nan_that_warns_is_a_nan(tmp_path, suffix):
    points, normals, colours = some_points(30)
    file = tmp_path / f"a.{suffix}"
    if suffix == "ply":
        write_ply(file, "binary_little_endian", points, normals, colours)
    else:
        write_pcd(file, "binary", pcd_columns(points, normals, colours, as_float=False))
    file.write_bytes(file.read_bytes()[:-4] + bytes.fromhex("0000a07f"))  # the last normal's z, a signalling NaN
    check(read(file), points[:-1], normals[:-1], colours[:-1])


def test_faces_make_a_ply_a_mesh(tmp_path):
    head = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
    for count, body in ((1, "3 0 1 2\n"), (0, "")):
        faces = f"element face {count}\nproperty list uchar int vertex_indices\nend_header\n"
        (tmp_path / "a.ply").write_text(head + faces + "0 0 0\n1 0 0\n0 1 0\n" + body)
        found = find_surface(tmp_path / "a.ply", "auto", None)
        assert found is not None
        assert found.is_mesh == (count == 1)


def test_what_is_neither_points_nor_mesh_is_left_to_others(tmp_path):
    (tmp_path / "a.sens").write_bytes(b"\4\0\0\0binary")
    (tmp_path / "notes.txt").write_text("hello 1 2 3\n")
    (tmp_path / "empty").write_bytes(b"")
    for name in (".", "a.sens", "notes.txt", "empty", "not there"):
        assert find_surface(tmp_path / name, "auto", None) is None


PLY = (
    "ply\nformat {form} 1.0\nelement vertex {count}\nproperty float x\nproperty float y\nproperty float z\nend_header\n"
)
PCD = (
    "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH {count}\nHEIGHT 1\n"
    "POINTS {count}\nDATA {form}\n"
)
BAD: dict[str, tuple[str, bytes, str]] = {
    "empty ply": ("a.ply", b"", "is empty"),
    "empty pcd": ("a.pcd", b"", "is empty"),
    "no points": ("a.ply", PLY.format(form="ascii", count=0).encode(), "no points"),
    "cut header": ("a.ply", b"ply\nformat ascii 1.0\nelement ver", "end_header"),
    "long header": ("a.ply", b"ply\n" + b"comment x\n" * 40_000, "end_header"),
    "no format": ("a.ply", b"ply\nelement vertex 1\nproperty float x\nend_header\n1\n", "format"),
    "unknown format": ("a.ply", b"ply\nformat binary_middle_endian 1.0\nend_header\n", "line 2"),
    "unknown type": ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 1\nproperty quad x\nend_header\n", "line 4"),
    "negative count": ("a.ply", b"ply\nformat ascii 1.0\nelement vertex -1\nend_header\n", "line 3"),
    "no vertex": ("a.ply", b"ply\nformat ascii 1.0\nend_header\n", "no element vertex"),
    "no z": ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1\n", "x, y and z"),
    "x twice": (
        "a.ply",
        b"ply\nformat ascii 1.0\nelement vertex 1\n" + 2 * b"property float x\n" + b"end_header\n1 1\n",
        "twice",
    ),
    "property of an element before twice": (
        "a.ply",
        b"ply\nformat binary_little_endian 1.0\nelement camera 1\n"
        + 2 * b"property float a\n"
        + PLY.format(form="", count=5).split("\n", 2)[2].encode(),
        "cut off",
    ),
    "points of nothing": (
        "a.ply",
        b"ply\nformat binary_little_endian 1.0\nelement vertex 3\nend_header\n123456",
        "x, y and z",
    ),
    "list of points": (
        "a.ply",
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar int x\nend_header\n1 1\n",
        "lists in vertex",
    ),
    "absurd count": ("a.ply", PLY.format(form="binary_little_endian", count=10**14).encode() + bytes(36), "cut off"),
    "absurd count of text": ("a.ply", PLY.format(form="ascii", count=10**14).encode() + b"1 2 3\n", "cut off"),
    "cut text": ("a.ply", PLY.format(form="ascii", count=2).encode() + b"1 2 3\n4 5", "line 9"),
    "words": ("a.ply", PLY.format(form="ascii", count=1).encode() + b"1 2 x\n", "line 8.*not numbers"),
    "other width": ("a.ply", PLY.format(form="ascii", count=1).encode() + b"1 2 3 4\n", "4 numbers a point"),
    "nothing finite": ("a.ply", PLY.format(form="ascii", count=1).encode() + b"nan inf 0\n", "no finite point"),
    "too wide": ("a.ply", PLY.format(form="ascii", count=2).encode() + b"0 0 0\n30000 0 0\n", "km is the most"),
    "too far": ("a.ply", PLY.format(form="ascii", count=2).encode() + b"1e30 0 0\n1e30 1 0\n", "1e\\+09 m is the most"),
    "pcd without data": ("a.pcd", b"# .PCD v0.7\nVERSION 0.7\n", "no line DATA"),
    "pcd version": ("a.pcd", PCD.format(form="ascii", count=1).replace("0.7\nF", "0.9\nF").encode(), "version 0.9"),
    "pcd form": ("a.pcd", PCD.format(form="zip", count=1).encode(), "DATA zip"),
    "pcd fields": ("a.pcd", PCD.format(form="ascii", count=1).replace("x y z", "x y w").encode(), "x, y and z"),
    "pcd sizes": ("a.pcd", PCD.format(form="ascii", count=1).replace("4 4 4", "4 4 3").encode(), "FIELDS"),
    "pcd fewer sizes": ("a.pcd", PCD.format(form="ascii", count=1).replace("4 4 4", "4 4").encode(), "header"),
    "pcd no number": ("a.pcd", PCD.format(form="ascii", count="many").encode(), "header"),
    "pcd negative": ("a.pcd", PCD.format(form="binary", count=-5).encode(), "-5 points"),
    "pcd counts": ("a.pcd", PCD.format(form="ascii", count=1).replace("1 1 1", "1 1 99999999").encode(), "COUNT"),
    "pcd absurd": ("a.pcd", PCD.format(form="binary", count=10**15).encode() + bytes(24), "cut off"),
    "pcd absurd packed": ("a.pcd", PCD.format(form="binary_compressed", count=10**15).encode() + bytes(24), "cut off"),
    "pcd cut packed": ("a.pcd", PCD.format(form="binary_compressed", count=1).encode() + b"\1\0", "cut off"),
    "pcd bomb": (
        "a.pcd",
        PCD.format(form="binary_compressed", count=10**8).encode()
        + (12).to_bytes(4, "little")
        + (12 * 10**8).to_bytes(4, "little")
        + bytes(12),
        "damaged",
    ),
    "pcd damaged": (
        "a.pcd",
        PCD.format(form="binary_compressed", count=1).encode()
        + (3).to_bytes(4, "little")
        + (12).to_bytes(4, "little")
        + b"\xff\xff\xff",
        "damaged",
    ),
    "pcd text": ("a.pcd", PCD.format(form="ascii", count=3).encode() + b"1 2 3\n", "cut off"),
    "pcd text width": ("a.pcd", PCD.format(form="ascii", count=1).encode() + b"1 2 3 4\n", "4 numbers a point"),
    "xyz width": ("a.xyz", b"1 2 3 4 5\n", "5 numbers a line"),
    "xyz ragged": ("a.xyz", b"1 2 3\n1 2\n", "line 2"),
    "xyz words": ("a.xyz", b"1 2 3\n1 2 C\n", "line 2.*not numbers"),
    "xyz unclear": ("a.xyz", b"1 2 3 400 500 -7\n", "neither unit normals nor colours"),
    "xyz infinite": ("a.xyz", b"1 2 inf\nnan 1 2\n", "no finite point"),
    "pts count": ("a.pts", b"3\n1 2 3\n4 5 6\n", "promises 3"),
    "pts absurd": ("a.pts", b"9" * 40 + b"\n1 2 3\n", "promises"),
    "pts width": ("a.pts", b"1\n1 2 3 4 5\n", "5 numbers a line"),
    "pts colours": ("a.pts", b"1\n1 2 3 4 300 1 1\n", "beyond 0 to 255"),
    "pts nothing": ("a.pts", b"0\n", "no points"),
    "las magic alone": ("a.las", b"LASF", "cannot be read as LAS"),
    "las zeros": ("a.las", b"LASF" + bytes(400), "LAS"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_one_sentence(tmp_path, name):
    file, data, said = BAD[name]
    if name.startswith("las"):
        pytest.importorskip("laspy")
    (tmp_path / file).write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        read(tmp_path / file)
    assert str(tmp_path / file) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["las", "laz", "ply", "pcd"])
def test_cut_files_are_one_sentence(tmp_path, suffix):
    points, normals, colours = some_points(2000)
    whole = tmp_path / f"whole.{suffix}"
    if suffix == "ply":
        write_ply(whole, "binary_big_endian", points, normals, colours)
    elif suffix == "pcd":
        write_pcd(whole, "binary_compressed", pcd_columns(points, normals, colours, True))
    else:
        write_las(whole, points.astype(np.float64), colours.astype(np.uint16))
    data = whole.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        (tmp_path / f"cut.{suffix}").write_bytes(data[: int(share * len(data))])
        with pytest.raises(InputError, match=re.escape(f"cut.{suffix}")):
            read(tmp_path / f"cut.{suffix}")


def test_las_that_promises_more_than_there_is_takes_no_memory(tmp_path):
    pytest.importorskip("laspy")
    points, _, colours = some_points(100)
    for suffix in ("las", "laz"):
        write_las(tmp_path / f"a.{suffix}", points.astype(np.float64), colours.astype(np.uint16))
        data = bytearray((tmp_path / f"a.{suffix}").read_bytes())
        data[107:111] = (4_000_000_000).to_bytes(4, "little")
        (tmp_path / f"a.{suffix}").write_bytes(data)
        with pytest.raises(InputError, match=f"a.{suffix} (has|promises|cannot)"):
            read(tmp_path / f"a.{suffix}")


def test_las_in_degrees_is_refused(tmp_path):
    laspy = pytest.importorskip("laspy")
    header = laspy.LasHeader(point_format=0, version="1.2")
    header.scales = np.array([1e-7, 1e-7, 0.001])
    made = laspy.LasData(header)
    made.x, made.y, made.z = np.array([[5.1, 52.1, 3], [5.2, 52.2, 4]]).T
    made.write(tmp_path / "a.las")
    with pytest.raises(InputError, match="is in degrees"):
        read(tmp_path / "a.las")


def test_without_the_extra_las_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "laspy", None)
    (tmp_path / "a.las").write_bytes(b"LASF" + bytes(300))
    with pytest.raises(InputError, match=r"geo3d\[lidar\]"):
        read(tmp_path / "a.las")


def test_a_file_that_disappears_and_a_loop_of_links(tmp_path):
    (tmp_path / "a.xyz").write_text("1 2 3\n")
    found = find_surface(tmp_path / "a.xyz", "auto", None)
    assert found is not None
    source = found.source(tmp_path / "none" / "memory")
    (tmp_path / "a.xyz").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        FORMATS["xyz"].read(source, None)
    (tmp_path / "b.ply").symlink_to(tmp_path / "b.ply")
    assert find_surface(tmp_path / "b.ply", "auto", None) is None


def test_a_named_format_is_insisted_on(tmp_path):
    (tmp_path / "a.xyz").write_text("1 2 3\n")
    with pytest.raises(InputError, match="not in the format pcd"):
        find_surface(tmp_path / "a.xyz", "pcd", None)
    with pytest.raises(InputError, match=r"--crop .* is empty"):
        find_surface(tmp_path / "a.xyz", "auto", (0, 0, 0, 0, 1, 1))


def test_the_test_compresses_with_references():
    data = bytes(range(40)) + b"abcabcabc" * 50 + bytes(1000)
    assert len(lzf_compress(data)) < len(data) / 4
