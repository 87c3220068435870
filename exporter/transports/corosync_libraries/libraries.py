"""The libraries' functions and structures, as their headers have them."""

import ctypes
import time
from collections.abc import Callable

CS_OK = 1  # cs_error_t
TRY_AGAIN = 6
GONE = frozenset({2, TRY_AGAIN, 9})  # CS_ERR_LIBRARY, CS_ERR_BAD_HANDLE: nothing more comes over a connection

_MOST_TRIES = 50
_PAUSE = 0.1  # seconds

Handle = ctypes.c_uint64


class RingId(ctypes.Structure):
    _fields_ = (("node_id", ctypes.c_uint32), ("sequence", ctypes.c_uint64))


QuorumCallback = ctypes.CFUNCTYPE(
    None, Handle, ctypes.c_uint32, RingId, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)
)


class QuorumModel(ctypes.Structure):
    """quorum_model_v1_data_t"""

    _fields_ = (("model", ctypes.c_int), ("quorum", QuorumCallback), ("nodes", ctypes.c_void_p))


class Info(ctypes.Structure):
    """struct votequorum_info"""

    _fields_ = (
        ("node_id", ctypes.c_uint),
        ("state", ctypes.c_uint),
        ("votes", ctypes.c_uint),
        ("expected", ctypes.c_uint),
        ("highest_expected", ctypes.c_uint),
        ("total", ctypes.c_uint),
        ("quorum", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("qdevice_votes", ctypes.c_uint),
        ("qdevice_name", ctypes.c_char * 255),
    )


class LinkStatus(ctypes.Structure):
    """struct corosync_knet_link_status_v1"""

    _fields_ = (
        ("enabled", ctypes.c_uint8),
        ("connected", ctypes.c_uint8),
        ("dynconnected", ctypes.c_uint8),
        ("mtu", ctypes.c_uint),
        ("source", ctypes.c_char * 256),
        ("destination", ctypes.c_char * 256),
    )


class NodeStatus(ctypes.Structure):
    """struct corosync_cfg_node_status_v1"""

    _fields_ = (
        ("version", ctypes.c_int),
        ("node_id", ctypes.c_uint),
        ("flags", ctypes.c_uint8 * 6),  # reachable, remote, external, onwire_{min,max,ver}
        ("links", LinkStatus * 8),
    )


class Address(ctypes.Structure):
    """corosync_cfg_node_address_t"""

    _fields_ = (("length", ctypes.c_int), ("address", ctypes.c_char * 28))


class Failed(Exception):
    """Corosync does not answer, or not us."""


class Unsuitable(Exception):
    """These libraries, or this Corosync, are not those that are known here."""


class Libraries:
    """The functions of all of them."""

    def __init__(self) -> None:
        try:
            self.common = ctypes.CDLL("libcorosync_common.so.4")
            self.cmap = ctypes.CDLL("libcmap.so.4")
            self.quorum = ctypes.CDLL("libquorum.so.5")
            self.votequorum = ctypes.CDLL("libvotequorum.so.8")
            self.cfg = ctypes.CDLL("libcfg.so.7")
            self.common.cs_strerror.restype = ctypes.c_char_p
            self.node_status = self.cfg.corosync_cfg_node_status_get
            self.quorum_model = self.quorum.quorum_model_initialize
        except (OSError, AttributeError) as error:
            raise Unsuitable(str(error)) from None

    def name(self, error: int) -> str:
        """As CS_ERR_LIBRARY."""
        text: bytes = self.common.cs_strerror(error)
        return text.decode()

    def done(self, error: int, what: str) -> None:
        """Raises Failed unless it is CS_OK. `what` was done, in the words of the tools."""
        if error != CS_OK:
            raise Failed(f"{what} {self.name(error)}")


def patiently(call: Callable[[], int]) -> int:
    """The error of `call`, made again while Corosync is busy with a change of the membership."""
    for _ in range(_MOST_TRIES):
        if (error := call()) != TRY_AGAIN:
            return error
        time.sleep(_PAUSE)
    return error
