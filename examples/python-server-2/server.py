"""A Howdy server of both versions in Python's standard library, written from PROTOCOL.md alone. This file listens, and
ends what it began: each connection begins with the preface of version 2, or it is one of version 1 [13.2]. From the bytes
to the room: frames.py has those of version 2, version1.py and version2.py are connections, room.py is what they share,
names.py says who may be in it. It has no accounts, search, read marks or TLS.

    python3 server.py --host 127.0.0.1 --port 20002
"""

import argparse
import asyncio
import contextlib
import ipaddress
import itertools
import os
import signal
import socket
import sys

from frames import PREFACE
from room import Room, log
from version1 import Version1
from version2 import Version2

TLS = b"\x16"  # begins a handshake, for which we have no certificate [13.6]
PREFACE_SILENCE_S = 0.500  # the beginning of a preface that goes no further is version 1 [13.2]
NAMELESS_S = 300  # for which a connection may be without a name [11.2]
CONNECTIONS_MAX = 1024
ENDING_S = 2  # for what waits for a peer whose connection we end
VANISHED_S = 30  # after which a peer that answers nothing is given up [2.3]


class Server:
    def __init__(self):
        self.room = Room()
        self.open = 0
        self.connections = set()
        self.numbers = itertools.count(1)
        self.stopping = asyncio.Event()

    async def run(self, host, port):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        listening = await asyncio.start_server(self.serve, host, port)
        log("Server is started and listening.")
        await self.stopping.wait()
        listening.close()
        for connection in self.connections:
            connection.stop()
            connection.writer.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING_S):
                await asyncio.gather(*(client.writer.wait_closed() for client in self.connections), return_exceptions=True)
        os._exit(0)  # Whoever is connected knows by now.

    async def serve(self, reader, writer):
        """One connection, to its end. FIN, RST and a peer that vanished are the same end [2.3]."""
        log(f"A new client is connected: {writer.get_extra_info('peername')}")
        watch_peer(writer.get_extra_info("socket"))
        if self.open >= CONNECTIONS_MAX:
            log(f"Error: {CONNECTIONS_MAX} connections are open; this one is ended.")
            return writer.transport.abort()
        self.open += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self.serve_version(await read_beginning(reader), reader, writer)
            await end(reader, writer)
        finally:
            self.open -= 1

    async def serve_version(self, first, reader, writer):
        if first[:1] == TLS:
            return log("Error: TLS, for which this server has no certificate; the connection is ended.")
        version = Version2 if first == PREFACE else Version1
        connection = version(self.room, reader, writer, next(self.numbers), first)
        asyncio.get_running_loop().call_later(NAMELESS_S, end_if_nameless, connection)
        self.connections.add(connection)
        try:
            return await connection.serve()
        finally:
            self.connections.discard(connection)
            self.room.leave(connection)


async def read_beginning(reader):
    """The preface, or the first bytes of what does not begin with it."""
    held = b""
    with contextlib.suppress(TimeoutError):
        while PREFACE.startswith(held) and held != PREFACE:
            async with asyncio.timeout(PREFACE_SILENCE_S if held else NAMELESS_S):
                read = await reader.read(len(PREFACE) - len(held))
            if read == b"":
                break
            held += read
    return held


async def end(reader, writer):
    """Ends a connection behind what waits for it. A peer that still sends would get an RST, and lose the last words."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(ENDING_S):
            await writer.drain()
            writer.write_eof()
            while await reader.read(65_536):
                pass
    writer.transport.abort()


def end_if_nameless(connection):
    if connection.name is None:
        connection.writer.transport.abort()


def watch_peer(connected):
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    seconds = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
    for option, value in (seconds | {"TCP_USER_TIMEOUT": VANISHED_S * 1000}).items():
        if hasattr(socket, option):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def read_port(text):
    if int(text) not in range(1025, 65536):
        raise ValueError(text)
    return int(text)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    flags = argparse.ArgumentParser(description="A Howdy server of versions 1 and 2.")
    flags.add_argument("--host", type=ipaddress.IPv4Address, default="127.0.0.1", help="address to listen on")
    flags.add_argument("--port", type=read_port, default=20002, help="TCP port, 1025 to 65535")
    given = flags.parse_args()
    host, port = str(given.host), given.port
    log(f"You are going to start Howdy Server with {(host, port)}")
    try:
        asyncio.run(run(host, port))
    except OSError as fault:
        sys.exit(f"howdy-server: {fault}")


async def run(host, port):
    await Server().run(host, port)


if __name__ == "__main__":
    main()
