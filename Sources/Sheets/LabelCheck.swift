internal import Codes
public import Support

/// Says whether labels can be drawn before any is: sets their texts, and keeps nothing.
public struct LabelCheck: Sendable {
    private var text: LabelText
    private let lines: [Int]
    private var scratch: [UInt8] = []
    /// Texts that are the same on all labels, and can't be set.
    public private(set) var diagnostics: [Diagnostic] = []

    /// A check of the labels of one template.
    public init(_ template: LabelTemplate, fonts: LabelFonts, bleed: Double) {
        text = LabelText(template: template, fonts: fonts, bleed: bleed)
        let text = text
        lines = template.lines.indices.filter { !text.isFixed($0) }
        for line in template.lines.indices where text.isFixed(line) {
            do throws(LabelProblem) { try self.text.append(line, [], to: &scratch) } catch {
                diagnostics.append(.error(SheetCodes.text, at: error.place, error.summary, help: error.help))
            }
        }
    }

    /// Sets the texts of one label.
    /// - Parameter cells: one a column of the template, in its order.
    public mutating func check(_ cells: [String]) throws(LabelProblem) {
        scratch.removeAll(keepingCapacity: true)
        for line in lines { try text.append(line, cells, to: &scratch) }
    }
}
