/// Work in parallel, results in order: the only place of this room that knows about tasks.
package enum OrderedWork {
    /// Runs `work` for 0 ..< `count` on `workers` tasks and hands the results to `take` in order.
    ///
    /// At most two results a worker wait for their turn, so memory does not grow with `count`.
    /// `take` answers false to stop early. The first error, in order, is thrown.
    package static func run<Result: Sendable>(
        count: Int, workers: Int, work: @escaping @Sendable (Int) throws(BuildError) -> Result,
        take: (Result) throws(BuildError) -> Bool
    ) async throws(BuildError) {
        do {
            try await withThrowingTaskGroup(of: (Int, Swift.Result<Result, BuildError>).self) { group in
                var started = 0
                var waiting: [Int: Swift.Result<Result, BuildError>] = [:]
                func start() {
                    guard started < count else { return }
                    let index = started
                    started += 1
                    group.addTask { (index, Swift.Result { () throws(BuildError) in try work(index) }) }
                }
                for _ in 0..<max(1, workers) * 2 { start() }
                var next = 0
                while let (index, result) = try await group.next() {
                    waiting[index] = result
                    while let result = waiting.removeValue(forKey: next) {
                        next += 1
                        guard try take(result.get()) else {
                            group.cancelAll()
                            return
                        }
                        start()
                    }
                }
            }
        } catch {
            throw BuildError(error)
        }
    }
}
