"""Time-ordered identifiers: they index like integers and never collide across installations."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, 5.7 and 6.2 method 3): milliseconds, 12 bits of their fraction, 62 random bits.

    One process gives ascending values as long as its clock runs forward and ticks between two calls.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | rest * 4096 // 1_000_000 << 64
    value |= 0x2 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=value)
