-- Owns what Wireshark and tshark (4.0 or later) show of the Howdy Chat Protocol: every frame as PROTOCOL.md, "Reading",
-- cuts it, with the packets' times as the clock. Invariant: on a capture without loss it shows the frames that the
-- lab's own decoder (lab/wire) gives, in the same order. Both versions are read: a connection is of version 2 where both of
-- its directions begin with the preface.
--
-- To install: copy this file into the folder that Wireshark names under Help > About > Folders > Personal Lua Plugins
-- (on Linux ~/.local/lib/wireshark/plugins), then Analyze > Reload Lua Plugins. For one run of tshark:
--
--   tshark -2 -X lua_script:tools/wireshark/howdy.lua -r wire.pcap -Y howdy
--   tshark -2 -X lua_script:tools/wireshark/howdy.lua -r wire.pcap -T fields -e howdy.sender -e howdy.text
--   tshark -2 -X lua_script:tools/wireshark/howdy.lua -r wire.pcap -T fields -e howdy.two -e howdy.two.text
--
-- It reads TCP port 20002. Another is set in the preferences (-o howdy.port:20003) or by Decode As
-- (-d tcp.port==20003,howdy).
--
-- Types 4, 5 and unknown frames have no length: often only a silence ends them, so that what comes later decides what a
-- packet held. A frame is shown in the packet of its last byte. That takes a second look at the packets: Wireshark
-- always takes one, tshark with -2. Without -2 tshark shows a frame in the packet that proves its end; howdy.packet
-- names the packet of its last byte, and a frame whose end the capture does not prove is not shown.
--
-- Limits: it puts segments in order by itself (Wireshark's own TCP reassembly plays no part), and holds at most 1 MiB
-- or 1024 segments behind a gap. Then it goes on behind the gap; what waits there when the capture ends is not shown.
-- A fragment of IP and a packet that the capture cut off are gaps. Of IPv6 only packets without extension headers are
-- read. Frames stay in memory for as long as the capture is open. Zero bytes inside a name are shown as U+2400.
-- A preface that nobody answers is shown when its connection ends.

local NAME_BYTES = 64
local NAME_FRAME_BYTES = 65
local HEADER_BYTES = 129
local FRAME_BYTES_MAX = 4096
local LIST_BYTES_READ_MAX = 1 + NAME_BYTES * 1024
local SEGMENT_BYTES_MIN = 536
local SEGMENT_SILENCE_US = 10 * 1000
local PADDING_SILENCE_US = 500 * 1000
local HELD_BYTES_MAX = 1048576
local HELD_SEGMENTS_MAX = 1024
-- Packets may lie in a file a little out of their order: another connection's packet proves a silence this much later.
local LAG_US = 20 * 1000
-- Bytes of a text in the Info column.
local INFO_BYTES_MAX = 200

-- Version 2 (PROTOCOL.md, part 2): both directions begin with the preface.
local PREFACE = "HOWDY/2\n"
local UNDECIDED_BYTES_MAX = 262144
local TWO_BYTES_MAX = 32768
local TEXT_BYTES_MAX = 16384
local OPAQUE_BYTES_MAX = 32
local NUMBER_MAX = 9007199254740991
local GREASE_STEP, GREASE_FIRST = 62, 33

local TYPES = { [1] = "proposal", [2] = "ack", [3] = "nak", [4] = "update", [5] = "message" }

local howdy = Proto("howdy", "Howdy Chat Protocol")
local watch = Proto("howdy_watch", "Howdy Chat Protocol (the watch on silences and ends)")

local fields = {
  type = ProtoField.uint8("howdy.type", "Type", base.DEC, TYPES),
  name = ProtoField.string("howdy.name", "Name", base.UNICODE),
  names = ProtoField.string("howdy.names", "User", base.UNICODE),
  sender = ProtoField.string("howdy.sender", "Sender", base.UNICODE),
  receiver = ProtoField.string("howdy.receiver", "Receiver", base.UNICODE),
  text = ProtoField.string("howdy.text", "Text", base.UNICODE),
  unknown = ProtoField.bytes("howdy.unknown", "Unknown frame"),
  fault = ProtoField.string("howdy.fault", "Fault"),
  ending = ProtoField.string("howdy.end", "Ended by"),
  bytes = ProtoField.uint32("howdy.bytes", "Bytes on the wire"),
  segments = ProtoField.uint32("howdy.segments", "Segments"),
  merged = ProtoField.bool("howdy.merged", "Shares a segment with another frame"),
  packet = ProtoField.framenum("howdy.packet", "Packet of its last byte", base.NONE, frametype.NONE),
}

-- Version 2's fields by their tags, and its messages by their types: what each needs, and what else it may have.
local TAGS = {
  [1] = { name = "request", kind = "opaque" }, [2] = { name = "to", kind = "string" },
  [3] = { name = "agent", kind = "string" }, [4] = { name = "before", kind = "opaque" },
  [5] = { name = "frameMax", kind = "number" }, [6] = { name = "after", kind = "opaque" },
  [7] = { name = "capabilities", kind = "numbers" }, [9] = { name = "log", kind = "opaque" },
  [11] = { name = "name", kind = "string" }, [13] = { name = "names", kind = "strings" },
  [15] = { name = "more", kind = "flag" }, [17] = { name = "id", kind = "opaque" },
  [19] = { name = "sequence", kind = "number" }, [21] = { name = "time", kind = "number" },
  [23] = { name = "from", kind = "string" }, [25] = { name = "text", kind = "text" },
  [27] = { name = "nonce", kind = "opaque" }, [29] = { name = "limit", kind = "number" },
  [31] = { name = "gap", kind = "flag" }, [35] = { name = "code", kind = "string" },
  [37] = { name = "scram", kind = "string" }, [39] = { name = "salt", kind = "opaque" },
  [41] = { name = "storedKey", kind = "opaque" }, [43] = { name = "serverKey", kind = "opaque" },
  [45] = { name = "mark", kind = "opaque" }, [47] = { name = "unread", kind = "number" },
  [49] = { name = "words", kind = "string" },
}

local MESSAGES = {
  [1] = { name = "hello", needs = { 5, 7 }, may = { 3, 9 } },
  [2] = { name = "join", needs = { 1, 11 }, may = {} },
  [3] = { name = "welcome", needs = { 1, 11, 19, 21 }, may = { 37, 45, 47 } },
  [4] = { name = "roster", needs = { 13 }, may = { 15 } },
  [5] = { name = "joined", needs = { 11, 19, 21 }, may = {} },
  [6] = { name = "left", needs = { 11, 19, 21 }, may = {} },
  [7] = { name = "say", needs = { 1, 25 }, may = { 2 } },
  [8] = { name = "said", needs = { 1, 17, 19, 21 }, may = {} },
  [9] = { name = "line", needs = { 17, 19, 21, 23, 25 }, may = { 2, 1, 27 } },
  [10] = { name = "history", needs = { 1 }, may = { 4, 6, 29 } },
  [11] = { name = "page", needs = { 1 }, may = { 15, 31, 17 } },
  [12] = { name = "ping", needs = { 1 }, may = {} },
  [13] = { name = "pong", needs = { 1 }, may = {} },
  [14] = { name = "bye", needs = { 35 }, may = { 25 } },
  [15] = { name = "error", needs = { 35, 25 }, may = { 1 } },
  [16] = { name = "notice", needs = { 35, 25 }, may = {} },
  [17] = { name = "kept", needs = { 1 }, may = {} },
  [18] = { name = "mail", needs = { 21, 23, 25 }, may = { 2 } },
  [19] = { name = "signIn", needs = { 1, 37 }, may = {} },
  [20] = { name = "challenge", needs = { 1, 37 }, may = {} },
  [21] = { name = "prove", needs = { 1, 37 }, may = {} },
  [22] = { name = "register", needs = { 1, 39, 41, 43 }, may = {} },
  [23] = { name = "registered", needs = { 1 }, may = {} },
  [24] = { name = "search", needs = { 1, 49 }, may = { 4, 29 } },
  [25] = { name = "read", needs = { 1, 17 }, may = {} },
  [26] = { name = "marked", needs = { 1, 17 }, may = {} },
  [30] = { name = "unregister", needs = { 1 }, may = {} },
  [31] = { name = "unregistered", needs = { 1 }, may = {} },
}

-- howdy.two.request, howdy.two.sequence, and so on.
fields.two = ProtoField.string("howdy.two", "Message of version 2", base.UNICODE)
for _, rule in pairs(TAGS) do
  fields["two_" .. rule.name] = ProtoField.string("howdy.two." .. rule.name, rule.name, base.UNICODE)
end
howdy.fields = fields

local experts = {
  unknown = ProtoExpert.new("howdy.unknown_type", "No type byte", expert.group.PROTOCOL, expert.severity.WARN),
  malformed = ProtoExpert.new("howdy.malformed", "Malformed frame", expert.group.MALFORMED, expert.severity.ERROR),
  dropped = ProtoExpert.new("howdy.dropped", "Bytes that became no frame", expert.group.PROTOCOL, expert.severity.WARN),
  lost = ProtoExpert.new("howdy.lost", "Bytes that were not captured", expert.group.SEQUENCE, expert.severity.WARN),
}
howdy.experts = experts

howdy.prefs.port = Pref.uint("TCP port", 20002, "The port of a Howdy server")

-- What the first look at the packets found. `shown` and `proved` hold frames by the packet that shows them, `remarks`
-- what else is to be said of a packet, `parts` how much of an unended frame a packet left.
local connections, holding, shown, proved, remarks, parts
-- The packet whose payload TCP gave us last: its connection is ours.
local claimed

local function forget()
  connections, holding, shown, proved, remarks, parts, claimed = {}, {}, {}, {}, {}, {}, 0
end
forget()

local function put(list_of, number, value)
  local list = list_of[number]
  if list == nil then
    list_of[number] = { value }
  else
    list[#list + 1] = value
  end
end

-- The reader: cuts one direction into frames. The counterpart of src/protocol/hcp1/frame-reader.ts, name by name. ----------

local function is_type(byte)
  return byte ~= nil and byte >= 1 and byte <= 5
end

-- Each measure gives the frame's bytes so far, what ends it (nil while that is open), and whether a fixed part is
-- missing.

local function measure_name_frame(lane)
  if #lane.buffer >= NAME_FRAME_BYTES then return NAME_FRAME_BYTES, "length", false end
  return #lane.buffer, nil, true
end

local function measure_update(lane)
  local buffer = lane.buffer
  local offset = lane.scanned
  while true do
    if offset >= LIST_BYTES_READ_MAX then return offset, "limit", false end
    if offset >= #buffer then return offset, nil, #buffer == 1 end
    local byte = buffer:byte(offset + 1)
    if is_type(byte) then return offset, "next-type", false end
    if byte == 0 and offset > 1 then
      offset = offset + 1
    elseif offset + NAME_BYTES > #buffer then
      return #buffer, nil, true
    else
      offset = offset + NAME_BYTES
    end
    lane.scanned = offset
  end
end

local function measure_open(lane, fixed)
  local buffer = lane.buffer
  local limit = math.min(#buffer, FRAME_BYTES_MAX)
  local from = math.max(lane.scanned, fixed)
  local found = buffer:find("[\1-\5]", from + 1)
  if found ~= nil and found - 1 < limit then return found - 1, "next-type", false end
  lane.scanned = math.max(lane.scanned, limit)
  if limit == FRAME_BYTES_MAX then return limit, "limit", false end
  return limit, nil, #buffer < fixed
end

-- A number at `at` and where the next byte is; nil where it is cut, and nil, "too-big" where it is none.
local function varint_at(bytes, at)
  local first = bytes:byte(at)
  if first == nil then return nil end
  local last = at + ({ 1, 2, 4, 8 })[math.floor(first / 64) + 1] - 1
  if last > #bytes then return nil end
  local value = first % 64
  for index = at + 1, last do value = value * 256 + bytes:byte(index) end
  if value > NUMBER_MAX then return nil, "too-big" end
  return value, last + 1
end

-- Version 2's reader: the preface, then frames by their length. The counterpart of src/protocol/hcp2/frame-reader.ts. What
-- comes behind a frame that cannot be read stands as it came.
local function measure_two(lane)
  local buffer = lane.buffer
  if lane.is_broken then return #buffer, "limit", false end
  if not lane.has_begun_two and PREFACE:sub(1, #buffer) == buffer:sub(1, #PREFACE) then
    return math.min(#buffer, #PREFACE), #buffer >= #PREFACE and "length" or nil, false
  end
  local kind, at = varint_at(buffer, 1)
  if kind == nil then return #buffer, at == "too-big" and "limit" or nil, false end
  local length, from = varint_at(buffer, at)
  if length == nil then return #buffer, from == "too-big" and "limit" or nil, false end
  if length > TWO_BYTES_MAX then return #buffer, "limit", false end
  if #buffer < from - 1 + length then return #buffer, nil, false end
  return from - 1 + length, "length", false
end

-- What a connection speaks is open until both directions have begun. Nothing follows: one preface alone then counts.
local function settle(connection)
  connection.version = connection.version or (connection.prefaces == 0 and 1 or 2)
end

-- Whether a direction begins with the preface, once that is known.
local function begin(lane, is_over)
  if lane.has_begun or #lane.buffer == 0 then return end
  local is_like = PREFACE:sub(1, #lane.buffer) == lane.buffer:sub(1, #PREFACE)
  if is_like and #lane.buffer < #PREFACE and not is_over then return end
  local connection = lane.connection
  lane.has_begun = true
  if not is_like or #lane.buffer < #PREFACE then
    connection.version = connection.version or 1
  else
    connection.prefaces = connection.prefaces + 1
    if connection.prefaces == 2 then connection.version = connection.version or 2 end
  end
end

local function measure(lane)
  local version = lane.connection.version
  if version == nil then return #lane.buffer, nil, false end
  if version == 2 then return measure_two(lane) end
  local first = lane.buffer:byte(1)
  if first >= 1 and first <= 3 then return measure_name_frame(lane) end
  if first == 4 then return measure_update(lane) end
  return measure_open(lane, first == 5 and HEADER_BYTES or 1)
end

local function silence_us(lane)
  if #lane.buffer == 0 then return nil end
  local version = lane.connection.version
  if version == nil then return not lane.has_begun and PADDING_SILENCE_US or nil end
  if version == 2 then return nil end
  local _, _, partial = measure(lane)
  if partial then return PADDING_SILENCE_US end
  if #lane.buffer < SEGMENT_BYTES_MIN and lane.in_one_piece then return 0 end
  return SEGMENT_SILENCE_US
end

local function padded(bytes)
  local first = bytes:byte(1)
  local whole = 0
  if first >= 1 and first <= 3 then whole = NAME_FRAME_BYTES elseif first == 5 then whole = HEADER_BYTES end
  return bytes .. string.rep("\0", whole - #bytes)
end

-- The frame in the first `count` bytes of what is held, with where it came from.
local function frame_of(lane, count, ending)
  local from, to = lane.taken, lane.taken + count
  local first, last, segments = nil, nil, 0
  for _, span in ipairs(lane.spans) do
    if span.from < to then
      first, last, segments = first or span, span, segments + 1
    end
  end
  local bytes = lane.buffer:sub(1, count)
  local version = lane.connection.version
  return {
    version = version,
    bytes = version == 2 and bytes or padded(bytes),
    wire_bytes = count,
    ending = ending,
    segments = segments,
    merged = first.from < from or last.to > to,
    packet = last.packet,
    -- Where it lies in that packet, when all of it does.
    offset = segments == 1 and last.offset and last.offset + from - last.from or nil,
  }
end

local function take(lane, count, ending, number)
  local frame = frame_of(lane, count, ending)
  lane.taken = lane.taken + count
  lane.buffer = lane.buffer:sub(count + 1)
  lane.scanned = 1
  lane.in_one_piece = false
  if lane.connection.version == 2 then
    lane.has_begun_two = true
    lane.is_broken = lane.is_broken or ending == "limit"
  end
  local spans = {}
  for _, span in ipairs(lane.spans) do
    if span.to > lane.taken then spans[#spans + 1] = span end
  end
  lane.spans = spans
  if #lane.buffer == 0 then holding[lane] = nil end
  put(shown, frame.packet, frame)
  put(proved, number, frame)
end

local function drain(lane, number)
  if lane.connection.version ~= nil and not lane.is_open then
    -- Its reader gets at once what was held for it.
    lane.is_open, lane.in_one_piece = true, true
  end
  while #lane.buffer > 0 do
    local count, ending = measure(lane)
    if ending == nil then break end
    take(lane, count, ending, number)
  end
  if silence_us(lane) == 0 then take(lane, #lane.buffer, "silence", number) end
end

-- Ends what is held if nothing followed it up to `now_us` for as long as it takes.
local function pass(lane, now_us, number)
  local silence = silence_us(lane)
  if silence ~= nil and now_us - lane.last_us >= silence then
    begin(lane, true)
    settle(lane.connection)
    take(lane, #lane.buffer, "silence", number)
  end
end

-- Parts are of several segments when all but one waited for a gap to be filled: a receiver reads them at once.
local function receive(lane, parts_in, now_us, number)
  pass(lane, now_us, number)
  lane.last_us = now_us
  lane.in_one_piece = #lane.buffer == 0
  for _, part in ipairs(parts_in) do
    lane.spans[#lane.spans + 1] = {
      from = lane.received, to = lane.received + #part.bytes, packet = number, offset = part.offset,
    }
    lane.received = lane.received + #part.bytes
    lane.buffer = lane.buffer .. part.bytes
  end
  holding[lane] = true
  begin(lane, false)
  if #lane.buffer > UNDECIDED_BYTES_MAX then settle(lane.connection) end
  drain(lane, number)
  if #lane.back.buffer > 0 and lane.connection.version ~= nil then drain(lane.back, number) end
  if #lane.buffer > 0 then parts[number] = #lane.buffer end
end

local function drop(lane, now_us, number, why)
  pass(lane, now_us, number)
  if #lane.buffer > 0 then
    local text = why .. " cut off a frame: " .. #lane.buffer .. " bytes dropped"
    put(remarks, number, { expert = experts.dropped, text = text })
  end
  holding[lane] = nil
  lane.buffer, lane.spans, lane.scanned, lane.in_one_piece = "", {}, 1, true
  lane.received, lane.taken = 0, 0
  lane.has_begun_two, lane.is_broken = false, false
end

-- Whole frames that were held until the version was known.
local function finish_two(lane, number)
  while lane.connection.version == 2 and #lane.buffer > 0 do
    local count, ending = measure(lane)
    if ending == nil then return end
    take(lane, count, "stream-end", number)
  end
end

local function finish(lane, now_us, number)
  pass(lane, now_us, number)
  if #lane.buffer > 0 then
    begin(lane, true)
    settle(lane.connection)
    finish_two(lane, number)
  end
  local silence = silence_us(lane)
  if silence ~= nil and silence < PADDING_SILENCE_US then take(lane, #lane.buffer, "stream-end", number) end
  drop(lane, now_us, number, "the stream's end")
end

-- One direction's segments in order. The counterpart of lab/wire/tcp-stream.ts. ---------------------------------------

local function add(sequence, bytes)
  return (sequence + bytes) % 4294967296
end

-- How far `to` is ahead of `from`; negative when it is behind.
local function distance(from, to)
  local ahead = (to - from) % 4294967296
  return ahead < 2147483648 and ahead or ahead - 4294967296
end

local function new_lane()
  return {
    buffer = "", scanned = 1, in_one_piece = true, spans = {}, received = 0, taken = 0, last_us = 0,
    has_begun = false, is_open = false, has_begun_two = false, is_broken = false,
    next = nil, ended = false, waiting = {}, waiting_bytes = 0,
  }
end

local function release(lane, now_us, number)
  local released, is_last = {}, false
  while #lane.waiting > 0 and not is_last do
    local first = lane.waiting[1]
    local seen = -distance(lane.next, first.start)
    if seen < 0 then break end
    table.remove(lane.waiting, 1)
    lane.waiting_bytes = lane.waiting_bytes - #first.payload
    if seen < #first.payload then
      -- The bytes of an earlier packet that waited for this one are not in this one.
      local offset = first.packet == number and first.offset + seen or nil
      lane.next = add(first.start, #first.payload)
      released[#released + 1] = { bytes = first.payload:sub(seen + 1), offset = offset }
    end
    is_last = first.fin and seen <= #first.payload
  end
  if #released > 0 then receive(lane, released, now_us, number) end
  if is_last then
    lane.ended, lane.waiting, lane.waiting_bytes = true, {}, 0
    finish(lane, now_us, number)
  end
end

local function skip_gap(lane, now_us, number)
  local first = lane.waiting[1]
  local lost = distance(lane.next, first.start)
  put(remarks, number, { expert = experts.lost, text = lost .. " bytes were not captured" })
  drop(lane, now_us, number, "a gap")
  settle(lane.connection)
  lane.has_begun = true
  lane.next = first.start
  release(lane, now_us, number)
end

local function take_segment(lane, segment, now_us)
  local start = segment.syn and add(segment.sequence, 1) or segment.sequence
  if segment.syn and lane.next == nil then lane.next = start end
  if lane.ended or (#segment.payload == 0 and not segment.fin) then return end
  lane.next = lane.next or start
  local ahead = distance(lane.next, start)
  local place = 1
  while lane.waiting[place] ~= nil and distance(lane.next, lane.waiting[place].start) <= ahead do place = place + 1 end
  table.insert(lane.waiting, place, {
    start = start, payload = segment.payload, fin = segment.fin, packet = segment.packet, offset = segment.offset,
  })
  lane.waiting_bytes = lane.waiting_bytes + #segment.payload
  release(lane, now_us, segment.packet)
  while lane.waiting_bytes > HELD_BYTES_MAX or #lane.waiting > HELD_SEGMENTS_MAX do
    skip_gap(lane, now_us, segment.packet)
  end
end

-- What a packet says to its connection. The counterpart of lab/wire/packet.ts and capture-decoder.ts. -----------------

local function number_at(bytes, at, count)
  local number = 0
  for index = at, at + count - 1 do number = number * 256 + bytes:byte(index) end
  return number
end

-- The addresses of the IP header that the TCP header at `at` follows, and where its packet ends; or nil.
local function ip_before(bytes, at)
  for length = 20, math.min(60, at - 1), 4 do
    local from = at - length
    local is_whole = number_at(bytes, from + 6, 2) % 16384 == 0
    if bytes:byte(from) == 0x40 + length / 4 and bytes:byte(from + 9) == 6 and is_whole then
      local total = number_at(bytes, from + 2, 2)
      return bytes:sub(from + 12, from + 15), bytes:sub(from + 16, from + 19), total == 0 and #bytes or from + total - 1
    end
  end
  local from = at - 40
  if from >= 1 and math.floor(bytes:byte(from) / 16) == 6 and bytes:byte(from + 6) == 6 then
    return bytes:sub(from + 8, from + 23), bytes:sub(from + 24, from + 39), at - 1 + number_at(bytes, from + 4, 2)
  end
  return nil
end

-- The TCP segment in a packet. Its headers are read here, and not taken from Wireshark's fields, because at its first
-- look at a file Wireshark builds no fields. The ports, which it knows by then, find the header behind any link.
local function segment_of(tvb, pinfo)
  if pinfo.port_type ~= 2 then return nil end
  local bytes = tvb:raw()
  local source, destination = pinfo.src_port, pinfo.dst_port
  local ports = string.char(math.floor(source / 256), source % 256, math.floor(destination / 256), destination % 256)
  local at = bytes:find(ports, 1, true)
  while at ~= nil and at + 19 <= #bytes do
    local from, to, last = ip_before(bytes, at)
    local first = at + math.floor(bytes:byte(at + 12) / 16) * 4
    -- A packet that the capture cut off is a gap.
    if from ~= nil and first >= at + 20 and first <= last + 1 and last <= #bytes then
      local flags = bytes:byte(at + 13)
      local function has(flag) return math.floor(flags / flag) % 2 == 1 end
      return {
        from = from .. ports:sub(1, 2), to = to .. ports:sub(3, 4),
        sequence = number_at(bytes, at + 4, 4),
        fin = has(1), syn = has(2), reset = has(4), ack = has(16),
        payload = bytes:sub(first, last), offset = first - 1, packet = pinfo.number,
      }
    end
    at = bytes:find(ports, at + 1, true)
  end
  return nil
end

local function connection_of(segment)
  local from, to = segment.from, segment.to
  local key = from < to and from .. to or to .. from
  local known = connections[key]
  local is_first = segment.syn and not segment.ack
  if known ~= nil and not (is_first and known.syn_sequences[from] ~= segment.sequence) then return known end
  -- The last that is heard of a connection from before the capture is no new one.
  if known == nil and not segment.syn and #segment.payload == 0 then return nil end
  local lanes = { [from] = new_lane(), [to] = new_lane() }
  local connection = {
    lanes = lanes, syn_sequences = {}, is_ours = false, is_reset = false, version = nil, prefaces = 0,
  }
  lanes[from].connection, lanes[to].connection = connection, connection
  lanes[from].back, lanes[to].back = lanes[to], lanes[from]
  connections[key] = connection
  return connection, known
end

local function microseconds(pinfo)
  return math.floor(pinfo.rel_ts * 1000000 + 0.5)
end

local function drop_all(connection, now_us, number, why)
  for _, lane in pairs(connection.lanes) do drop(lane, now_us, number, why) end
end

-- The first look at a segment.
local function look(segment, now_us)
  local connection, replaced = connection_of(segment)
  if replaced ~= nil then drop_all(replaced, now_us, segment.packet, "another connection") end
  if connection == nil or connection.is_reset then return end
  connection.is_ours = connection.is_ours or claimed == segment.packet
  if segment.reset then
    connection.is_reset = true
    drop_all(connection, now_us, segment.packet, "a reset")
    return
  end
  local syn_sequences = connection.syn_sequences
  if segment.syn then syn_sequences[segment.from] = syn_sequences[segment.from] or segment.sequence end
  local lane = connection.lanes[segment.from]
  if connection.is_ours or #segment.payload == 0 then
    take_segment(lane, segment, now_us)
  else
    lane.next = nil
  end
end

local function advance(pinfo)
  local now_us = microseconds(pinfo) - LAG_US
  local late = {}
  for lane in pairs(holding) do late[#late + 1] = lane end
  for _, lane in ipairs(late) do pass(lane, now_us, pinfo.number) end
end

-- The decoder: what a frame says. The counterpart of src/protocol/hcp1/message.ts. -----------------------------------------

-- How many bytes the character at `at` takes and whether they are UTF-8; of a broken one, the bytes that one U+FFFD
-- stands for.
local function character_at(bytes, at)
  local first = bytes:byte(at)
  if first < 0x80 then return 1, true end
  local more, low, high = 0, 0x80, 0xbf
  if first >= 0xc2 and first <= 0xdf then more = 1
  elseif first >= 0xe0 and first <= 0xef then more = 2
  elseif first >= 0xf0 and first <= 0xf4 then more = 3
  else return 1, false end
  if first == 0xe0 then low = 0xa0 elseif first == 0xed then high = 0x9f
  elseif first == 0xf0 then low = 0x90 elseif first == 0xf4 then high = 0x8f end
  for index = 1, more do
    local byte = bytes:byte(at + index)
    if byte == nil or byte < low or byte > high then return index, false end
    low, high = 0x80, 0xbf
  end
  return more + 1, true
end

-- The text with U+FFFD for what is no UTF-8, and whether all of it is.
local function decode(bytes)
  local pieces, is_utf8, at = {}, true, 1
  while at <= #bytes do
    local count, good = character_at(bytes, at)
    pieces[#pieces + 1] = good and bytes:sub(at, at + count - 1) or "\239\191\189"
    is_utf8 = is_utf8 and good
    at = at + count
  end
  return table.concat(pieces), is_utf8
end

local function without_padding(bytes)
  local length = #bytes
  while length > 0 and bytes:byte(length) == 0 do length = length - 1 end
  return bytes:sub(1, length)
end

-- Control characters but tab and newline: Unicode's category Cc.
local function has_control(text)
  return text:find("[\0-\8\11-\31\127]") ~= nil or text:find("\194[\128-\159]") ~= nil
end

local function read_name(frame, offset)
  local content = without_padding(frame:sub(offset + 1, offset + NAME_BYTES))
  local text, is_utf8 = decode(content)
  local fault = nil
  if not is_utf8 then fault = "name-not-utf8" elseif content:find("\0", 1, true) then fault = "name-with-zero-byte" end
  return { text = text:gsub("\0", "\226\144\128"), offset = offset, bytes = #content, fault = fault }
end

local function skip_zeros(frame, offset)
  local found = frame:find("[^\0]", offset + 1)
  return found and found - 1 or #frame
end

local function decode_list(frame)
  local names, offset = {}, skip_zeros(frame, 1)
  while offset < #frame do
    local name = read_name(frame, offset)
    name.field = fields.names
    -- A list is read as a whole: with a name that cannot be read, it has none but that.
    if name.fault then return { fault = name.fault, items = { name } } end
    names[#names + 1] = name
    offset = skip_zeros(frame, math.min(#frame, offset + NAME_BYTES))
  end
  return { items = names }
end

local function decode_chat(frame)
  local sender, receiver = read_name(frame, 1), read_name(frame, 1 + NAME_BYTES)
  sender.field, receiver.field = fields.sender, fields.receiver
  local content = without_padding(frame:sub(HEADER_BYTES + 1, FRAME_BYTES_MAX))
  local text, is_utf8 = decode(content)
  local fault = sender.fault or receiver.fault
  if fault == nil and not is_utf8 then fault = "text-not-utf8" end
  if fault == nil and has_control(content) then fault = "text-with-control" end
  local item = { field = fields.text, text = text:gsub("\0", "\226\144\128"), offset = HEADER_BYTES, bytes = #content }
  return { fault = fault, items = { sender, receiver, item } }
end

-- { fault, items = { { field, text, offset, bytes } } } of one frame.
local function decode_frame(frame)
  local first = frame:byte(1)
  if first == 4 then return decode_list(frame) end
  if first == 5 then return decode_chat(frame) end
  if not is_type(first) then return { fault = "unknown-type", items = {} } end
  local name = read_name(frame, 1)
  name.field = fields.name
  return { fault = name.fault, items = { name } }
end

-- The decoder of version 2. The counterpart of src/protocol/hcp2/codec.ts. ------------------------------------------------

local function numbers_of(bytes)
  local found, at = {}, 1
  while at <= #bytes do
    local value, next_at = varint_at(bytes, at)
    if value == nil then return nil, next_at == "too-big" and "number-too-big" or "field-value" end
    found[#found + 1] = string.format("%.0f", value)
    at = next_at
  end
  return found
end

local function strings_of(bytes)
  local found, at = {}, 1
  while at <= #bytes do
    local length, from = varint_at(bytes, at)
    if length == nil then return nil, from == "too-big" and "number-too-big" or "field-value" end
    if from - 1 + length > #bytes then return nil, "field-value" end
    local text, is_utf8 = decode(bytes:sub(from, from - 1 + length))
    if not is_utf8 then return nil, "not-utf8" end
    found[#found + 1] = text
    at = from + length
  end
  return found
end

-- What a value's bytes say, as strings; nil and the fault where they are no value of the kind.
local READERS = {
  numbers = numbers_of,
  strings = strings_of,
  number = function(bytes)
    local found, fault = numbers_of(bytes)
    if found ~= nil and #found ~= 1 then return nil, "field-value" end
    return found, fault
  end,
  string = function(bytes)
    local text, is_utf8 = decode(bytes)
    if not is_utf8 then return nil, "not-utf8" end
    return { text }
  end,
  text = function(bytes)
    if #bytes > TEXT_BYTES_MAX then return nil, "text-too-long" end
    local text, is_utf8 = decode(bytes)
    if not is_utf8 then return nil, "not-utf8" end
    if has_control(text) then return nil, "text-with-control" end
    return { text }
  end,
  opaque = function(bytes)
    if #bytes == 0 or #bytes > OPAQUE_BYTES_MAX then return nil, "field-value" end
    return { (bytes:gsub(".", function(byte) return string.format("%02x", byte:byte()) end)) }
  end,
  flag = function(bytes)
    if #bytes > 0 then return nil, "field-value" end
    return { "true" }
  end,
}

local function has(list, value)
  for _, each in ipairs(list) do
    if each == value then return true end
  end
  return false
end

-- Reads fields into `items` up to the first fault.
local function read_fields(bytes, at, message, items)
  local seen = {}
  while at <= #bytes do
    local from = at
    local tag, length_at = varint_at(bytes, at)
    if tag == nil then return length_at == "too-big" and "number-too-big" or "field-cut" end
    local length, value_at = varint_at(bytes, length_at)
    if length == nil then return value_at == "too-big" and "number-too-big" or "field-cut" end
    at = value_at + length
    if at - 1 > #bytes then return "field-cut" end
    local rule = TAGS[tag]
    local is_own = rule ~= nil and (has(message.needs, tag) or has(message.may, tag))
    if not is_own and tag % 2 == 0 then return "field-unknown" end
    if seen[tag] then return "field-twice" end
    seen[tag] = true
    if is_own then
      local values, fault = READERS[rule.kind](bytes:sub(value_at, at - 1))
      if fault ~= nil then return fault end
      for _, value in ipairs(values) do
        local text = value:gsub("\0", "\226\144\128")
        items[#items + 1] = { field = fields["two_" .. rule.name], text = text, offset = from - 1, bytes = at - from }
      end
    end
  end
  for _, tag in ipairs(message.needs) do
    if not seen[tag] then return "field-missing" end
  end
  return nil
end

-- { type, name, fault, items } of one frame of version 2.
local function decode_two(frame)
  if frame == PREFACE then return { type = 0, name = "preface", items = {} } end
  local kind, at = varint_at(frame, 1)
  local length, from
  if kind ~= nil then length, from = varint_at(frame, at) end
  if length == nil then
    local is_too_big = at == "too-big" or from == "too-big"
    return { type = 0, name = "no frame", fault = is_too_big and "number-too-big" or "frame-cut", items = {} }
  end
  if from - 1 + length ~= #frame then
    local fault = length > TWO_BYTES_MAX and "frame-too-long" or "frame-cut"
    return { type = 0, name = "no frame", fault = fault, items = {} }
  end
  local message = MESSAGES[kind]
  if message == nil then
    return { type = kind, name = kind % GREASE_STEP == GREASE_FIRST and "reserved" or "unknown", items = {} }
  end
  local items = {}
  local fault = read_fields(frame, from, message, items)
  return { type = kind, name = message.name, fault = fault, items = items }
end

-- What is shown. ------------------------------------------------------------------------------------------------------

local function one_line(text)
  local cut = text
  if #cut > INFO_BYTES_MAX then
    local length = INFO_BYTES_MAX
    while length > 0 and cut:byte(length + 1) >= 0x80 and cut:byte(length + 1) < 0xc0 do length = length - 1 end
    cut = cut:sub(1, length) .. "…"
  end
  cut = cut:gsub("\n", "\\n"):gsub("\t", "\\t")
  return (cut:gsub("%c", "\239\191\189"))
end

-- "5 message Jon Stewart -> All: Howdy!"
local function tell(frame, said)
  local first = frame.bytes:byte(1)
  local head = first .. " " .. (TYPES[first] or "unknown")
  local items = said.items
  if first == 5 then
    local who = one_line(items[1].text) .. " -> " .. one_line(items[2].text) .. ": " .. one_line(items[3].text)
    head = head .. " " .. who
  elseif #items > 0 then
    local names = {}
    for index, item in ipairs(items) do names[index] = item.text end
    head = head .. " " .. one_line(table.concat(names, ", "))
  end
  return said.fault and head .. " [" .. said.fault .. "]" or head
end

-- A view of the frame's bytes: in the packet itself where they lie there as they are.
local function view_of(frame, number, packet)
  if frame.packet == number and frame.offset ~= nil and frame.wire_bytes == #frame.bytes then
    return packet:range(frame.offset, #frame.bytes)
  end
  return ByteArray.new(frame.bytes, true):tvb("Howdy frame"):range()
end

local function add_item(tree, field, view, offset, bytes, value)
  if bytes == 0 then return tree:add(field, view:range(0, 1), value) end
  return tree:add(field, view:range(offset, bytes), value)
end

-- "7 say Howdy!"
local function tell_two(said)
  local words = { string.format("%.0f", said.type), said.name }
  for _, item in ipairs(said.items) do
    if item.field == fields.two_name or item.field == fields.two_from or item.field == fields.two_text then
      words[#words + 1] = one_line(item.text)
    end
  end
  if said.fault then words[#words + 1] = "[" .. said.fault .. "]" end
  return table.concat(words, " ")
end

-- What of a frame is not in its bytes.
local function add_facts(tree, frame, number, line)
  tree:add(fields.ending, frame.ending):set_generated()
  tree:add(fields.bytes, frame.wire_bytes):set_generated()
  tree:add(fields.segments, frame.segments):set_generated()
  tree:add(fields.merged, frame.merged):set_generated()
  tree:add(fields.packet, frame.packet):set_generated()
  return frame.packet == number and line or line .. " [of packet " .. frame.packet .. "]"
end

local function show_two(frame, number, packet, root)
  local view = view_of(frame, number, packet)
  local said = decode_two(frame.bytes)
  local line = tell_two(said)
  local tree = root:add(howdy, view, "Howdy Chat Protocol 2: " .. line)
  tree:add(fields.two, view, string.format("%.0f", said.type) .. " " .. said.name)
  for _, item in ipairs(said.items) do add_item(tree, item.field, view, item.offset, item.bytes, item.text) end
  if said.fault then
    tree:add(fields.fault, said.fault):set_generated()
    tree:add_proto_expert_info(experts.malformed, said.fault)
  end
  return add_facts(tree, frame, number, line)
end

local function show_frame(frame, number, packet, root)
  if frame.version == 2 then return show_two(frame, number, packet, root) end
  local view = view_of(frame, number, packet)
  local said = decode_frame(frame.bytes)
  local line = tell(frame, said)
  local tree = root:add(howdy, view, "Howdy Chat Protocol: " .. line)
  tree:add(fields.type, view:range(0, 1))
  for _, item in ipairs(said.items) do add_item(tree, item.field, view, item.offset, item.bytes, item.text) end
  if said.fault == "unknown-type" then tree:add(fields.unknown, view) end
  if said.fault then
    local why = said.fault == "unknown-type" and experts.unknown or experts.malformed
    tree:add(fields.fault, said.fault):set_generated()
    tree:add_proto_expert_info(why, said.fault)
  end
  return add_facts(tree, frame, number, line)
end

-- No silence ends a frame of version 2, and a preface alone may yet be answered.
local function is_one(lane)
  local version = lane.connection.version
  return version == 1 or (version == nil and not lane.has_begun)
end

-- Frames that nothing after them ended: the capture did, or does so far.
local function still_held(number)
  local frames = {}
  for lane in pairs(holding) do
    local last = lane.spans[#lane.spans]
    if last ~= nil and last.packet == number and is_one(lane) then frames[#frames + 1] = frame_of(lane, #lane.buffer, "silence") end
  end
  return frames
end

local function show(pinfo, packet, root)
  local number, lines = pinfo.number, {}
  for _, frame in ipairs((pinfo.visited and shown or proved)[number] or {}) do
    lines[#lines + 1] = show_frame(frame, number, packet, root)
  end
  if pinfo.visited then
    for _, frame in ipairs(still_held(number)) do lines[#lines + 1] = show_frame(frame, number, packet, root) end
  end
  for _, remark in ipairs(remarks[number] or {}) do
    root:add(howdy, "Howdy Chat Protocol: " .. remark.text):add_proto_expert_info(remark.expert, remark.text)
    lines[#lines + 1] = "[" .. remark.text .. "]"
  end
  if #lines == 0 and parts[number] ~= nil then
    lines[1] = "[part of a frame, " .. parts[number] .. " bytes so far]"
    root:add(howdy, "Howdy Chat Protocol: " .. lines[1])
  end
  if #lines == 0 then return end
  pinfo.cols.protocol = "HOWDY"
  pinfo.cols.info = table.concat(lines, " | ")
end

-- Called by TCP with the payload of a packet: the connection is ours. What is in it the watch says.
function howdy.dissector(tvb, pinfo, _)
  pinfo.cols.protocol = "HOWDY"
  claimed = pinfo.number
  return tvb:len()
end

-- Called for every packet, whatever dissected it: silences, FIN and RST end frames as well.
function watch.dissector(tvb, pinfo, root)
  if not pinfo.visited then
    local segment = segment_of(tvb, pinfo)
    if segment ~= nil then look(segment, microseconds(pinfo)) end
    advance(pinfo)
  end
  show(pinfo, tvb, root)
end

howdy.init = forget

local port = 0
local function listen()
  local tcp = DissectorTable.get("tcp.port")
  if port ~= 0 then tcp:remove(port, howdy) end
  port = howdy.prefs.port
  if port ~= 0 then tcp:add(port, howdy) end
end
howdy.prefs_changed = listen
listen()

register_postdissector(watch)
