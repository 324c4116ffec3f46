public import Ledger
public import Redirects
public import Site
public import Support
public import TransparencyLog

/// How and where to build.
public struct BuildOptions: Sendable {
    /// An archive instead of a file per image: the fast path for 100,000 codes.
    public enum Archive: String, CaseIterable, Sendable {
        /// `codes.zip`, stored.
        case zip
        /// `codes.tar`.
        case tar
    }

    /// The folder of the generations.
    public var output: String
    /// Path of `wayseal.lock`.
    public var lockPath: String
    /// Where the result lies on the server, and where the server writes.
    public var deployment: Deployment
    /// The folder that servers write to in a trial: gets folders and placeholder certificates; `nil`: nothing is made.
    public var trialState: String?
    /// Who may take the tokens of scan limits in a trial; `nil`: none are made.
    public var tokenAccess: TokenStore.Access?
    /// One archive instead of a file per image.
    public var archive: Archive?
    /// Generations that stay, the served one included.
    public var keep: Int
    /// Tasks at once.
    public var workers: Int
    /// Opens the signing key.
    public var passphrase: String?
    /// Seconds since 1970: for placeholder certificates, which are no part of a generation, and what the ledger records.
    public var now: Int
    /// Gives that many random bytes, for the salts of the ledger; `nil`: nothing is recorded.
    public var random: (@Sendable (_ count: Int) -> [UInt8])?
    /// Gives away one file after the other while true is answered.
    public typealias Served =
        @Sendable (borrowing LedgerIndex, VerifierKey, (OutputFile) -> Bool) throws(BuildError) -> Void

    /// Further files that the ledger knows of: pages of certificates, and the page that verifies. Asked with what is recorded
    /// and the key that signs, once to compare and once to write, so that no more than one of them is ever in memory.
    public var served: Served?
    /// Who builds, for the ledger's private notes.
    public var author: String?

    /// Options with their defaults.
    public init(output: String, lockPath: String, workers: Int, now: Int, deployment: Deployment) {
        self.output = output
        self.lockPath = lockPath
        self.workers = workers
        self.now = now
        self.deployment = deployment
        trialState = nil
        keep = 3
    }
}

/// What a build did.
public struct BuildResult: Sendable {
    /// The generation that is served now.
    public var generation: Int
    /// Whether this build made it; false when nothing had changed.
    public var isNew: Bool
    /// Its path through `current`.
    public var path: String
    /// Codes, each in one or more formats.
    public var codes: Int
    /// All files in it, `SHA256SUMS` and the note included.
    public var files: Int
    /// Who signed; `nil`: there is no key.
    public var signer: VerifierKey?
    /// How the links differ from the build before.
    public var lock: LockUpdate
    /// What was recorded; `nil`: there is no ledger.
    public var ledger: Recorded?

    /// The ledger after a build.
    public struct Recorded: Equatable, Sendable {
        /// Whose it is.
        public var origin: String
        /// Entries in it.
        public var size: Int
        /// Those that this build appended.
        public var added: Int
        /// The checkpoint that is made to be committed.
        public var checkpoint: String
    }
}

/// Site → generation: compare, and when anything differs write, sign, make durable, flip.
public struct BuildPipeline: Sendable {
    private let site: Site
    private let compilation: Compilation
    private let options: BuildOptions
    /// Images a task makes before it is asked again.
    private static let chunk = 512

    /// How far a build is.
    public struct Progress: Sendable {
        /// What is being done.
        public var stage: String
        /// Codes done.
        public var done: Int
        /// Codes in all.
        public var total: Int
    }

    /// A pipeline for a compiled site; `compilation` must be without errors.
    public init(_ site: Site, _ compilation: Compilation, _ options: BuildOptions) {
        self.site = site
        self.compilation = compilation
        self.options = options
    }

    /// Builds. The lock is written before the flip, so that a link that was ever served is always in it.
    public func run(progress: (Progress) -> Void) async throws(BuildError) -> BuildResult {
        let signer = try site.signing.map { key throws(BuildError) in try Signer(key, options, site) }
        let store = try GenerationStore.open(options.output)
        let previous = store.current.map { store.path($0) }
        var ledger: BuildLedger?
        if let signer, let settings = site.ledger, let random = options.random {
            ledger = try BuildLedger(settings, site, compilation, signer, options, random, previous: previous)
        }
        do {
            if store.current != nil, try Files.status(options.lockPath) == nil, ledger?.knowsLinks != true {
                throw BuildError.lockMissing(lock: options.lockPath, output: options.output)
            }
        } catch {
            throw BuildError(error)
        }
        try prepareTrial()

        let files = compilation.files
        if let previous, options.archive == nil, let number = store.current {
            let comparison = GenerationWriter(previous: previous, staging: nil)
            if let entries = try await write(files, comparison, "comparing", ledger, progress),
                try isComplete(entries, signer, ledger, previous)
            {
                try writeLock()
                return result(number, isNew: false, entries.count, signer, ledger, store)
            }
        }

        do throws(BuildError) {
            return try await replace(files, previous, store, signer, ledger, progress)
        } catch {
            // A full disk should not stay full of what nobody will read.
            try? store.discardStaging()
            throw error
        }
    }

    /// Writes a new generation, and serves it unless an archive turns out to be the one that is served already.
    private func replace(
        _ files: [OutputFile], _ previous: String?, _ store: borrowing GenerationStore, _ signer: Signer?,
        _ ledger: BuildLedger?, _ progress: (Progress) -> Void
    ) async throws(BuildError) -> BuildResult {
        try store.prepareStaging()
        let writer = GenerationWriter(previous: previous, staging: store.staging)
        guard let entries = try await write(files, writer, "writing", ledger, progress) else {
            throw .other("a file changed while it was written")
        }
        if options.archive != nil, let previous, let number = store.current,
            try isComplete(entries, signer, ledger, previous)
        {
            try store.discardStaging()
            try writeLock()
            return result(number, isNew: false, entries.count, signer, ledger, store)
        }
        let (sums, note) = try seal(entries, signer)
        do {
            try Files.create(store.staging + "/SHA256SUMS", sums)
            if let note { try Files.create(store.staging + "/SHA256SUMS.note", note) }
        } catch {
            throw .file(error)
        }
        // First the record, then what it is a record of: what is served is always in the log.
        try ledger?.record(sums: sums)
        try ledger?.publish(into: store.staging)
        let number = try store.publish { () throws(BuildError) in try writeLock() }
        try store.prune(keep: options.keep)
        return result(number, isNew: true, entries.count, signer, ledger, store)
    }

    private func result(
        _ number: Int, isNew: Bool, _ files: Int, _ signer: Signer?, _ ledger: BuildLedger?,
        _ store: borrowing GenerationStore
    ) -> BuildResult {
        BuildResult(
            generation: number, isNew: isNew, path: store.directory + "/current",
            codes: site.codes.formats.isEmpty ? 0 : site.ownLinks.count, files: files + (signer == nil ? 1 : 2),
            signer: signer?.verifier, lock: compilation.lock, ledger: ledger?.recorded)
    }

    // MARK: Steps

    /// Places, or compares, every file. `nil` when only comparing and a file differs.
    private func write(
        _ files: [OutputFile], _ writer: GenerationWriter, _ stage: String, _ ledger: BuildLedger?,
        _ progress: (Progress) -> Void
    ) async throws(BuildError) -> [GenerationWriter.Entry]? {
        var entries: [GenerationWriter.Entry] = []
        do {
            try writer.makeFolders(for: files.lazy.map(\.path))
            for file in files {
                guard let entry = try writer.place(file) else { return nil }
                entries.append(entry)
            }
        } catch {
            throw .file(error)
        }
        if let ledger, try !writeServed(by: ledger, writer, &entries) { return nil }
        // Those of batches are made from their tables, and lie elsewhere.
        let own = site.ownLinks
        if site.codes.formats.isEmpty || own.isEmpty { return entries }
        let images = CodeImages(site: site)
        let chunks = (own.count + Self.chunk - 1) / Self.chunk
        let total = own.count
        let range = { @Sendable (index: Int) in index * Self.chunk..<min(total, (index + 1) * Self.chunk) }
        var done = 0
        var isSame = true
        if let archive = options.archive, let staging = writer.staging {
            var sink = try ArchiveSink(archive, staging: staging)
            // An archive is given away: codes with secrets lie beside it.
            do {
                try writer.makeFolders(
                    for: site.links.lazy.filter { site.payload(of: $0)?.isSecret ?? false }
                        .map { CodePaths.path(of: $0, in: site) })
            } catch {
                throw .file(error)
            }
            try await OrderedWork.run(count: chunks, workers: options.workers) { index throws(BuildError) in
                try images.files(of: range(index))
            } take: { files throws(BuildError) in
                try sink.add(files.filter { $0.mode == 0o644 })
                entries += try writer.place(files.filter { $0.mode != 0o644 }) ?? []
                done = min(total, done + Self.chunk)
                progress(Progress(stage: stage, done: done, total: total))
                return true
            }
            entries.append(try sink.finish())
        } else {
            do {
                try writer.makeFolders(for: site.links[own].lazy.map { CodePaths.path(of: $0, in: site) })
            } catch {
                throw .file(error)
            }
            try await OrderedWork.run(count: chunks, workers: options.workers) { index throws(BuildError) in
                try writer.place(images.files(of: range(index)))
            } take: { placed throws(BuildError) in
                guard let placed else {
                    isSame = false
                    return false
                }
                entries += placed
                done = min(total, done + Self.chunk)
                progress(Progress(stage: stage, done: done, total: total))
                return true
            }
        }
        return isSame ? entries : nil
    }

    /// Places, or compares, what the ledger knows of, one file at a time; false: only comparing, and one differs.
    private func writeServed(
        by ledger: BuildLedger, _ writer: GenerationWriter, _ entries: inout [GenerationWriter.Entry]
    ) throws(BuildError) -> Bool {
        var made: Set<String> = []
        var failure: FileError?
        var isSame = true
        try ledger.served(by: options) { file in
            do throws(FileError) {
                let folder = Files.parent(of: file.path)
                if made.insert(folder).inserted { try writer.makeFolders(for: [file.path]) }
                guard let entry = try writer.place(file) else {
                    isSame = false
                    return false
                }
                entries.append(entry)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw .file(failure) }
        return isSame
    }

    /// Whether the last generation consists of exactly these files, carries the same signature, and all is recorded.
    private func isComplete(
        _ entries: [GenerationWriter.Entry], _ signer: Signer?, _ ledger: BuildLedger?, _ previous: String
    ) throws(BuildError) -> Bool {
        let (sums, note) = try seal(entries, signer)
        guard Files.has(sums, at: previous + "/SHA256SUMS") else { return false }
        if let ledger, try !ledger.isPublished(sums: sums, in: previous) { return false }
        if let note { return Files.has(note, at: previous + "/SHA256SUMS.note") }
        do {
            return try Files.status(previous + "/SHA256SUMS.note") == nil
        } catch {
            throw .file(error)
        }
    }

    private func seal(
        _ entries: [GenerationWriter.Entry], _ signer: Signer?
    ) throws(BuildError) -> (sums: [UInt8], note: [UInt8]?) {
        let sums = entries.sums()
        return (sums, try signer?.note(over: sums))
    }

    private func writeLock() throws(BuildError) {
        if Files.has(compilation.lock.bytes, at: options.lockPath) { return }
        do {
            try Files.replace(options.lockPath, compilation.lock.bytes)
        } catch {
            throw .file(error)
        }
    }

    /// Makes what servers need before a trial: folders, and for nginx, which starts only when every certificate
    /// file exists, a certificate that says that none was issued yet.
    private func prepareTrial() throws(BuildError) {
        guard let state = options.trialState else { return }
        do {
            for folder in compilation.trialFolders { try Files.makeDirectory(Files.join(state, folder)) }
            for host in compilation.certificateHosts {
                let folder = "\(state)/certificates/\(host)"
                if try Files.status(folder + "/fullchain.pem") != nil { continue }
                let made = try PlaceholderCertificate.make(host: host, now: options.now)
                try Files.makeDirectory(folder, mode: 0o700)
                try Files.replace(folder + "/privkey.pem", made.key, mode: 0o600)
                try Files.replace(folder + "/fullchain.pem", made.certificate)
            }
        } catch {
            throw BuildError(error)
        }
        guard let access = options.tokenAccess else { return }
        let tickets = TokenStore.tickets(of: site) { LinkIdentity.hex(logID: RouteTable.logID(of: $0)) }
        do throws(TokenError) {
            try TokenStore(state: state, access: access).sync(tickets)
        } catch {
            if case .file(let cause, _) = error { throw .file(cause) }
            throw .other(error.description)
        }
    }
}
