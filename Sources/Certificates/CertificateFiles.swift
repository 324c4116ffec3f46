public import Ledger
import Pages
import QRCode
public import Site
public import Support
public import TransparencyLog
public import Verification

extension ProofBundle {
    /// The bundle of what proves an entry.
    public init(
        _ evidence: LedgerIndex.Evidence, log: VerifierKey, disclosed: [Disclosure], status: [ProofBundle.Status]
    ) {
        self.init(
            log: log.description, entry: evidence.entry, proof: evidence.proof, disclosed: disclosed, status: status,
            anchor: evidence.anchor)
        keys = evidence.keys
    }
}

/// What a certificate becomes: its page, and the files that its holder gets.
public struct CertificateFiles: Sendable {
    private let site: Site
    private let key: VerifierKey
    private let batches: [String: CertificateBatch]

    /// Files of the certificates of a site whose log `key` signs.
    public init(site: Site, key: VerifierKey) {
        self.site = site
        self.key = key
        batches = Dictionary(uniqueKeysWithValues: site.certificates.map { ($0.name, $0) })
    }

    /// The folder of all pages of certificates below a domain's site.
    public static let folder = "certificates"

    /// Where a certificate's page is.
    public func url(of id: String) -> String {
        let domain = site.domains[site.issuer]
        return "\(domain.tls == .off ? "http" : "https")://\(domain.host)/\(Self.folder)/\(id)"
    }

    private func isHidden(_ field: String, _ certificate: RecordedCertificate) -> Bool {
        let own = [RecordedCertificate.idField, RecordedCertificate.batchField, RecordedCertificate.titleField]
        if own.contains(field) { return false }
        // What belongs to no batch of the manifest any more is published by nobody.
        return certificate[RecordedCertificate.batchField].flatMap { batches[$0] }?.hidden.contains(field) ?? true
    }

    private func text(_ certificate: RecordedCertificate, _ state: CertificateText.State) -> CertificateText {
        let columns =
            certificate.columns.isEmpty ? certificate.values.map(\.field) : certificate.columns
        let own = [RecordedCertificate.idField, RecordedCertificate.batchField, RecordedCertificate.titleField]
        let fields = columns.compactMap { name -> CertificateRow.Field? in
            guard !own.contains(name), !isHidden(name, certificate), let value = certificate[name] else { return nil }
            return CertificateRow.Field(name: name, value: value)
        }
        return CertificateText(
            issuer: site.name ?? key.name, title: certificate[RecordedCertificate.titleField] ?? "", id: certificate.id,
            url: url(of: certificate.id), fields: fields, state: state, language: site.languages.first ?? "en")
    }

    /// The bundle of a certificate.
    /// - Parameters:
    ///   - status: status lists with their notes.
    ///   - withHidden: whether columns that are not published are disclosed as well: for the holder alone.
    public func bundle(
        _ certificate: RecordedCertificate, _ index: borrowing LedgerIndex, status: [ProofBundle.Status],
        withHidden: Bool = false
    ) throws(CertificateError) -> ProofBundle {
        do {
            return try ProofBundle(
                index.evidence(of: certificate.index, key: key), log: key,
                disclosed: certificate.values.filter { withHidden || !isHidden($0.field, certificate) },
                status: status)
        } catch { throw .ledger(error) }
    }

    // MARK: what is served

    /// Page and bundle of every certificate of the manifest's batches, and the page that verifies, one after the other for as
    /// long as true is answered. The bundles carry no status: it is served beside them, and changes more often.
    public func publish(
        _ index: borrowing LedgerIndex, take: (OutputFile) -> Bool
    ) throws(CertificateError) {
        let host = site.domains[site.issuer].host
        let statements: [KeyStatement]
        let statuses: (revoked: Set<Int>, suspended: Set<Int>)
        do {
            statements = try index.keyStatements()
            statuses = try index.statuses()
        } catch { throw .ledger(error) }
        let keys = KeyDocuments(origin: key.name, statements: statements, current: key).inForce
        do throws(PageError) {
            let page = try VerificationPage.html(
                for: site, host: host, key: keys.map(\.description).joined(separator: " "))
            guard take(OutputFile(path: "site/\(host)/\(VerificationPage.path)", bytes: page)) else { return }
        } catch { throw .template("\(error)") }
        if site.certificates.isEmpty { return }
        var encoder = QREncoder()
        var failure: CertificateError?
        do {
            try index.eachCertificate { certificate in
                do throws(CertificateError) {
                    for file in try published(certificate, index, statuses, host: host, &encoder) where !take(file) {
                        return false
                    }
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch { throw .ledger(error) }
        if let failure { throw failure }
    }

    /// Page and bundle of one certificate; none where no batch of the manifest is its own.
    private func published(
        _ certificate: RecordedCertificate, _ index: borrowing LedgerIndex,
        _ statuses: (revoked: Set<Int>, suspended: Set<Int>), host: String, _ encoder: inout QREncoder
    ) throws(CertificateError) -> [OutputFile] {
        guard let batch = certificate[RecordedCertificate.batchField].flatMap({ batches[$0] }) else { return [] }
        let state: CertificateText.State =
            statuses.revoked.contains(certificate.index)
            ? .revoked : statuses.suspended.contains(certificate.index) ? .suspended : .valid
        let url = url(of: certificate.id)
        let code = try CertificateCode(url: url, encoder: &encoder).svg(title: url)
        let path = "site/\(host)/\(Self.folder)/\(certificate.id)"
        let page: [UInt8]
        do throws(PageError) { page = try text(certificate, state).page(template: batch.page, code: code) } catch {
            throw .template("the page of '\(batch.name)' is no template that can be filled in")
        }
        return [
            OutputFile(path: path, bytes: page),
            OutputFile(
                path: path + ".wayseal.json", bytes: try bundle(certificate, index, status: []).serialized),
        ]
    }

    // MARK: what the holder gets

    /// Files of one certificate, by name: PDF, PNG and SVG that carry the bundle, the bundle, the proof, and the bundle with
    /// everything in it. The last is private.
    public func holderFiles(
        _ certificate: RecordedCertificate, _ index: borrowing LedgerIndex, status: [ProofBundle.Status],
        date: String
    ) throws(CertificateError) -> [(name: String, bytes: [UInt8], isPrivate: Bool)] {
        guard let batch = certificate[RecordedCertificate.batchField].flatMap({ batches[$0] }) else {
            throw .other("'\(certificate.id)' belongs to no batch of the manifest")
        }
        let bundle = try bundle(certificate, index, status: status)
        let bytes = bundle.serialized
        var encoder = QREncoder()
        let text = text(certificate, .valid)
        let code = try CertificateCode(url: text.url, encoder: &encoder)
        let drawing: [UInt8]
        do throws(PageError) { drawing = try text.paper(template: batch.paper) } catch {
            throw .template("the paper of '\(batch.name)' is no template that can be filled in")
        }
        let name = certificate.id + ".wayseal.json"
        let drawn = try PaperDrawing(
            symbol: code.symbol, title: "\(text.title) \(text.id)", language: text.language, date: date
        ).pdf(drawing)
        guard
            let pdf = BundleCarrier.pdf(
                drawn, carrying: bytes, name: name, language: text.language, figure: "QR code: \(text.url)"),
            let png = BundleCarrier.png(try code.png(), carrying: bytes),
            let svg = BundleCarrier.svg(try code.svg(title: text.url), carrying: bytes)
        else { throw .other("a picture of '\(certificate.id)' could not take the bundle") }
        var files: [(name: String, bytes: [UInt8], isPrivate: Bool)] = [
            (certificate.id + ".pdf", pdf, false), (certificate.id + ".png", png, false),
            (certificate.id + ".svg", svg, false), (name, bytes, false),
            (certificate.id + ".tlog-proof", bundle.proof.serialized, false),
        ]
        let all = try self.bundle(certificate, index, status: status, withHidden: true)
        if all.disclosed.count > bundle.disclosed.count {
            files.append((certificate.id + ".private.wayseal.json", all.serialized, true))
        }
        return files
    }
}
