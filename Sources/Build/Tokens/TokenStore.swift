import Glibc
import Redirects
public import Site
import Support

/// The tokens of all scan limits under a server's state folder.
public struct TokenStore: Sendable {
    /// A link whose scans are counted by tokens.
    public struct Ticket: Sendable {
        /// Index into ``Site/links``.
        public var link: Int
        /// The host that serves it.
        public var host: String
        /// Its name in paths (``LinkIdentity``).
        public var id: String
        /// The manifest's limit.
        public var limit: Int
    }

    /// How many scans of a link there are.
    public struct Row: Equatable, Sendable {
        /// Index into ``Site/links``.
        public var link: Int
        /// Scans that the manifest allows.
        public var limit: Int
        /// Scans that it has in all: the limit and what was topped up, or less after a revocation.
        public var total: Int
        /// Scans that were used.
        public var used: Int
        /// Scans that are left.
        public var left: Int
        /// Whether the log counts, and tokens only come at the end.
        public var isCounted: Bool
    }

    /// Who may take tokens away: the server's worker.
    public struct Access: Sendable {
        /// Permission bits of a link's folder.
        public var mode: UInt16
        /// Its group; `nil`: as it is made.
        public var group: UInt32?

        /// Bits and group.
        public init(mode: UInt16 = 0o755, group: UInt32? = nil) {
            self.mode = mode
            self.group = group
        }

        /// Whether an existing folder has other ones; a missing one has none.
        func differs(at path: String) throws(FileError) -> Bool {
            var info = stat()
            guard stat(path, &info) == 0 else {
                if errno == ENOENT { return false }
                throw FileError("read", path)
            }
            return UInt16(info.st_mode & 0o7777) != mode || group.map { $0 != info.st_gid } ?? false
        }

        func apply(to path: String) throws(FileError) {
            if let group, chown(path, uid_t.max, group) != 0 { throw FileError("give to the server's group", path) }
            // Last: chown takes special bits away.
            if chmod(path, mode_t(mode)) != 0 { throw FileError("set the permissions of", path) }
        }
    }

    private let state: String
    private let access: Access

    /// The tokens under `state`.
    public init(state: String, access: Access) {
        self.state = state
        self.access = access
    }

    /// The links of `site` that nginx counts by tokens. `id` gives a link's name in paths.
    public static func tickets(of site: Site, id: (Link) -> String) -> [Ticket] {
        site.links.indices.compactMap { index in
            let link = site.links[index]
            let domain = site.domains[Int(link.domain)]
            guard let limit = site.policy(of: link)?.limit, limit.enforcement != .soft, domain.servers.contains(.nginx)
            else { return nil }
            return Ticket(link: index, host: domain.host, id: id(link), limit: limit.scans)
        }
    }

    /// Brings the tokens of `tickets` in line with their limits: makes those that are missing, takes back those that are
    /// too many from what is left, never touches those that are used. Nothing is written when nothing changes.
    /// - Parameters:
    ///   - counted: scans that the log has counted, by link; tokens that were taken are among them.
    ///   - extra: changes of ``Row/total`` against now, by link.
    /// - Returns: a row for each ticket, in their order.
    @discardableResult
    public func sync(
        _ tickets: [Ticket], counted: [Int: Int] = [:], extra: [Int: Change] = [:],
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(TokenError) -> [Row] {
        if tickets.isEmpty { return [] }
        let root = state + "/tokens"
        return try locked(root, tickets[0].link) { () throws(TokenError) in
            try syncAlone(tickets, counted, extra, root, progress)
        }
    }

    /// Runs `work` while no other program works on the tokens; waits for it up to five seconds.
    private func locked<Value>(
        _ root: String, _ link: Int, _ work: () throws(TokenError) -> Value
    ) throws(TokenError) -> Value {
        let lock = try lock(root, link)
        var tries = 0
        while flock(lock.raw, LOCK_EX | LOCK_NB) != 0 {
            tries += 1
            if tries > 50 { throw .busy(path: root) }
            usleep(100_000)
        }
        // Not by closing it alone: a program that is started at this moment has a copy until it runs.
        do throws(TokenError) {
            let value = try work()
            flock(lock.raw, LOCK_UN)
            return value
        } catch {
            flock(lock.raw, LOCK_UN)
            throw error
        }
    }

    private func lock(_ root: String, _ link: Int) throws(TokenError) -> FileDescriptor {
        do throws(FileError) {
            try Files.makeDirectory(root)
            return try FileDescriptor(path: root + "/.lock", flags: O_RDWR | O_CREAT, mode: 0o600)
        } catch {
            throw .file(error, link: link)
        }
    }

    private func syncAlone(
        _ tickets: [Ticket], _ counted: [Int: Int], _ extra: [Int: Change], _ root: String,
        _ progress: (Int, Int) -> Void
    ) throws(TokenError) -> [Row] {
        var rows: [Row] = []
        var works: [Work] = []
        for (index, ticket) in tickets.enumerated() {
            if index % 1024 == 0 { progress(index, tickets.count) }
            let log = counted[ticket.link]
            var folder = try folder(ticket)
            do throws(FileError) {
                switch extra[ticket.link] {
                case .add(let number)?: try folder.note(extra: folder.extra + number)
                // Whatever is left is too many.
                case .revoke?: try folder.note(extra: Self.row(folder, ticket, log).used - ticket.limit)
                case nil: break
                }
                var plan = Plan(folder, ticket, log)
                let isForeign = try access.differs(at: folder.path)
                if plan.isWork(for: folder) || isForeign {
                    try Files.makeDirectory(Files.parent(of: folder.path))
                    try folder.retract(max(0, folder.given - plan.given))
                    // Some may have been taken meanwhile.
                    plan = Plan(folder, ticket, log)
                    try folder.make(max(0, plan.given - folder.given - folder.kept.count))
                    works.append(Work(row: index, plan: plan, folder: folder))
                }
            } catch {
                throw .file(error, link: ticket.link)
            }
            rows.append(Self.row(folder, ticket, log))
        }
        try finish(&works, tickets, &rows, counted, root)
        return rows
    }

    /// What is there, without changing anything.
    public func rows(_ tickets: [Ticket], counted: [Int: Int] = [:]) throws(TokenError) -> [Row] {
        var rows: [Row] = []
        for ticket in tickets { rows.append(Self.row(try folder(ticket), ticket, counted[ticket.link])) }
        return rows
    }

    /// What a person does to one link's scans.
    public enum Change: Sendable {
        /// So many more.
        case add(Int)
        /// None any more.
        case revoke
    }

    // MARK: Steps

    private struct Work {
        var row: Int
        var plan: Plan
        var folder: TokenFolder
    }

    /// The second half of ``sync``: new tokens become valid, then open. Between the steps the disk catches up once for
    /// all links.
    private func finish(
        _ works: inout [Work], _ tickets: [Ticket], _ rows: inout [Row], _ counted: [Int: Int], _ root: String
    ) throws(TokenError) {
        if works.isEmpty { return }
        func each(_ step: (inout Work) throws(FileError) -> Void) throws(TokenError) {
            for index in works.indices {
                do throws(FileError) { try step(&works[index]) } catch {
                    throw .file(error, link: tickets[works[index].row].link)
                }
            }
            do throws(FileError) { try Files.synchronizeFileSystem(root) } catch { throw .file(error, link: nil) }
        }
        do throws(FileError) { try Files.synchronizeFileSystem(root) } catch { throw .file(error, link: nil) }
        try each { work throws(FileError) in
            try work.folder.note(counted: work.plan.counted)
            // While the log counts there is a moment in which tokens are too few, never one in which they are too many.
            if work.plan.isOpen { try work.folder.setOpen(true) }
            try work.folder.issue()
        }
        try each { work throws(FileError) in
            try work.folder.give(max(0, work.plan.given - work.folder.given), access)
            if !work.plan.isOpen { try work.folder.setOpen(false) }
        }
        for work in works {
            let ticket = tickets[work.row]
            rows[work.row] = Self.row(work.folder, ticket, counted[ticket.link])
        }
    }

    private func folder(_ ticket: Ticket) throws(TokenError) -> TokenFolder {
        try TokenFolder(
            link: ticket.link, path: state + "/" + LinkIdentity.tokenFolder(host: ticket.host, id: ticket.id))
    }

    private static func row(_ folder: TokenFolder, _ ticket: Ticket, _ counted: Int?) -> Row {
        let byLog = folder.isOpen || folder.counted > 0 ? counted ?? 0 : 0
        let used = max(folder.counted + folder.taken, byLog)
        let total = max(0, ticket.limit + folder.extra)
        return Row(
            link: ticket.link, limit: ticket.limit, total: total, used: used,
            left: folder.isOpen ? max(0, total - used) : folder.open.count, isCounted: folder.isOpen)
    }

    /// What a link's folder should become.
    private struct Plan {
        /// Tokens that should have been given out.
        var given: Int
        /// Whether the log counts.
        var isOpen: Bool
        /// Scans that were counted by the log.
        var counted: Int

        init(_ folder: TokenFolder, _ ticket: Ticket, _ log: Int?) {
            let total = max(0, ticket.limit + folder.extra)
            let isHybrid = ticket.limit > ScanTokens.mostExact
            guard isHybrid || folder.isOpen || folder.counted > 0 else {
                (given, isOpen, counted) = (total, false, 0)
                return
            }
            // The log lags behind: what it says is the least, and never goes back.
            counted = max(folder.counted, (log ?? 0) - folder.taken)
            let remaining = total - counted - folder.taken
            isOpen = isHybrid && remaining > ScanTokens.lastOnes
            // While the log counts, all tokens that are left are kept back.
            given = isOpen ? folder.taken : max(0, total - counted)
        }

        func isWork(for folder: TokenFolder) -> Bool {
            folder.isNew || folder.given != given || folder.isOpen != isOpen || folder.counted != counted
                || folder.isUntidy
        }
    }
}
