"""A client of orgkeyd, written from proto/orgkey.proto alone."""
import socket
import struct

import orgkey_pb2 as pb


class Refused(Exception):
    """A call that was not carried out."""

    def __init__(self, status):
        super().__init__(f"{pb.Code.Name(status.code)} {status.field}: {status.message}")
        self.status = status


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rb")
        self.call_id = 0

    def call(self, method, caller=None, timeout_ms=0, **fields):
        """The result of one call; raises Refused."""
        response = self.receive(self.send(method, caller, timeout_ms, **fields))
        if response.status.code != pb.CODE_OK:
            raise Refused(response.status)
        assert response.WhichOneof("result") == method, response
        return getattr(response, method)

    def send(self, method, caller=None, timeout_ms=0, **fields):
        self.call_id += 1
        request = pb.Request(call_id=self.call_id, caller=caller, timeout_ms=timeout_ms)
        getattr(request, method).MergeFrom(getattr(pb.Request(**{method: fields}), method))
        getattr(request, method).SetInParent()
        self.socket.sendall(frame(request.SerializeToString()))
        return self.call_id

    def receive(self, call_id=None):
        flag, length = struct.unpack(">BI", self.stream.read(5))
        assert flag == 0 and length <= 1 << 20
        response = pb.Response.FromString(self.stream.read(length))
        assert call_id in (None, response.call_id), response
        return response


def frame(body, flag=0):
    return struct.pack(">BI", flag, len(body)) + body
