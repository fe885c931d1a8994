import OrgKeyModel
import Testing

@Suite struct PermissionTests {
  @Test(arguments: [
    (["contacts:read"], "contacts:read", true),
    (["contacts:read"], "contacts:write", false),
    (["contacts:read"], "contacts:rea", false),
    (["contacts:read"], "contacts:reader", false),
    (["contacts:read"], "contacts", false),
    (["contacts:*"], "contacts:read", true),
    (["contacts:*"], "contacts:deals:read", true),
    (["contacts:*"], "contacts", false),
    (["contacts:*"], "contacts:", false),
    (["contacts:*"], "contacts2:read", false),
    (["contacts:*"], "contact", false),
    (["a:b:*"], "a:b", false),
    (["a:b:*"], "a:c:d", false),
    (["a:b:*"], "a:b:c:d", true),
    (["*"], "anything:at.all", true),
    (["*"], "x", true),
    (["*"], "", false),
    (["contact*"], "contacts", false),
    ([], "contacts:read", false),
    (["x", "y:*", "z"], "z", true),
    (["x", "y:*", "z"], "y:1", true),
  ]) func patternCovers(patterns: [String], permission: String, expected: Bool) {
    let set = PermissionSet(patterns: patterns)
    #expect(set.covers(permission.utf8.span) == expected)
    #expect(set.patterns == patterns)
    #expect(set.count == patterns.count)
  }

  @Test(arguments: [
    (["contacts:*"], ["contacts:*"], true),
    (["contacts:*"], ["*"], true),
    (["contacts:*"], ["contacts:read"], false),
    (["contacts:*"], ["contacts:read", "contacts:write"], false),
    (["contacts:deals:*"], ["contacts:*"], true),
    (["contacts:*"], ["contacts:deals:*"], false),
    (["contacts:read", "deals:read"], ["contacts:*"], false),
    (["contacts:read", "deals:read"], ["contacts:*", "deals:read"], true),
    (["contacts"], ["contacts:*"], false),
    (["*"], ["*"], true),
    (["*"], ["contacts:*", "deals:*"], false),
    ([], [], true),
    ([], ["x"], true),
    (["x"], [], false),
  ]) func setIsCoveredBySet(granted: [String], bound: [String], expected: Bool) {
    #expect(
      PermissionSet(patterns: granted).isCovered(by: PermissionSet(patterns: bound)) == expected)
  }

  /// Over a small world: a set is covered exactly when no concrete permission tells them apart.
  @Test func coverageOfSetsAgreesWithCoverageOfPermissions() {
    let segments = ["a", "b", "fresh"]
    var concrete = segments
    for first in segments {
      for second in segments {
        concrete.append("\(first):\(second)")
        for third in segments { concrete.append("\(first):\(second):\(third)") }
      }
    }
    let patterns = ["*", "a", "b", "a:*", "b:*", "a:a", "a:b", "a:a:*", "a:b:*", "a:a:b"]
    for left in patterns {
      for right in patterns {
        for other in patterns {
          let set = PermissionSet(patterns: [left])
          let bound = PermissionSet(patterns: [right, other])
          let expected = concrete.allSatisfy {
            !set.covers($0.utf8.span) || bound.covers($0.utf8.span)
          }
          #expect(set.isCovered(by: bound) == expected, "\(left) by \(right), \(other)")
        }
      }
    }
  }

  @Test func longestGrantGoesThroughTheDirectory() {
    let patterns = (0..<64).map { index in
      "p\(index):" + String(repeating: "x", count: 97 - String(index).utf8.count) + "y"
    }
    #expect(patterns.allSatisfy { $0.utf8.count == 100 })
    var directory = Fixture().directory()
    #expect(directory.insert(PermissionSet(patterns: patterns), number: 9) == true)
    var key = Fixture().key
    key.number = 8
    key.permissionSet = 9
    #expect(directory.insert(key) == true)
    #expect(directory.key(number: 8).map { directory.permissions(of: $0).patterns } == patterns)
  }
}
