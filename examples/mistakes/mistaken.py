"""The Python server with one mistake in it: python3 mistaken.py MISTAKE --host A --port N. Each is one that students make;
what is wrong is all that stands here. Numbers in brackets are clauses of PROTOCOL.md.
"""

import asyncio
import ctypes
import functools
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "python-server"))
import server  # noqa: E402

Client, Room = server.Client, server.Room


def buffered_output():
    """Standard output to a pipe is buffered unless told otherwise: lines come when the program ends."""
    held = open(1, "w", buffering=65_536, closefd=False, encoding="utf-8")
    server.log = functools.partial(print, file=held)
    end = os._exit
    os._exit = lambda status: (held.flush(), end(status))


def flushed_once():
    """Only the line that says that it listens is flushed; those that follow come when the program ends."""
    at_once = server.log
    buffered_output()
    held = server.log

    def log(text):
        at_once(text)
        if text == "Server is started and listening.":
            server.log = held

    server.log = log


def another_port():
    """The port that it is given is read, and another one is taken."""
    start_server = asyncio.start_server
    asyncio.start_server = lambda serve, host, port: start_server(serve, host, port + 1)


def one_client_at_a_time():
    """A connection is served to its end before the next one is [2.2]."""
    serve, turn = Room.serve, asyncio.Lock()

    async def serve_alone(self, reader, writer):
        async with turn:
            await serve(self, reader, writer)

    Room.serve = serve_alone


def one_read_one_message():
    """What recv returns is taken for one message, though TCP merges and splits what was sent [8]."""

    async def frames(self):
        while read := await self.reader.read(4096):
            yield read

    Client.frames = frames


def no_list_after_a_leave():
    """Who leaves is taken off the list, and nobody is told [6.2]."""

    def leave(self, client):
        if self.users.pop(client.name, None):
            server.log(f"{client.name} is offline now.")

    Room.leave = leave


def wrong_words():
    """A line is logged in words of one's own [12.1]."""
    log = server.log
    server.log = lambda text: log(text.replace("A new client is connected", "New client connected"))


def padding_by_characters():
    """A name is padded to 64 characters before it is encoded [3.2]."""

    def update(self):
        fields = "".join(name.ljust(64, "\0") for name in self.users)
        for user in self.users.values():
            user.send(bytes([server.UPDATE]) + fields.encode())
        server.log("Sending packet type 4 to all receivers")

    Room.update = update


def list_before_ack():
    """The list goes to everybody before the newcomer is told that the name is accepted [7.1]."""
    send, update = Client.send, Room.update
    acks = []

    def send_later(self, frame):
        if frame[0] == server.ACK:
            acks.append((self, frame))
        else:
            send(self, frame)

    def update_first(self):
        update(self)
        while acks:
            send(*acks.pop())

    Client.send, Room.update = send_later, update_first


def echo_to_the_sender():
    """What somebody says to All goes to everybody, the sender too [6.4, 7.3]."""
    forward = Room.forward

    def forward_back(self, client, frame):
        forward(self, client, frame)
        if server.read_name(frame[65:129]) == "All" and self.users.get(server.read_name(frame[1:65])) is client:
            client.send(frame)

    Room.forward = forward_back


def crash_at_a_reset():
    """A connection that is reset ends the whole server [2.3]. Here as a C program dies that uses what it has freed."""
    frames = Client.frames

    async def frames_or_crash(self):
        try:
            async for frame in frames(self):
                yield frame
        except ConnectionResetError:
            ctypes.string_at(0)

    Client.frames = frames_or_crash


def no_so_reuseaddr():
    """The listening socket does not set SO_REUSEADDR: for a minute after a run, the next one cannot listen."""
    asyncio.start_server = functools.partial(asyncio.start_server, reuse_address=False)


MISTAKES = [
    buffered_output,
    flushed_once,
    another_port,
    one_client_at_a_time,
    one_read_one_message,
    no_list_after_a_leave,
    wrong_words,
    padding_by_characters,
    list_before_ack,
    echo_to_the_sender,
    crash_at_a_reset,
    no_so_reuseaddr,
]

{mistake.__name__.replace("_", "-"): mistake for mistake in MISTAKES}[sys.argv.pop(1)]()
server.main()
