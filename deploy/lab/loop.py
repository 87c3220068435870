"""A loop device of the kernel, which releases it as soon as nobody has it open: whatever ended those who had.

From linux/loop.h, which is stable. LOOP_CONFIGURE came with Linux 5.8.
"""

import errno
import fcntl
import os
import struct
from pathlib import Path

from deploy.lab.errors import LabError

CONTROL = Path("/dev/loop-control")
_SET_STATUS, _GET_STATUS, _CONFIGURE, _GET_FREE = 0x4C04, 0x4C05, 0x4C0A, 0x4C82
_AUTOCLEAR = 4
# struct loop_info64: device, inode, rdevice, offset, size limit; number, two of encryption, flags; the rest
# are names and keys.
_INFO = struct.Struct("=5Q4I176x")
_CONFIG = struct.Struct(f"=2I{_INFO.size}s64x")  # struct loop_config: file, size of a block
_OFFSET, _FLAGS = 3, 8


def attach(image: Path) -> tuple[Path, int]:
    """The device that has what is in the file, and a descriptor of it: it stays while one is open."""
    config = _CONFIG.pack(os.open(image, os.O_RDWR), 0, _INFO.pack(*[0] * _FLAGS, _AUTOCLEAR))
    control = os.open(CONTROL, os.O_RDWR)
    while True:
        device = Path(f"/dev/loop{fcntl.ioctl(control, _GET_FREE)}")
        if not device.exists():
            raise LabError(f"the kernel has a free loop device, and {device} is not there")
        held = os.open(device, os.O_RDWR)
        try:
            fcntl.ioctl(held, _CONFIGURE, config)
        except OSError as error:
            os.close(held)
            if error.errno != errno.EBUSY:  # somebody else was faster
                raise
        else:
            return device, held


def lose(device: Path) -> None:
    """Whoever has it open gets errors: it is as long as nothing."""
    _begin_at(device, _image_size(device))


def give_back(device: Path) -> None:
    """With what was on it."""
    _begin_at(device, 0)


def _begin_at(device: Path, offset: int) -> None:
    handle = os.open(device, os.O_RDWR)
    try:
        info = bytearray(_INFO.size)
        fcntl.ioctl(handle, _GET_STATUS, info)
        fields = list(_INFO.unpack(info))
        if fields[_OFFSET] != offset:
            fields[_OFFSET] = offset
            fcntl.ioctl(handle, _SET_STATUS, _INFO.pack(*fields))
    finally:
        os.close(handle)


def _image_size(device: Path) -> int:
    backing = Path("/sys/block") / device.name / "loop/backing_file"
    return Path(backing.read_text().strip()).stat().st_size
