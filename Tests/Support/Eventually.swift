import Glibc

/// Asks until it is so; a test that waits in vain fails instead of hanging.
package func eventually(
  within seconds: Int = 30, _ condition: () throws -> Bool
) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while try !condition() {
    if ContinuousClock.now > deadline { return false }
    sched_yield()
  }
  return true
}
