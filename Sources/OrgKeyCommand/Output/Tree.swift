/// A forest drawn with lines.
struct Tree {
  struct Node {
    let id: String
    /// nil, or one that is not among the nodes: it is drawn at the left edge.
    let parentID: String?
    let label: String
  }

  private let nodes: [Node]
  private var roots: [Int] = []
  private var children: [Int: [Int]] = [:]

  init(_ nodes: [Node]) {
    self.nodes = nodes
    // Bytes decide: String would merge identifiers that differ.
    var places: [[UInt8]: Int] = [:]
    for (index, node) in nodes.enumerated() { places[Array(node.id.utf8)] = index }
    for (index, node) in nodes.enumerated() {
      if let parent = node.parentID.flatMap({ places[Array($0.utf8)] }) {
        children[parent, default: []].append(index)
      } else {
        roots.append(index)
      }
    }
  }

  func lines() -> [String] {
    var lines: [String] = []
    for root in roots {
      lines.append(nodes[root].label)
      draw(below: root, indent: "", into: &lines)
    }
    return lines
  }

  // As deep as organizations are: 64 levels.
  private func draw(below parent: Int, indent: String, into lines: inout [String]) {
    let below = children[parent] ?? []
    for (position, child) in below.enumerated() {
      let isLast = position == below.count - 1
      lines.append(indent + (isLast ? "└─ " : "├─ ") + nodes[child].label)
      draw(below: child, indent: indent + (isLast ? "   " : "│  "), into: &lines)
    }
  }
}
