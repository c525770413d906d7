"""Kernel that undoes LZF compression (Marc Lehmann's LibLZF, whose format is literals and back references)."""

from numba import njit


@njit(cache=True, nogil=True)
def decompress(packed, whole):
    """Fill `whole`; the bytes that came out, or -1 where the packed ones are damaged.

    A byte c < 32 is followed by c + 1 literal bytes; another one says in its upper three bits how many bytes, less 2,
    are repeated (7: a byte with more follows), and in its lower five, with the next byte, from how far back, less 1.
    """
    at, end, out, room = 0, packed.shape[0], 0, whole.shape[0]
    while at < end:
        control = int(packed[at])
        at += 1
        if control < 32:
            length = control + 1
            if at + length > end or out + length > room:
                return -1
            whole[out : out + length] = packed[at : at + length]
            at, out = at + length, out + length
            continue
        length, back = (control >> 5) + 2, (control & 31) << 8
        if length == 9:
            if at >= end:
                return -1
            length += int(packed[at])
            at += 1
        if at >= end:
            return -1
        back += int(packed[at]) + 1
        at += 1
        if back > out or out + length > room:
            return -1
        for _ in range(length):  # one at a time: what is repeated may reach into itself
            whole[out] = whole[out - back]
            out += 1
    return out
