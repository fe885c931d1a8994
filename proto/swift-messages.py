#!/usr/bin/python3
"""Writes Sources/OrgKeyWire/Generated/Messages.swift from a FileDescriptorSet on stdin.

For every message of the contract a Swift value, with the reading from and the writing to
the structure that protoc-c generated for it; for every enum a Swift enum; and the table of
reasons from the comment on enum Reason. Refuses a recursive message type: protobuf-c has no
limit of depth. Run by `make proto`.
"""
import re
import sys

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

SCALARS = {
    Field.TYPE_UINT64: ("UInt64", "0"),
    Field.TYPE_UINT32: ("UInt32", "0"),
    Field.TYPE_INT64: ("Int64", "0"),
    Field.TYPE_DOUBLE: ("Double", "0"),
    Field.TYPE_BOOL: ("Bool", "false"),
    Field.TYPE_STRING: ("String", '""'),
    Field.TYPE_BYTES: ("[UInt8]", "[]"),
}
KEYWORDS = {"internal"}
# Text that must be wiped after use.
SECRETS = {"api_key"}
# What an enum's number becomes when this build does not know it: never a success.
UNKNOWN = {"Code": "internal"}


def camel(name):
    words = name.lower().split("_")
    out = words[0] + "".join(w.capitalize() for w in words[1:])
    out = re.sub(r"(?<=[a-z])Api(?=[A-Z]|$)", "API", out)
    return re.sub(r"(?<=[a-z])Id(s?)(?=[A-Z]|$)", r"ID\1", out)


def escaped(name):
    return f"`{name}`" if name in KEYWORDS else name


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def comment(locations, path, indent=""):
    location = locations.get(tuple(path))
    if location is None:
        return ""
    text = (location.leading_comments or location.trailing_comments).rstrip("\n")
    if not text.strip():
        return ""
    lines = (line[1:] if line.startswith(" ") else line for line in text.split("\n"))
    return "".join(f"{indent}/// {line}".rstrip() + "\n" for line in lines)


class Message:
    def __init__(self, proto, path, outer=""):
        self.proto, self.path = proto, path
        self.swift = outer + proto.name  # ImportKeysRequest.Row: ImportKeysRequestRow
        self.full = None
        self.c = None
        self.function = None


def collect(file):
    messages, enums = [], []

    def visit(proto, path, full, outer, c):
        message = Message(proto, path, outer)
        message.full = f"{full}.{proto.name}"
        message.c = f"{c}__{proto.name}"
        message.function = message.c.replace("Orgkey__V1__", "")
        message.function = "orgkey__v1__" + "__".join(
            snake(part) for part in message.function.split("__")
        )
        messages.append(message)
        for i, nested in enumerate(proto.nested_type):
            visit(nested, path + [3, i], message.full, message.swift, message.c)

    for i, proto in enumerate(file.message_type):
        visit(proto, [4, i], f".{file.package}", "", "Orgkey__V1")
    for i, proto in enumerate(file.enum_type):
        enums.append((proto, [5, i]))
    return messages, enums


def refuse_recursion(messages):
    uses = {
        m.full: [f.type_name for f in m.proto.field if f.type == Field.TYPE_MESSAGE]
        for m in messages
    }

    def walk(name, above):
        if name in above:
            sys.exit(f"recursive message type: {' > '.join(above + [name])}")
        for used in uses[name]:
            walk(used, above + [name])

    for name in uses:
        walk(name, [])


class Generator:
    def __init__(self, file):
        self.file = file
        self.locations = {tuple(l.path): l for l in file.source_code_info.location}
        self.messages, self.enums = collect(file)
        refuse_recursion(self.messages)
        self.names = {m.full: m for m in self.messages}
        self.out = []

    def emit(self, text):
        self.out.append(text)

    def type(self, field):
        if field.type == Field.TYPE_MESSAGE:
            return self.names[field.type_name].swift
        if field.type == Field.TYPE_ENUM:
            return field.type_name.split(".")[-1]
        if field.name in SECRETS:
            return "SecretText"
        return SCALARS[field.type][0]

    def property(self, field):
        kind = self.type(field)
        if field.label == Field.LABEL_REPEATED:
            return f"[{kind}]", "[]"
        if field.type == Field.TYPE_MESSAGE:
            return f"{kind}?", "nil"
        if field.type == Field.TYPE_ENUM:
            zero = next(
                v for e, _ in self.enums if e.name == kind for v in e.value if v.number == 0
            )
            return kind, "." + escaped(self.case(kind, zero.name))
        if field.name in SECRETS:
            return kind, ".empty"
        return SCALARS[field.type]

    def case(self, enum, value):
        return camel(value[len(snake(enum)) + 1 :])

    def read(self, field):
        c = f"c.{escaped(field.name)}"
        if field.label == Field.LABEL_REPEATED:
            n = f"c.n_{field.name}"
            if field.type == Field.TYPE_STRING:
                return f"Read.texts({n}, {c})"
            if field.type == Field.TYPE_ENUM:
                return f"Read.list({n}, {c}) {{ {self.type(field)}(number: $0.rawValue) }}"
            return f"Read.messages({n}, {c}) {{ unsafe {self.type(field)}($0) }}"
        if field.type == Field.TYPE_MESSAGE:
            return f"{c}.map {{ unsafe {self.type(field)}($0.pointee) }}"
        if field.type == Field.TYPE_ENUM:
            return f"{self.type(field)}(number: {c}.rawValue)"
        if field.name in SECRETS:
            return f"SecretText({c})"
        if field.type == Field.TYPE_STRING:
            return f"Read.text({c})"
        if field.type == Field.TYPE_BYTES:
            return f"Read.bytes({c})"
        if field.type == Field.TYPE_BOOL:
            return f"{c} != 0"
        return c

    def write(self, field, value):
        """Statements that put `value` into c.pointee's field."""
        c = f"c.pointee.{escaped(field.name)}"
        if field.label == Field.LABEL_REPEATED:
            kind = "texts" if field.type == Field.TYPE_STRING else "list"
            items = value
            if field.type == Field.TYPE_ENUM:
                items = f"{value}.map {{ C{self.type(field)}(rawValue: $0.rawValue) }}"
            if field.type == Field.TYPE_MESSAGE:
                items = f"{value}.map {{ unsafe Optional($0.written(in: arena)) }}"
            return f"unsafe (c.pointee.n_{field.name}, {c}) = arena.{kind}({items})"
        if field.type == Field.TYPE_MESSAGE:
            return f"unsafe {c} = {value}.map {{ unsafe $0.written(in: arena) }}"
        if field.type == Field.TYPE_ENUM:
            return f"unsafe {c} = C{self.type(field)}(rawValue: {value}.rawValue)"
        if field.name in SECRETS:
            return f"unsafe {c} = {value}.pointer"
        if field.type == Field.TYPE_STRING:
            return f"unsafe {c} = arena.text({value})"
        if field.type == Field.TYPE_BYTES:
            return f"unsafe {c} = arena.bytes({value})"
        if field.type == Field.TYPE_BOOL:
            return f"unsafe {c} = {value} ? 1 : 0"
        return f"unsafe {c} = {value}"

    def enum(self, proto, path):
        name = proto.name
        self.emit(comment(self.locations, path))
        self.emit(f"package enum {name}: UInt32, Sendable, CaseIterable {{\n")
        for i, value in enumerate(proto.value):
            self.emit(comment(self.locations, path + [2, i], "  "))
            self.emit(f"  case {escaped(self.case(name, value.name))} = {value.number}\n")
        unknown = UNKNOWN.get(name, "unspecified")
        self.emit(
            f"\n  /// Of a number from the wire; one that is not known is `{unknown}`.\n"
            f"  init(number: UInt32) {{ self = {name}(rawValue: number) ?? .{unknown} }}\n}}\n"
            f"typealias C{name} = Orgkey__V1__{name}\n\n"
        )

    @staticmethod
    def storage(message, field):
        """Out of line what would make every response as large as the largest: authorizing, which
        happens for each request of an application, shall not carry that about."""
        return "indirect " if message.proto.name == "Response" and field.name != "authorize" else ""

    def oneof_enum(self, message, index):
        oneof = message.proto.oneof_decl[index]
        fields = [f for f in message.proto.field if f.HasField("oneof_index")]
        name = oneof.name.capitalize()
        self.emit(f"  /// The `{oneof.name}` that is set.\n")
        self.emit(f"  package enum {name}: Sendable, Equatable {{\n")
        for field in fields:
            self.emit(f"    {self.storage(message, field)}case {camel(field.name)}({self.type(field)})\n")
        self.emit("  }\n")

    def message(self, message):
        proto, name = message.proto, message.swift
        plain = [f for f in proto.field if not f.HasField("oneof_index")]
        oneof = [f for f in proto.field if f.HasField("oneof_index")]
        self.emit(comment(self.locations, message.path))
        self.emit(f"package struct {name}: Sendable, Equatable {{\n")
        if oneof:
            self.oneof_enum(message, 0)
        parameters = []
        for field in plain:
            index = list(proto.field).index(field)
            kind, default = self.property(field)
            self.emit(comment(self.locations, message.path + [2, index], "  "))
            self.emit(f"  package var {camel(field.name)}: {kind}\n")
            parameters.append((camel(field.name), kind, default))
        if oneof:
            case = proto.oneof_decl[0].name
            self.emit(f"  package var {case}: {case.capitalize()}?\n")
            parameters.append((case, f"{case.capitalize()}?", "nil"))
        arguments = ", ".join(f"{n}: {k} = {d}" for n, k, d in parameters)
        self.emit(f"\n  package init({arguments}) {{\n")
        for n, _, _ in parameters:
            self.emit(f"    self.{n} = {n}\n")
        self.emit("  }\n}\n\n")

        self.emit(f"extension {name} {{\n")
        self.emit(f"  init(_ c: {message.c}) {{\n")
        for field in plain:
            self.emit(f"    unsafe {camel(field.name)} = {self.read(field)}\n")
        if oneof:
            case = proto.oneof_decl[0].name
            prefix = f"{message.c.upper()}__{case.upper()}_".replace(
                "ORGKEY__V1__", "ORGKEY__V1__"
            )
            self.emit(f"    switch unsafe c.{case}_case {{\n")
            for field in oneof:
                label = f"{prefix}{field.name.upper()}"
                self.emit(
                    f"    case {label}: unsafe {case} = c.{field.name}.map "
                    f"{{ unsafe .{camel(field.name)}({self.type(field)}($0.pointee)) }}\n"
                )
            self.emit(f"    default: {case} = nil\n    }}\n")
        self.emit("  }\n\n")
        self.emit(
            f"  func written(in arena: borrowing Arena) -> UnsafeMutablePointer<{message.c}> {{\n"
        )
        keyword = "let"
        self.emit(
            f"    {keyword} c = unsafe arena.make({message.c}.self, {message.function}__init)\n"
        )
        for field in plain:
            self.emit(f"    {self.write(field, camel(field.name))}\n")
        if oneof:
            case = proto.oneof_decl[0].name
            prefix = f"{message.c.upper()}__{case.upper()}_"
            self.emit(f"    switch {case} {{\n    case nil: break\n")
            for field in oneof:
                self.emit(
                    f"    case .{camel(field.name)}(let value):\n"
                    f"      unsafe c.pointee.{case}_case = {prefix}{field.name.upper()}\n"
                    f"      unsafe c.pointee.{field.name} = value.written(in: arena)\n"
                )
            self.emit("    }\n")
        self.emit("    return unsafe c\n  }\n}\n\n")

    def methods(self):
        """A method is named by its field in Request: the list that dispatch and audit share."""
        request = next(m for m in self.messages if m.swift == "Request")
        fields = [f for f in request.proto.field if f.HasField("oneof_index")]
        self.emit("/// A method of the service, with the number of its field in `Request`.\n")
        self.emit("package enum MethodName: UInt32, Sendable, CaseIterable {\n")
        for field in fields:
            self.emit(f"  case {camel(field.name)} = {field.number}\n")
        self.emit("\n  /// As the contract's service spells it: \"RevokeKey\".\n")
        self.emit("  package var text: String {\n    switch self {\n")
        for field in fields:
            rpc = self.type(field)[: -len("Request")]
            self.emit(f"    case .{camel(field.name)}: \"{rpc}\"\n")
        self.emit("    }\n  }\n}\n\n")

        self.emit("extension Request.Method {\n  package var name: MethodName {\n")
        self.emit("    switch self {\n")
        for field in fields:
            self.emit(f"    case .{camel(field.name)}: .{camel(field.name)}\n")
        self.emit("    }\n  }\n}\n\n")

    def reasons(self):
        """The table in the comment on enum Reason."""
        index = next(i for i, e in enumerate(self.file.enum_type) if e.name == "Reason")
        text = self.locations[(5, index)].leading_comments
        rows = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in text.split("\n")
            if line.strip().startswith("|")
        ][1:]
        known = [v.name[len("REASON_") :] for v in self.file.enum_type[index].value]
        if [row[0] for row in rows] != known:
            sys.exit("the table of reasons and enum Reason name different reasons")
        self.emit("/// What follows from a reason: the contract's table.\n")
        self.emit("extension Reason {\n")
        columns = [
            ("decision", "Decision", lambda r: "." + camel(r[1]), "The verdict it leads to."),
            ("httpStatus", "Int", lambda r: r[2], "The HTTP status a service answers with."),
            ("sentence", "String", lambda r: f'"{r[3]}"', "What the caller of an API may read."),
            ("advice", "String", lambda r: f'"{r[4]}"', "What the operator does about it."),
        ]
        for name, kind, value, doc in columns:
            self.emit(f"  /// {doc}\n  package var {name}: {kind} {{\n    switch self {{\n")
            for row in rows:
                self.emit(f"    case .{camel(row[0])}: {value(row)}\n")
            self.emit("    }\n  }\n")
        self.emit("}\n")

    def text(self):
        self.emit(
            "// Generated from proto/orgkey.proto by proto/swift-messages.py (make proto): "
            "do not edit.\n// swift-format-ignore-file\n\ninternal import COrgKeyProto\n\n"
        )
        for proto, path in self.enums:
            self.enum(proto, path)
        for message in self.messages:
            self.message(message)
        self.methods()
        self.reasons()
        return "".join(self.out)


files = descriptor_pb2.FileDescriptorSet.FromString(sys.stdin.buffer.read())
sys.stdout.write(Generator(files.file[0]).text())
