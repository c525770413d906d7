"""What makes scans worse: which shapes are hidden, and how strong noise is."""

import pytest
import torch

from geo3d.batches import degrade
from geo3d.batches.degrade import add_noise, hide_regions


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def convex(inside: torch.Tensor, random: torch.Generator) -> bool:
    """Whether what lies halfway between two of it, where that is a voxel, is of it, too."""
    places = inside.nonzero()
    some, others = (places[torch.randint(len(places), (2000,), generator=random)] for _ in range(2))
    halfway = some + others
    halfway = halfway[(halfway % 2 == 0).all(dim=1)] // 2
    return bool(inside[halfway.unbind(dim=1)].all())


@pytest.mark.parametrize("shape", ["_box", "_ball", "_half_space"])
def test_hidden_regions_are_convex_and_neither_all_nor_always_nothing(shape: str):
    found = [getattr(degrade, shape)(torch.Size((24, 20, 16)), generator(seed)) for seed in range(30)]
    assert all(region.shape == (24, 20, 16) and not region.all() for region in found)
    filled = [region for region in found if region.any()]
    assert len(filled) > 10
    assert all(convex(region, generator(1)) for region in filled)


def test_boxes_are_boxes():
    for seed in range(20):
        places = degrade._box(torch.Size((24, 20, 16)), generator(seed)).nonzero()
        if len(places):
            assert len(places) == int((places.amax(dim=0) - places.amin(dim=0) + 1).prod())


def test_both_sides_of_a_plane_are_convex():
    for seed in range(20):
        region = degrade._half_space(torch.Size((24, 20, 16)), generator(seed))
        assert convex(~region, generator(2))


def test_hiding_makes_nothing_known_and_other_numbers_hide_other_things():
    known = (torch.rand(16, 16, 16, generator=generator(0)) < 0.5).to(torch.uint8)
    found = [hide_regions(known, generator(seed)) for seed in range(8)]
    assert all((one <= known).all() for one in found)
    assert len({tuple(one.flatten().tolist()) for one in found}) > 4
    assert torch.equal(found[3], hide_regions(known, generator(3)))


def test_noise_is_as_strong_as_said_partly_smooth_and_stays_within_the_truncation():
    distance = torch.zeros(40, 40, 40)
    noise = add_noise(distance, 0.1, 1.0, generator(0))
    assert float(noise.mean()) == pytest.approx(0, abs=0.02)
    assert 0.1 < float(noise.std()) < 0.1 * 2**0.5
    beside, far = (float((noise[off:] * noise[: 40 - off]).mean() / noise.square().mean()) for off in (1, 20))
    assert beside > 0.15
    assert abs(far) < 0.08
    assert float(add_noise(distance + 0.95, 0.5, 1.0, generator(0)).amax()) == 1.0


def test_what_was_clipped_and_what_gets_no_noise_stays():
    distance = torch.tensor([1.0, -1.0, 0.5]).repeat(9, 9, 3)
    noisy = add_noise(distance, 0.2, 1.0, generator(0))
    assert torch.equal(noisy[..., ::3], distance[..., ::3])
    assert torch.equal(noisy[..., 1::3], distance[..., 1::3])
    assert (noisy[..., 2::3] != 0.5).all()
    assert torch.equal(add_noise(distance, 0.0, 1.0, generator(0)), distance)
