import Scans

extension Phrase {
    /// Why a request was left out, in a few words.
    static func reason(_ reason: ScanReport.Waterfall.Reason) -> Phrase {
        switch reason {
        case .malformed: Phrase("Unreadable lines", "Unlesbare Zeilen", "Нечитаемые строки")
        case .goal: Phrase("Pages that are goals", "Seiten, die Ziele sind", "Страницы-цели")
        case .unknownLink: Phrase("No link of ours", "Kein Link von uns", "Не наша ссылка")
        case .notMeasured: Phrase("Link is not measured", "Link wird nicht gemessen", "Ссылка не измеряется")
        case .method: Phrase("Not a visit (method)", "Kein Besuch (Methode)", "Не визит (метод)")
        case .denied: Phrase("Turned away by a rule", "Von einer Regel abgewiesen", "Отклонено правилом")
        case .status: Phrase("Not answered with the target", "Nicht weitergeleitet", "Без перехода к цели")
        case .prefetch: Phrase("Loaded ahead by a browser", "Vom Browser vorgeladen", "Предзагрузка браузером")
        case .crawler: Phrase("Search engines, crawlers", "Suchmaschinen, Crawler", "Поисковые роботы")
        case .preview: Phrase("Previews of messengers", "Vorschauen von Messengern", "Предпросмотр в мессенджерах")
        case .monitor: Phrase("Uptime monitors", "Überwachungsdienste", "Службы мониторинга")
        case .library: Phrase("Programs, not people", "Programme, keine Menschen", "Программы, не люди")
        case .scanner: Phrase("Security scanners", "Sicherheits-Scanner", "Сканеры безопасности")
        case .quarantine: Phrase("Behaved like no person", "Verhielt sich unmenschlich", "Не похоже на человека")
        case .repeated: Phrase("Repeated at once", "Sofort wiederholt", "Немедленный повтор")
        case .optedOut: Phrase("Asked not to be counted", "Wollte nicht gezählt werden", "Отказ от учёта")
        }
    }

    /// The definitions in plain words: term and text.
    static func definitions(_ rules: ScanReport.Rules, _ language: Language) -> [(term: String, text: String)] {
        let scan = Phrase(
            "Someone opened a link that existed at that time, and was sent to its target. Left out: robots, previews, requests that a browser makes ahead, sources that behave like no person, and a second opening of the same link by the same visitor within {1} seconds.",
            "Jemand öffnete einen Link, den es damals gab, und wurde weitergeleitet. Nicht gezählt: Roboter, Vorschauen, vorauseilende Anfragen von Browsern, Quellen, die sich nicht wie Menschen verhalten, und ein zweites Öffnen desselben Links durch denselben Besucher binnen {1} Sekunden.",
            "Кто-то открыл ссылку, существовавшую в тот момент, и был направлен к цели. Не учитываются роботы, предпросмотры, предзагрузка браузера, источники с нечеловеческим поведением и повторное открытие той же ссылки тем же посетителем в течение {1} с."
        )
        let unique = Phrase(
            "Different visitors of one link on one day, added up over links and days. A visitor is told apart by address and browser, mixed with a secret that is thrown away {1} hours after the day; the same person on two days counts twice.",
            "Verschiedene Besucher eines Links an einem Tag, über Links und Tage addiert. Besucher werden nach Adresse und Browser unterschieden, gemischt mit einem Geheimnis, das {1} Stunden nach dem Tag vernichtet wird; dieselbe Person an zwei Tagen zählt zweimal.",
            "Разные посетители одной ссылки за один день, сложенные по ссылкам и дням. Посетители различаются по адресу и браузеру, смешанным с секретом, который уничтожается через {1} ч после этого дня; один человек в два дня считается дважды."
        )
        let visitor = Phrase(
            "Different visitors of the whole site on one day, added up over days.",
            "Verschiedene Besucher der ganzen Site an einem Tag, über die Tage addiert.",
            "Разные посетители всего сайта за один день, сложенные по дням.")
        let robot = Phrase(
            "Told by the name a program gives itself, and by behaviour: too many openings a minute, many links in a row, paths that only attackers ask for. A robot that imitates a phone one visit at a time can't be told from a person.",
            "Erkannt am Namen, den ein Programm sich gibt, und am Verhalten: zu viele Aufrufe je Minute, viele Links hintereinander, Pfade, nach denen nur Angreifer fragen. Ein Roboter, der ein Telefon Besuch für Besuch nachahmt, ist nicht zu erkennen.",
            "Распознаются по имени программы и по поведению: слишком много открытий в минуту, много ссылок подряд, пути, которые нужны только взломщикам. Робота, подражающего телефону по одному визиту, отличить нельзя."
        )
        let place = Phrase(
            "Looked up from the address of the network: right about the country as a rule, often wrong about the city. Places with fewer than {1} unique scans are shown as “other”.",
            "Aus der Netzadresse ermittelt: das Land stimmt meist, die Stadt oft nicht. Orte mit weniger als {1} eindeutigen Scans stehen unter „Andere“.",
            "Определяется по сетевому адресу: страна, как правило, верна, город — часто нет. Места, где уникальных сканирований меньше {1}, показаны как «Прочие»."
        )
        let goal = Phrase(
            "A page behind the scan that counts as success. Without an id from the link it is tied to the last scan by the same visitor within {1} minutes; each visitor counts once for a link and day.",
            "Eine Seite nach dem Scan, die als Erfolg zählt. Ohne Kennung des Links wird sie dem letzten Scan desselben Besuchers binnen {1} Minuten zugeordnet; jeder Besucher zählt je Link und Tag einmal.",
            "Страница после сканирования, которая считается успехом. Без идентификатора ссылки она связывается с последним сканированием того же посетителя за {1} мин.; каждый посетитель считается один раз на ссылку и день."
        )
        let change = Phrase(
            "Against the period of the same length just before.",
            "Gegenüber dem gleich langen Zeitraum direkt davor.",
            "По отношению к предыдущему периоду той же длины.")
        return [
            (
                Phrase("Scan", "Scan", "Сканирование").said(in: language),
                scan.said(in: language, String(rules.repeatWindow))
            ),
            (
                Phrase("Unique scan", "Eindeutiger Scan", "Уникальное сканирование").said(in: language),
                unique.said(in: language, String(rules.openHours))
            ),
            (Phrase("Visitor", "Besucher", "Посетитель").said(in: language), visitor.said(in: language)),
            (Phrase("Robot", "Roboter", "Робот").said(in: language), robot.said(in: language)),
            (
                Phrase("Place", "Ort", "Место").said(in: language),
                place.said(in: language, String(rules.anonymityThreshold))
            ),
            (
                Phrase("Goal", "Ziel", "Цель").said(in: language),
                goal.said(in: language, String(rules.goalWindow))
            ),
            (Phrase.change.said(in: language), change.said(in: language)),
        ]
    }

    /// A note for the reader.
    static func note(_ note: ScanReport.Note, _ language: Language) -> String {
        switch note {
        case .daysWithoutData(let days):
            let shown =
                days.prefix(6).map { language.shortDate($0) }.joined(separator: ", ") + (days.count > 6 ? " …" : "")
            return Phrase(
                "There is no log for these days: {1}. Zero here means “not known”.",
                "Für diese Tage gibt es kein Protokoll: {1}. Null heißt hier „unbekannt“.",
                "За эти дни нет журнала: {1}. Ноль здесь означает «неизвестно»."
            ).said(in: language, shown)
        case .lateLines(let count):
            return Phrase(
                "{1} lines came after their day was closed: they count as scans, not as unique scans.",
                "{1} Zeilen kamen nach Abschluss ihres Tages: sie zählen als Scans, nicht als eindeutige.",
                "Строк, пришедших после закрытия дня: {1}. Они учтены как сканирования, но не как уникальные."
            ).said(in: language, language.number(count))
        case .skewedLines(let count):
            return Phrase(
                "{1} lines carried a time in the future and are counted at the time they were read.",
                "{1} Zeilen trugen eine Zeit in der Zukunft und zählen zur Zeit, als sie gelesen wurden.",
                "Строк со временем из будущего: {1}. Они учтены по времени чтения."
            ).said(in: language, language.number(count))
        case .manyMalformed(let share):
            return Phrase(
                "{1} of the lines could not be read: the format of a log may have changed.",
                "{1} der Zeilen waren unlesbar: vielleicht hat sich das Format eines Protokolls geändert.",
                "Не удалось прочитать {1} строк: возможно, изменился формат журнала."
            ).said(in: language, language.percent(share))
        case .unfinishedDay(let day):
            return Phrase(
                "{1} is not over yet.", "Der {1} ist noch nicht vorbei.", "День {1} ещё не закончился."
            ).said(in: language, language.date(day))
        case .noGeography:
            return Phrase(
                "No geographic database was given, so places are not known.",
                "Es wurde keine Geo-Datenbank angegeben, darum sind Orte unbekannt.",
                "Географическая база не указана, поэтому места неизвестны."
            ).said(in: language)
        case .approximateGeography:
            return Phrase(
                "Places are approximate and must not be used to find a person or a household.",
                "Orte sind ungefähr und dürfen nicht dazu dienen, Personen oder Haushalte zu finden.",
                "Места приблизительны; по ним нельзя искать человека или домохозяйство."
            ).said(in: language)
        case .unmeasuredLinks(let count):
            return Phrase(
                "Links that are not measured, by choice of their owner: {1}.",
                "Links, die auf Wunsch ihres Besitzers nicht gemessen werden: {1}.",
                "Ссылок, которые не измеряются по решению владельца: {1}."
            ).said(in: language, language.number(count))
        case .optedOut(let count):
            return Phrase(
                "{1} scans carried an opt-out signal (GPC, DNT): they are in the totals, not in the unique scans.",
                "{1} Scans trugen ein Widerspruchssignal (GPC, DNT): sie zählen mit, aber nicht als eindeutige.",
                "Сканирований с сигналом отказа (GPC, DNT): {1}. Они входят в итоги, но не в уникальные."
            ).said(in: language, language.number(count))
        case .text(let text): return Visible.text(text, limit: 600)
        }
    }

    /// The name of a class of device; other words stay as they are.
    static func device(_ name: String, _ language: Language) -> String {
        switch name {
        case "phone": Phrase("Phone", "Telefon", "Телефон").said(in: language)
        case "tablet": Phrase("Tablet", "Tablet", "Планшет").said(in: language)
        case "desktop": Phrase("Computer", "Computer", "Компьютер").said(in: language)
        case "tv": Phrase("Television", "Fernseher", "Телевизор").said(in: language)
        case "other": Phrase.other.said(in: language)
        default: name
        }
    }
}
