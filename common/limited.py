"""A process with limits, in which foreign bytes are parsed: what runs away there takes nothing else with it.

`run` is for the server. `bind` is called by the child (common.upload_child and others) before it reads a byte.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parent.parent


class Overrun(Exception):
    """The child took too long, too much, or died."""


def run(module: str, arguments: Sequence[str], data: bytes, *, seconds: float) -> IO[bytes]:
    """The answer of `python -m module arguments`, with `data` on its standard input; the caller closes it.

    Files instead of pipes: the child's limit on file size then bounds its answer as well.
    """
    reply: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    try:
        with tempfile.TemporaryFile() as question:
            question.write(data)
            question.seek(0)
            subprocess.run(  # noqa: S603  the arguments are ours
                [sys.executable, "-E", "-s", "-m", module, *arguments],
                stdin=question,
                stdout=reply,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=True,
                close_fds=True,
                start_new_session=True,
                cwd=_ROOT,
                env={},
            )
    except subprocess.SubprocessError:
        reply.close()
        raise Overrun from None
    reply.seek(0)
    return reply


def bind(*, memory: int, cpu_seconds: int, output: int) -> None:
    """Limit this process: address space and answer in bytes. The limits cannot be raised again."""
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(what, (limit, limit))
