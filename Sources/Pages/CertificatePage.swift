public import Site
import SiteTemplates
import Support

/// What a certificate shows: on its page, and on paper.
public struct CertificateText: Sendable {
    /// Who issues.
    public var issuer: String
    /// What it is.
    public var title: String
    /// Its number.
    public var id: String
    /// Where its page is.
    public var url: String
    /// Fields that are published, in the order of the table.
    public var fields: [CertificateRow.Field]
    /// Whether it holds.
    public var state: State
    /// Language of the words round them; BCP 47.
    public var language: String

    /// Whether a certificate holds.
    public enum State: Sendable {
        /// It does.
        case valid
        /// Not any more.
        case revoked
        /// Not for now.
        case suspended
    }

    /// A certificate.
    public init(
        issuer: String, title: String, id: String, url: String, fields: [CertificateRow.Field], state: State,
        language: String
    ) {
        self.issuer = issuer
        self.title = title
        self.id = id
        self.url = url
        self.fields = fields
        self.state = state
        self.language = language
    }

    /// The page.
    /// - Parameters:
    ///   - template: mustache; `nil`: the built-in one.
    ///   - code: the QR code as SVG.
    public func page(template: [UInt8]?, code: [UInt8]) throws(PageError) -> [UInt8] {
        var values = values(isPaper: false)
        let words = CertificateWords.words(for: language)
        values["lang"] = .text(words.language)
        values["code"] = .text(String(decoding: code, as: UTF8.self))
        values["idWord"] = .text(words.number)
        values["checkWord"] = .text(words.check)
        values["caution"] = .text(words.caution)
        switch state {
        case .valid: break
        case .revoked: values["state"] = .text(words.revoked)
        case .suspended: values["state"] = .text(words.suspended)
        }
        guard let html = Template(source: template ?? SiteTemplates.certificatePage).render(values) else {
            throw PageError(template: "certificate.html")
        }
        return html
    }

    /// The drawing instructions of the paper (see `docs/issue-certificates.md`).
    public func paper(template: [UInt8]?) throws(PageError) -> [UInt8] {
        guard let text = Template(source: template ?? SiteTemplates.certificatePaper).render(values(isPaper: true))
        else {
            throw PageError(template: "certificate.paper")
        }
        return text
    }

    private func values(isPaper: Bool) -> [String: Template.Value] {
        // The first field is the holder's name in most tables; paper shows it large.
        let holder = isPaper ? fields.first(where: { $0.name.lowercased() == "name" }) : nil
        var values: [String: Template.Value] = [
            "issuer": .text(issuer), "title": .text(title), "id": .text(id), "url": .text(url),
            "fields": .list(
                fields.filter { $0 != holder }.map { ["name": .text($0.name), "value": .text($0.value)] }),
        ]
        if let holder { values["holder"] = .text(holder.value) }
        // Each field by its own name, too, for templates that know their table: {{field.grade}} is written {{grade}}.
        for field in fields where values[field.name] == nil { values[field.name] = .text(field.value) }
        return values
    }
}

/// The words round a certificate's fields.
struct CertificateWords {
    let language, number, check, caution, revoked, suspended: String

    static func words(for language: String) -> CertificateWords {
        let primary = language.prefix { $0 != "-" }.lowercased()
        return all.first { $0.language == primary } ?? all[0]
    }

    private static let all = [
        CertificateWords(
            language: "en", number: "Number", check: "Check this record",
            caution:
                "The record can be checked by anyone, without us. That it is authentic does not prove that the thing in your hand is the original: compare the two.",
            revoked: "This certificate was revoked.", suspended: "This certificate is suspended."),
        CertificateWords(
            language: "de", number: "Nummer", check: "Diesen Eintrag prüfen",
            caution:
                "Jeder kann den Eintrag prüfen, auch ohne uns. Dass er echt ist, beweist nicht, dass das Stück in Ihrer Hand das Original ist: Vergleichen Sie beide.",
            revoked: "Dieses Zertifikat wurde widerrufen.", suspended: "Dieses Zertifikat ist ausgesetzt."),
        CertificateWords(
            language: "fr", number: "Numéro", check: "Vérifier cette inscription",
            caution:
                "Chacun peut vérifier l’inscription, même sans nous. Qu’elle soit authentique ne prouve pas que l’objet que vous tenez est l’original : comparez les deux.",
            revoked: "Ce certificat a été révoqué.", suspended: "Ce certificat est suspendu."),
        CertificateWords(
            language: "ru", number: "Номер", check: "Проверить запись",
            caution:
                "Запись может проверить любой, и без нас. Подлинность записи не доказывает, что у вас в руках подлинник: сравните их.",
            revoked: "Этот сертификат отозван.", suspended: "Действие сертификата приостановлено."),
    ]
}
