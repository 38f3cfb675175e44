"""Reads and writes Trunkline's frames: exact numbers, one class a message, a client for the relay's socket, and connectors
of one's own that feed it."""

from .collector import CollectorClient, connector_id
from .connector import ConnectorStream, ConnectorWrapper
from .frames import FrameReader, decode, encode, sequence_after, sequence_missed
from .messages import *  # noqa: F403
from .numbers import plain
from .payloads import FrameError
from .relay import RelayClient
from .symbols import symbol_hash
