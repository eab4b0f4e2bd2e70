"""The room: who is there, what was said, and who hears it [7, 16, 17]. It knows connections by what they are told, and
neither their version nor a byte. One event loop runs it, so nothing in it waits.
"""

import os
import re
import time
from collections import deque
from dataclasses import dataclass

from frames import Fault
from names import NAME_BYTES_MAX, fault_of, key_of

LINES_MAX = 1000  # that are kept; the oldest are forgotten
PAGE_LINES_MAX = 100
PAGE_BYTES_MAX = 262_144  # of the texts of one page
ANSWERS_MAX = 10_000  # `said` that are remembered for who says it again [16.3]
REQUEST_BYTES_MIN = 8  # of one that is random, and does not come again by chance


@dataclass(frozen=True)
class Line:
    """What was said once, in the log's order. `ends` are the numbers of a whisper's two connections."""

    id: bytes
    sequence: int
    time: int
    sender: str
    text: str
    author: int
    request: bytes | None
    to: str | None = None
    ends: tuple[int, ...] = ()


def log(text):
    """Prints a line of the report's [12.1]. What a client sent cannot begin a line of its own."""
    print(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", text))


class Room:
    def __init__(self):
        self.users = {}  # connections by name, in the order in which they were accepted
        self.log = os.urandom(8)
        self.sequence = self.clock = 0
        self.lines = deque()
        self.answers = {}
        self.forgotten = []  # the sequences of the first and the last line to everybody that is forgotten

    def tick(self):
        """A new place in the log, and its time."""
        self.sequence += 1
        self.clock = max(self.clock, int(time.time() * 1000))
        return self.sequence, self.clock

    def refusal(self, name):
        """Why nobody can join as this [4.1, 4.3]. None: one can."""
        return fault_of(name) or ("taken" if key_of(name) in map(key_of, self.users) else None)

    def join(self, connection, name):
        place = self.tick()
        connection.name = name
        self.users[name] = connection
        log(f"A username is accepted: {name}")
        log(f"Accepted user comes from {connection.address}")
        log(f"New user is added into list. Current User list: {', '.join(self.users)}")
        connection.welcome(*place)
        for user in self.others(connection):
            user.joined(name, *place)
        log("Sending packet type 4 to all receivers")

    def leave(self, connection):
        if self.users.pop(connection.name, None):
            log(f"{connection.name} is offline now.")
            place = self.tick()
            for user in self.others(connection):
                user.left(connection.name, *place)
            if self.users:
                log("Sending packet type 4 to all receivers")
        if not self.users:
            log("No user online now.")

    def others(self, connection):
        return [user for user in self.users.values() if user is not connection]

    def say(self, connection, text, to=None, request=None, frame=None):
        """Gives each receiver the line. `frame`: the bytes that version 1 forwards as they are [3.5]."""
        asked = (connection.name, request)
        if request is not None and asked in self.answers:
            return connection.said(self.answers[asked])
        to = None if to == "All" else to
        if to is not None and to not in self.users:
            if key_of(to) in ("", "server") or len(to.encode()) > NAME_BYTES_MAX:
                raise Fault("receiver-impossible", "Nobody can have the receiver's name.", request)
            raise Fault("receiver-away", f"{to} is not online.", request)
        sequence, now = self.tick()
        line_id = self.log + sequence.to_bytes(8, "big")
        ends = () if to is None else (connection.number, self.users[to].number)
        line = Line(line_id, sequence, now, connection.name, text, connection.number, request, to, ends)
        self.keep(line, asked)
        connection.said(line)
        for user in self.others(connection) if to is None else [self.users[to]]:
            user.line(line, frame)
        return log(f"Forwarding message type 5 to {to or 'all receivers'}")

    def keep(self, line, asked):
        self.lines.append(line)
        if line.request is not None and len(line.request) >= REQUEST_BYTES_MIN:
            self.answers[asked] = line
        if len(self.answers) > ANSWERS_MAX:
            del self.answers[next(iter(self.answers))]
        if len(self.lines) > LINES_MAX:
            old = self.lines.popleft()
            if not old.ends:
                self.forgotten = [*self.forgotten[:1], old.sequence]

    def history(self, number, before=None, after=None, limit=PAGE_LINES_MAX):
        """The lines that a connection may see, whether there are more, and whether some are forgotten [16.4]."""
        low = 0 if after is None else self.place_of(after)
        high = self.sequence + 1 if before is None else self.place_of(before)
        part = [line for line in self.lines if low < line.sequence < high and (not line.ends or number in line.ends)]
        step = 1 if after is not None else -1  # the first ones behind `after`, else the newest ones
        page, size = [], 0
        for line in part[::step][: min(max(limit, 1), PAGE_LINES_MAX)]:
            size += len(line.text.encode())
            if page and size > PAGE_BYTES_MAX:
                break
            page.append(line)
        more = len(page) < len(part)
        forgotten = bool(self.forgotten) and self.forgotten[0] < high and self.forgotten[-1] > low
        return page[::step], more, forgotten and (after is not None or not more)

    def place_of(self, line_id):
        """Where in the log the line of an id stands; it may be forgotten."""
        place = int.from_bytes(line_id[8:], "big")
        if len(line_id) != 16 or line_id[:8] != self.log or not 0 < place <= self.sequence:
            raise Fault("id-unknown", "The id is of no line of this log.")
        return place
