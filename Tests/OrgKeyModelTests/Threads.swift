import Glibc

/// Runs `body` on threads of the kernel's own, since tasks share a few and take turns; returns
/// when all have ended.
func onThreads(_ count: Int, _ body: () -> Void) {
  withoutActuallyEscaping(body) { body in
    let box = Box(body: body)
    let threads = (0..<count).map { _ in
      var thread = pthread_t()
      let argument = unsafe Unmanaged.passRetained(box).toOpaque()
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
          return nil
        }, argument)
      precondition(status == 0)
      return thread
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}

private final class Box {
  let body: () -> Void
  init(body: @escaping () -> Void) { self.body = body }
}
