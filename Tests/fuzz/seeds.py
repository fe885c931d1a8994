#!/usr/bin/python3
"""Writes the seeds that `make fuzz` begins with: Tests/fuzz/corpus/TARGET/NAME.

    Tests/fuzz/seeds.py [DIRECTORY]

What the bytes of each target mean is said in Tests/OrgKeyFuzzTests: Program.swift, Replies.swift,
Bodies.swift. Numbers of fields are those of proto/orgkey.proto. A text "\\x01T0" stands for the first
secret that was issued, "\\x01K0" for its key's id, "\\x01P0" for the first page token; a program
finds two keys, in acme and in acme.emea.
"""
import hashlib
import pathlib
import sys

ADMINISTRATOR, EVERYBODY, READER, DELEGATE, SECOND, OVERFLOW, ELSEWHERE, BOTH = range(8)
BYTES, FRAME, REPEATED, SPLIT, END, HANG_UP, RESTART, NOTHING = range(8)
CAP = 1 << 20

AUTHORIZE, ISSUE, REVOKE, ROTATE, UPDATE, GET, LIST, USAGE, IDENTIFY, EXPLAIN, REACH = range(16, 27)
DELETE, REVOKE_KEYS, IMPORT = 27, 28, 29
PUT, MOVE, SUSPEND, DELETE_ORG, LIST_ORGS, RESUME, IMPORT_ORGS, GET_ORG, AUDIT = range(32, 41)
HEALTH, STATISTICS, BACKUP, METRICS = range(48, 52)

KEY, ID, PAGE = "\x01T0", "\x01K0", "\x01P0"
CHILD_KEY, CHILD_ID, NEW_KEY, NEW_ID = "\x01T1", "\x01K1", "\x01T2", "\x01K2"
LATER = 4_102_444_800_000


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A field: a number, a text, bytes, or a list of them."""
    if isinstance(value, list):
        return b"".join(field(number, one) for one in value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*values, **numbered):
    """Fields by their order from 1, None left out, and by number as f9=..."""
    out = b"".join(field(n, v) for n, v in enumerate(values, 1) if v is not None)
    return out + b"".join(field(int(n[1:]), v) for n, v in numbered.items())


def call(method, *values, id=7, timeout=None, caller=None, **numbered):
    head = field(1, id)
    if timeout is not None:
        head += field(2, timeout)
    if caller is not None:
        head += field(3, caller)
    return head + field(method, message(*values, **numbered))


def frame(body):
    return b"\0" + len(body).to_bytes(4, "big") + body


def step(action, payload=b"", line=ADMINISTRATOR, held=False):
    head = action | (8 if held else 0) | line << 4
    return bytes([head]) + len(payload).to_bytes(2, "little") + payload


def ask(body, line=ADMINISTRATOR, held=False):
    return step(FRAME, body, line, held)


def raw(payload, line=EVERYBODY):
    return step(BYTES, payload, line)


def repeated(prefix, count, line=EVERYBODY):
    return step(REPEATED, count.to_bytes(3, "little") + prefix, line)


def authorize(key=KEY, organization=None, permission="contacts:read", environment=None, **how):
    return call(AUTHORIZE, key, organization, permission, environment, **how)


health = call(HEALTH)
asked = ask(authorize(), EVERYBODY)
acting = message("ana", "acme", ["contacts:*"], message(10, 60))


def good_calls():
    """Every method with fields that are good."""
    limit, label = message(100, 60), message("team", "crm")
    return {
        "authorize": authorize(),
        "authorize-child": authorize(organization="acme.emea", environment="live"),
        "identify": call(IDENTIFY, KEY),
        "reach": call(REACH, KEY, 1),
        "health": health,
        "get-key": call(GET, ID),
        "list-keys": call(LIST, "acme", 1, "live", 1, 1, "a", 1, None, LATER, None, LATER),
        "list-keys-label": call(LIST, f10="aaaa", f12=label),
        "usage": call(USAGE, ID),
        "explain": call(EXPLAIN, KEY, "acme.emea", "contacts:read", "live"),
        "explain-id": call(EXPLAIN, None, None, "contacts:write", None, ID, 1),
        "get-organization": call(GET_ORG, "acme"),
        "list-organizations": call(LIST_ORGS, "acme", 1, 1),
        "audit": call(AUDIT, None, "acme", 0, 5, 1, None, 1),
        "statistics": call(STATISTICS),
        "metrics": call(METRICS),
        "issue": call(
            ISSUE, "acme", "CRM", "test", ["contacts:read", "a:*"], LATER, limit, "r1", [label]),
        "rotate": call(ROTATE, ID, 3600, "r2"),
        "rotate-at-once": call(ROTATE, ID, -1),
        "update": call(
            UPDATE, ID, ["name", "permissions", "rate_limit", "disabled", "labels"], "new", ["*"],
            None, limit, 1, [label]),
        "revoke": call(REVOKE, ID, None, None, "leaked"),
        "revoke-secret": call(REVOKE, ID, None, 1),
        "revoke-text": call(REVOKE, None, KEY),
        "revoke-keys": call(REVOKE_KEYS, "acme", 1, "gone"),
        "delete-key": call(DELETE, ID),
        "import-keys": call(
            IMPORT, [message(hashlib.sha256(b"old-key-1").digest(), "old…1", "acme", "old", None,
                             ["contacts:*"], 1, LATER, limit, [label])], 1),
        "import-dry": call(IMPORT_ORGS, [message("dry", "acme", "Dry")], 1, 1),
        "put": call(PUT, "gamma", "beta", "Gamma"),
        "move": call(MOVE, "acme.emea", "beta"),
        "move-to-root": call(MOVE, "acme.emea", None, 1),
        "suspend": call(SUSPEND, "acme"),
        "resume": call(RESUME, "acme"),
        "delete-organization": call(DELETE_ORG, "acme", 1, 1),
        "import-organizations": call(IMPORT_ORGS, [message("x", "y"), message("y", "acme")], 1),
        "backup": call(BACKUP),
    }


def faulty_bodies():
    """What protobuf-c or a careless reader takes for something else."""
    good = authorize("pc_live_1")
    over = field(1, 7) + b"\x82\x01"
    return {
        "empty": b"",
        "no-method": field(1, 7),
        "cut-varint": b"\x08",
        "cut-text": b"\x08\x07\x82\x01\x7f\x0a",
        "nul-in-key": authorize(b"pc_live_\0x"),
        "nul-in-permission": authorize("pc_live_1", permission="a\0b"),
        "bad-utf8": authorize(b"pc_live_\xff\xfe"),
        "overlong-utf8": authorize(b"\xc0\x80"),
        "surrogate-utf8": authorize(b"\xed\xa0\x80"),
        "decomposed": authorize("pc_live_1", organization="e\u0301"),
        "text-of-127": authorize("k" * 127),
        "text-of-128": authorize("k" * 128),
        "text-of-256": authorize("k" * 256),
        "text-of-257": authorize("k" * 257),
        "permission-of-100": authorize("k", permission="a:" + "b" * 98),
        "permission-of-101": authorize("k", permission="a:" + "b" * 99),
        "doubled-call-id": field(1, 6) + good,
        "doubled-method": good + call(HEALTH, id=7)[2:],
        "doubled-key": field(1, 7) + field(16, field(1, "a") + field(1, "b") + field(3, "a:b")),
        "doubled-authorize": good + good[2:],
        "fields-backwards": field(1, 7) + field(16, field(3, "a:b") + field(1, "k")),
        "call-id-last": field(16, field(1, "k") + field(3, "a:b")) + field(1, 7),
        "call-id-largest": authorize("k", id=(1 << 64) - 1),
        "call-id-65-bits": b"\x08" + b"\xff" * 9 + b"\x02" + good[2:],
        "call-id-overlong": b"\x08\x87\x80\x00" + good[2:],
        "call-id-fixed32": b"\x0d\x07\0\0\0" + good[2:],
        "tag-overlong": b"\x88\x80\x80\x80\x00\x07" + good[2:],
        "tag-of-six-bytes": b"\x88\x80\x80\x80\x80\x00\x07" + good[2:],
        "field-0": field(1, 7) + b"\x00\x01" + good[2:],
        "field-0-overlong": field(1, 7) + b"\x82\x80\x80\x80\x00\x00" + good[2:],
        "field-largest": good + field((1 << 29) - 1, 1),
        "group": good + b"\x7b\x7c",
        "length-overlong": over + b"\x8b\x80\x00" + message("k", None, "a:b"),
        "length-of-the-rest-and-one": over + b"\x09" + message("k", None, "a:b"),
        "length-63-bits": over + b"\xff" * 8 + b"\x7f",
        "length-64-bits": over + b"\xff" * 9 + b"\x01",
        "unknown-field": good + field(15, "x"),
        "unknown-fields-many": good + field(15, "") * 300,
        "unknown-field-inside": call(AUTHORIZE, "k", None, "a:b", f9="x"),
        "unknown-method": field(1, 7) + field(60, ""),
        "unknown-enum": call(LIST, None, None, None, 77),
        "unknown-enum-negative": call(LIST, None, None, None, -1),
        "unknown-enum-33-bits": call(LIST, None, None, None, 1 << 32 | 1),
        "packed-enums": call(LIST, None, None, None, b"\x01\x02\x03\x04"),
        "packed-enums-65": call(LIST, None, None, None, b"\x01" * 65),
        "packed-enums-cut": call(LIST, None, None, None, b"\x01\x82"),
        "permissions-64": call(ISSUE, "acme", "n", None, ["a:b"] * 64),
        "permissions-65": call(ISSUE, "acme", "n", None, ["a:b"] * 65),
        "rows-many": field(1, 7) + field(IMPORT, field(1, b"") * 600),
        "nested-in-caller": call(GET, ID, caller=field(4, field(4, field(4, b"\x08\x01")))),
        "caller-twice": field(1, 7) + field(3, acting) * 2 + field(GET, message(ID)),
        "caller-of-authorize": authorize("k", caller=acting),
        "caller-empty": authorize("k", caller=b""),
        "key-as-number": field(1, 7) + field(16, field(1, 5)),
        "uint32-33-bits": call(REACH, "k", 1 << 32),
        "timeout-largest": call(GET, ID, timeout=(1 << 32) - 1),
        "timeout-33-bits": call(GET, ID, timeout=1 << 32),
        "bool-2": call(LIST, None, 2),
        "rate-negative": call(ISSUE, "acme", "n", f6=message(-1, -1)),
        "expiry-lowest": call(ISSUE, "acme", "n", f5=-(1 << 63)),
        "expiry-highest": call(ISSUE, "acme", "n", f5=(1 << 63) - 1),
        "usage-all-time": call(USAGE, ID, -(1 << 63), (1 << 63) - 1),
        "overlap-highest": call(ROTATE, ID, (1 << 63) - 1),
        "overlap-lowest": call(ROTATE, ID, -(1 << 63)),
        "name-of-control": call(PUT, "acme", None, "a\x1bb"),
        "digest-of-31": call(IMPORT, [message(b"x" * 31, "h", "acme", "n")], 1),
        "page-token-foreign": call(LIST, f8="zzzz"),
        "audit-highest": call(AUDIT, f3=(1 << 64) - 1, f6=(1 << 64) - 1, f8=-(1 << 63)),
    }


def frames():
    """Programs of bytes that are frames, or nearly."""
    one = frame(health)
    programs = {
        "length-0": raw(frame(b"")) + ask(health, EVERYBODY),
        "length-1": raw(frame(b"\x08")) + ask(health, EVERYBODY),
        "length-cap": repeated(b"\0" + CAP.to_bytes(4, "big") + b"\x7a\xfc\xff\x3fa", CAP - 5)
        + ask(health, EVERYBODY),
        "length-cap-and-1": raw(b"\0" + (CAP + 1).to_bytes(4, "big")),
        "length-31-bits": raw(b"\0\x7f\xff\xff\xff"),
        "length-32-bits": raw(b"\0\xff\xff\xff\xff") + raw(one),
        "too-long-behind-calls": raw(one + frame(call(IDENTIFY, KEY)) + b"\0\xff\xff\xff\xff"),
        "two-in-one": raw(one + one),
        "many-in-one": raw(one * 80),
        "more-than-may-wait": raw(frame(call(IDENTIFY, KEY)) * 150),
        "behind-a-half": raw(one + one[:-1]) + raw(one[-1:] + one),
        "end-inside": raw(one + one[:-1]) + step(END, b"", EVERYBODY),
        "end-at-once": raw(b"") + step(END, b"", EVERYBODY),
        "end-with-calls": step(BYTES, frame(call(IDENTIFY, KEY)) * 3 + one, EVERYBODY, True)
        + step(END, b"", EVERYBODY),
        "hang-up-with-calls": step(BYTES, frame(call(IDENTIFY, KEY)) * 3, EVERYBODY, True)
        + step(HANG_UP, b"", EVERYBODY) + ask(health, EVERYBODY),
        "hang-up-half": raw(one[:3]) + step(HANG_UP, b"", EVERYBODY),
        "compressed": raw(b"\x01" + one[1:]),
        "foreign": raw(b"\x16\x03\x01\x02\x00\x01"),
        "http-get": raw(b"GET /health HTTP/1.1\r\n\r\n"),
        "http-post": raw(b"POST / HTTP/1.1\r\n\r\n"),
        "http-2": raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        "http-perhaps": raw(b"GE") + raw(b"T / HTTP/1.1\r\n\r\n"),
        "http-not-after-all": raw(b"GE") + raw(b"X"),
        "http-half": raw(b"PO") + step(END, b"", EVERYBODY),
        "http-behind-a-call": raw(one + b"GET / HTTP/1.1\r\n\r\n"),
    }
    for place in (1, 3, 4, 5, 6, 8):
        programs[f"split-{place}"] = step(SPLIT, bytes([place]) + authorize(), EVERYBODY)
    return programs


def stories():
    """Programs in which one call makes another mean something else."""
    issue = call(ISSUE, "acme.emea", "new", None, ["contacts:*"], f7="r")
    new = ask(authorize(NEW_KEY), EVERYBODY)
    both = asked + ask(authorize(CHILD_KEY, "acme.emea"), EVERYBODY)
    revoke = call(REVOKE, ID)
    old = "old-key-00000000000000001"
    row = message(hashlib.sha256(old.encode()).digest(), "old…1", "acme", "old", None, ["*"])
    restart = step(RESTART)
    programs = {
        "revoke": asked + ask(revoke) + asked + restart + asked,
        "issue-revoke": ask(issue) + new + ask(call(REVOKE, NEW_ID)) + new + restart + new,
        "issue-again": ask(issue) + ask(issue) + ask(issue) + new,
        "revoke-text": asked + ask(call(REVOKE, None, KEY)) + asked,
        "revoke-twice": ask(revoke) * 2 + asked,
        "revoke-subtree": both + ask(call(REVOKE_KEYS, "acme", 1)) + both + restart + both,
        "revoke-one-organization": ask(call(REVOKE_KEYS, "acme")) + both,
        "revoke-held-with-authorize": ask(revoke, held=True) + asked + asked,
        "delete": ask(revoke) + ask(call(DELETE, ID)) + asked + restart + asked,
        "rotate": ask(call(ROTATE, ID, 3600)) + asked + new + restart + asked + new,
        "rotate-at-once": ask(call(ROTATE, ID, -1)) + asked + new + restart + asked + new,
        "rotate-revoke-old": ask(call(ROTATE, ID)) + ask(call(REVOKE, ID, None, 1)) + asked + new,
        "rotate-revoke-new": ask(call(ROTATE, ID)) + ask(call(REVOKE, ID, None, 2)) + asked + new,
        "rotate-thrice": ask(call(ROTATE, ID)) * 3 + asked,
        "suspend": both + ask(call(SUSPEND, "acme")) + both + restart + both
        + ask(call(RESUME, "acme")) + both,
        "suspend-child": ask(call(SUSPEND, "acme.emea")) + both,
        "suspend-move-resume": ask(call(SUSPEND, "acme")) + ask(call(MOVE, "acme.emea", "beta"))
        + both + ask(call(MOVE, "acme.emea", "acme")) + both + ask(call(RESUME, "acme")) + both,
        "move": ask(call(MOVE, "acme.emea", "beta")) + both
        + ask(authorize(organization="acme.emea"), EVERYBODY) + restart + both,
        "move-into-itself": ask(call(MOVE, "acme", "acme.emea")),
        "delete-organization": ask(call(DELETE_ORG, "acme", 1, 1)) + both + restart
        + ask(call(PUT, "acme")) + both,
        "delete-organization-refused": ask(call(DELETE_ORG, "acme")) + both,
        "disable": ask(call(UPDATE, ID, ["disabled"], f7=1)) + asked + restart + asked
        + ask(call(UPDATE, ID, ["disabled"])) + asked,
        "narrow": ask(call(UPDATE, ID, ["permissions"])) + asked + restart + asked,
        "limit": asked * 2 + ask(authorize(CHILD_KEY), EVERYBODY) * 5,
        "limit-changed": ask(authorize(CHILD_KEY), EVERYBODY) * 4
        + ask(call(UPDATE, CHILD_ID, ["rate_limit"], f6=message(9, 9)))
        + ask(authorize(CHILD_KEY), EVERYBODY),
        "import": ask(call(IMPORT, [row], 1)) + ask(authorize(old), EVERYBODY) + restart
        + ask(authorize(old), EVERYBODY) + ask(call(IMPORT, [row], 1)),
        "import-in-parts": ask(call(IMPORT, [row]))
        + ask(call(IMPORT, [message(b"x" * 32, "h", "beta", "n")], 1)),
        "import-broken": ask(call(IMPORT, [row])) + ask(call(IMPORT, [row], f9=1))
        + ask(call(IMPORT, [row])) + ask(call(IMPORT, None, 1)) + ask(call(IMPORT, [row], 1)),
        "import-dry-then-not": ask(call(IMPORT, [row], None, 1)) + ask(call(IMPORT, [row], 1)),
        "import-left": ask(call(IMPORT, [row])) + step(HANG_UP) + ask(call(IMPORT, None, 1)),
        "import-of-both": ask(call(IMPORT, [row])) + ask(call(IMPORT_ORGS, [message("i")], 1))
        + ask(call(IMPORT, None, 1)),
        "import-two-lines": ask(call(IMPORT, [row]), held=True)
        + ask(call(IMPORT, [row], 1), SECOND) + ask(call(IMPORT, None, 1)),
        "pages": ask(call(LIST, f7=1)) + ask(call(LIST, f7=1, f8=PAGE))
        + ask(call(LIST_ORGS, None, 1, 1)) + ask(call(LIST_ORGS, None, 1, 1, "\x01P1"))
        + ask(call(REACH, KEY, 1), EVERYBODY) + ask(call(REACH, KEY, 1, "\x01P2"), EVERYBODY),
        "backup": step(BYTES, frame(call(REVOKE_KEYS, "beta")) * 3 + frame(call(BACKUP)),
                       held=True) + step(NOTHING) + ask(call(BACKUP, PAGE, 0)),
        "acting": ask(call(ISSUE, "acme.emea", "n", None, ["contacts:read"], caller=acting),
                      DELEGATE) + ask(authorize(NEW_KEY), EVERYBODY)
        + ask(call(PUT, "acme.new", "acme", caller=acting), DELEGATE)
        + ask(call(REVOKE, "\x01K2", caller=acting), DELEGATE)
        + ask(authorize(NEW_KEY), EVERYBODY),
        "acting-outside": ask(call(ISSUE, "beta", "n", caller=acting), DELEGATE)
        + ask(call(GET_ORG, "nowhere", caller=acting), DELEGATE),
        "acting-escalates": ask(call(ISSUE, "acme", "n", None, ["*"], caller=acting), DELEGATE),
        "delegate-alone": ask(call(ISSUE, "acme", "n"), DELEGATE),
        "usage": asked * 3 + ask(authorize(permission="a:b"), EVERYBODY) + ask(call(USAGE, ID))
        + ask(call(GET, ID)) + ask(call(STATISTICS)) + restart + ask(call(USAGE, ID)),
        "same-id": ask(authorize(), EVERYBODY, True) + ask(call(IDENTIFY, KEY), EVERYBODY, True)
        + ask(health, EVERYBODY),
        "late": ask(call(REVOKE, ID, timeout=1)) + asked,
        "secret-in-a-name": ask(call(PUT, "acme", None, KEY)) + ask(call(GET_ORG, "acme")),
        "many-lines": b"".join(ask(authorize(), line, True) for line in range(8)) + step(NOTHING),
    }
    for line in (EVERYBODY, READER, DELEGATE, OVERFLOW, ELSEWHERE, BOTH):
        programs[f"roles-{line}"] = b"".join(
            ask(body, line, held=True)
            for body in (call(GET, ID), call(LIST), call(PUT, "gamma"), call(REVOKE, ID),
                         call(GET, ID, caller=acting), call(BACKUP), call(IMPORT, None, 1))
        ) + step(NOTHING)
    return programs


def replies():
    """Answers to an Authorize call, or to what else the library asks."""
    def answer(decision=1, reason=None, key="key_1", own="acme", environment="live", limit=None,
               version=1, authorized="acme", id=1, before=b"", after=b"", method=16):
        result = message(decision, reason, key, own, environment, limit, version, authorized)
        return field(1, id) + before + field(method, result) + after

    good = answer()
    key = message("key_1", "acme", "CRM", "live", ["a:b"], 1, 1, 0, 0, "", message(5, 6),
                  [message(1, "pc_live_…aaaa", 1)], 3, 4, 1, "uid 0", 1, 4, 0, [message("a", "b")])
    organization = message("acme", "root", "Acme", 0, 1, 2, 3, 4, 5, 6)
    step_ = message("key", 1, "found")
    results = {
        16: message(1, None, "key_1", "acme", "live", message(5, 4, 9), 1, "acme"),
        17: message(key, "pc_live_secret"), 18: message(key), 19: message(key, "pc_live_secret"),
        20: message(key), 21: message(key), 22: message([key, key], "next"),
        23: message([message(1, 2, [message(4, 5)])]), 24: message(1, None, key),
        25: message(results_outcome(), [step_, step_]), 26: message(1, None, ["a", "b"], "next"),
        27: b"", 28: message(5), 29: message(1, 2, [message(1, "fault")]),
        32: message(organization, 1), 33: message(organization), 34: message(organization),
        35: message(1, 2), 36: message([organization], "next"), 37: message(organization),
        38: message(1, 2, [message(1, "fault")]), 39: message(organization),
        40: message([message(1, 2, "RevokeKey", "key_1", "acme", "ana", 0, 0, 1, "{}")], 9),
        48: message(1, "1.0", "db_1"),
        49: message("1.0", 1, 2, 3, 4, 5, 6, [message("a", 1)], 7, 8, 9)
        + field(12, field(1, "key_1") + b"\x11\0\0\0\0\0\0\xf8\x7f"),
        50: message("backup_1", 10, 0, b"SQLite", 5), 51: message("# HELP a"),
    }
    streams = {
        "allowed": frame(good),
        "allowed-no-decision": frame(answer(decision=None)),
        "allowed-with-reason": frame(answer(reason=4)),
        "allowed-unknown-decision": frame(answer(decision=9)),
        "allowed-unknown-reason": frame(answer(reason=99)),
        "allowed-64-bits": frame(answer(decision=1 << 32 | 1)),
        "allowed-elsewhere": frame(answer(authorized="beta")),
        "allowed-nowhere": frame(answer(authorized="")),
        "allowed-no-key": frame(answer(key="")),
        "allowed-other-environment": frame(answer(environment="test")),
        "allowed-other-call": frame(answer(id=2)),
        "allowed-call-0": frame(answer(id=0)),
        "allowed-limit": frame(answer(limit=message(3, 2, 1))),
        "allowed-status-ok": frame(answer(before=field(2, message(0)))),
        "allowed-status-internal": frame(answer(before=field(2, message(13, "no")))),
        "allowed-status-unknown": frame(answer(after=field(2, message(99)))),
        "allowed-twice": frame(good) * 2,
        "allowed-then-half": frame(good) + frame(good)[:-2],
        "allowed-cut": frame(good)[:-1],
        "allowed-short-frame": b"\0" + (len(good) - 1).to_bytes(4, "big") + good,
        "allowed-then-denied": frame(good + field(16, message(2, 4))),
        "denied-then-allowed": frame(answer(decision=2, reason=4, after=field(16, message(1)))),
        "allowed-then-health": frame(good + field(48, message(1))),
        "health-then-allowed": frame(answer(before=field(48, message(1)))),
        "allowed-unknown-fields": frame(answer(after=field(60, "new") + field(61, 5))),
        "allowed-group": frame(good + b"\x7b\x7c"),
        "allowed-bad-utf8": frame(answer(own=b"\xff", authorized=b"\xff")),
        "allowed-nul": frame(answer(own="acme\0", authorized="acme\0x")),
        "allowed-not-ascii": frame(answer(own="ächme", authorized="ächme")),
        "allowed-decomposed": frame(answer(own="e\u0301", authorized="\u00e9")),
        "denied": frame(answer(decision=2, reason=4, authorized="")),
        "denied-limit": frame(answer(decision=5, reason=13, limit=message(3, 0, 1))),
        "status": frame(field(1, 1) + field(2, message(14, "gone"))),
        "empty": frame(b""),
        "too-long": b"\0\x00\x10\x00\x01" + good,
        "no-frame": b"\x01" + frame(good)[1:],
        "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
        "rows-many": frame(field(1, 1) + field(36, field(1, b"") * 500)),
        "time-lowest": frame(field(1, 1) + field(21, message(message("key_1", f7=-(1 << 63))))),
        "key-empty": frame(field(1, 1) + field(21, message(b""))),
    }
    for method, result in results.items():
        streams[f"result-{method}"] = frame(field(1, 1) + field(method, result))
        streams[f"result-{method}-empty"] = frame(field(1, 1) + field(method, b""))
    # Two calls on a connection: the cut lies between the answers.
    pair = frame(answer(key="key_1", own="acme", authorized="acme", environment="live"))
    pieces = -len(pair) % 4
    first = frame(answer(key="key_1" + "x" * pieces))
    streams["second-call"] = first + frame(answer(id=2))
    out = {}
    for name, stream in streams.items():
        piece = len(first) // 4 - 1 if name == "second-call" else 255
        out[name] = bytes([0, piece]) + stream
    for name in ("allowed", "allowed-elsewhere", "allowed-other-environment", "allowed-limit"):
        out[name + "-asked"] = bytes([3, 2]) + streams[name]
    return out


def results_outcome():
    return message(1, None, "key_1", "acme", "live", None, 1, "acme")


def programs():
    out = {}
    for name, body in good_calls().items():
        out["call-" + name] = ask(body)
    for name, body in faulty_bodies().items():
        line = EVERYBODY if body[2:4] == b"\x82\x01" else ADMINISTRATOR
        out["body-" + name] = ask(body, line) + ask(health, line)
    for name, program in frames().items():
        out["frame-" + name] = program
    for name, program in stories().items():
        out["story-" + name] = program
    return out


def bodies():
    requests = {**good_calls(), **faulty_bodies()}
    out = {"request-" + name: body for name, body in requests.items()}
    for name, stream in replies().items():
        if stream[2:3] == b"\0" and len(stream) > 7:
            out["response-" + name] = stream[7:]
    return out


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus"
    for target, seeds in (("daemon", programs()), ("replies", replies()), ("bodies", bodies())):
        folder = root / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, seed in seeds.items():
            (folder / name).write_bytes(seed)


main()
