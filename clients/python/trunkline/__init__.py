"""Reads and writes Trunkline's frames: exact numbers, one class a message, and a client for the relay's socket."""

from .frames import FrameReader, decode, encode, sequence_after, sequence_missed
from .messages import *  # noqa: F403
from .numbers import plain
from .payloads import FrameError
from .relay import RelayClient
from .symbols import symbol_hash
