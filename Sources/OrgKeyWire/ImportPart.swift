/// What a request is of an import, even if it can't be taken.
package struct ImportPart: Sendable, Equatable {
  package let method: MethodName
  package let isLast: Bool

  package init(_ method: MethodName, isLast: Bool) {
    self.method = method
    self.isLast = isLast
  }
}

extension MethodName {
  package static let imports: [MethodName] = [.importKeys, .importOrganizations]
}

extension Request {
  package var importParts: [ImportPart] {
    switch method {
    case .importKeys(let request): [ImportPart(.importKeys, isLast: request.last)]
    case .importOrganizations(let request):
      [ImportPart(.importOrganizations, isLast: request.last)]
    default: []
    }
  }
}

extension RequestDecoder {
  /// Of `last`, in the requests of both imports.
  private static let lastField: UInt32 = 2

  /// What a body is of an import by its outermost fields, or what it may be if they can't be read.
  package static func importParts(in body: UnsafeRawBufferPointer) -> [ImportPart] {
    var reader = unsafe FieldReader(body)
    var parts: [ImportPart] = []
    do {
      while let field = try reader.next() {
        for method in MethodName.imports where method.rawValue == field.number {
          parts.append(ImportPart(method, isLast: unsafe isLast(field.payload)))
        }
      }
    } catch {
      return MethodName.imports.map { ImportPart($0, isLast: false) }
    }
    return parts
  }

  private static func isLast(_ fields: UnsafeRawBufferPointer) -> Bool {
    var reader = unsafe FieldReader(fields)
    var isLast = false
    while let field = try? reader.next() {
      if field.number == lastField { isLast = field.value != 0 }
    }
    return isLast
  }
}
