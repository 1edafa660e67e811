-- Interlock's frames (docs/wire.md) in Wireshark and tshark:
--
--   interlock run ecdh/substitute --pcapng session.pcapng
--   interlock dissector > interlock.lua
--   tshark -X lua_script:interlock.lua -r session.pcapng -V
--
-- Fields bear the names of docs/wire.md: interlock.share, interlock.offers.mode. What breaks a rule of it is malformed.

local interlock = Proto("interlock", "Interlock")

local KINDS = {
  [1] = "client-hello", [2] = "server-hello", [3] = "client-share", [4] = "certificate", [5] = "certificate-verify",
  [6] = "finished", [7] = "half", [8] = "rest", [9] = "spoken", [21] = "rekey", [22] = "rekey-ack", [23] = "record",
}
local RECORD = 23
local HEADER = 4
local LONGEST_BODY, LONGEST_RECORD, LONGEST_WORD = 65536, 16409, 64
-- Octets of a record before the ciphertext, and behind it.
local SEQUENCE, TAG = 8, 16
-- Objects and arrays within each other, the body included.
local DEEPEST = 127

local field = {
  kind = ProtoField.uint8("interlock.kind", "kind", base.DEC, KINDS),
  length = ProtoField.uint24("interlock.length", "length", base.DEC),
  sequence = ProtoField.uint64("interlock.sequence", "sequence", base.DEC),
  ciphertext = ProtoField.bytes("interlock.ciphertext", "ciphertext"),
  tag = ProtoField.bytes("interlock.tag", "tag"),
  -- What a string in base64url holds.
  octets = ProtoField.bytes("interlock.octets", "octets"),
}
local unknown = ProtoExpert.new("interlock.unknown", "A field that no message has", expert.group.PROTOCOL, expert.severity.WARN)
local malformed = ProtoExpert.new("interlock.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR)

-- The fields of the bodies by their names from the body down, with the kind of JSON that each is; OCTETS are the strings in
-- base64url, and `chain` an array of such.
local OCTETS, SORTS, NAMED = {}, {}, {}
for _, name in ipairs {
  "random", "share", "encrypted", "binder", "commitment", "key", "host_key", "signature", "answers", "nonce", "binding", "mac",
  "half", "sealed", "string", "resumes", "fingerprint", "chain", "group.p", "group.g",
} do
  OCTETS[name], SORTS[name] = true, name == "chain" and "array" or "string"
end
for sort, names in pairs {
  string = { "session", "identity", "server", "offers.mode", "heard.mode", "choice.mode", "choice.group" },
  array = { "offers", "offers.groups", "heard", "heard.groups" },
  object = { "choice", "group" },
} do
  for _, name in ipairs(names) do
    SORTS[name] = sort
  end
end
for name in pairs(SORTS) do
  NAMED[name] = ProtoField.string("interlock." .. name, name)
end

local all = {}
for _, list in ipairs { field, NAMED } do
  for _, one in pairs(list) do
    all[#all + 1] = one
  end
end
interlock.fields = all
interlock.experts = { unknown, malformed }

-- JSON with places ------------------------------------------------------------------------------------------------------
--
-- A value is { is, from, to } with `text` (of a string), `entries` ({ name, value }, of an object) or `items` (of an array);
-- places count from 1 and include both ends. What is no JSON is raised as { at, why }.

local parse

local function fail(at, why)
  error({ at = at, why = why }, 0)
end

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function parse_string(text, from)
  local at, pieces = from + 1, {}
  while true do
    local stop = text:find('[%z\1-\31"\\]', at) or fail(#text + 1, "the end of a string")
    pieces[#pieces + 1] = text:sub(at, stop - 1)
    local mark = text:sub(stop, stop)
    if mark == '"' then
      return { is = "string", from = from, to = stop, text = table.concat(pieces) }
    elseif mark ~= "\\" then
      fail(stop, "a control character in a string")
    end
    local escape = text:sub(stop + 1, stop + 1)
    if escape == "u" then
      local hex = text:match("^%x%x%x%x", stop + 2) or fail(stop, "four hexadecimal digits")
      -- No field takes an escape; as it is written it is as good as any.
      pieces[#pieces + 1] = "\\u" .. hex
      at = stop + 6
    else
      pieces[#pieces + 1] = ESCAPES[escape] or fail(stop, "an escape")
      at = stop + 2
    end
  end
end

local function parse_object(text, from, depth)
  local value = { is = "object", from = from, entries = {} }
  local seen = {}
  local at = skip(text, from + 1)
  while text:sub(at, at) ~= "}" do
    if #value.entries > 0 then
      at = text:sub(at, at) == "," and skip(text, at + 1) or fail(at, "a comma or the end of an object")
    end
    if text:sub(at, at) ~= '"' then fail(at, "a name") end
    local name = parse_string(text, at)
    if seen[name.text] then fail(at, "a name once in an object") end
    seen[name.text] = true
    at = skip(text, name.to + 1)
    if text:sub(at, at) ~= ":" then fail(at, "a colon") end
    local entry = parse(text, skip(text, at + 1), depth + 1)
    value.entries[#value.entries + 1] = { name = name.text, from = name.from, value = entry }
    at = skip(text, entry.to + 1)
  end
  value.to = at
  return value
end

local function parse_array(text, from, depth)
  local value = { is = "array", from = from, items = {} }
  local at = skip(text, from + 1)
  while text:sub(at, at) ~= "]" do
    if #value.items > 0 then
      at = text:sub(at, at) == "," and skip(text, at + 1) or fail(at, "a comma or the end of an array")
    end
    local item = parse(text, at, depth + 1)
    value.items[#value.items + 1] = item
    at = skip(text, item.to + 1)
  end
  value.to = at
  return value
end

function parse(text, at, depth)
  if depth > DEEPEST then fail(at, "objects and arrays at most 127 deep") end
  local mark = text:sub(at, at)
  if mark == "{" then return parse_object(text, at, depth) end
  if mark == "[" then return parse_array(text, at, depth) end
  if mark == '"' then return parse_string(text, at) end
  local plain = text:match("^[%w+.-]+", at) or fail(at, "a value")
  local known = plain == "true" or plain == "false" or plain == "null" or plain:match("^-?%d+%.?%d*[eE]?[+-]?%d*$")
  return known and { is = "plain", from = at, to = at + #plain - 1 } or fail(at, "a value")
end

local function parse_body(text)
  local value = parse(text, skip(text, 1), 1)
  local rest = skip(text, value.to + 1)
  if rest <= #text then fail(rest, "nothing behind the object") end
  if value.is ~= "object" then fail(value.from, "an object") end
  return value
end

-- Bodies ----------------------------------------------------------------------------------------------------------------

-- The last characters whose unused bits are zero, by what is over after fours.
local LAST = { [2] = "[AQgw]", [3] = "[AEIMQUYcgkosw048]" }

-- The octets of a string in base64url without padding; nil where it is none.
local function decoded(text)
  local over = #text % 4
  if text:find("[^%w_-]") or over == 1 or LAST[over] and not text:find(LAST[over] .. "$") then return nil end
  local standard = text:gsub("-", "+"):gsub("_", "/") .. ("="):rep(-#text % 4)
  return ByteArray.new(standard, true):base64_decode()
end

local certificates = DissectorTable.get("media_type"):get_dissector("application/pkix-cert")

-- What a string of octets holds, in a view of its own beside the frame's.
local function show_octets(name, value, item, pinfo)
  local octets = decoded(value.text)
  if not octets then
    item:add_proto_expert_info(malformed, name .. ": expected base64url without padding")
    return
  end
  item:append_text(string.format(" (%d octets)", octets:len()))
  if octets:len() == 0 then return end
  local view = octets:tvb(name)
  if name == "chain" and certificates then
    local protocol, info = tostring(pinfo.cols.protocol), tostring(pinfo.cols.info)
    certificates:call(view, pinfo, item)
    pinfo.cols.protocol, pinfo.cols.info = protocol, info
  else
    item:add(field.octets, view:range())
  end
end

local show

-- What is within a value, beneath it: the strings of an array, and the fields of an object or of each in an array.
local function show_within(name, value, context)
  for _, part in ipairs(value.items or { value }) do
    if part ~= value and part.is ~= "object" then
      show(name, "string", part, part.from, context)
    end
    for _, entry in ipairs(part.entries or {}) do
      local path = name .. "." .. entry.name
      show(path, SORTS[path], entry.value, entry.from, context)
    end
  end
end

-- A value as it stands in the body, under the name of its field, which wants JSON of this kind.
function show(name, sort, value, from, context)
  local body = context.body
  local range = body:range(from - 1, value.to - from + 1)
  local raw = body:raw(value.from - 1, value.to - value.from + 1)
  if not sort then
    local item = context.tree:add(interlock, range, name .. ": " .. raw)
    item:add_proto_expert_info(unknown, name .. ": expected no such field")
  elseif value.is == "array" and sort == "array" and (OCTETS[name] or name:find("%.groups$")) then
    show_within(name, value, context)
  else
    local item = context.tree:add(NAMED[name], range, value.text or raw)
    if value.is ~= sort then
      item:add_proto_expert_info(malformed, string.format("%s: expected %s, got %s", name, sort, value.is))
    elseif OCTETS[name] then
      show_octets(name, value, item, context.pinfo)
    elseif sort == "string" and (#value.text > LONGEST_WORD or not value.text:find("^[%w._-]+$")) then
      item:add_proto_expert_info(malformed, name .. ": expected a word")
    else
      show_within(name, value, { body = body, tree = item, pinfo = context.pinfo })
    end
  end
end

local function show_record(body, tree)
  if body:len() < SEQUENCE + TAG + 1 then
    tree:add_proto_expert_info(malformed, "record: expected at least 25 octets")
    return
  end
  local text = body:len() - SEQUENCE - TAG
  tree:add(field.sequence, body:range(0, SEQUENCE))
  tree:add(field.ciphertext, body:range(SEQUENCE, text))
  tree:add(field.tag, body:range(SEQUENCE + text, TAG))
end

local function show_body(body, tree, pinfo)
  local ok, value = pcall(parse_body, body:raw())
  if not ok then
    if type(value) ~= "table" then error(value, 0) end
    tree:add_proto_expert_info(malformed, string.format("octet %d of the body: expected %s", value.at - 1, value.why))
    return
  end
  for _, entry in ipairs(value.entries) do
    show(entry.name, SORTS[entry.name], entry.value, entry.from, { body = body, tree = tree, pinfo = pinfo })
  end
end

-- Frames ----------------------------------------------------------------------------------------------------------------

local function show_frame(range, root, pinfo)
  local kind = range:range(0, 1):uint()
  local tree = root:add(interlock, range, string.format("Interlock %s", KINDS[kind]))
  tree:add(field.kind, range:range(0, 1))
  tree:add(field.length, range:range(1, 3))
  if range:len() > HEADER then
    local body = range:range(HEADER):tvb()
    if kind == RECORD then show_record(body, tree) else show_body(body, tree, pinfo) end
  elseif kind == RECORD then
    tree:add_proto_expert_info(malformed, "record: expected at least 25 octets")
  else
    tree:add_proto_expert_info(malformed, "octet 0 of the body: expected an object")
  end
  return KINDS[kind]
end

function interlock.dissector(buffer, pinfo, root)
  local at, names = 0, {}
  pinfo.cols.protocol = "Interlock"
  while at < buffer:len() do
    local kind, left = buffer(at, 1):uint(), buffer:len() - at
    local limit = kind == RECORD and LONGEST_RECORD or LONGEST_BODY
    local length = left >= HEADER and buffer(at + 1, 3):uint() or nil
    if not KINDS[kind] or length and length > limit then
      -- Nothing behind it is looked at either: the stream is lost.
      local why = KINDS[kind] and string.format("a body of at most %d octets", limit) or "a kind that there is"
      root:add(interlock, buffer(at)):add_proto_expert_info(malformed, "frame: expected " .. why)
      names[#names + 1] = "malformed"
      break
    end
    if not length or left < HEADER + length then
      pinfo.desegment_offset = at
      pinfo.desegment_len = length and HEADER + length - left or DESEGMENT_ONE_MORE_SEGMENT
      break
    end
    names[#names + 1] = show_frame(buffer(at, HEADER + length), root, pinfo)
    at = at + HEADER + length
  end
  if #names > 0 then
    pinfo.cols.info = table.concat(names, ", ")
  end
end

for _, port in ipairs { 7001, 7002 } do
  DissectorTable.get("tcp.port"):add(port, interlock)
end
DissectorTable.get("tcp.port"):add_for_decode_as(interlock)
