"""Batches made ahead in threads, while the model learns from those before."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def prefetched(make: Callable[[int], T], indices: Iterable[int], threads: int) -> Generator[T]:
    """What `make` gives for each index, in order; two for each thread are made ahead. Close it to stop the threads."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="batches")
    ahead: deque[Future[Any]] = deque()
    try:
        for index in indices:
            ahead.append(pool.submit(make, index))
            if len(ahead) > 2 * threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
