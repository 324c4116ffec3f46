/// A report could not be made.
public enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// cairo could not draw the PDF.
    case drawing(String)
    /// The workbook could not be written.
    case workbook(String)

    /// `cannot draw the PDF: out of memory`.
    public var description: String {
        switch self {
        case .drawing(let reason): "cannot draw the PDF: " + reason
        case .workbook(let reason): "cannot write the workbook: " + reason
        }
    }
}
