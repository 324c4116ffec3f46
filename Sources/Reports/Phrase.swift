import Scans

/// A text of the report in every language it is written in; `{1}`, `{2}` are filled in.
struct Phrase: Sendable {
    private let english: String
    private let german: String
    private let russian: String

    init(_ english: String, _ german: String, _ russian: String) {
        self.english = english
        self.german = german
        self.russian = russian
    }

    /// The text with its places filled. What is filled in is never searched for places itself.
    func said(in language: Language, _ values: String...) -> String {
        let pattern =
            switch language {
            case .english: english
            case .german: german
            case .russian: russian
            }
        guard !values.isEmpty else { return pattern }
        let letters = Array(pattern)
        var text = ""
        var index = 0
        while index < letters.count {
            if letters[index] == "{", index + 2 < letters.count, letters[index + 2] == "}",
                let number = letters[index + 1].wholeNumberValue, values.indices.contains(number - 1)
            {
                text += values[number - 1]
                index += 3
            } else {
                text.append(letters[index])
                index += 1
            }
        }
        return text
    }
}

extension Phrase {
    static let report = Phrase("Scan report", "Scan-Bericht", "Отчёт о сканированиях")
    static let scans = Phrase("Scans", "Scans", "Сканирования")
    static let uniqueScans = Phrase("Unique scans", "Eindeutige Scans", "Уникальные сканирования")
    static let visitors = Phrase("Visitors", "Besucher", "Посетители")
    static let requests = Phrase("Requests read", "Gelesene Anfragen", "Прочитано запросов")
    static let hits = Phrase("Requests", "Anfragen", "Запросы")
    static let linksInUse = Phrase("Links in use", "Benutzte Links", "Активные ссылки")
    static let share = Phrase("Share", "Anteil", "Доля")
    static let change = Phrase("Change", "Änderung", "Изменение")
    static let before = Phrase("Before", "Davor", "Раньше")
    static let comparedWith = Phrase("compared with {1}", "verglichen mit {1}", "по сравнению с периодом {1}")
    static let previousPeriod = Phrase("Previous period", "Vorheriger Zeitraum", "Предыдущий период")
    static let noData = Phrase("Nothing to show yet.", "Noch nichts zu zeigen.", "Пока нечего показать.")
    static let nothingBefore = Phrase("nothing to compare with", "kein Vergleich", "не с чем сравнить")
    static let dataTable = Phrase("Data table", "Datentabelle", "Таблица данных")
    static let other = Phrase("Other", "Andere", "Прочие")
    static let none = Phrase("None", "Keine", "Нет")
    static let unknown = Phrase("Unknown", "Unbekannt", "Неизвестно")
    static let direct = Phrase("None (direct)", "Keiner (direkt)", "Нет (прямой переход)")
    static let contents = Phrase("Contents", "Inhalt", "Содержание")
    static let scope = Phrase("Only: {1}", "Nur: {1}", "Только: {1}")
    static let zone = Phrase("Time zone {1}", "Zeitzone {1}", "Часовой пояс {1}")
    static let made = Phrase("Made on {1} at {2} UTC", "Erstellt am {1} um {2} UTC", "Создан {1} в {2} UTC")

    static let overview = Phrase("Overview", "Überblick", "Обзор")
    static let scansPerDay = Phrase("Scans per day", "Scans je Tag", "Сканирования по дням")
    static let scansPerDays = Phrase("Scans per {1} days", "Scans je {1} Tage", "Сканирования за каждые {1} дней")
    static let lineSummary = Phrase(
        "The most were {1} on {2}", "Am meisten waren es {1} am {2}", "Больше всего: {1}, {2}")
    static let heatTitle = Phrase("When people scan", "Wann gescannt wird", "Когда сканируют")
    static let heatSummary = Phrase(
        "Busiest: {1} {2} with {3} scans", "Stärkste Stunde: {1} {2} mit {3} Scans", "Пик: {1} {2}, сканирований: {3}")
    static let mapTitle = Phrase("Where people scan", "Wo gescannt wird", "Где сканируют")
    static let mapSummary = Phrase(
        "{1} countries; {2} leads with {3}", "{1} Länder; vorn liegt {2} mit {3}",
        "Стран: {1}; на первом месте {2}, {3}")
    static let barSummary = Phrase("First: {1} with {2}", "Vorn: {1} mit {2}", "На первом месте: {1}, {2}")
    static let day = Phrase("Day", "Tag", "День")
    static let weekday = Phrase("Weekday", "Wochentag", "День недели")
    static let country = Phrase("Country", "Land", "Страна")
    static let countries = Phrase("Countries", "Länder", "Страны")
    static let regions = Phrase("Regions", "Regionen", "Регионы")
    static let cities = Phrase("Cities", "Städte", "Города")
    static let places = Phrase("Places", "Orte", "География")
    static let devices = Phrase("Devices", "Geräte", "Устройства")
    static let systems = Phrase("Operating systems", "Betriebssysteme", "Операционные системы")
    static let browsers = Phrase("Browsers", "Browser", "Браузеры")
    static let languages = Phrase("Languages", "Sprachen", "Языки")
    static let referrers = Phrase("Where they came from", "Woher sie kamen", "Откуда пришли")
    static let arrival = Phrase("How people arrive", "Wie die Leute kommen", "Как приходят")
    static let origins = Phrase("Code or address", "Code oder Adresse", "Код или адрес")
    static let originCode = Phrase("Printed code", "Gedruckter Code", "Напечатанный код")
    static let originClick = Phrase(
        "Address typed or clicked", "Adresse getippt, geklickt", "Адрес: ввод, клик")
    static let originUnmarked = Phrase("Not marked", "Nicht markiert", "Без метки")
    static let repeats = Phrase(
        "First and later scans of a code", "Erster und spätere Scans eines Codes",
        "Первое и последующие сканирования кода")
    static let repeatsFirst = Phrase("First scan", "Erster Scan", "Первое")
    static let repeatsFromTo = Phrase("Scan {1} to {2}", "Scan {1} bis {2}", "С {1}-го по {2}-е")
    static let repeatsFrom = Phrase("Scan {1} and later", "Scan {1} und später", "{1}-е и далее")
    static let repeatsLater = Phrase("Later scans", "Spätere Scans", "Последующие")
    static let means = Phrase("With what they scan", "Womit gescannt wird", "Чем сканируют")
    static let value = Phrase("Value", "Wert", "Значение")

    static let topLinks = Phrase("Links with most scans", "Links mit den meisten Scans", "Самые сканируемые ссылки")
    static let link = Phrase("Link", "Link", "Ссылка")
    static let title = Phrase("Title", "Titel", "Название")
    static let tags = Phrase("Tags", "Schlagworte", "Метки")
    static let batch = Phrase("Batch", "Serie", "Партия")
    static let variants = Phrase("Variants", "Varianten", "Варианты")
    static let variant = Phrase("Variant", "Variante", "Вариант")
    static let moreLinks = Phrase(
        "{1} more links had scans; CSV and XLSX list them as far as the report holds them.",
        "{1} weitere Links hatten Scans; CSV und XLSX führen sie auf, soweit der Bericht sie enthält.",
        "Ещё ссылок со сканированиями: {1}; они есть в CSV и XLSX, насколько их содержит отчёт.")
    static let linkPages = Phrase("Link by link", "Link für Link", "По каждой ссылке")
    static let trimmed = Phrase(
        "{1} of the pages about single links were left out to keep this file small; the JSON and XLSX reports have all.",
        "{1} Seiten zu einzelnen Links fehlen, damit diese Datei klein bleibt; JSON und XLSX enthalten alle.",
        "Страниц об отдельных ссылках опущено: {1}, чтобы файл остался небольшим; в JSON и XLSX есть все.")
    static let byTag = Phrase("By tag", "Nach Schlagwort", "По меткам")
    static let byFolder = Phrase("By folder", "Nach Ordner", "По папкам")
    static let byBatch = Phrase("By batch", "Nach Serie", "По партиям")
    static let byDomain = Phrase("By domain", "Nach Domain", "По доменам")
    static let groups = Phrase("Groups of links", "Gruppen von Links", "Группы ссылок")

    static let conversion = Phrase("What came of it", "Was daraus wurde", "К чему это привело")
    static let funnel = Phrase("Funnel", "Trichter", "Воронка")
    static let funnelSummary = Phrase(
        "{1} began, {2} reached the end", "{1} begannen, {2} kamen ans Ziel", "Начали: {1}, дошли до конца: {2}")
    static let scanStep = Phrase("Scan", "Scan", "Сканирование")
    static let goals = Phrase("Goals", "Ziele", "Цели")
    static let postback = Phrase("Reported back", "Zurückgemeldet", "Сообщено обратно")
    static let goalName = Phrase("Goal", "Ziel", "Цель")
    static let attribution = Phrase("Tied by", "Zuordnung", "Связано по")
    static let byID = Phrase("id (exact)", "Kennung (exakt)", "идентификатору (точно)")
    static let bySame = Phrase("same visitor", "gleicher Besucher", "тому же посетителю")
    static let clearlyBetter = Phrase(
        "“{1}” does better than “{2}”, and chance is an unlikely reason (p {3}).",
        "„{1}“ ist besser als „{2}“, und Zufall ist ein unwahrscheinlicher Grund (p {3}).",
        "«{1}» лучше, чем «{2}», и случайность — маловероятная причина (p {3}).")
    static let clearlyWorse = Phrase(
        "“{1}” does worse than “{2}”, and chance is an unlikely reason (p {3}).",
        "„{1}“ ist schlechter als „{2}“, und Zufall ist ein unwahrscheinlicher Grund (p {3}).",
        "«{1}» хуже, чем «{2}», и случайность — маловероятная причина (p {3}).")
    static let unclear = Phrase(
        "Between “{1}” and “{2}” these numbers decide nothing: chance explains the difference well enough (p {3}).",
        "Zwischen „{1}“ und „{2}“ entscheiden diese Zahlen nichts: Zufall erklärt den Unterschied gut genug (p {3}).",
        "Между «{1}» и «{2}» эти числа ничего не решают: разницу достаточно объясняет случайность (p {3}).")
    static let step = Phrase("Step", "Schritt", "Шаг")
    static let reached = Phrase("Reached", "Erreicht", "Дошли")
    static let ofFirst = Phrase("Of all scans", "Von allen Scans", "От всех сканирований")
    static let lost = Phrase("Lost before the next", "Verloren bis zum nächsten", "Потеряно до следующего")
    static let exact = Phrase(
        "Goals are tied to scans by the id the redirect passed on: exact.",
        "Ziele sind über die Kennung zugeordnet, die die Weiterleitung mitgibt: exakt.",
        "Цели связаны со сканированиями по идентификатору, переданному при переходе: точно.")
    static let byVisitor = Phrase(
        "Goals are tied to the last scan of the same visitor within {1} minutes: some are missed.",
        "Ziele sind dem letzten Scan desselben Besuchers binnen {1} Minuten zugeordnet: einige fehlen.",
        "Цели связаны с последним сканированием того же посетителя за {1} мин.: часть теряется.")
    static let experiment = Phrase("Comparison: {1}", "Vergleich: {1}", "Сравнение: {1}")
    static let goal = Phrase("Goal: {1}", "Ziel: {1}", "Цель: {1}")
    static let visitorsN = Phrase("Unique scans", "Eindeutige Scans", "Уникальные")
    static let conversions = Phrase("Reached the goal", "Ziel erreicht", "Достигли цели")
    static let rate = Phrase("Rate", "Rate", "Доля")
    static let interval = Phrase("95% interval", "95-%-Intervall", "95 %-интервал")
    static let better = Phrase("P(better)", "P(besser)", "P(лучше)")
    static let fisher = Phrase("Fisher p", "Fisher p", "p Фишера")
    static let peeking = Phrase(
        "Not finished: {1} of {2} planned visitors. A difference seen before the planned number is often chance.",
        "Nicht fertig: {1} von {2} geplanten Besuchern. Ein Unterschied vor der geplanten Zahl ist oft Zufall.",
        "Не завершено: {1} из {2} запланированных посетителей. Разница до плана часто случайна.")
    static let peekingUnplanned = Phrase(
        "No number of visitors was planned: looking until something shows finds differences that are chance.",
        "Es war keine Besucherzahl geplant: Wer schaut, bis sich etwas zeigt, findet Zufälle.",
        "Число посетителей не планировалось: если смотреть, пока что-то не найдётся, найдётся случайность.")
    static let mismatch = Phrase(
        "The variants did not get the shares they should (p = {1}): look for a fault in the split before believing the result.",
        "Die Varianten bekamen nicht die vorgesehenen Anteile (p = {1}): erst den Fehler in der Aufteilung suchen.",
        "Варианты получили не те доли, что должны (p = {1}): сначала найдите ошибку в разделении.")

    static let waterfall = Phrase(
        "What was not counted, and why", "Was nicht gezählt wurde, und warum", "Что не учтено и почему")
    static let waterfallSummary = Phrase(
        "{1} requests became {2} scans", "Aus {1} Anfragen wurden {2} Scans",
        "Из запросов ({1}) получилось сканирований: {2}")
    static let reason = Phrase("Reason", "Grund", "Причина")
    static let count = Phrase("Requests", "Anfragen", "Запросы")
    static let unbalanced = Phrase(
        "These numbers do not add up; please report it.", "Diese Zahlen gehen nicht auf; bitte melden.",
        "Эти числа не сходятся; сообщите об этом.")
    static let sources = Phrase("Where the numbers come from", "Woher die Zahlen stammen", "Откуда эти числа")
    static let source = Phrase("Source", "Quelle", "Источник")
    static let format = Phrase("Format", "Format", "Формат")
    static let lines = Phrase("Lines", "Zeilen", "Строки")
    static let malformedLines = Phrase("Unreadable", "Unlesbar", "Нечитаемые")
    static let firstAt = Phrase("First request (UTC)", "Erste Anfrage (UTC)", "Первый запрос (UTC)")
    static let lastAt = Phrase("Last request (UTC)", "Letzte Anfrage (UTC)", "Последний запрос (UTC)")
    static let definitions = Phrase("What the words mean", "Was die Worte bedeuten", "Что означают слова")
    static let definitionsVersion = Phrase(
        "Definitions, version {1}", "Definitionen, Version {1}", "Определения, версия {1}")
    static let notes = Phrase("Worth knowing", "Gut zu wissen", "Важно знать")
}
