"""A client of orgkeyd, from proto/orgkey.proto alone. Threads and forks may share it."""
import socket
import time
import orgkey_pb2 as pb


class Denied(Exception):
    """The key may not do this: the code that the API's caller may see, and the whole answer."""


class Client:
    def __init__(self, path="/run/orgkey/orgkey.sock", timeout=0.2):
        self.path, self.timeout = path, timeout

    def authorize(self, own=False, **asked):
        """Returns only if the request may pass. Denied: 401, 403 or 429; any other error: 503."""
        if own == bool(asked.get("organization_id")):
            raise ValueError("name the organization, or say that it is the key's own")
        answer = self.call("authorize", **asked)
        if answer.decision == pb.DECISION_ALLOWED:
            return answer  # query with its authorized_organization_id, not with what was asked
        raise Denied(pb.Decision.Name(answer.decision).removeprefix("DECISION_"), answer)

    def call(self, method, caller=None, **fields):
        """The result of any call of the contract; an error when timeout seconds have passed."""
        body = pb.Request(call_id=1, caller=caller, **{method: fields}).SerializeToString()
        read, deadline = b"", time.monotonic() + self.timeout
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(self.timeout)
            connection.connect(self.path)
            connection.sendall(b"\0" + len(body).to_bytes(4, "big") + body)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                read += part
                connection.settimeout(deadline - time.monotonic())
        response = pb.Response.FromString(read[5:])
        if response.HasField(method) and len(read) == 5 + int.from_bytes(read[:5], "big"):
            return getattr(response, method)
        raise RuntimeError("orgkeyd did not do it", response.status)
