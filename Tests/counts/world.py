"""What is asked of the daemon, and the databases in which it is."""
import hashlib
import socket
import zlib

import orgkey_pb2 as pb

DEPTH = 64
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Rows in one import request: it stays below a frame's mebibyte.
ROWS_AT_ONCE = 4_000


def key_text(seed):
    """A key as orgkeyd would issue it, the same in every run."""
    body = hashlib.sha256(str(seed).encode()).hexdigest()[:32]
    text = f"pc_live_{body}"
    check, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        check, digit = divmod(check, 62)
        digits = DIGITS[digit] + digits
    return text + digits


HOT_KEY, UNKNOWN_KEY = key_text(0), key_text(1)


def frame(body):
    return b"\0" + len(body).to_bytes(4, "big") + body


class Question:
    """An Authorize call, always the same, and its answer."""

    def __init__(self, reason, key, organization):
        self.reason = pb.Reason.Value(f"REASON_{reason}")
        self.frame = frame(
            pb.Request(
                call_id=1,
                authorize=pb.AuthorizeRequest(
                    api_key=key, organization_id=organization, permission="contacts:read"
                ),
            ).SerializeToString()
        )
        self.answer = None

    def learn(self, connection):
        """The answer, which must be for the reason that was given."""
        connection.sendall(self.frame)
        self.answer = receive_frame(connection)
        response = pb.Response.FromString(self.answer[5:])
        assert response.HasField("authorize") and response.authorize.reason == self.reason, response

    def ask(self, connection, calls, in_flight=1):
        """`calls` times, in batches that are sent whole and awaited whole."""
        batch, answers = self.frame * in_flight, self.answer * in_flight
        for _ in range(calls // in_flight):
            connection.sendall(batch)
            answered = connection.recv(len(answers), socket.MSG_WAITALL)
            assert answered == answers, "another answer than before"


QUESTIONS = {
    "allowed": Question("UNSPECIFIED", HOT_KEY, "level-01"),
    "allowed-depth-64": Question("UNSPECIFIED", HOT_KEY, f"level-{DEPTH}"),
    "denied-unknown-key": Question("KEY_UNKNOWN", UNKNOWN_KEY, "level-01"),
    "denied-outside": Question("ORGANIZATION_OUTSIDE", HOT_KEY, "elsewhere"),
}


def fill_for_questions(connection):
    """A tree that is as deep as one may be, its root's key, and what is outside."""
    chain = [(f"level-{n:02}", f"level-{n - 1:02}" if n else "") for n in range(DEPTH + 1)]
    import_organizations(connection, chain + [("elsewhere", "")])
    import_keys(connection, [(HOT_KEY, "level-00")])
    for question in QUESTIONS.values():
        question.learn(connection)


def fill_with_organizations(connection, name, count):
    """`count` of them, ten below each that has any, as deep as it takes."""
    ids = [f"{name}-{number:06}" for number in range(count)]
    parents = [""] + [ids[number // 10] for number in range(count - 1)]
    import_organizations(connection, list(zip(ids, parents)))


def fill_with_keys(connection, name, count):
    """A key for each of `count` organizations of that name."""
    rows = [(key_text(f"{name}-{number}"), f"{name}-{number:06}") for number in range(count)]
    import_keys(connection, rows)


def import_organizations(connection, rows):
    row = pb.ImportOrganizationsRequest.Row
    import_rows(
        connection, "import_organizations",
        [row(organization_id=organization, parent_id=parent) for organization, parent in rows])


def import_keys(connection, rows):
    row = pb.ImportKeysRequest.Row
    import_rows(
        connection, "import_keys",
        [
            row(
                sha256=hashlib.sha256(text.encode()).digest(), organization_id=organization,
                hint=f"{text[:8]}…{text[-4:]}", name="counted", environment="live",
                permissions=["contacts:*"])
            for text, organization in rows
        ])


def import_rows(connection, method, rows):
    for start in range(0, len(rows), ROWS_AT_ONCE):
        request = pb.Request(call_id=1)
        part = getattr(request, method)
        part.rows.extend(rows[start:start + ROWS_AT_ONCE])
        part.last = start + ROWS_AT_ONCE >= len(rows)
        connection.sendall(frame(request.SerializeToString()))
        response = pb.Response.FromString(receive_frame(connection)[5:])
        assert response.WhichOneof("result") == method, response
        assert not getattr(response, method).faults, response


def receive_frame(connection):
    head = connection.recv(5, socket.MSG_WAITALL)
    return head + connection.recv(int.from_bytes(head[1:], "big"), socket.MSG_WAITALL)
