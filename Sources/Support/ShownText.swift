/// Text from outside as a terminal may show it.
public enum ShownText {
    /// Control characters as pictures, characters that hide or reorder text by their numbers; the joiners that names in
    /// Persian or Indian scripts need stay.
    public static func text(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { out, scalar in
            if scalar.value == 0x200C || scalar.value == 0x200D {
                out.unicodeScalars.append(scalar)
            } else {
                out += SourceExcerpt.visible(UTF8Scalars.Step(scalar: scalar, length: 1), byte: 0)
            }
        }
    }
}
