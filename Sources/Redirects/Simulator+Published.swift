import Site

extension Simulator {
    /// What a path answers that belongs to files served as they are, or is reserved; `nil`: links come next.
    func published(
        _ target: RequestTarget, _ server: Server, _ domain: Int, takesBody: Bool
    ) -> (status: Int, words: String)? {
        let publications = table.publications(of: domain)
        let isServed = publications.first { $0.serves(seen(target, server, domain, by: $0)) }
        // nginx asks for the method before it looks what is in a folder.
        let isBelow =
            server == .nginx && publications.contains { $0.isFolder && target.path.starts(with: $0.path.utf8) }
        if takesBody, isServed != nil || isBelow { return (405, "only GET and HEAD are answered here") }
        if let publication = isServed {
            return (200, "\(publication.path)\(publication.isFolder ? "…" : "") is served as it was built")
        }
        let path = server == .nginx ? target.path : target.key
        if path.starts(with: "/.well-known/".utf8) { return (404, "/.well-known/ is reserved") }
        let word = table.reserved(of: domain).first {
            path.starts(with: "/\($0)/".utf8) || path.elementsEqual("/\($0)".utf8)
        }
        return word.map { (404, "/\($0) is the ledger's") }
    }

    /// The path that a server compares with a publication's: Caddy folds letters of keys first, but looks for what is
    /// below `/.well-known/`, and where case matters, before it cleans the path.
    private func seen(
        _ target: RequestTarget, _ server: Server, _ domain: Int, by publication: Publication
    ) -> [UInt8] {
        if server == .nginx { return target.path }
        if publication.isRaw { return target.raw }
        let letters = table.domains[domain].letters
        return target.path.map { byte in
            byte &- 0x41 < 26 && letters & (1 << UInt32(byte - 0x41)) != 0 ? byte | 0x20 : byte
        }
    }
}
