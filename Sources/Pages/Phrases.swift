/// What the pages say, by language.
struct Phrases {
    /// BCP 47 tag.
    let language: String
    let missingTitle: String
    let missingText: String
    let homeTitle: String
    let homeText: String

    /// The phrases for the tags that are known here, in the given order; English when none is.
    static func phrases(for languages: [String]) -> [Phrases] {
        let found = languages.compactMap { tag in
            let primary = tag.split(separator: "-").first.map { $0.lowercased() } ?? ""
            return all.first { $0.language == primary }
        }
        return found.isEmpty ? Array(all.prefix(1)) : found
    }

    private static let all = [
        Phrases(
            language: "en", missingTitle: "This link leads nowhere",
            missingText: "There is nothing at this address. If you scanned a code, it may be out of date or damaged.",
            homeTitle: "Short links live here",
            homeText: "The codes and links on this domain lead to other pages. Scan one to get there."),
        Phrases(
            language: "de", missingTitle: "Dieser Link führt nirgendwohin",
            missingText:
                "Unter dieser Adresse gibt es nichts. Wenn Sie einen Code gescannt haben, ist er "
                + "vielleicht veraltet oder beschädigt.",
            homeTitle: "Hier wohnen Kurzlinks",
            homeText:
                "Die Codes und Links dieser Domain führen zu anderen Seiten. Scannen Sie einen, um "
                + "dorthin zu gelangen."
        ),
        Phrases(
            language: "fr", missingTitle: "Ce lien ne mène nulle part",
            missingText:
                "Il n’y a rien à cette adresse. Si vous avez scanné un code, il est peut-être périmé ou "
                + "abîmé.",
            homeTitle: "Ici habitent des liens courts",
            homeText: "Les codes et liens de ce domaine mènent à d’autres pages. Scannez-en un pour y aller."),
        Phrases(
            language: "it", missingTitle: "Questo link non porta da nessuna parte",
            missingText:
                "A questo indirizzo non c’è nulla. Se hai scansionato un codice, forse è scaduto o "
                + "danneggiato.",
            homeTitle: "Qui abitano i link brevi",
            homeText: "I codici e i link di questo dominio portano ad altre pagine. Scansionane uno per arrivarci."),
        Phrases(
            language: "es", missingTitle: "Este enlace no lleva a ninguna parte",
            missingText: "No hay nada en esta dirección. Si escaneó un código, puede estar caducado o dañado.",
            homeTitle: "Aquí viven enlaces cortos",
            homeText: "Los códigos y enlaces de este dominio llevan a otras páginas. Escanee uno para llegar."),
        Phrases(
            language: "ru", missingTitle: "Эта ссылка никуда не ведёт",
            missingText: "По этому адресу ничего нет. Если вы отсканировали код, он мог устареть или повредиться.",
            homeTitle: "Здесь живут короткие ссылки",
            homeText: "Коды и ссылки этого домена ведут на другие страницы. Отсканируйте код, чтобы попасть туда."),
    ]
}
