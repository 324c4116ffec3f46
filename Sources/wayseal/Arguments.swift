public import ArgumentParser
public import Build
public import Redirects
public import Site

// Names of the model that are also values of options, and what all options share.

extension Design.Art.Freedom: ExpressibleByArgument {}
extension Design.Art.Style: ExpressibleByArgument {}
extension BuildOptions.Archive: ExpressibleByArgument {}
extension CodeSettings.Level: ExpressibleByArgument {}
extension Server: ExpressibleByArgument {}
extension Device: ExpressibleByArgument {}

extension Simulator.Request.Scheme: ExpressibleByArgument {
    /// `http` and `https`, for messages and completions.
    public static var allValueStrings: [String] { ["http", "https"] }
}

/// Refuses `--option ''`: an unset variable in a script must not mean the root folder or nothing at all.
func refuseEmpty(_ value: String?, _ option: String) throws {
    if value?.isEmpty == true { throw ValidationError("\(option) has an empty value") }
}

/// What a value that can't be read should have been; shown behind "the value 'x' is invalid for '--option'".
struct ValueProblem: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
