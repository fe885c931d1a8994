#!/usr/bin/env python3
"""Holds a built orgkeyd to its contract: test_contract.py DIRECTORY_OF_THE_BINARIES.

Runs every function test_*, each on organizations of its own, against one daemon on a socket and
a database of its own. Needs protoc and Google's protobuf for Python.
"""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
SCRATCH = tempfile.TemporaryDirectory(prefix="orgkey-contract-")
PATH = f"{SCRATCH.name}/orgkey.sock"
DATABASE = f"{SCRATCH.name}/orgkey.db"
subprocess.run(
    ["protoc", f"--python_out={SCRATCH.name}", f"-I{PROTO}", "orgkey.proto"], check=True
)
sys.path[:0] = [SCRATCH.name, str(HERE)]

import orgkey_pb2 as pb  # noqa: E402
from client import Client, Denied  # noqa: E402

JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkFuYSJ9."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)
DAY_MS = 86_400_000


def now_ms():
    return int(time.time() * 1000)


# ---------------------------------------------------------------- what tests are made of


class Connection:
    """One that stays open, with as many calls under way as one likes."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(PATH)
        self.stream = self.socket.makefile("rb")
        self.call_id = 0

    def send(self, method, timeout_ms=0, **fields):
        self.call_id += 1
        self.socket.sendall(frame(request(self.call_id, method, timeout_ms, **fields)))
        return self.call_id

    def receive(self, call_id=None):
        head = self.stream.read(5)
        response = pb.Response.FromString(self.stream.read(int.from_bytes(head, "big")))
        assert call_id in (None, response.call_id), response
        return response


def frame(body, flag=0):
    return bytes([flag]) + len(body).to_bytes(4, "big") + body


class Tree:
    """Organizations NAME (a root), NAME/a, NAME/a/1, NAME/a/1/x and NAME/b."""

    def __init__(self, name):
        self.client = Client(PATH, timeout=20)
        self.root = name
        self.a, self.b = f"{name}/a", f"{name}/b"
        self.a1, self.a1x = f"{name}/a/1", f"{name}/a/1/x"
        for child, parent in [
            (self.root, ""),
            (self.a, self.root),
            (self.b, self.root),
            (self.a1, self.a),
            (self.a1x, self.a1),
        ]:
            put = self.client.call(
                "put_organization", organization_id=child, parent_id=parent, name=child.title()
            )
            assert put.created and put.organization.parent_id == parent

    def issue(self, organization, **fields):
        fields = {"name": "Production CRM sync", "permissions": ["contacts:*"], **fields}
        return self.client.call("issue_key", organization_id=organization, **fields)

    def authorize(self, api_key, organization="", permission="contacts:read", **fields):
        return self.client.call(
            "authorize",
            api_key=api_key,
            organization_id=organization,
            permission=permission,
            **fields,
        )

    def verdict(self, *arguments, **fields):
        answer = self.authorize(*arguments, **fields)
        return pb.Decision.Name(answer.decision)[9:], pb.Reason.Name(answer.reason)[7:]


ALLOWED = ("ALLOWED", "UNSPECIFIED")
OUTSIDE = ("ORG_ACCESS_DENIED", "ORGANIZATION_OUTSIDE")


def refused(code, field, method, client=None, **fields):
    """The status of a call that must be refused with `code`, and naming `field` if given."""
    try:
        answer = (client or Client(PATH, timeout=20)).call(method, **fields)
    except RuntimeError as refusal:
        status = refusal.args[-1]
        assert status.code == code, f"{method} {fields}: {refusal}"
        assert field is None or status.field == field, f"{method} {fields}: {refusal}"
        assert status.message and "\n" not in status.message
        return status
    raise AssertionError(f"{method} {fields} was not refused: {str(answer)[:500]}")


def invalid(field, method, **fields):
    return refused(pb.CODE_INVALID_ARGUMENT, field, method, **fields)


def raw(data, half_close=False):
    """All that the daemon answers to these bytes until it closes."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(PATH)
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def responses(data):
    """The frames in `data`, taken apart."""
    answers = []
    while data:
        length = int.from_bytes(data[1:5], "big")
        assert data[0] == 0 and len(data) >= 5 + length
        answers.append(pb.Response.FromString(data[5 : 5 + length]))
        data = data[5 + length :]
    return answers


def request(call_id, method, timeout_ms=0, **fields):
    message = pb.Request(call_id=call_id, timeout_ms=timeout_ms, **{method: fields})
    getattr(message, method).SetInParent()
    return message.SerializeToString()


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


# ---------------------------------------------------------------- organizations


def test_organization_is_put_and_put_again():
    tree = Tree("put")
    again = tree.client.call("put_organization", organization_id=tree.a)
    assert not again.created and again.organization.name == "Put/A"
    renamed = tree.client.call("put_organization", organization_id=tree.a, name="Ärzte GmbH")
    assert not renamed.created and renamed.organization.name == "Ärzte GmbH"
    assert renamed.organization.depth == 1 and renamed.organization.parent_id == tree.root
    assert renamed.organization.child_count == 1
    assert renamed.organization.subtree_organization_count == 3
    refused(
        pb.CODE_FAILED_PRECONDITION, None, "put_organization",
        organization_id=tree.a, parent_id=tree.b,
    )
    refused(
        pb.CODE_NOT_FOUND, None, "put_organization",
        organization_id="put/new", parent_id="put/nowhere",
    )
    refused(
        pb.CODE_FAILED_PRECONDITION, None, "put_organization",
        organization_id=tree.root, parent_id=tree.a1,
    )


def test_organizations_are_as_deep_as_64_and_no_deeper():
    client = Client(PATH, timeout=20)
    client.call("put_organization", organization_id="deep0")
    for depth in range(1, 65):
        put = client.call(
            "put_organization", organization_id=f"deep{depth}", parent_id=f"deep{depth - 1}"
        )
        assert put.organization.depth == depth
    refused(
        pb.CODE_FAILED_PRECONDITION, None, "put_organization",
        organization_id="deep65", parent_id="deep64",
    )
    issued = client.call("issue_key", organization_id="deep0", name="k", permissions=["a"])
    answer = client.call(
        "authorize", api_key=issued.api_key, organization_id="deep64", permission="a"
    )
    assert answer.decision == pb.DECISION_ALLOWED


def test_organizations_are_listed_parents_first_and_in_pages():
    tree = Tree("orglist")
    children = tree.client.call("list_organizations", organization_id=tree.root)
    assert {o.organization_id for o in children.organizations} == {tree.a, tree.b}
    for size in (1, 2, 3, 0):
        listed, token = [], ""
        while True:
            page = tree.client.call(
                "list_organizations", organization_id=tree.root, include_descendants=True,
                page_size=size, page_token=token,
            )
            assert size == 0 or len(page.organizations) <= size
            listed += [o.organization_id for o in page.organizations]
            token = page.next_page_token
            if not token:
                break
        assert sorted(listed) == sorted([tree.a, tree.b, tree.a1, tree.a1x])
        assert listed.index(tree.a) < listed.index(tree.a1) < listed.index(tree.a1x)
    roots = tree.client.call("list_organizations", page_size=1000)
    assert tree.root in [o.organization_id for o in roots.organizations]
    assert tree.a not in [o.organization_id for o in roots.organizations]
    refused(pb.CODE_NOT_FOUND, None, "list_organizations", organization_id="orglist/none")


def test_identifiers_are_compared_as_bytes():
    client = Client(PATH, timeout=20)
    for name in ("Case", "case", "CASE"):
        assert client.call("put_organization", organization_id=name).created
    issued = client.call("issue_key", organization_id="case", name="k", permissions=["a"])
    for other in ("Case", "CASE"):
        answer = client.call(
            "authorize", api_key=issued.api_key, organization_id=other, permission="a"
        )
        assert answer.reason == pb.REASON_ORGANIZATION_OUTSIDE


# ---------------------------------------------------------------- keys and decisions


def test_issued_key_is_as_asked_for():
    tree = Tree("issue")
    before = now_ms()
    issued = tree.issue(
        tree.a,
        name="Zürich – CRM",
        environment="test",
        permissions=["contacts:*", "deals:read"],
        expires_at_unix_ms=before + DAY_MS,
        rate_limit={"limit": 100, "window_s": 3600},
        labels=[{"name": "owner", "value": "CRM"}, {"name": "ticket", "value": ""}],
    )
    key = issued.key
    assert re.fullmatch(r"pc_test_[0-9A-Za-z]{38}", issued.api_key)
    assert re.fullmatch(r"key_[0-9a-z]{16}", key.key_id)
    assert (key.organization_id, key.name, key.environment) == (tree.a, "Zürich – CRM", "test")
    assert list(key.permissions) == ["contacts:*", "deals:read"]
    assert key.state == pb.KEY_STATE_ACTIVE and not key.disabled
    assert before - 1000 <= key.created_at_unix_ms <= now_ms() + 1000
    assert key.expires_at_unix_ms == before + DAY_MS and key.revoked_at_unix_ms == 0
    assert (key.rate_limit.limit, key.rate_limit.window_s) == (100, 3600)
    assert {label.name: label.value for label in key.labels} == {"owner": "CRM", "ticket": ""}
    assert len(key.secrets) == 1 and key.secrets[0].version == 1
    assert key.secrets[0].hint == f"pc_test_…{issued.api_key[-4:]}"
    assert key.allowed_count == key.denied_count == key.last_used_at_unix_ms == 0
    assert tree.client.call("get_key", key_id=key.key_id).key == key

    plain = tree.client.call("issue_key", organization_id=tree.a, name="plain")
    assert plain.api_key.startswith("pc_live_") and not plain.key.permissions
    assert not plain.key.HasField("rate_limit") and plain.key.expires_at_unix_ms == 0
    assert tree.verdict(plain.api_key) == ("PERMISSION_DENIED", "PERMISSION_MISSING")


def test_key_reaches_its_organization_and_all_below():
    tree, other = Tree("reach"), Tree("reachother")
    issued = tree.issue(tree.a)
    answer = tree.authorize(issued.api_key)
    assert answer.decision == pb.DECISION_ALLOWED and answer.reason == pb.REASON_UNSPECIFIED
    assert answer.key_id == issued.key.key_id and answer.organization_id == tree.a
    assert answer.environment == "live" and answer.secret_version == 1
    assert answer.authorized_organization_id == tree.a
    assert not answer.HasField("rate_limit")

    for below in (tree.a, tree.a1, tree.a1x):
        answer = tree.authorize(issued.api_key, below)
        assert answer.decision == pb.DECISION_ALLOWED
        assert answer.authorized_organization_id == below and answer.organization_id == tree.a

    for outside in (tree.root, tree.b, other.root, other.a, other.a1x):
        answer = tree.authorize(issued.api_key, outside)
        assert answer.decision == pb.DECISION_ORG_ACCESS_DENIED
        assert answer.reason == pb.REASON_ORGANIZATION_OUTSIDE
        assert answer.key_id == issued.key.key_id and answer.authorized_organization_id == ""
    assert tree.verdict(issued.api_key, "reach/a/nowhere") == (
        "ORG_ACCESS_DENIED", "ORGANIZATION_UNKNOWN",
    )


def test_permission_patterns_cover_what_is_below_them():
    tree = Tree("patterns")
    missing = ("PERMISSION_DENIED", "PERMISSION_MISSING")
    for patterns, asked, expected in [
        (["contacts:read"], "contacts:read", ALLOWED),
        (["contacts:read"], "contacts:write", missing),
        (["contacts:read"], "contacts", missing),
        (["contacts:read"], "contacts:read:all", missing),
        (["contacts:*"], "contacts:read", ALLOWED),
        (["contacts:*"], "contacts:read:all", ALLOWED),
        (["contacts:*"], "contacts", missing),
        (["contacts:*"], "contactsx:read", missing),
        (["*"], "anything:at:all", ALLOWED),
        (["a", "b:c"], "b:c", ALLOWED),
        ([], "contacts:read", missing),
    ]:
        issued = tree.issue(tree.a, permissions=patterns)
        assert tree.verdict(issued.api_key, tree.a, asked) == expected, (patterns, asked)
    # The organization is looked at before the permission.
    assert tree.verdict(issued.api_key, tree.b, "nothing:granted") == OUTSIDE


def test_what_is_no_good_key_is_invalid():
    tree = Tree("badkeys")
    good = tree.issue(tree.a).api_key
    swapped = good[:-1] + ("A" if good[-1] != "A" else "B")
    mistyped = good[:12] + ("x" if good[12] != "x" else "y") + good[13:]
    for text, reason in [
        ("", "KEY_MISSING"),
        (swapped, "KEY_MALFORMED"),
        (mistyped, "KEY_MALFORMED"),
        (f" {good}", "KEY_MALFORMED"),
        (f"{good}\n", "KEY_MALFORMED"),
        (f"Bearer {good}", "KEY_MALFORMED"),
        (f"{good}é", "KEY_MALFORMED"),
        ("x" * 257, "KEY_MALFORMED"),
        ("x" * 256, "KEY_UNKNOWN"),
        (JWT, "KEY_UNKNOWN"),
        (JWT + "A" * 256, "KEY_MALFORMED"),
        ("sk_live_51H8xQ2eZvKYlo2C", "KEY_UNKNOWN"),
        (good.upper(), "KEY_UNKNOWN"),
    ]:
        answer = tree.authorize(text)
        assert answer.decision == pb.DECISION_INVALID_API_KEY, text
        assert pb.Reason.Name(answer.reason) == f"REASON_{reason}", (text, answer)
        assert answer.key_id == answer.organization_id == ""


def test_environment_is_held_apart():
    tree = Tree("environment")
    key = tree.issue(tree.a, environment="test").api_key
    assert tree.verdict(key) == ALLOWED
    assert tree.verdict(key, environment="test") == ALLOWED
    mismatch = ("INVALID_API_KEY", "ENVIRONMENT_MISMATCH")
    assert tree.verdict(key, environment="live") == mismatch
    identified = tree.client.call("identify_key", api_key=key, environment="live")
    assert identified.reason == pb.REASON_ENVIRONMENT_MISMATCH and not identified.HasField("key")


def test_expired_key_is_refused():
    tree = Tree("expiry")
    issued = tree.issue(tree.a, expires_at_unix_ms=now_ms() + 700)
    while tree.verdict(issued.api_key) == ALLOWED:
        assert now_ms() < issued.key.expires_at_unix_ms + 1000
        time.sleep(0.02)
    assert now_ms() >= issued.key.expires_at_unix_ms
    assert tree.verdict(issued.api_key) == ("INVALID_API_KEY", "KEY_EXPIRED")
    key = tree.client.call("get_key", key_id=issued.key.key_id).key
    assert key.state == pb.KEY_STATE_EXPIRED


def test_rate_limit_is_exact():
    tree = Tree("rate")
    issued = tree.issue(tree.a, rate_limit={"limit": 3, "window_s": 3600})
    for remaining in (2, 1, 0):
        answer = tree.authorize(issued.api_key)
        assert answer.decision == pb.DECISION_ALLOWED
        assert (answer.rate_limit.limit, answer.rate_limit.remaining) == (3, remaining)
        assert abs(answer.rate_limit.reset_at_unix_s - (time.time() + 3600)) < 30
    answer = tree.authorize(issued.api_key)
    assert answer.decision == pb.DECISION_RATE_LIMIT_EXCEEDED
    assert answer.reason == pb.REASON_RATE_LIMITED and answer.rate_limit.remaining == 0


def test_usage_is_counted():
    tree = Tree("usage")
    issued = tree.issue(tree.a)
    for organization in (tree.a, tree.a1, tree.b):
        tree.authorize(issued.api_key, organization)
    tree.client.call("identify_key", api_key=issued.api_key)
    tree.client.call("list_accessible_organizations", api_key=issued.api_key)
    key = tree.client.call("get_key", key_id=issued.key.key_id).key
    assert (key.allowed_count, key.denied_count) == (2, 1)
    assert key.secrets[0].allowed_count == 2
    assert key.last_denied_reason == pb.REASON_ORGANIZATION_OUTSIDE
    assert 0 <= now_ms() - key.last_used_at_unix_ms < 30_000
    assert key.last_denied_at_unix_ms >= key.last_used_at_unix_ms


def test_request_id_issues_one_key():
    tree = Tree("retry")
    issued = tree.issue(tree.a, request_id="7f3a")
    status = refused(
        pb.CODE_ALREADY_EXISTS, None, "issue_key", organization_id=tree.a,
        name="Production CRM sync", permissions=["contacts:*"], request_id="7f3a",
    )
    assert status.key_id == issued.key.key_id
    invalid(
        "request_id", "issue_key", organization_id=tree.a, name="Another", request_id="7f3a"
    )
    assert tree.issue(tree.b, request_id="7f3a").key.key_id != issued.key.key_id


# ---------------------------------------------------------------- revoking


def test_revoked_key_is_refused_at_once():
    tree = Tree("revoke")
    issued = tree.issue(tree.a)
    bystander = tree.issue(tree.a)
    assert tree.verdict(issued.api_key) == ALLOWED
    revoked = tree.client.call("revoke_key", key_id=issued.key.key_id, reason="left").key
    assert revoked.state == pb.KEY_STATE_REVOKED and revoked.revoked_reason == "left"
    assert tree.verdict(issued.api_key) == ("INVALID_API_KEY", "KEY_REVOKED")
    assert Tree.verdict(tree, bystander.api_key) == ALLOWED
    again = tree.client.call("revoke_key", key_id=issued.key.key_id, reason="again").key
    assert again.revoked_reason == "left"
    assert again.revoked_at_unix_ms == revoked.revoked_at_unix_ms
    identified = tree.client.call("identify_key", api_key=issued.api_key)
    assert identified.reason == pb.REASON_KEY_REVOKED and not identified.HasField("key")


def test_key_is_revoked_by_its_secret():
    tree = Tree("leak")
    issued = tree.issue(tree.a)
    revoked = tree.client.call("revoke_key", api_key=issued.api_key, reason="leaked").key
    assert revoked.key_id == issued.key.key_id and revoked.state == pb.KEY_STATE_REVOKED
    assert tree.verdict(issued.api_key) == ("INVALID_API_KEY", "KEY_REVOKED")
    unknown = issued.api_key.upper()
    status = refused(pb.CODE_NOT_FOUND, None, "revoke_key", api_key=unknown)
    assert unknown not in status.message


def test_one_secret_is_revoked_alone():
    tree = Tree("onesecret")
    issued = tree.issue(tree.a)
    refused(pb.CODE_NOT_FOUND, None, "revoke_key", key_id=issued.key.key_id, secret_version=2)
    assert tree.verdict(issued.api_key) == ALLOWED
    key = tree.client.call("revoke_key", key_id=issued.key.key_id, secret_version=1).key
    assert key.state == pb.KEY_STATE_ACTIVE and not key.secrets
    assert tree.verdict(issued.api_key) == ("INVALID_API_KEY", "SECRET_RETIRED")


# ---------------------------------------------------------------- the life of a key


RETIRED = ("INVALID_API_KEY", "SECRET_RETIRED")


def test_rotated_key_has_two_secrets_counted_apart():
    tree = Tree("rotate")
    issued = tree.issue(tree.a, expires_at_unix_ms=now_ms() + DAY_MS)
    key_id = issued.key.key_id
    tree.authorize(issued.api_key)
    rotated = tree.client.call("rotate_key", key_id=key_id)
    assert re.fullmatch(r"pc_live_[0-9A-Za-z]{38}", rotated.api_key)
    assert rotated.api_key != issued.api_key
    assert [s.version for s in rotated.key.secrets] == [2, 1]
    assert rotated.key.secrets[0].hint == f"pc_live_…{rotated.api_key[-4:]}"
    for field_ in ("key_id", "name", "permissions", "expires_at_unix_ms", "created_at_unix_ms"):
        assert getattr(rotated.key, field_) == getattr(issued.key, field_), field_
    for _ in range(2):
        answer = tree.authorize(rotated.api_key)
        assert answer.decision == pb.DECISION_ALLOWED and answer.secret_version == 2
    assert tree.authorize(issued.api_key).secret_version == 1
    key = tree.client.call("get_key", key_id=key_id).key
    assert [s.allowed_count for s in key.secrets] == [2, 2] and key.allowed_count == 4
    assert key.secrets[1].last_used_at_unix_ms >= key.secrets[0].last_used_at_unix_ms > 0
    status = refused(pb.CODE_FAILED_PRECONDITION, None, "rotate_key", key_id=key_id)
    assert key.secrets[1].hint in status.message
    tree.client.call("revoke_key", key_id=key_id, secret_version=1)
    assert tree.verdict(issued.api_key) == RETIRED
    assert tree.verdict(rotated.api_key) == ALLOWED


def test_overlap_of_a_rotation_ends():
    tree = Tree("overlap")
    issued, gone = tree.issue(tree.a), tree.issue(tree.a)
    rotated = tree.client.call("rotate_key", key_id=gone.key.key_id, overlap_s=-1)
    assert [s.version for s in rotated.key.secrets] == [2]
    assert tree.verdict(gone.api_key) == RETIRED and tree.verdict(rotated.api_key) == ALLOWED
    rotated = tree.client.call("rotate_key", key_id=issued.key.key_id, overlap_s=1)
    end = rotated.key.secrets[1].retires_at_unix_ms
    while tree.verdict(issued.api_key) == ALLOWED:
        assert now_ms() < end + 1000
        time.sleep(0.02)
    assert now_ms() >= end and tree.verdict(issued.api_key) == RETIRED
    assert tree.verdict(rotated.api_key) == ALLOWED


def test_rotation_may_be_repeated_by_its_request_id():
    tree = Tree("rotateagain")
    issued = tree.issue(tree.a)
    tree.client.call("rotate_key", key_id=issued.key.key_id, request_id="9c1b")
    status = refused(
        pb.CODE_ALREADY_EXISTS, None, "rotate_key", key_id=issued.key.key_id, request_id="9c1b"
    )
    assert (status.key_id, status.secret_version) == (issued.key.key_id, 2)
    invalid(
        "request_id", "rotate_key", key_id=issued.key.key_id, overlap_s=60, request_id="9c1b"
    )
    # The new text was lost: its secret goes, and the key gets another.
    tree.client.call("revoke_key", key_id=issued.key.key_id, secret_version=2)
    again = tree.client.call("rotate_key", key_id=issued.key.key_id, request_id="9c1c")
    assert [s.version for s in again.key.secrets] == [3, 1]
    assert tree.verdict(issued.api_key) == ALLOWED == tree.verdict(again.api_key)


def test_key_is_updated_by_field_mask():
    tree = Tree("update")
    issued = tree.issue(tree.a, labels=[{"name": "owner", "value": "CRM"}])
    key_id, expected = issued.key.key_id, issued.key

    def update(*fields, **values):
        return tree.client.call("update_key", key_id=key_id, fields=fields, **values).key

    expected.name = "Zürich"
    assert update("name", name="Zürich") == expected
    del expected.labels[:]
    assert update("labels") == expected
    assert tree.client.call("get_key", key_id=key_id).key == expected
    update("permissions", permissions=["deals:read"])
    assert tree.verdict(issued.api_key) == ("PERMISSION_DENIED", "PERMISSION_MISSING")
    update("permissions", permissions=["contacts:*"])
    assert update("disabled", disabled=True).state == pb.KEY_STATE_DISABLED
    assert tree.verdict(issued.api_key) == ("INVALID_API_KEY", "KEY_DISABLED")
    assert update("disabled").state == pb.KEY_STATE_ACTIVE
    assert tree.verdict(issued.api_key) == ALLOWED
    update("rate_limit", rate_limit={"limit": 1, "window_s": 3600})
    assert tree.authorize(issued.api_key).rate_limit.remaining == 0
    answer = tree.authorize(issued.api_key)
    assert answer.reason == pb.REASON_RATE_LIMITED and answer.rate_limit.limit == 1
    update("rate_limit", rate_limit={"limit": 2, "window_s": 3600})
    assert tree.authorize(issued.api_key).rate_limit.remaining == 1
    update("rate_limit")
    assert not tree.authorize(issued.api_key).HasField("rate_limit")

    invalid("fields", "update_key", key_id=key_id)
    invalid("fields", "update_key", key_id=key_id, name="x")
    invalid("fields", "update_key", key_id=key_id, fields=["state"])
    invalid("name", "update_key", key_id=key_id, fields=["disabled"], name="x")
    invalid("name", "update_key", key_id=key_id, fields=["name"])
    invalid("disabled", "update_key", key_id=key_id, fields=["labels"], disabled=True)
    tree.client.call("revoke_key", key_id=key_id)
    for method, fields in [("rotate_key", {}), ("update_key", {"fields": ["disabled"]})]:
        refused(pb.CODE_FAILED_PRECONDITION, None, method, key_id=key_id, **fields)


def test_deleted_key_is_known_as_revoked():
    tree = Tree("deletekey")
    issued = tree.issue(tree.a)
    key_id = issued.key.key_id
    refused(pb.CODE_FAILED_PRECONDITION, None, "delete_key", key_id=key_id)
    tree.client.call("revoke_key", key_id=key_id)
    tree.client.call("delete_key", key_id=key_id)
    answer = tree.authorize(issued.api_key)
    assert answer.reason == pb.REASON_KEY_REVOKED and answer.key_id == ""
    for method, fields in [
        ("get_key", {}), ("delete_key", {}), ("rotate_key", {}), ("revoke_key", {}),
        ("update_key", {"fields": ["disabled"]}),
    ]:
        refused(pb.CODE_NOT_FOUND, None, method, key_id=key_id, **fields)
    assert not tree.client.call("list_keys", organization_id=tree.a).keys


# ---------------------------------------------------------------- the life of an organization


SUSPENDED = ("ORG_ACCESS_DENIED", "ORGANIZATION_SUSPENDED")


def test_organization_is_suspended_with_all_below_and_resumed():
    tree = Tree("suspend")
    above, own = tree.issue(tree.root).api_key, tree.issue(tree.a1).api_key
    suspended = tree.client.call("suspend_organization", organization_id=tree.a).organization
    assert suspended.suspended and not suspended.suspended_by_ancestor
    below = tree.client.call("get_organization", organization_id=tree.a1x).organization
    assert below.suspended_by_ancestor and not below.suspended
    assert tree.verdict(above, tree.a1x) == SUSPENDED == tree.verdict(own)
    assert tree.verdict(above, tree.b) == ALLOWED
    identified = tree.client.call("identify_key", api_key=own)
    assert identified.reason == pb.REASON_ORGANIZATION_SUSPENDED
    tree.client.call("suspend_organization", organization_id=tree.a)
    resumed = tree.client.call("resume_organization", organization_id=tree.a).organization
    assert not resumed.suspended
    assert tree.verdict(above, tree.a1x) == ALLOWED == tree.verdict(own)


def test_organization_is_moved_with_all_below():
    tree, other = Tree("move"), Tree("moveother")
    here, there, own = (
        tree.issue(tree.root).api_key, other.issue(other.a).api_key, tree.issue(tree.a1).api_key
    )
    moved = tree.client.call(
        "move_organization", organization_id=tree.a1, parent_id=other.a
    ).organization
    assert (moved.parent_id, moved.depth) == (other.a, 2)
    assert moved.subtree_organization_count == 2 and moved.subtree_key_count == 1
    assert tree.verdict(here, tree.a1x) == OUTSIDE
    assert tree.verdict(there, tree.a1x) == ALLOWED == tree.verdict(own, tree.a1x)
    root = tree.client.call("move_organization", organization_id=tree.a1, to_root=True)
    assert root.organization.parent_id == "" and root.organization.depth == 0
    assert tree.verdict(there, tree.a1x) == OUTSIDE
    for organization, parent, code in [
        (tree.a1, tree.a1x, pb.CODE_FAILED_PRECONDITION),
        (tree.a1, tree.a1, pb.CODE_FAILED_PRECONDITION),
        (tree.a1, "move/nowhere", pb.CODE_NOT_FOUND),
        ("move/nowhere", tree.a, pb.CODE_NOT_FOUND),
    ]:
        refused(code, None, "move_organization", organization_id=organization, parent_id=parent)
    invalid("parent_id", "move_organization", organization_id=tree.a1)
    invalid(
        "parent_id", "move_organization", organization_id=tree.a1, parent_id=tree.a, to_root=True
    )


def test_keys_of_a_subtree_are_revoked():
    tree = Tree("revokekeys")
    keys = [tree.issue(o) for o in (tree.root, tree.a, tree.a1x)]
    revoked = tree.client.call("revoke_keys", organization_id=tree.a)
    assert revoked.revoked_key_count == 1
    revoked = tree.client.call(
        "revoke_keys", organization_id=tree.a, include_descendants=True, reason="contract ended"
    )
    assert revoked.revoked_key_count == 1
    verdicts = [tree.verdict(key.api_key) for key in keys]
    assert verdicts == [ALLOWED] + [("INVALID_API_KEY", "KEY_REVOKED")] * 2
    key = tree.client.call("get_key", key_id=keys[2].key.key_id).key
    assert key.revoked_reason == "contract ended"


def test_deleted_organization_leaves_its_identifier_free():
    tree = Tree("deleteorg")
    issued = tree.issue(tree.a1x, request_id="1")
    for fields in ({}, {"revoke_keys": True}, {"include_descendants": True}):
        refused(
            pb.CODE_FAILED_PRECONDITION, None, "delete_organization", organization_id=tree.a1,
            **fields,
        )
    deleted = tree.client.call(
        "delete_organization", organization_id=tree.a1, revoke_keys=True,
        include_descendants=True,
    )
    assert (deleted.deleted_organization_count, deleted.revoked_key_count) == (2, 1)
    refused(pb.CODE_NOT_FOUND, None, "get_organization", organization_id=tree.a1)
    again = tree.client.call("put_organization", organization_id=tree.a1x, parent_id=tree.b)
    assert again.created and again.organization.name == "" and again.organization.key_count == 0
    assert tree.verdict(issued.api_key, tree.a1x) == ("INVALID_API_KEY", "KEY_REVOKED")
    assert not tree.client.call("list_keys", organization_id=tree.a1x).keys
    assert tree.issue(tree.a1x, request_id="1").key.key_id != issued.key.key_id


# ---------------------------------------------------------------- lists


def test_identify_and_accessible_organizations():
    tree = Tree("identify")
    issued = tree.issue(tree.a)
    identified = tree.client.call("identify_key", api_key=issued.api_key)
    assert identified.decision == pb.DECISION_ALLOWED
    assert identified.key.key_id == issued.key.key_id
    for size in (1, 2, 0):
        listed, token = [], ""
        while True:
            page = tree.client.call(
                "list_accessible_organizations", api_key=issued.api_key, page_size=size,
                page_token=token,
            )
            assert page.decision == pb.DECISION_ALLOWED
            listed += page.organization_ids
            token = page.next_page_token
            if not token:
                break
        assert listed == [tree.a, tree.a1, tree.a1x]
    denied = tree.client.call("list_accessible_organizations", api_key=JWT)
    assert denied.decision == pb.DECISION_INVALID_API_KEY and not denied.organization_ids


def test_keys_are_listed_newest_first_and_in_pages():
    tree = Tree("keylist")
    ids = [tree.issue(tree.a, name=f"key {n}").key.key_id for n in range(7)]
    below = tree.issue(tree.a1x, name="below").key.key_id
    for size in (1, 3, 7, 0):
        listed, token = [], ""
        while True:
            page = tree.client.call(
                "list_keys", organization_id=tree.a, page_size=size, page_token=token
            )
            assert size == 0 or len(page.keys) <= size
            listed += [key.key_id for key in page.keys]
            token = page.next_page_token
            if not token:
                break
        assert listed == ids[::-1]
    page = tree.client.call("list_keys", organization_id=tree.a, include_descendants=True)
    assert [key.key_id for key in page.keys] == [below] + ids[::-1]


def test_key_filters():
    tree = Tree("filters")
    soon = now_ms() + DAY_MS
    test = tree.issue(tree.a, name="Test sync", environment="test").key
    expiring = tree.issue(tree.a, name="Expiring", expires_at_unix_ms=soon).key
    labelled = tree.issue(tree.a, name="Labelled", labels=[{"name": "t", "value": "1"}]).key
    hinted = tree.issue(tree.a, name="Hinted")
    revoked = tree.issue(tree.a, name="Revoked").key
    tree.client.call("revoke_key", key_id=revoked.key_id)
    used = tree.issue(tree.a, name="Used")
    tree.authorize(used.api_key)

    def listed(**fields):
        page = tree.client.call("list_keys", organization_id=tree.a, **fields)
        assert not page.next_page_token
        return {key.name for key in page.keys}

    everything = {"Test sync", "Expiring", "Labelled", "Hinted", "Revoked", "Used"}
    assert listed() == everything
    assert listed(environment="test") == {"Test sync"}
    assert listed(states=[pb.KEY_STATE_REVOKED]) == {"Revoked"}
    assert listed(states=[pb.KEY_STATE_ACTIVE, pb.KEY_STATE_REVOKED]) == everything
    assert listed(states=[pb.KEY_STATE_EXPIRED]) == set()
    assert listed(name_contains="sync") == {"Test sync"}
    assert listed(expires_before_unix_ms=soon + 1) == {"Expiring"}
    assert listed(expires_before_unix_ms=soon) == set()
    assert listed(label={"name": "t", "value": "1"}) == {"Labelled"}
    assert listed(label={"name": "t", "value": "2"}) == set()
    assert listed(secret_hint=hinted.api_key[-4:]) == {"Hinted"}
    assert listed(unused_since_unix_ms=now_ms() + DAY_MS) == everything
    assert listed(unused_since_unix_ms=now_ms() - DAY_MS) == set()
    assert listed(secret_created_before_unix_ms=now_ms() - DAY_MS) == set()
    refused(pb.CODE_NOT_FOUND, None, "list_keys", organization_id="filters/none")
    refused(pb.CODE_NOT_FOUND, None, "get_key", key_id="key_0000000000000000")


# ---------------------------------------------------------------- bad input


def test_bad_input_is_refused_naming_the_field():
    tree = Tree("bad")
    key = {"organization_id": tree.a, "name": "k"}
    known = tree.issue(tree.a).key.key_id
    for method, field_, fields in [
        ("authorize", "permission", {}),
        ("authorize", "permission", {"permission": "contacts:*"}),
        ("authorize", "permission", {"permission": "Contacts"}),
        ("authorize", "permission", {"permission": "a::b"}),
        ("authorize", "permission", {"permission": "a" * 101}),
        ("authorize", "organization_id", {"permission": "a", "organization_id": "a b"}),
        ("authorize", "organization_id", {"permission": "a", "organization_id": "x" * 129}),
        ("authorize", "organization_id", {"permission": "a", "organization_id": "é"}),
        ("authorize", "environment", {"permission": "a", "environment": "LIVE"}),
        ("authorize", "environment", {"permission": "a", "environment": "x" * 17}),
        ("identify_key", "environment", {"environment": "1live"}),
        ("list_accessible_organizations", "environment", {"environment": "li-ve"}),
        ("list_accessible_organizations", "page_size", {"page_size": 5001}),
        ("list_accessible_organizations", "page_token", {"page_token": "no token"}),
        ("issue_key", "organization_id", {"name": "k"}),
        ("issue_key", "organization_id", {"name": "k", "organization_id": "\x7f"}),
        ("issue_key", "name", {"organization_id": tree.a}),
        ("issue_key", "name", {**key, "name": "x" * 201}),
        ("issue_key", "name", {**key, "name": "𝄞" * 101}),
        ("issue_key", "name", {**key, "name": "a\x1bb"}),
        ("issue_key", "environment", {**key, "environment": "live!"}),
        ("issue_key", "permissions", {**key, "permissions": ["a", ""]}),
        ("issue_key", "permissions", {**key, "permissions": ["a:*:b"]}),
        ("issue_key", "permissions", {**key, "permissions": ["a*"]}),
        ("issue_key", "permissions", {**key, "permissions": [f"p{n}" for n in range(65)]}),
        ("issue_key", "expires_at_unix_ms", {**key, "expires_at_unix_ms": 1}),
        ("issue_key", "expires_at_unix_ms", {**key, "expires_at_unix_ms": -1}),
        ("issue_key", "rate_limit", {**key, "rate_limit": {"limit": 1}}),
        ("issue_key", "rate_limit", {**key, "rate_limit": {"window_s": 1}}),
        ("issue_key", "rate_limit", {**key, "rate_limit": {"limit": 1 << 24, "window_s": 1}}),
        ("issue_key", "rate_limit", {**key, "rate_limit": {"limit": 1, "window_s": 2592001}}),
        ("issue_key", "request_id", {**key, "request_id": "x" * 65}),
        ("issue_key", "labels", {**key, "labels": [{"value": "v"}]}),
        ("issue_key", "labels", {**key, "labels": [{"name": "x" * 65}]}),
        ("issue_key", "labels", {**key, "labels": [{"name": "n", "value": "x" * 257}]}),
        ("issue_key", "labels", {**key, "labels": [{"name": f"n{n}"} for n in range(17)]}),
        ("revoke_key", "key_id", {}),
        ("revoke_key", "key_id", {"key_id": "key_"}),
        ("revoke_key", "api_key", {"key_id": known, "api_key": "x"}),
        ("revoke_key", "api_key", {"api_key": "a b"}),
        ("revoke_key", "reason", {"key_id": known, "reason": "x" * 501}),
        ("get_key", "key_id", {}),
        ("get_key", "key_id", {"key_id": "KEY_0000000000000000"}),
        ("rotate_key", "key_id", {}),
        ("rotate_key", "overlap_s", {"key_id": known, "overlap_s": -2}),
        ("rotate_key", "overlap_s", {"key_id": known, "overlap_s": 1 << 40}),
        ("rotate_key", "request_id", {"key_id": known, "request_id": "x" * 65}),
        ("update_key", "key_id", {"fields": ["disabled"]}),
        ("update_key", "permissions", {
            "key_id": known, "fields": ["permissions"], "permissions": ["a*"],
        }),
        ("update_key", "expires_at_unix_ms", {
            "key_id": known, "fields": ["expires_at_unix_ms"], "expires_at_unix_ms": 1,
        }),
        ("delete_key", "key_id", {}),
        ("revoke_keys", "organization_id", {}),
        ("revoke_keys", "reason", {"organization_id": tree.a, "reason": "x" * 501}),
        ("move_organization", "organization_id", {"to_root": True}),
        ("suspend_organization", "organization_id", {}),
        ("resume_organization", "organization_id", {"organization_id": "a b"}),
        ("delete_organization", "organization_id", {"organization_id": "é"}),
        ("list_keys", "organization_id", {"organization_id": " "}),
        ("list_keys", "environment", {"environment": "LIVE"}),
        ("list_keys", "states", {"states": [0]}),
        ("list_keys", "page_size", {"page_size": 1001}),
        ("list_keys", "page_token", {"page_token": "no token"}),
        ("list_keys", "name_contains", {"name_contains": "x" * 201}),
        ("list_keys", "secret_hint", {"secret_hint": "x" * 201}),
        ("list_keys", "unused_since_unix_ms", {"unused_since_unix_ms": -1}),
        ("put_organization", "organization_id", {}),
        ("put_organization", "organization_id", {"organization_id": "a b"}),
        ("put_organization", "organization_id", {"organization_id": "x" * 129}),
        ("put_organization", "parent_id", {"organization_id": "bad/x", "parent_id": "\t"}),
        ("put_organization", "parent_id", {"organization_id": "bad/x", "parent_id": "bad/x"}),
        ("put_organization", "name", {"organization_id": "bad/x", "name": "x" * 201}),
        ("put_organization", "name", {"organization_id": "bad/x", "name": "a\nb"}),
        ("list_organizations", "organization_id", {"organization_id": "a b"}),
        ("list_organizations", "page_size", {"page_size": 1001}),
        ("list_organizations", "page_token", {"page_token": "no token"}),
    ]:
        invalid(field_, method, **fields)

    # Nothing of what was refused is kept.
    page = tree.client.call("list_keys", organization_id=tree.a)
    assert [k.key_id for k in page.keys] == [known] and page.keys[0].state == pb.KEY_STATE_ACTIVE
    refused(pb.CODE_NOT_FOUND, None, "list_keys", organization_id="bad/x")


def test_caller_is_checked():
    tree = Tree("caller")
    for method in ("authorize", "identify_key", "list_accessible_organizations", "health"):
        fields = {"permission": "a"} if method == "authorize" else {}
        invalid("caller", method, caller={"actor": "ana"}, **fields)
    caller = {"actor": "x" * 201}
    invalid("caller.actor", "put_organization", caller=caller, organization_id="caller/x")
    caller = {"acting_organization_id": "a b"}
    status = invalid(None, "put_organization", caller=caller, organization_id="caller/x")
    assert status.field == "caller.acting_organization_id"
    caller = {"grantable_permissions": ["*"]}
    invalid("caller.acting_organization_id", "list_keys", caller=caller)


def test_acting_organization_stays_within_its_subtree():
    tree = Tree("acting")
    inside, outside = tree.issue(tree.a1).key.key_id, tree.issue(tree.b).key.key_id
    acting = {
        "actor": "ana@acme.example",
        "acting_organization_id": tree.a,
        "grantable_permissions": ["contacts:*"],
    }

    def call(method, **fields):
        return tree.client.call(method, caller=acting, **fields)

    issued = call("issue_key", organization_id=tree.a1, name="k", permissions=["contacts:read"])
    assert tree.verdict(issued.api_key, tree.a1x) == ALLOWED
    assert call("get_key", key_id=inside).key.key_id == inside
    assert call("put_organization", organization_id="acting/a/2", parent_id=tree.a).created
    listed = {key.key_id for key in call("list_keys").keys}
    assert inside in listed and outside not in listed

    status = refused(pb.CODE_NOT_FOUND, None, "get_key", caller=acting, key_id=outside)
    unknown = refused(
        pb.CODE_NOT_FOUND, None, "get_key", caller=acting, key_id="key_0000000000000000"
    )
    assert status.message == unknown.message
    denied = pb.CODE_PERMISSION_DENIED
    messages = {
        refused(denied, None, "issue_key", caller=acting, organization_id=o, name="k").message
        for o in (tree.root, tree.b, "acting/nowhere")
    }
    assert len(messages) == 1
    for permissions in (["*"], ["deals:read"], ["contacts"]):
        refused(
            denied, None, "issue_key", caller=acting, organization_id=tree.a, name="k",
            permissions=permissions,
        )
    limit = {"limit": 1, "window_s": 1}
    refused(
        denied, None, "issue_key", caller=acting, organization_id=tree.a, name="k",
        rate_limit=limit,
    )
    refused(denied, None, "put_organization", caller=acting, organization_id="acting-root")
    refused(pb.CODE_NOT_FOUND, None, "revoke_key", caller=acting, key_id=outside)
    refused(denied, None, "get_statistics", caller=acting)


def test_acting_organization_neither_frees_itself_nor_strengthens_keys():
    tree = Tree("escape")
    strong = tree.issue(tree.a1, permissions=["contacts:*", "deals:read"]).key.key_id
    weak = tree.issue(tree.a1).key.key_id
    outside = tree.issue(tree.b).key.key_id
    acting = {
        "acting_organization_id": tree.a,
        "grantable_permissions": ["contacts:*"],
        "max_rate_limit": {"limit": 10, "window_s": 60},
    }
    denied, failed = pb.CODE_PERMISSION_DENIED, pb.CODE_FAILED_PRECONDITION

    def refusal(code, method, **fields):
        return refused(code, None, method, caller=acting, **fields)

    refusal(denied, "rotate_key", key_id=strong)
    refusal(denied, "update_key", key_id=strong, fields=["disabled"])
    refusal(denied, "update_key", key_id=strong, fields=["expires_at_unix_ms"])
    refusal(denied, "update_key", key_id=weak, fields=["permissions"], permissions=["*"])
    refusal(denied, "update_key", key_id=weak, fields=["rate_limit"])
    for limit, window in ((11, 60), (10, 59), (11, 6000), (1, 5)):
        limit = {"limit": limit, "window_s": window}
        refusal(denied, "update_key", key_id=weak, fields=["rate_limit"], rate_limit=limit)
    for method, fields in [
        ("suspend_organization", {}), ("resume_organization", {}),
        ("move_organization", {"to_root": True}), ("move_organization", {"parent_id": tree.b}),
        ("delete_organization", {"revoke_keys": True, "include_descendants": True}),
    ]:
        refusal(failed, method, organization_id=tree.a, **fields)
    for method, fields in [
        ("rotate_key", {}), ("update_key", {"fields": ["disabled"]}), ("delete_key", {}),
    ]:
        there = refusal(pb.CODE_NOT_FOUND, method, key_id=outside, **fields)
        assert there == refusal(
            pb.CODE_NOT_FOUND, method, key_id="key_0000000000000000", **fields
        )
    for method, fields in [
        ("suspend_organization", {}), ("resume_organization", {}), ("revoke_keys", {}),
        ("move_organization", {"parent_id": tree.a}), ("delete_organization", {}),
        ("get_organization", {}),
    ]:
        there = refusal(denied, method, organization_id=tree.b, **fields)
        assert there == refusal(denied, method, organization_id="escape/none", **fields)
    refusal(denied, "move_organization", organization_id=tree.a1, parent_id=tree.b)
    refusal(denied, "move_organization", organization_id=tree.a1, to_root=True)

    seen = tree.client.call("get_organization", caller=acting, organization_id=tree.a)
    assert seen.organization.parent_id == "" and seen.organization.depth == 0
    tree.client.call("suspend_organization", organization_id=tree.root)
    refusal(failed, "rotate_key", key_id=weak)
    refusal(failed, "revoke_key", key_id=strong)
    assert tree.client.call("get_key", caller=acting, key_id=weak).key.key_id == weak
    tree.client.call("resume_organization", organization_id=tree.root)
    tree.client.call("revoke_key", caller=acting, key_id=strong)


# ---------------------------------------------------------------- frames


def test_frames_may_be_split_anywhere():
    wanted = request(7, "health")
    whole = frame(wanted) + frame(request(8, "authorize", permission="a"))
    for split in range(len(whole) + 1):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(PATH)
            connection.sendall(whole[:split])
            if split % 5 == 0:
                time.sleep(0.002)  # so that the daemon sees the first part alone
            connection.sendall(whole[split:])
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        answers = responses(received)
        assert sorted(a.call_id for a in answers) == [7, 8], split


def test_frames_may_come_byte_by_byte():
    connection = Connection()
    for byte in frame(request(1, "authorize", permission="a", api_key="x")):
        connection.socket.sendall(bytes([byte]))
        time.sleep(0.0005)
    assert connection.receive(1).authorize.reason == pb.REASON_KEY_UNKNOWN


def test_calls_may_be_pipelined():
    tree = Tree("pipeline")
    key = tree.issue(tree.a).api_key
    connection = Connection()
    wanted = {}
    for n in range(2000):
        if n % 100 == 0:
            wanted[connection.send("health")] = "health"
        elif n % 250 == 1:
            wanted[connection.send("list_keys", organization_id=tree.a)] = "list_keys"
        else:
            call_id = connection.send("authorize", api_key=key, permission="contacts:read")
            wanted[call_id] = "authorize"
    while wanted:
        response = connection.receive()
        assert response.status.code == pb.CODE_OK
        assert response.WhichOneof("result") == wanted.pop(response.call_id)


def test_half_closed_connection_gets_its_answers():
    tree = Tree("half")
    data = frame(request(1, "health")) + frame(
        request(2, "issue_key", organization_id=tree.a, name="k")
    )
    answers = {a.call_id: a for a in responses(raw(data, half_close=True))}
    assert set(answers) == {1, 2} and answers[2].issue_key.api_key
    assert responses(raw(data[:-1], half_close=True))[0].call_id == 1
    assert raw(b"", half_close=True) == b""
    assert raw(b"\0\0", half_close=True) == b""


def test_body_over_the_maximum_is_refused_and_the_connection_closed():
    for length in ((1 << 20) + 1, (1 << 31) - 1, (1 << 32) - 1):
        (answer,) = responses(raw(b"\0" + length.to_bytes(4, "big")))
        assert answer.call_id == 0 and answer.status.code == pb.CODE_RESOURCE_EXHAUSTED
        assert answer.WhichOneof("result") is None


def test_body_of_the_maximum_is_read():
    body = request(5, "put_organization", organization_id="x" * ((1 << 20) - 20))
    body += b"\x10" + b"\x80" * ((1 << 20) - len(body) - 2) + b"\0"
    assert len(body) == 1 << 20
    (answer,) = responses(raw(frame(body), half_close=True))
    assert answer.status.code == pb.CODE_INVALID_ARGUMENT


def test_http_is_answered_in_http():
    for greeting in (
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/authorize HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        head, _, body = raw(greeting).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ") and body.count(b"\n") <= 1 and body


def test_other_first_bytes_are_answered_by_a_status_and_closed():
    for data in (frame(request(1, "health"), flag=1), b"\x16\x03\x01\x02\x00", b"\xff"):
        (answer,) = responses(raw(data))
        assert answer.call_id == 0 and answer.status.code == pb.CODE_INVALID_ARGUMENT


def test_body_that_is_wrong_leaves_the_connection_open():
    connection = Connection()
    for body, call_id, code, field_ in [
        (b"\xff\xff\xff", 0, pb.CODE_INVALID_ARGUMENT, None),
        (b"\x08\x07", 7, pb.CODE_INVALID_ARGUMENT, "method"),
        (b"\x08\x07" + field(60, b""), 7, pb.CODE_UNIMPLEMENTED, None),
        (b"\x08\x07" + field(48, field(1, b"x")), 7, pb.CODE_INVALID_ARGUMENT, "1"),
        (b"\x08\x07" + field(48, b"") + field(51, b""), 7, pb.CODE_INVALID_ARGUMENT, "method"),
        (b"\x08\x07" + field(16, field(3, b"a\0b")), 7, pb.CODE_INVALID_ARGUMENT, "permission"),
        (b"\x08\x07" + field(16, field(3, b"\xc3")), 7, pb.CODE_INVALID_ARGUMENT, "permission"),
        (
            b"\x08\x07" + field(16, field(3, b"a") + field(3, b"b")),
            7, pb.CODE_INVALID_ARGUMENT, "permission",
        ),
        (b"\x08\x07" + field(3, field(9, b"")), 7, pb.CODE_INVALID_ARGUMENT, "caller.9"),
        (b"\x08\x07" + field(29, field(1, b"") * 400_000), 7,
         pb.CODE_RESOURCE_EXHAUSTED, None),
    ]:
        connection.socket.sendall(frame(body))
        answer = connection.receive(call_id)
        assert answer.status.code == code, (body[:40], answer)
        assert field_ is None or answer.status.field == field_, (body[:40], answer)
        assert answer.WhichOneof("result") is None and answer.status.message
    assert Client(PATH, timeout=20).call("health").status == pb.SERVING_STATUS_SERVING


def test_rubbish_hurts_nobody():
    generator = __import__("random").Random(7)
    connection = Connection()
    for _ in range(300):
        body = generator.randbytes(generator.randrange(200))
        connection.socket.sendall(frame(body))
        assert connection.receive().WhichOneof("result") in (None, "health")
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(PATH)
            other.sendall(generator.randbytes(generator.randrange(1, 100)))
    assert Client(PATH, timeout=20).call("health").status == pb.SERVING_STATUS_SERVING


# ---------------------------------------------------------------- the client itself


def raised(asked, client=None):
    """What Client.authorize raises."""
    try:
        answer = (client or Client(PATH, timeout=20)).authorize(**asked)
    except Exception as error:
        return error
    raise AssertionError(f"{asked} may pass: {answer}")


def test_client_returns_for_who_may_pass_alone():
    tree = Tree("client")
    key = tree.issue(tree.a).api_key
    asked = {"api_key": key, "permission": "contacts:read", "organization_id": tree.a1}
    assert tree.client.authorize(**asked).authorized_organization_id == tree.a1
    own = tree.client.authorize(own=True, api_key=key, permission="contacts:read")
    assert own.authorized_organization_id == tree.a
    for other, code in [
        ({"api_key": None}, "INVALID_API_KEY"),
        ({"api_key": JWT}, "INVALID_API_KEY"),
        ({"environment": "test"}, "INVALID_API_KEY"),
        ({"organization_id": tree.b}, "ORG_ACCESS_DENIED"),
        ({"permission": "orders:read"}, "PERMISSION_DENIED"),
    ]:
        denied = raised({**asked, **other})
        assert isinstance(denied, Denied) and denied.args[0] == code, denied
    for other, kind in [
        ({"organization_id": None}, ValueError),
        ({"organization_id": ""}, ValueError),
        ({"own": True}, ValueError),
        ({"permission": ""}, RuntimeError),
        ({"permision": "contacts:read"}, ValueError),
    ]:
        assert isinstance(raised({**asked, **other}), kind), other


def test_client_takes_nothing_but_a_whole_answer_in_time():
    grant = {"decision": pb.DECISION_ALLOWED, "key_id": "key_0", "authorized_organization_id": "a"}
    allowed = frame(pb.Response(call_id=1, authorize=grant).SerializeToString())
    path = f"{SCRATCH.name}/liar.sock"
    liar = Client(path, timeout=0.1)
    asked = {"api_key": "x", "permission": "a", "organization_id": "a"}
    assert isinstance(raised(asked, liar), FileNotFoundError)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        assert isinstance(raised(asked, liar), ConnectionRefusedError)
        listener.listen()

        def answer(data, pause):
            with listener.accept()[0] as connection, contextlib.suppress(OSError):
                while connection.recv(4096):
                    pass
                for byte in data:
                    connection.sendall(bytes([byte]))
                    time.sleep(pause)

        def told(data, pause=0):
            thread = threading.Thread(target=answer, args=(data, pause))
            thread.start()
            try:
                return liar.authorize(**asked)
            finally:
                thread.join()

        assert told(allowed).authorized_organization_id == "a"
        for lie in [allowed[:end] for end in range(len(allowed))] + [
            allowed + b"\0",
            b"\1" + allowed[1:],
            frame(pb.Response(call_id=1, health={}).SerializeToString()),
            frame(pb.Response(status={"code": pb.CODE_INTERNAL}).SerializeToString()),
            frame(pb.Response(call_id=1, authorize={}).SerializeToString()),
            b"HTTP/1.1 200 OK\r\n\r\n",
        ]:
            try:
                raise AssertionError(f"{lie} lets pass: {told(lie)}")
            except Exception as error:
                assert not isinstance(error, AssertionError), error
        began = time.monotonic()
        try:
            raise AssertionError(f"late, and yet: {told(allowed, pause=0.02)}")
        except (TimeoutError, ValueError):
            assert time.monotonic() - began < 5
    # It connects; nobody ever answers.
    with socket.socket(socket.AF_UNIX) as listener:
        os.unlink(path)
        listener.bind(path)
        listener.listen()
        assert isinstance(raised(asked, liar), TimeoutError)


# ---------------------------------------------------------------- operation


def test_health_and_statistics():
    client = Client(PATH, timeout=20)
    health = client.call("health")
    assert health.status == pb.SERVING_STATUS_SERVING and health.database_id
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", health.version)
    before = client.call("get_statistics")
    Tree("statistics").issue("statistics/a")
    after = client.call("get_statistics")
    assert after.version == health.version
    assert after.key_count == before.key_count + 1
    assert after.organization_count == before.organization_count + 5
    assert 1 <= after.connection_count and 0 < after.started_at_unix_ms <= now_ms()
    assert after.resident_bytes > 1 << 20 and after.database_bytes and after.free_disk_bytes
    assert after.quarantined_row_count == 0


def test_change_is_applied_or_past_its_deadline_and_never_both():
    tree = Tree("deadline")
    connection = Connection()
    calls = {}
    for n in range(200):
        call_id = connection.send(
            "issue_key", timeout_ms=1 + n % 4, organization_id=tree.a, name=f"key {n}"
        )
        calls[call_id] = f"key {n}"
    issued = set()
    for _ in range(200):
        response = connection.receive()
        if response.status.code == pb.CODE_OK:
            issued.add(calls[response.call_id])
        else:
            assert response.status.code == pb.CODE_DEADLINE_EXCEEDED, response
    page = tree.client.call("list_keys", organization_id=tree.a, page_size=1000)
    assert {key.name for key in page.keys} == issued
    call_id = connection.send("issue_key", timeout_ms=10_000, organization_id=tree.a, name="k")
    assert connection.receive(call_id).issue_key.api_key


NO_ROLE, DELEGATE, READER = 65533, 65532, 65531
CHANGES = {
    "issue_key": {"organization_id": "a", "name": "k"},
    "rotate_key": {"key_id": "key_0000000000000000"},
    "update_key": {"key_id": "key_0000000000000000", "fields": ["disabled"]},
    "revoke_key": {"key_id": "key_0000000000000000"},
    "revoke_keys": {"organization_id": "a"},
    "delete_key": {"key_id": "key_0000000000000000"},
    "import_keys": {},
    "put_organization": {"organization_id": "mine"},
    "move_organization": {"organization_id": "a", "to_root": True},
    "suspend_organization": {"organization_id": "a"},
    "resume_organization": {"organization_id": "a"},
    "delete_organization": {"organization_id": "a"},
    "import_organizations": {},
    "backup": {},
}
READS = {
    "get_key": {"key_id": "key_0000000000000000"},
    "list_keys": {},
    "get_usage": {"key_id": "key_0000000000000000"},
    "explain_authorize": {"key_id": "key_0000000000000000", "permission": "a"},
    "get_organization": {"organization_id": "a"},
    "list_organizations": {},
    "list_audit_events": {},
    "get_statistics": {},
    "get_metrics": {},
}


def as_user(uid, test):
    """Runs `test` in a process of this user's, if this one may become it."""
    if os.getuid() != 0:
        return
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgid(uid)
            os.setgroups([])
            os.setuid(uid)
            test()
            code = 0
        except BaseException:
            os.write(writer, traceback.format_exc().encode())
        finally:
            os._exit(code)
    os.close(writer)
    said = os.fdopen(reader).read()
    assert os.waitpid(child, 0)[1] == 0, said


def ask():
    client = Client(PATH, timeout=20)
    client.call("health")
    client.call("authorize", permission="a")
    client.call("identify_key", api_key="x")
    client.call("list_accessible_organizations", api_key="x")


def test_every_method_has_a_role():
    asking = {"authorize", "identify_key", "list_accessible_organizations", "health"}
    methods = pb.Request.DESCRIPTOR.oneofs_by_name["method"].fields
    assert {method.name for method in methods} == asking | set(CHANGES) | set(READS)


def test_peer_without_a_role_may_only_ask():
    def test():
        ask()
        for caller in (None, {"acting_organization_id": "a"}):
            for method, fields in {**CHANGES, **READS}.items():
                status = refused(
                    pb.CODE_PERMISSION_DENIED, None, method, caller=caller, **fields
                )
                assert str(NO_ROLE) in status.message, status.message

    as_user(NO_ROLE, test)


def test_reader_changes_nothing():
    tree = Tree("reader")

    def test():
        ask()
        for caller in (None, {"acting_organization_id": tree.a}):
            for method, fields in CHANGES.items():
                refused(pb.CODE_PERMISSION_DENIED, None, method, caller=caller, **fields)
        client = Client(PATH, timeout=20)
        assert client.call("get_organization", organization_id=tree.b).organization.depth == 1
        acting = {"acting_organization_id": tree.a}
        assert client.call("list_organizations", caller=acting).organizations
        refused(
            pb.CODE_PERMISSION_DENIED, None, "get_organization", caller=acting,
            organization_id=tree.b,
        )

    as_user(READER, test)


def test_delegate_acts_for_an_organization_or_not_at_all():
    tree = Tree("delegate")
    inside = tree.issue(tree.a1).key.key_id
    outside = tree.issue(tree.b).key.key_id

    def test():
        ask()
        for method, fields in {**CHANGES, **READS}.items():
            status = refused(pb.CODE_PERMISSION_DENIED, None, method, **fields)
            assert str(DELEGATE) in status.message, status.message
        acting = {"acting_organization_id": tree.a, "grantable_permissions": ["contacts:*"]}
        client = Client(PATH, timeout=20)
        for method in (
            "get_statistics", "get_metrics", "backup", "import_keys", "import_organizations"
        ):
            refused(pb.CODE_PERMISSION_DENIED, None, method, caller=acting)
        rotated = client.call("rotate_key", caller=acting, key_id=inside)
        assert rotated.key.secrets[0].version == 2
        client.call("suspend_organization", caller=acting, organization_id=tree.a1)
        client.call("resume_organization", caller=acting, organization_id=tree.a1)
        refused(pb.CODE_NOT_FOUND, None, "rotate_key", caller=acting, key_id=outside)
        refused(
            pb.CODE_PERMISSION_DENIED, None, "revoke_keys", caller=acting,
            organization_id=tree.b,
        )

    as_user(DELEGATE, test)


def test_what_was_answered_outlives_a_kill():
    global daemon
    tree = Tree("kill")
    kept, revoked = tree.issue(tree.a), tree.issue(tree.a)
    tree.client.call("revoke_key", key_id=revoked.key.key_id)
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    daemon = start(sys.argv[1])
    tree.client = Client(PATH, timeout=20)
    assert tree.verdict(kept.api_key, tree.a1x) == ALLOWED
    assert tree.verdict(revoked.api_key) == ("INVALID_API_KEY", "KEY_REVOKED")


# ---------------------------------------------------------------- running them


def start(binaries):
    """A daemon that answers."""
    log = open(f"{SCRATCH.name}/log", "ab")
    process = subprocess.Popen(
        [
            f"{binaries}/orgkeyd", "--socket", PATH, "--database", DATABASE,
            "--socket-mode", "0666", "--delegate-uid", str(DELEGATE), "--reader-uid", str(READER),
        ],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if Client(PATH, timeout=20).call("health").status == pb.SERVING_STATUS_SERVING:
                return process
        except (OSError, RuntimeError):
            pass
        time.sleep(0.01)
    sys.exit("orgkeyd does not serve:\n" + open(f"{SCRATCH.name}/log").read())


def main():
    global daemon
    os.chmod(SCRATCH.name, 0o755)
    daemon = start(sys.argv[1])
    tests = [(n, t) for n, t in globals().items() if n.startswith("test_")]
    tests = [(n, t) for n, t in tests if len(sys.argv) < 3 or sys.argv[2] in n]
    failures = 0
    try:
        for name, test in tests:
            try:
                test()
                print(f"ok      {name}")
            except Exception:
                failures += 1
                print(f"FAILED  {name}\n{traceback.format_exc()}")
            assert daemon.poll() is None, f"{name} ended the daemon with {daemon.returncode}"
        daemon.terminate()
        if daemon.wait(timeout=20) != 0:
            sys.exit(f"orgkeyd ended with {daemon.returncode} on SIGTERM")
    finally:
        if daemon.poll() is None:
            daemon.kill()
        if failures or sys.exc_info()[0]:
            print(open(f"{SCRATCH.name}/log").read()[-4000:])
    print(f"{len(tests) - failures} of {len(tests)} held")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
