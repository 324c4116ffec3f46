import Build
import Manifest
public import Site
import Support

/// One of several machines that share a batch: the third of sixteen.
public struct BatchShard: Equatable, Sendable, CustomStringConvertible {
    /// From 1.
    public let number: Int
    /// How many there are.
    public let count: Int

    /// `nil` unless `number` is from 1 to `count`, and `count` at most 1,000.
    public init?(_ number: Int, of count: Int) {
        guard (1...1_000).contains(count), (1...count).contains(number) else { return nil }
        self.number = number
        self.count = count
    }

    /// The numbers of its rows, from 1, which follow each other; empty when there are fewer rows than shards.
    public func rows(of total: Int) -> Range<Int> { total * (number - 1) / count + 1..<total * number / count + 1 }

    /// `3/16`.
    public var description: String { "\(number)/\(count)" }

    /// Its folder.
    var folder: String {
        let (a, b) = (String(number), String(count))
        return String(repeating: "0", count: b.utf8.count - a.utf8.count) + a + "-of-" + b
    }
}

/// What a batch became.
public struct BatchResult: Sendable {
    /// The generation that counts now.
    public var generation: Int
    /// Whether this run made it; false when nothing had changed.
    public var isNew: Bool
    /// Its path through `current`.
    public var path: String
    /// Rows that it is made of.
    public var rows: Int
    /// Rows that a run before had made, which was cut short.
    public var resumed: Int
    /// Name of the archive or folder of images in it; `nil`: there are none.
    public var images: String?
    /// Name of the sheets in it; `nil`: there are none.
    public var sheets: String?
}

/// A table that was found right → images, the list of them, and their hashes, in a generation of their own:
///
///     dist/batches/NAME/current -> generations/000001
///     dist/batches/NAME/generations/000001/{batch.json,codes.zip,results.csv,SHA256SUMS}
///     dist/batches/NAME/.work/       the journal, while a run is not done
///
/// A run may be killed at any moment: the next one cuts off what was not counted yet and goes on, and the files are those of a
/// run that was left alone. Two runs at once can't be: the generations' lock is held.
public struct BatchRun: Sendable {
    let survey: BatchSurvey
    let site: Site
    let options: Options

    /// How and where.
    public struct Options: Sendable {
        /// The folder of builds: batches lie under `batches/`.
        public var output: String
        /// Tasks at once.
        public var workers: Int
        /// The part of the rows that is made; `nil`: all.
        public var shard: BatchShard?
        /// Whether each code is read again.
        public var isVerified = true
        /// Generations that stay.
        public var keep = 3

        /// Options with their defaults.
        public init(output: String, workers: Int) {
            self.output = output
            self.workers = workers
        }
    }

    /// A run over a table that `survey` found nothing wrong with.
    public init(_ survey: BatchSurvey, _ site: Site, _ options: Options) {
        self.survey = survey
        self.site = site
        self.options = options
    }

    /// The folder of a batch, or of one shard of it.
    static func folder(_ output: String, _ name: String, _ shard: BatchShard?) -> String {
        let folder = "\(output)/batches/\(name)"
        return shard.map { "\(folder)/shards/\($0.folder)" } ?? folder
    }

    /// Makes the batch.
    /// - Parameter progress: rows that are done, of those to be made.
    public func run(progress: (_ done: Int, _ total: Int) -> Void) async throws(BatchError) -> BatchResult {
        let batch = survey.batch
        guard let reader = survey.reader else { throw .build(.other("the table has no header")) }
        let wanted = options.shard?.rows(of: survey.rows) ?? 1..<survey.rows + 1
        let folder = Self.folder(options.output, batch.name, options.shard)
        let fingerprint = BatchDescription.fingerprint(survey, site, options)
        do {
            let store = try GenerationStore.open(folder)
            if let number = try finished(store, fingerprint) {
                return result(number, store, wanted.count, isNew: false)
            }
            let work = folder + "/.work"
            var mark = BatchJournal.lastMark(work + "/journal", fingerprint: fingerprint)
            if let counted = mark, try !isThere(counted, store.staging, work) { mark = nil }
            if mark == nil {
                try store.prepareStaging()
                try Files.removeTree(work)
                try Files.makeDirectory(work)
            }
            var output = try BatchOutput.open(
                batch, rows: wanted.count, staging: store.staging, work: work, fingerprint: fingerprint, after: mark)
            let resumed = mark?.rows ?? 0
            try await make(reader, wanted, from: mark, &output, progress)
            let about = BatchDescription(
                name: batch.name, images: batch.images, table: survey.digest, total: survey.rows, rows: wanted,
                shard: options.shard, fingerprint: fingerprint,
                whole: BatchDescription.fingerprint(survey, site, options, isWhole: true))
            let sheets = options.shard == nil ? try drawSheets(store.staging, progress) : nil
            try output.finish(sheets: sheets) { about.json(bytes: $0, entries: $1) }
            let number = try store.publish {}
            try Files.removeTree(work)
            try store.prune(keep: options.keep)
            return result(number, store, wanted.count, isNew: true, resumed: resumed)
        } catch { throw BatchSurvey.uncarried(error) }
    }

    /// Whether the files are at least as long as a mark says: otherwise somebody was at them.
    private func isThere(_ mark: BatchJournal.Mark, _ staging: String, _ work: String) throws(FileError) -> Bool {
        func has(_ path: String, _ length: Int) throws(FileError) -> Bool {
            if length == 0 { return true }
            return try Files.status(path)?.size ?? 0 >= length
        }
        for (path, length) in [
            (staging + "/results.csv", mark.results),
            (staging + "/codes.\(survey.batch.images.rawValue)", mark.archive),
            (work + "/directory", mark.directory), (work + "/sums", mark.sums),
        ] where try !has(path, length) { return false }
        return try Files.status(staging) != nil
    }

    /// Draws `sheets.pdf`, if the batch has one; answers its digest.
    func drawSheets(_ staging: String, _ progress: (_ done: Int, _ total: Int) -> Void) throws -> [UInt8]? {
        guard let sheet = survey.sheet, let reader = survey.reader else { return nil }
        var images = try BatchImages(survey.batch, site, rows: survey.rows, isVerified: false)
        return try sheet.write(
            staging + "/sheets.pdf", title: survey.batch.name, total: survey.rows, table: survey.table, reader: reader
        ) { row throws(BatchError) in
            try images.label(row)
        } progress: {
            progress($0, survey.rows)
        }
    }

    func result(
        _ number: Int, _ store: borrowing GenerationStore, _ rows: Int, isNew: Bool, resumed: Int = 0
    ) -> BatchResult {
        let images: String? =
            switch survey.batch.images {
            case .zip: "codes.zip"
            case .tar: "codes.tar"
            case .folder: survey.batch.name
            case .none: nil
            }
        return BatchResult(
            generation: number, isNew: isNew, path: store.directory + "/current", rows: rows, resumed: resumed,
            images: images, sheets: survey.sheet != nil && options.shard == nil ? "sheets.pdf" : nil)
    }

    /// The newest generation, when it is of this very batch: it is served if a run was killed before it could be.
    func finished(_ store: borrowing GenerationStore, _ fingerprint: String) throws -> Int? {
        guard let newest = try store.numbers().last,
            BatchDescription.read(store.path(newest))?.fingerprint == fingerprint
        else { return nil }
        if store.current != newest { try store.serve(newest) }
        try Files.removeTree(store.directory + "/.work")
        return newest
    }

    private func make(
        _ reader: BatchRows, _ wanted: Range<Int>, from mark: BatchJournal.Mark?, _ output: inout BatchOutput,
        _ progress: (_ done: Int, _ total: Int) -> Void
    ) async throws {
        let table = survey.table
        let stretches = table.stretches.filter {
            !wanted.isEmpty && $0.before < wanted.upperBound - 1 && $0.before + $0.rows >= wanted.lowerBound
        }.dropFirst(mark?.stretches ?? 0)
        var images = try BatchImages(survey.batch, site, rows: survey.rows, isVerified: options.isVerified)
        if let first = stretches.first { images.warm(try table.read(first), reader) }
        let (maker, list) = (images, Array(stretches))
        var done = mark?.rows ?? 0
        try await OrderedWork.run(count: list.count, workers: options.workers) { index throws(BuildError) in
            do throws(BatchError) {
                let bytes = try table.read(list[index])
                return try maker.part(bytes, reader, before: list[index].before, wanted: wanted)
            } catch { throw BatchSurvey.carried(error) }
        } take: { part throws(BuildError) in
            done += part.rows
            do throws(BatchError) { try output.add(part) } catch { throw BatchSurvey.carried(error) }
            progress(done, wanted.count)
            return true
        }
    }
}
