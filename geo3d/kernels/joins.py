"""Which rows of two sorted lists of keys lie a given step apart: a merge instead of a hash table."""

import numpy as np
from numba import njit, prange


@njit(nogil=True, cache=True, parallel=True)
def count_matches(sources, targets, steps, parts, counts):
    """counts[step, part]: targets of each of `parts` equal parts whose key plus the step is one of the sources."""
    size = -(-targets.size // parts)
    for task in prange(steps.size * parts):
        step, part = task // parts, task % parts
        first, last = min(part * size, targets.size), min((part + 1) * size, targets.size)
        found = 0
        if first < last:
            at = np.searchsorted(sources, targets[first] + steps[step])
            for row in range(first, last):
                wanted = targets[row] + steps[step]
                while at < sources.size and sources[at] < wanted:
                    at += 1
                found += at < sources.size and sources[at] == wanted
        counts[step, part] = found


@njit(nogil=True, cache=True, parallel=True)
def fill_matches(sources, targets, steps, parts, starts, takes, gives):
    """The rows of each match, from starts[step, part] on: of the sources into `takes`, of the targets into `gives`."""
    size = -(-targets.size // parts)
    for task in prange(steps.size * parts):
        step, part = task // parts, task % parts
        first, last = min(part * size, targets.size), min((part + 1) * size, targets.size)
        place = starts[step, part]
        if first < last:
            at = np.searchsorted(sources, targets[first] + steps[step])
            for row in range(first, last):
                wanted = targets[row] + steps[step]
                while at < sources.size and sources[at] < wanted:
                    at += 1
                if at < sources.size and sources[at] == wanted:
                    takes[place], gives[place] = at, row
                    place += 1
