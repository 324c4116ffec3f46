internal import Support

/// The database while logs are taken in: what was read is stored on a thread of its own, so that reading goes on
/// meanwhile. One delivery at a time; nobody else has the store until it is done.
// Checked by hand: from `begin` on only the thread touches what is in here, after `wait` only the owner.
final class Storing: @unchecked Sendable {
    private var store: DayStore
    private var handed: Delivery?
    private var outcome: Result<Receipt, IngestError>?
    private var work: BackgroundWork?

    init(_ store: consuming DayStore) { self.store = store }

    /// Begins to store; ``wait()`` has the result. With `aside` it goes on while this returns.
    func begin(_ delivery: consuming Delivery, aside: Bool) throws(IngestError) {
        guard aside else {
            outcome = .success(try store.commit(consume delivery))
            return
        }
        handed = consume delivery
        work = BackgroundWork { [self] in
            outcome = Result { () throws(IngestError) in try store.commit(handed.take() ?? Delivery()) }
        }
    }

    /// What came of the last delivery; `nil` when it was asked for before.
    func wait() throws(IngestError) -> Receipt? {
        work = nil
        defer { outcome = nil }
        return try outcome?.get()
    }

    /// The store, when nothing is being stored.
    func withStore<Value, Failure: Error>(
        _ body: (inout DayStore) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        work = nil
        return try body(&store)
    }
}
