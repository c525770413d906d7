"""Scoring, verifying and comparing stored predictions, through the command line."""

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from geo3d import cli, progress
from geo3d.data_tools.benchmarks import counting
from geo3d.data_tools.benchmarks.labels.scannet_semantic import CLASSES, IDS
from geo3d.pipelines import benchmark
from geo3d.scene.publish import locked_in_passing
from tests.browser import chromium

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def quiet_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SHOW_AFTER", float("inf"))
    monkeypatch.setattr(progress, "_shows", [])
    monkeypatch.setattr(progress, "_says", [])


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Truth and two methods for eight scenes; the first method is right at 60 to 95 %, the second 3 % more often."""
    random = np.random.default_rng(0)
    for i in range(8):
        truth, other = random.choice(IDS, 4000), random.choice(IDS, 4000)
        chance, right = random.random(4000), 0.6 + 0.05 * i
        for name, share in (("truth", 2.0), ("a", right), ("b", right + 0.03)):
            write(tmp_path / name / f"scene000{i}_00.txt", np.where(chance < share, truth, other))
    return tmp_path


def write(file: Path, ids: np.ndarray) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{number}\n" for number in ids))


def score(stored: Path, method: str = "a", *further: str) -> int:
    folders = ["--pred", stored / method, "--truth", stored / "truth", "--out", stored / f"out_{method}"]
    return cli.main(["benchmark", "scannet-semantic", *map(str, folders), *further])


def test_scores_are_those_of_all_vertices_together_in_every_file(stored: Path, capsys: Capture):
    assert score(stored) == 0
    files = sorted((stored / "a").iterdir())
    truth, given = (
        np.concatenate([np.loadtxt(stored / name / file.name, dtype=int) for file in files]) for name in ("truth", "a")
    )
    ious = [((truth == i) & (given == i)).sum() / ((truth == i) | (given == i)).sum() for i in IDS]
    out = stored / "out_a"
    scores = json.loads((out / "scores.json").read_text())
    assert scores["overall"]["mean IoU"] == pytest.approx(np.mean(ious), abs=1e-12)
    assert [scores["by_class"][name]["IoU"] for name in CLASSES] == pytest.approx(ious, abs=1e-12)
    assert np.sum(scores["confusion"]["counts"]) == len(truth)
    rows = list(csv.DictReader((out / "scores.csv").read_text().splitlines()))
    assert {row["class"]: float(row["value"]) for row in rows if row["score"] == "IoU"} == dict(
        zip(CLASSES, (scores["by_class"][name]["IoU"] for name in CLASSES), strict=True)
    )
    assert f"mean IoU             {np.mean(ious):.4f}" in capsys.readouterr().out
    assert (out / "rows.tex").read_text().splitlines()[1].startswith(f"ours & {np.mean(ious):.4f} & ")


def test_the_report_shows_scenes_from_worst_to_best(stored: Path):
    assert score(stored, "a", "--pictures", "4") == 0
    page = (stored / "out_a" / "report.html").read_text()
    shown = [name for name in (f"scene000{i}_00" for i in range(8)) if f"<b>{name}</b>" in page]
    assert shown == ["scene0000_00", "scene0001_00", "scene0006_00", "scene0007_00"]
    places = [page.index(f"<b>{name}</b>") for name in shown]
    assert places == sorted(places)


def test_the_page_opens_without_an_error_and_asks_the_network_for_nothing(stored: Path, tmp_path: Path):
    import subprocess

    assert score(stored) == 0
    page = stored / "out_a" / "report.html"
    assert "http" not in page.read_text()
    picture = tmp_path / "page.png"
    command = chromium(tmp_path, "--window-size=1200,1600", f"--screenshot={picture}", page.absolute().as_uri())
    subprocess.run(command, check=True, capture_output=True)
    assert picture.stat().st_size > 20_000


def test_a_card_is_equal_until_a_file_changes(stored: Path, capsys: Capture):
    assert score(stored) == 0
    card = str(stored / "out_a" / "card.json")
    assert cli.main(["verify", card]) == 0
    assert "equal: every number" in capsys.readouterr().err
    file = stored / "a" / "scene0003_00.txt"
    file.write_text("1\n" * 4000)
    assert cli.main(["verify", card]) == 1
    said = capsys.readouterr().err
    assert "predictions: scene0003_00.txt has other bytes" in said
    assert "overall / mean IoU" in said


def test_a_card_whose_number_was_changed_is_found_out(stored: Path, capsys: Capture):
    assert score(stored) == 0
    card = stored / "out_a" / "card.json"
    made = json.loads(card.read_text())
    made["scores"]["by_class"]["sofa"]["IoU"] += 0.01
    card.write_text(json.dumps(made))
    assert cli.main(["verify", str(card)]) == 1
    said = capsys.readouterr().err
    assert "by_class / sofa / IoU" in said
    assert "differs in 1 places" in said


def test_a_card_moves_with_its_files(stored: Path, tmp_path: Path):
    assert score(stored) == 0
    shutil.copytree(stored, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("elsewhere"))
    shutil.rmtree(stored / "a")
    assert cli.main(["verify", str(tmp_path / "elsewhere" / "out_a" / "card.json")]) == 0
    assert cli.main(["verify", str(stored / "out_a" / "card.json")]) == 2
    moved = ["--pred", str(tmp_path / "elsewhere" / "a")]
    assert cli.main(["verify", str(stored / "out_a" / "card.json"), *moved]) == 0


def test_a_card_in_a_folder_behind_a_link_finds_its_files(stored: Path):
    (stored / "far" / "away").mkdir(parents=True)
    (stored / "out_a").symlink_to(stored / "far" / "away")
    assert score(stored) == 0
    assert cli.main(["verify", str(stored / "out_a" / "card.json")]) == 0
    assert cli.main(["verify", str(stored / "far" / "away" / "card.json")]) == 0


@pytest.mark.parametrize(
    ("part", "spoiled"),
    [
        ("protocol", "x"),
        ("protocol", {}),
        ("choices", []),
        ("predictions", {}),
        ("truth", {"folder": 1}),
        ("scores", None),
    ],
)
def test_a_damaged_card_is_one_sentence(stored: Path, capsys: Capture, part: str, spoiled: object):
    assert score(stored) == 0
    card = stored / "out_a" / "card.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {part: spoiled}))
    assert cli.main(["verify", str(card)]) == 2
    assert "is no card of this layout" in capsys.readouterr().err


def test_a_call_that_ends_before_its_card_leaves_no_older_one(stored: Path, monkeypatch: pytest.MonkeyPatch):
    assert score(stored) == 0

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(benchmark, "write_csv", killed)
    score(stored)
    assert (stored / "out_a" / "scores.json").exists()
    assert not (stored / "out_a" / "card.json").exists()


def test_two_calls_do_not_write_to_one_folder_at_once(stored: Path, capsys: Capture):
    assert score(stored) == 0
    with locked_in_passing(stored / "out_a" / "lock"):
        assert score(stored) == 2
    assert "another call is writing to" in capsys.readouterr().err
    assert score(stored) == 0


def test_scenes_may_be_named_as_files_may(tmp_path: Path):
    names = [b"sc\xff", b"a\nb &<b>", b"x" * 250, "ü ".encode() * 80]
    for folder in ("truth", "a"):
        (tmp_path / folder).mkdir()
        for name in names:
            Path(os.fsdecode(os.path.join(os.fsencode(tmp_path / folder), name + b".txt"))).write_text("1\n2\n")
    assert score(tmp_path) == 0
    assert len(json.loads((tmp_path / "out_a" / "card.json").read_text())["scenes"]) == len(names)
    assert cli.main(["verify", str(tmp_path / "out_a" / "card.json")]) == 0


def test_counts_of_scenes_in_folders_have_files_of_their_own(tmp_path: Path):
    tallies = {"a/b__c": np.array(1), "a__b/c": np.array(2)}
    for name, tally in tallies.items():
        counting._keep(tmp_path, name, "key", {"tally": tally})
    kept = {name: counting.kept_tally(tmp_path, name, "key") for name in tallies}
    assert {name: tally and int(tally["tally"]) for name, tally in kept.items()} == {"a/b__c": 1, "a__b/c": 2}


def test_scenes_that_were_counted_are_not_counted_again(stored: Path, monkeypatch: pytest.MonkeyPatch):
    assert score(stored) == 0
    before = (stored / "out_a" / "scores.json").read_bytes()
    (stored / "out_a" / "scenes" / "scene0002_00.npz").write_bytes(b"cut off")
    leftover = stored / "out_a" / "scenes" / ".4711.scene0002_00.npz"  # of a killed call
    leftover.write_bytes(b"cut off")
    counted = []
    keep = counting._keep
    monkeypatch.setattr(counting, "_keep", lambda kept, scene, *rest: (counted.append(scene), keep(kept, scene, *rest)))
    assert score(stored) == 0
    assert counted == ["scene0002_00"]
    assert not leftover.exists()
    assert (stored / "out_a" / "scores.json").read_bytes() == before


Spoil = Callable[[Path], object]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: (s / "a" / "scene0004_00.txt").unlink(), "no prediction for 1 of 8 scenes (scene0004_00)"),
        (lambda s: write(s / "a" / "scene9999_00.txt", np.ones(3)), "scene9999_00.txt has no truth"),
        (lambda s: write(s / "a" / "scene0001_00.txt", np.ones(3, int)), "scene0001_00.txt has 3 labels"),
        (lambda s: (s / "a" / "scene0001_00.txt").write_text("1\n2\nnan\n"), "scene0001_00.txt, line 3: 'nan'"),
        (lambda s: (s / "truth" / "scene0001_00.txt").write_text("1\n2.5\n"), "scene0001_00.txt, line 2: '2.5'"),
        (lambda s: (s / "a" / "scene0001_00.txt").write_bytes(b"\x93NUMPY???"), "cannot be read as a NumPy array"),
        (lambda s: (s / "a" / "scene0001_00.txt").write_bytes(b"ply\nnothing"), "cannot be read as a PLY"),
        (lambda s: shutil.rmtree(s / "a"), "is not there; give the folder of the predictions"),
        (lambda s: [file.unlink() for file in (s / "truth").iterdir()], "holds no truth named"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(stored: Path, capsys: Capture, spoil: Spoil, said: str):
    spoil(stored)
    assert score(stored) == 2
    printed = capsys.readouterr().err.strip()
    assert said in printed
    assert len(printed.splitlines()) == 1
    assert not (stored / "out_a" / "scores.json").exists()


def test_floats_are_refused_as_labels(stored: Path, capsys: Capture):
    np.save(stored / "floats.npy", np.ones(4000))
    shutil.move(stored / "floats.npy", stored / "a" / "scene0001_00.txt")
    assert score(stored) == 2
    assert "holds float64; whole numbers are allowed" in capsys.readouterr().err


def test_missing_scenes_are_left_out_where_that_is_allowed(stored: Path):
    (stored / "a" / "scene0004_00.txt").unlink()
    assert score(stored, "a", "--allow-missing") == 0
    counts = json.loads((stored / "out_a" / "scores.json").read_text())["confusion"]["counts"]
    assert np.sum(counts) == 7 * 4000
    assert cli.main(["verify", str(stored / "out_a" / "card.json")]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["benchmark"], "give a protocol; there are scannet-semantic"),
        (["benchmark", "scanet-semantic"], "did you mean scannet-semantic?"),
        (["benchmark", "scannet-semantic"], "needs --pred, --truth and --out"),
        (["verify", "nothing.json"], "nothing.json cannot be read as a card"),
        (["compare", "one"], "give two output folders"),
        (["compare", "one", "two"], "one/card.json cannot be read as a card"),
    ],
)
def test_calls_that_say_too_little_are_one_sentence(capsys: Capture, arguments: list[str], said: str):
    assert cli.main(arguments) == 2
    assert said in capsys.readouterr().err


def test_an_output_folder_belongs_to_one_protocol_and_its_choices(stored: Path, capsys: Capture):
    assert score(stored) == 0
    assert score(stored, "a", "--reading", "strict") == 2
    assert "was made with other settings (choices" in capsys.readouterr().err


def test_a_protocol_explains_itself(capsys: Capture):
    assert cli.main(["benchmark", "scannet-semantic", "--explain"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for word in ("unit", "ignored", "absent class", "averaging", "missing scene", "evaluate_semantic_label.py"):
        assert word in said


def test_a_better_method_is_told_apart_by_pairs_of_scenes(stored: Path, capsys: Capture):
    assert score(stored, "a") == score(stored, "b") == 0
    capsys.readouterr()
    runs = [str(stored / "out_a"), str(stored / "out_b")]
    assert cli.main(["compare", *runs, "--resamples", "200", "--out", str(stored / "both")]) == 0
    rows = json.loads((stored / "both" / "comparison.json").read_text())["rows"]
    first, second = (row for row in rows if row["score"] == "mean IoU")
    low, high = second["difference_between"]
    assert 0 < low < second["difference"] < high
    assert second["above_first"] == 1
    assert second["between"][0] < first["value"] < second["between"][1]  # which unpaired intervals would not tell
    assert "mean IoU" in capsys.readouterr().out
    assert cli.main(["compare", runs[0], runs[0], "--out", str(stored / "same")]) == 0
    assert all(row["difference"] == 0 for row in json.loads((stored / "same" / "comparison.json").read_text())["rows"])


def test_scores_that_a_resample_does_not_have_are_left_out_of_its_interval(stored: Path):
    for area in (1, 2):
        for name, ids in (("truth", [0, 1, 2, 2]), ("a", [0, 1, 1, 2])):
            write(stored / f"rooms_{name}" / f"Area_{area}_office_1.txt", np.array(ids))
    folders = ["--pred", stored / "rooms_a", "--truth", stored / "rooms_truth", "--out", stored / "rooms"]
    assert cli.main(["benchmark", "s3dis", *map(str, folders)]) == 0
    runs = [str(stored / "rooms")] * 2
    assert cli.main(["compare", *runs, "--resamples", "20", "--out", str(stored / "both")]) == 0
    rows = json.loads((stored / "both" / "comparison.json").read_text())["rows"]
    (row, _) = (row for row in rows if row["score"] == "mean IoU, Area_2")
    assert row["between"] == pytest.approx([(1 + 0.5 + 0.5) / 3] * 2)


def test_a_comparison_says_where_lower_is_better(stored: Path, capsys: Capture):
    for method in ("truth", "a"):
        times = np.arange(5.0)
        path = np.column_stack(
            [times, times, times**2, times * (method == "a"), times * 0, times * 0, times * 0, times**0]
        )
        (stored / f"paths_{method}").mkdir()
        np.savetxt(stored / f"paths_{method}" / "walk.txt", path)
    folders = ["--pred", stored / "paths_a", "--truth", stored / "paths_truth", "--out", stored / "walks"]
    assert cli.main(["benchmark", "trajectory", *map(str, folders)]) == 0
    assert "(lower is better)" in (stored / "walks" / "report.html").read_text()
    capsys.readouterr()
    assert cli.main(["compare", *[str(stored / "walks")] * 2, "--resamples", "5"]) == 0
    assert "ATE rmse (m): lower is better" in " ".join(capsys.readouterr().out.split())


def test_methods_scored_against_other_truth_are_not_compared(stored: Path, capsys: Capture):
    assert score(stored, "a") == 0
    write(stored / "truth" / "scene0000_00.txt", np.full(4000, 5))
    assert score(stored, "b") == 0
    capsys.readouterr()
    assert cli.main(["compare", str(stored / "out_a"), str(stored / "out_b")]) == 2
    assert "was scored against other truth" in capsys.readouterr().err
