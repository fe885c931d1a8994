/// The lines of rows: the daemon counts rows, a person looks for lines. Only where the distance
/// between the two changes is anything kept.
struct LineNumbers {
  private var steps: [(row: UInt64, distance: UInt64)] = []
  private(set) var rowCount: UInt64 = 0

  /// - Parameter line: of the next row; at least the row's own number.
  mutating func add(line: UInt64) {
    rowCount += 1
    let distance = line - rowCount
    if steps.last?.distance != distance { steps.append((rowCount, distance)) }
  }

  /// The line of a row, both counted from 1.
  subscript(row: UInt64) -> UInt64 {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? row : row + steps[low - 1].distance
  }
}
