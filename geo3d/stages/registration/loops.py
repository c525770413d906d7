"""Find where the camera came back to, and let the whole path give way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.progress import track as shown
from geo3d.stages.registration.align import align
from geo3d.stages.registration.follow import Link, Track, alike
from geo3d.stages.registration.libraries import open3d
from geo3d.stages.registration.views import REACH

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR, TURNED = 1.0, np.radians(40)
"""Metres and radians between key frames that may see the same, as far as the rough path tells."""
NEIGHBOURS = 5
"""Key frames near by that each is compared with."""
PRUNE = 0.25
"""Share of a closing link's weight below which the path does not bear it out, and it is dropped."""


def close_loops(track: Track) -> list[Link]:
    """Links between key frames that see the same place, of one part or of two."""
    linked = {frozenset((link.source, link.target)) for link in track.links}
    found = []
    for key in shown(range(len(track.keys)), "register: loops", len(track.keys), "key frames"):
        near = _near(track, key)
        for other in dict.fromkeys([*near, *alike(track.keys[key], track.keys[:key])]):
            if frozenset((key, other)) in linked:
                continue
            guess = np.linalg.inv(track.rough[other]) @ track.rough[key] if other in near else None
            step = align(track.keys[key], track.keys[other], guess)
            if step is not None:
                found.append(Link(key, other, step, closing=True))
    return found


def _near(track: Track, key: int) -> list[int]:
    """Earlier key frames of the same part that stood near and looked alike, nearest first."""
    here, found = track.rough[key], []
    for other, there in enumerate(track.rough[:key]):
        apart = float(np.linalg.norm(here[:3, 3] - there[:3, 3]))
        if track.parts[other] == track.parts[key] and apart < NEAR and here[:3, 2] @ there[:3, 2] > np.cos(TURNED):
            found.append((apart, other))
    return [other for _, other in sorted(found)[:NEIGHBOURS]]


def joined(count: int, links: list[Link]) -> list[list[int]]:
    """Key frames that links join, each list in order, the longest first."""
    group = list(range(count))
    for link in links:
        old, new = group[link.source], group[link.target]
        group = [new if number == old else number for number in group]
    lists = [[key for key in range(count) if group[key] == number] for number in sorted(set(group))]
    return sorted(lists, key=len, reverse=True)


def optimise(members: list[int], links: list[Link]) -> dict[int, NDArray[np.float64]]:
    """``first_from_camera`` [4, 4] of each member, the first being the world (Choi et al. 2015, section 4.2)."""
    registration = open3d().pipelines.registration

    among = [link for link in links if link.source in members]
    graph, place = registration.PoseGraph(), {key: i for i, key in enumerate(members)}
    start = _spread(members, among)
    graph.nodes.extend([registration.PoseGraphNode(start[key]) for key in members])
    for link in among:
        ends = place[link.source], place[link.target]
        step = link.step
        graph.edges.append(
            registration.PoseGraphEdge(*ends, step.target_from_source, step.information, uncertain=link.closing)
        )
    registration.global_optimization(
        graph,
        registration.GlobalOptimizationLevenbergMarquardt(),
        registration.GlobalOptimizationConvergenceCriteria(),
        registration.GlobalOptimizationOption(
            max_correspondence_distance=REACH, edge_prune_threshold=PRUNE, reference_node=0
        ),
    )
    placed = [np.array(node.pose) for node in graph.nodes]
    world = np.linalg.inv(placed[0])
    return {key: _rigid(world @ placed[place[key]]) for key in members}


def _spread(members: list[int], links: list[Link]) -> dict[int, NDArray[np.float64]]:
    """Places to begin with: from the first member along links, those of the camera's way before those of loops."""
    first_from = {members[0]: np.eye(4)}
    ordered = sorted(links, key=lambda link: link.closing)
    while len(first_from) < len(members):
        link = next(link for link in ordered if (link.source in first_from) != (link.target in first_from))
        step = link.step.target_from_source
        if link.target in first_from:
            first_from[link.source] = first_from[link.target] @ step
        else:
            first_from[link.target] = first_from[link.source] @ np.linalg.inv(step)
    return first_from


def _rigid(transform: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same without what rounding bent."""
    U, _, V = np.linalg.svd(transform[:3, :3])
    straight = np.eye(4)
    straight[:3, :3], straight[:3, 3] = U @ V, transform[:3, 3]
    return straight
