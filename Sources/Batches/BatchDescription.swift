import Build
import Site
import Support

extension SheetSettings {
    /// Where it stands in the manifest changes nothing.
    fileprivate var withoutPlace: SheetSettings {
        var copy = self
        copy.range = nil
        copy.template?.range = nil
        copy.font?.range = nil
        copy.boldFont?.range = nil
        return copy
    }
}

/// `batch.json`: what lies in a folder, for the next run, for those who merge shards, and for whoever gets the files.
struct BatchDescription {
    var name: String
    var images: CodeBatch.Images
    /// SHA-256 of the table.
    var table: [UInt8]
    /// Rows of the whole table.
    var total: Int
    /// The numbers of the rows that were made.
    var rows: Range<Int>
    var shard: BatchShard?
    /// Of all that the bytes here depend on.
    var fingerprint: String
    /// The same of the whole batch: shards with one belong together.
    var whole: String
    /// Bytes of the archive before its end, and entries.
    var bytes = 0
    var entries = 0

    /// A digest of table, settings and shard: two runs with one make the same bytes.
    static func fingerprint(
        _ survey: BatchSurvey, _ site: Site, _ options: BatchRun.Options, isWhole: Bool = false
    ) -> String {
        let (batch, codes) = (survey.batch, site.codes)
        let domain = site.domains[batch.domain]
        var facts: [String] = [
            "wayseal batch 1", batch.name, Hex.encode(survey.digest), "\(batch.path.pieces)", "\(batch.target.pieces)",
            "\(batch.rowDesign?.pieces ?? [])", domain.host, "\(domain.tls == .off)", "\(batch.isDense)",
            batch.images.rawValue, batch.formats.map(\.rawValue).joined(separator: ","), codes.level.rawValue,
            "\(codes.scale)", "\(codes.quietZone)", "\(options.isVerified)", "\(batch.isSealed)",
            // A secret is in it as a code over a text that is never an id's.
            Hex.encode(HMAC.Key(batch.secret).code(Array("fingerprint".utf8))),
        ]
        let designs = batch.rowDesign == nil ? [batch.design] : [batch.design] + batch.designNumbers.values.sorted()
        for number in designs where number >= 0 {
            facts.append(site.designs[Int(number)].facts)
        }
        for (name, number) in batch.designNumbers.sorted(by: { $0.key < $1.key }) { facts.append("\(name) \(number)") }
        if let sheet = batch.sheet { facts.append("\(sheet.withoutPlace)") }
        if !isWhole { facts.append(options.shard?.description ?? "all") }
        return Hex.encode(SHA256.hash(Array(facts.map { "\($0.utf8.count):\($0)" }.joined().utf8)))
    }

    /// The file.
    func json(bytes: Int, entries: Int) -> [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object { json in
            json.field("batch", name)
            json.field("images", images.rawValue)
            json.field("table", Hex.encode(table))
            json.field("total", total)
            json.field("first", rows.lowerBound)
            json.field("last", rows.upperBound - 1)
            json.field("shard", shard?.description)
            json.field("bytes", bytes)
            json.field("entries", entries)
            json.field("fingerprint", fingerprint)
            json.field("whole", whole)
        }
        json.lineEnd()
        return json.bytes
    }

    /// What `folder` says that it holds; `nil`: nothing that could be read.
    static func read(_ folder: String) -> BatchDescription? {
        guard let bytes = try? Files.read(folder + "/batch.json", limit: 1 << 16),
            let json = try? JSONValue(reading: bytes), let name = json["batch"]?.string,
            let images = json["images"]?.string.flatMap(CodeBatch.Images.init), let table = json["table"]?.string,
            let digest = Hex.decode(table.utf8), let total = json["total"]?.integer,
            let first = json["first"]?.integer, let last = json["last"]?.integer, first >= 1, last >= first - 1,
            let fingerprint = json["fingerprint"]?.string, let whole = json["whole"]?.string,
            let length = json["bytes"]?.integer, let entries = json["entries"]?.integer, length >= 0, entries >= 0
        else { return nil }
        var description = BatchDescription(
            name: name, images: images, table: digest, total: total, rows: first..<last + 1, fingerprint: fingerprint,
            whole: whole)
        if let parts = json["shard"]?.string?.split(separator: "/").compactMap({ Int($0) }), parts.count == 2 {
            description.shard = BatchShard(parts[0], of: parts[1])
        }
        (description.bytes, description.entries) = (length, entries)
        return description
    }
}
