"""Work split among threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch


def in_threads(count: int, work: Callable[[int, int], None], parts: int = 64) -> None:
    """Let as many threads as torch has work on [first, last) parts of the count, `parts` of them at most."""
    parts = min(count, parts)
    cuts = [count * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))
