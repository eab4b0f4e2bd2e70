"""A minimal Howdy server in Python's standard library: one event loop, so that the room needs no locks. A Client knows
bytes and time, the Room knows names and who gets what. Numbers in brackets are clauses of PROTOCOL.md.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import os
import re
import signal
import sys
import unicodedata

PROPOSAL, ACK, NAK, UPDATE, MESSAGE = range(1, 6)
FIXED_BYTES = {PROPOSAL: 65, ACK: 65, NAK: 65, MESSAGE: 129}  # the type byte and the name fields
LIST_NAMES_MAX = 63  # as many as the report's client reads at once [7.4]
WAITING_FRAMES_MAX = 1024  # for one client: one that does not read is cut off [9.4]
GAP_S = 0.020  # between two frames to one client: the report's client takes a read for a message [9.2]
SEGMENT_SILENCE_S = 0.010  # ends a frame, since none tells its length [8.4]
PADDING_SILENCE_S = 0.500  # ends a frame that lacks part of a name [8.4]
SHOWS_NOTHING = "[\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
# A frame whose end is certain [8.2]: a text holds no type byte. The + behind a quantifier gives back nothing it matched.
WHOLE_FRAME = re.compile(
    rb"(?s)[\x01-\x03].{64}"  # types 1 to 3: 65 bytes, whatever they are
    rb"|\x05.{128}[^\x01-\x05]{0,3967}+(?=.)"  # type 5: to a type byte behind the names, at most 4096 bytes
    rb"|[^\x01-\x03\x05][^\x01-\x05]{0,4095}+(?=.)",  # what no client sends: likewise
)


def log(text):
    """Prints a line of the report's [12.1]. What a client sent cannot begin a line of its own."""
    print(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", text))


def read_name(field):
    return field.rstrip(b"\0").decode(errors="surrogateescape")


def key_of(name):
    """Names with the same key are the same [4.3]. None for what may be no name [4.1]: Cs is what is not UTF-8."""
    breaks = any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name)
    seen = re.sub(SHOWS_NOTHING, "", unicodedata.normalize("NFD", name))
    key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    is_fit = seen == seen.strip() and len(unicodedata.normalize("NFC", name).encode(errors="replace")) <= 64
    return key if is_fit and not breaks and key not in ("", "all", "server") else None


class Client:
    """One connection: bytes in become frames, frames out leave one by one."""

    def __init__(self, reader, writer):
        self.name = None
        self.address = writer.get_extra_info("peername")
        self.reader, self.writer = reader, writer
        writer.transport.set_write_buffer_limits(0)  # so that drain() waits until the frame is gone
        self.waiting = asyncio.Queue(WAITING_FRAMES_MAX)

    async def frames(self):
        """Every frame that the client sends until it leaves, however TCP merged or split them."""
        held = b""
        while True:
            while whole := WHOLE_FRAME.match(held):
                yield whole[0]
                held = held[whole.end() :]
            fixed = FIXED_BYTES.get(held[0], 1) if held else 0
            silence = SEGMENT_SILENCE_S if len(held) >= fixed else PADDING_SILENCE_S
            try:
                async with asyncio.timeout(silence if held else None):
                    read = await self.reader.read(4096)
                if read == b"":
                    break
                held += read
            except TimeoutError:
                yield held.ljust(fixed, b"\0")
                held = b""
        if held and len(held) >= fixed:
            yield held

    def send(self, frame):
        if self.waiting.full():
            return self.writer.transport.abort()
        self.waiting.put_nowait(frame)

    async def write_waiting(self):
        while True:
            self.writer.write(await self.waiting.get())
            await self.writer.drain()
            await asyncio.sleep(GAP_S)


class Room:
    """Who is there, and who gets what [6, 7]."""

    def __init__(self):
        self.users = {}  # clients by name, in the order in which they were accepted

    async def serve(self, reader, writer):
        """One client, to its leave. FIN, RST and a peer that vanished are the same leave [2.3]."""
        client = Client(reader, writer)
        log(f"A new client is connected: {client.address}")
        writing = asyncio.create_task(client.write_waiting())
        with contextlib.suppress(OSError):
            async for frame in client.frames():
                self.take(client, frame)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        writer.close()
        self.leave(client)

    def take(self, client, frame):
        log(f"New message received. Message type: {frame[0]}")
        if frame[0] not in (PROPOSAL, MESSAGE):
            return log("Error: Invalid message type.")
        log(f"Parsing packet type {frame[0]} from {client.address}")
        return self.propose(client, frame[1:]) if frame[0] == PROPOSAL else self.forward(client, frame)

    def propose(self, client, field):
        name = read_name(field)
        log(f"A username is received: {name}")
        if client.name is not None or key_of(name) in {None, *map(key_of, self.users)}:
            client.send(bytes([NAK]) + field)
            return log(f"Sending packet type 3 to {client.address}")
        client.name = name
        self.users[name] = client
        log(f"A username is accepted: {name}")
        log(f"Accepted user comes from {client.address}")
        log(f"New user is added into list. Current User list: {', '.join(self.users)}")
        client.send(bytes([ACK]) + field)
        log(f"Sending packet type 2 to {client.address}")
        self.update()

    def update(self):
        frame = bytes([UPDATE]) + b"".join(name.encode().ljust(64, b"\0") for name in list(self.users)[:LIST_NAMES_MAX])
        for user in self.users.values():
            user.send(frame)
        log("Sending packet type 4 to all receivers")

    def forward(self, client, frame):
        sender, receiver = read_name(frame[1:65]), read_name(frame[65:129])
        log(f"Sender name is {sender}")
        log(f"Receiver name is {receiver}")
        if sender not in self.users:
            return log("Error: Invalid sender name.")
        if self.users[sender] is not client:
            return log("Error: mismatch of username and connection.")
        if receiver != "All" and receiver not in self.users:
            return log("Error: Invalid receiver name.")
        others = [user for user in self.users.values() if user is not client]
        for user in others if receiver == "All" else [self.users[receiver]]:
            user.send(frame)
        log(f"Forwarding message type 5 to {'all receivers' if receiver == 'All' else receiver}")

    def leave(self, client):
        if self.users.pop(client.name, None):
            log(f"{client.name} is offline now.")
            if self.users:
                self.update()
        if not self.users:
            log("No user online now.")


async def run(host, port):
    log(f"You are going to start Howdy Server with {(host, port)}")
    await asyncio.start_server(Room().serve, host, port)
    log("Server is started and listening.")
    await asyncio.Event().wait()  # until a signal ends the program


def read_port(text):
    if int(text) not in range(1025, 65536):
        raise ValueError(text)
    return int(text)


def ask(what, read, default):
    """Asks on the console, again after each answer that is none [12.2]."""
    while True:
        with contextlib.suppress(ValueError):
            return read(input(f"Please input a valid {what}, press Enter to use {default}.\n").strip() or default)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))  # whoever is connected learns of it by the end [7.1]
    flags = argparse.ArgumentParser(description="A Howdy Server. It asks on its console for what is not given.")
    flags.add_argument("--host", type=ipaddress.IPv4Address, help="address of this machine to listen on")
    flags.add_argument("--port", type=read_port, help="TCP port, 1025 to 65535")
    given = flags.parse_args()
    try:
        host = given.host or ask("IP address of this Howdy Server", ipaddress.IPv4Address, "127.0.0.1")
        port = given.port or ask("TCP port number for Howdy Server", read_port, "20002")
        asyncio.run(run(str(host), port))
    except (OSError, EOFError) as fault:
        sys.exit(f"howdy-server: {fault}")


if __name__ == "__main__":
    main()
