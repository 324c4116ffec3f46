import Build
import Manifest
public import Site
public import Support

/// The first pass over a batch's table: every row is made and judged, none is kept. Only when all are right codes are made.
public struct BatchSurvey: Sendable {
    /// The batch.
    public let batch: CodeBatch
    /// Rows of the table.
    public var rows: Int { table.rows }
    /// SHA-256 of the table.
    public var digest: [UInt8] { table.digest }
    /// What is wrong, with the rows it is about; each kind 100 times at most, then a count.
    public private(set) var diagnostics: [Diagnostic] = []
    /// The rows that ``diagnostics`` show.
    public private(set) var sources: SourceMap
    let table: TableStretches
    let reader: BatchRows?
    let sheet: BatchSheet?
    /// Whether nothing is wrong.
    public var isRight: Bool { !diagnostics.contains { $0.severity == .error } }

    private static let shown = 100
    private var counts: [DiagnosticCode: Int] = [:]

    /// What one stretch came to.
    private struct Finding: Sendable {
        var hashes: [UInt64] = []
        var problems: [(problem: BatchRows.Problem, row: [UInt8], line: Int)] = []
        /// Problems that were only counted.
        var more: [DiagnosticCode: Int] = [:]
    }

    /// Reads the table twice: to cut it into stretches, and all its rows. Two rows with one address are found by a hash of 64
    /// bits, 8 bytes a row, and then compared.
    /// - Parameters:
    ///   - path: the table.
    ///   - spool: a folder for the text of a table that is not CSV in UTF-8.
    ///   - sources: of the manifest; rows that are shown are added to them.
    ///   - progress: rows that were judged.
    public init(
        _ batch: CodeBatch, _ site: Site, path: String, spool: String? = nil, sources: SourceMap, workers: Int,
        progress: (_ done: Int, _ total: Int) -> Void
    ) async throws(BatchError) {
        self.batch = batch
        var sources = sources
        table = try TableStretches(path: path, spool: spool)
        var problems: [BatchRows.Problem] = []
        reader = BatchRows(batch, header: table.header, problems: &problems)
        var found: [Diagnostic] = []
        sheet = reader.flatMap { reader in
            batch.sheet.flatMap {
                BatchSheet($0, columns: reader.columns, sources: &sources, diagnostics: &found)
            }
        }
        self.sources = sources
        diagnostics = found
        for note in table.notes {
            diagnostics.append(.warning(ManifestCodes.tableConverted, at: batch.dataRange, "\(path): \(note)"))
        }
        for problem in table.problems {
            let file = problem.line.map { self.sources.add(path: path, bytes: [], firstLine: $0) }
            diagnostics.append(
                .error(
                    ManifestCodes.batchRow,
                    at: file.map { SourceRange(file: $0, start: 0, length: 0) } ?? batch.dataRange,
                    problem.summary, help: problem.help))
        }
        if !table.problems.isEmpty, table.header.isEmpty { return }
        let header = table.header
        for problem in problems { add(problem, row: header, line: 1) }
        if let wanted = batch.rows, wanted != table.rows {
            diagnostics.append(
                .error(
                    ManifestCodes.batchSize, at: batch.dataRange,
                    "\(path) has \(table.rows) row\(table.rows == 1 ? "" : "s"), not \(wanted)",
                    help: "bring the whole table, or write rows: \(table.rows)"))
        }
        guard let reader else { return }
        let (table, stretches, sheet, prefix) = (table, table.stretches, sheet, BatchImages.prefix(batch, site))
        var hashes: [UInt64] = []
        hashes.reserveCapacity(table.rows)
        var done = 0
        do {
            try await OrderedWork.run(count: stretches.count, workers: workers) { index throws(BuildError) in
                do throws(BatchError) {
                    return try Self.judge(stretches[index], table, reader, sheet, prefix)
                } catch { throw Self.carried(error) }
            } take: { finding throws(BuildError) in
                hashes += finding.hashes
                for (problem, row, line) in finding.problems { add(problem, row: row, line: line) }
                for (code, count) in finding.more { counts[code, default: 0] += count }
                done += finding.hashes.count
                progress(done, table.rows)
                return true
            }
            try findDuplicates(&hashes)
        } catch { throw Self.uncarried(error) }
        for (code, count) in counts.sorted(by: { $0.key.id < $1.key.id }) where count > Self.shown {
            diagnostics.append(
                .error(
                    ManifestCodes.moreOfTheSame, at: nil,
                    "and \(count - Self.shown) more rows of \(path) with \(code.id)"))
        }
    }

    /// Errors of this room, through work that knows those of the room below.
    static func carried(_ error: BatchError) -> BuildError {
        switch error {
        case .file(let error): .file(error)
        case .build(let error): error
        default: .other(error.description)
        }
    }

    static func uncarried(_ error: any Error) -> BatchError {
        if case .file(let file)? = error as? BuildError { return .file(file) }
        return BatchError(error)
    }

    private static func judge(
        _ stretch: TableStretches.Stretch, _ table: TableStretches, _ reader: BatchRows, _ sheet: BatchSheet?,
        _ prefix: [UInt8]
    ) throws(BatchError) -> Finding {
        var reader = reader
        var labels = sheet?.judge
        let bytes = try table.read(stretch)
        var finding = Finding()
        finding.hashes.reserveCapacity(stretch.rows)
        reader.begin(before: stretch.before)
        func note(_ problem: BatchRows.Problem, _ row: Range<Int>) {
            guard finding.problems.count < shown else {
                finding.more[problem.code, default: 0] += 1
                return
            }
            var problem = problem
            let start = row.lowerBound
            problem.place = max(0, problem.place.lowerBound - start)..<max(0, problem.place.upperBound - start)
            let line = stretch.line + bytes[..<start].count { $0 == 0x0A }
            finding.problems.append((problem, Array(bytes[row]), line))
        }
        while true {
            switch reader.next(bytes.span) {
            case .end: return finding
            case .problem(let problem): note(problem, reader.place)
            case .row:
                do throws(BatchRows.Problem) {
                    try reader.normalize()
                    finding.hashes.append(hash(reader.slug))
                    guard labels != nil else { continue }
                    let url = BatchImages.url(prefix, reader.slug, isDense: reader.isDense)
                    if let problem = labels?.judge(reader, bytes.span, url: String(decoding: url, as: UTF8.self)) {
                        note(problem, reader.place)
                    }
                } catch { note(error, reader.place) }
            }
        }
    }

    /// Of an address, without regard to the case of ASCII letters. Seeded anew in each run.
    private static func hash(_ slug: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        slug.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(byteCount: max(1, bytes.count), alignment: 8) { folded in
                for index in 0..<bytes.count {
                    let byte = bytes[index]
                    folded[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
                }
                hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(folded)[..<bytes.count]))
            }
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private mutating func add(_ problem: BatchRows.Problem, row: [UInt8], line: Int) {
        counts[problem.code, default: 0] += 1
        guard counts[problem.code, default: 0] <= Self.shown else { return }
        let file = sources.add(path: table.path, bytes: row, firstLine: line)
        diagnostics.append(problem.diagnostic(file: file))
    }

    private mutating func findDuplicates(_ hashes: inout [UInt64]) throws(BatchError) {
        hashes.sort()
        var suspects: Set<UInt64> = []
        for index in hashes.indices.dropFirst() where hashes[index] == hashes[index - 1] {
            suspects.insert(hashes[index])
        }
        guard !suspects.isEmpty, var reader else { return }
        var first: [[UInt8]: (row: [UInt8], line: Int)] = [:]
        for stretch in table.stretches {
            let bytes = try table.read(stretch)
            reader.begin(before: stretch.before)
            reading: while true {
                switch reader.next(bytes.span) {
                case .end: break reading
                case .problem: continue
                case .row:
                    guard (try? reader.normalize()) != nil, suspects.contains(Self.hash(reader.slug)) else { continue }
                    let line = stretch.line + bytes[..<reader.place.lowerBound].count { $0 == 0x0A }
                    let row = Array(bytes[reader.place])
                    let key = reader.slug.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
                    guard let other = first[key] else {
                        first[key] = (row, line)
                        continue
                    }
                    addDuplicate(String(decoding: reader.slug, as: UTF8.self), row, line, other)
                }
            }
        }
    }

    private mutating func addDuplicate(_ slug: String, _ row: [UInt8], _ line: Int, _ other: (row: [UInt8], line: Int))
    {
        let code = ManifestCodes.duplicateSlug
        counts[code, default: 0] += 1
        guard counts[code, default: 0] <= Self.shown else { return }
        // In the order of their lines.
        let before = sources.add(path: table.path, bytes: other.row, firstLine: other.line)
        let file = sources.add(path: table.path, bytes: row, firstLine: line)
        diagnostics.append(
            .error(
                code, at: SourceRange(file: file, start: 0, length: UInt32(row.count)),
                "'\(slug)' is the address of two rows",
                notes: [
                    .init("first here", at: SourceRange(file: before, start: 0, length: UInt32(other.row.count)))
                ]))
    }
}
