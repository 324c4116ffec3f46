internal import Glibc

/// A thread for one piece of work that is too long to wait for: the end of this value's life waits for it.
public struct BackgroundWork: ~Copyable, Sendable {
    /// What the thread runs.
    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: pthread_t?

    /// Begins. Where no thread can be had the work is done at once.
    public init(_ work: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let handed = unsafe Unmanaged.passRetained(Work(work))
        let code = unsafe pthread_create(
            &thread, nil,
            { pointer in
                if let pointer = unsafe pointer {
                    unsafe Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run()
                }
                return nil
            }, handed.toOpaque())
        if code == 0 {
            self.thread = thread
        } else {
            self.thread = nil
            unsafe handed.takeRetainedValue().run()
        }
    }

    deinit {
        if let thread { pthread_join(thread, nil) }
    }
}
