/// What a verification found: for each question an answer with its evidence or its reason, never one green word.
public struct Verdict: Equatable, Sendable {
    /// A question that is answered by itself.
    public enum Question: String, CaseIterable, Sendable {
        /// Is the file what it says it is?
        case format
        /// Is the log one that the policy trusts, and is the checkpoint signed by it?
        case log
        /// Was the key that signed still its issuer's?
        case key
        /// Is the entry in that log?
        case entry
        /// Do the disclosed values belong to the entry?
        case values
        /// Have enough witnesses seen the checkpoint?
        case witnesses
        /// Did it exist before a time that a chain proves?
        case anchor
        /// Was it revoked or suspended?
        case status
    }

    /// An answer.
    public enum Answer: Equatable, Sendable {
        /// Yes; the text is the evidence.
        case holds(String)
        /// No; the text is the reason.
        case fails(String)
        /// It can't be told from what is at hand; the text says what is missing.
        case unknown(String)
    }

    /// The answers, one for each question that was asked, in the order of ``Question``.
    public private(set) var answers: [(question: Question, answer: Answer)] = []

    init() {}

    mutating func add(_ question: Question, _ answer: Answer) { answers.append((question, answer)) }

    /// A verdict of one failure.
    init(_ question: Question, fails reason: String) { add(question, .fails(reason)) }

    /// The answer to a question, if it was asked.
    public subscript(question: Question) -> Answer? { answers.first { $0.question == question }?.answer }

    /// Whether nothing failed and the record is authentic: format, log and entry hold. What is unknown is judged by the
    /// policy when it asks for it, and is no failure otherwise.
    public var isValid: Bool {
        let failed = answers.contains { if case .fails = $0.answer { true } else { false } }
        let needed: [Question] = [.format, .log, .entry]
        return !failed && needed.allSatisfy { if case .holds? = self[$0] { true } else { false } }
    }

    /// Why it is not valid: the first failure.
    public var reason: String? {
        for (question, answer) in answers {
            if case .fails(let reason) = answer { return "\(question.rawValue): \(reason)" }
        }
        return isValid ? nil : "not everything could be checked"
    }

    /// Verdicts are equal when their answers are.
    public static func == (a: Verdict, b: Verdict) -> Bool {
        a.answers.elementsEqual(b.answers) { $0.question == $1.question && $0.answer == $1.answer }
    }
}
