internal import Glibc
internal import Support
internal import Synchronization

/// The database while logs are taken in: what was read is stored on a thread of its own, so that reading goes on
/// meanwhile. Deliveries wait in a short queue: most are stored fast, those that close a day take longer.
// Checked by hand: while the thread runs only it touches `store`; what both touch is in `state`.
final class Storing: @unchecked Sendable {
    private struct State {
        var queue: [Delivery] = []
        var receipts: [Receipt] = []
        /// Nothing is stored after what could not be stored: it would be lost.
        var failure: IngestError?
        var isRunning = false
    }

    private var store: DayStore
    private let state = Mutex(State())
    private var work: BackgroundWork?
    /// Deliveries that wait or are being stored.
    private static let depth = 3

    init(_ store: consuming DayStore) { self.store = store }

    /// Begins to store. With `aside` it goes on while this returns; else all is stored then.
    /// - Throws: what kept this delivery, or one before it, from being stored.
    func begin(_ delivery: consuming Delivery, aside: Bool) throws(IngestError) {
        guard aside else {
            try wait()
            let receipt = try store.commit(consume delivery)
            state.withLock { $0.receipts.append(receipt) }
            return
        }
        while state.withLock({ $0.isRunning && $0.queue.count >= Self.depth }) { usleep(300) }
        try check()
        let handed = delivery
        let starts = state.withLock { state in
            state.queue.append(handed)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { work = BackgroundWork { [self] in run() } }
    }

    private func run() {
        while true {
            let next = state.withLock { state -> Delivery? in
                if state.queue.isEmpty || state.failure != nil {
                    state.queue = []
                    state.isRunning = false
                    return nil
                }
                return state.queue.removeFirst()
            }
            guard let next else { return }
            do throws(IngestError) {
                let receipt = try store.commit(next)
                state.withLock { $0.receipts.append(receipt) }
            } catch {
                state.withLock { $0.failure = error }
            }
        }
    }

    private func check() throws(IngestError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Waits until all is stored.
    func wait() throws(IngestError) {
        work = nil
        try check()
    }

    /// What came of deliveries since the last time.
    func takeReceipts() -> [Receipt] {
        state.withLock { state in
            defer { state.receipts = [] }
            return state.receipts
        }
    }

    /// The store, when nothing is being stored.
    func withStore<Value, Failure: Error>(
        _ body: (inout DayStore) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        work = nil
        return try body(&store)
    }
}
