import Foundation
import Support
import Testing

@testable import Manifest

@Suite struct SchemaTests {
    /// Every key of a JSON Schema with its path, names of tables as `*`.
    static func paths(_ node: Any, _ root: [String: Any], _ path: String, _ found: inout Set<String>) {
        guard let node = node as? [String: Any] else { return }
        if let reference = node["$ref"] as? String, let name = reference.split(separator: "/").last,
            let definitions = root["$defs"] as? [String: Any]
        {
            #expect(definitions[String(name)] != nil, "\(reference) leads nowhere")
            paths(definitions[String(name)] as Any, root, path, &found)
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            for element in node[key] as? [Any] ?? [] { paths(element, root, path, &found) }
        }
        paths(node["items"] as Any, root, path, &found)
        paths(node["additionalProperties"] as Any, root, path + "/*", &found)
        for (_, value) in node["patternProperties"] as? [String: Any] ?? [:] {
            paths(value, root, path + "/*", &found)
        }
        for (name, value) in node["properties"] as? [String: Any] ?? [:] {
            found.insert(path + "/" + name)
            paths(value, root, path + "/" + name, &found)
        }
    }

    /// The same of the reader's language.
    static func paths(_ shape: SchemaShape, _ path: String, _ found: inout Set<String>) {
        switch shape {
        case .text, .oneOrMore: break
        case .list(let element): paths(element, path, &found)
        case .either(_, let long): paths(long, path, &found)
        case .table(let table): paths(table.value, path + "/*", &found)
        case .record(let record):
            for key in record.keys {
                found.insert(path + "/" + key.name)
                paths(key.shape, path + "/" + key.name, &found)
            }
            if let prefixed = record.prefixed { paths(prefixed.shape, path + "/*", &found) }
        }
    }

    static func schema() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(ManifestSchema.json)) as? [String: Any])
    }

    @Test("the JSON Schema and the reader know the same keys at the same places")
    func sameKeys() throws {
        var ofSchema: Set<String> = []
        let schema = try Self.schema()
        Self.paths(schema, schema, "", &ofSchema)
        var ofReader: Set<String> = []
        Self.paths(.record(ManifestLanguage.root), "", &ofReader)
        #expect(ofSchema.subtracting(ofReader).sorted() == [])
        #expect(ofReader.subtracting(ofSchema).sorted() == [])
        #expect(ofReader.count > 150)
    }

    @Test("every mapping with known keys refuses others in the JSON Schema too")
    func closed() throws {
        func check(_ node: Any, _ path: String) {
            if let list = node as? [Any] { for element in list { check(element, path) } }
            guard let node = node as? [String: Any] else { return }
            if node["properties"] != nil {
                #expect(node["additionalProperties"] as? Bool == false, "\(path)")
            }
            for (key, value) in node { check(value, path + "/" + key) }
        }
        check(try Self.schema(), "")
    }

    @Test("every key of the finished manifest is known")
    func everyKey() throws {
        let result = try Fixtures.read("manifests/vinea-complete.yaml")
        #expect(!codes(result).contains("unknown-key"))
    }

    @Test(
        "JSON Schema and reader agree on every fixture manifest",
        .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
    func agreement() throws {
        let paths = Fixtures.good + Fixtures.bad + ["manifests/vinea-complete.yaml"]
        let script = Fixtures.root + "/manifests/validate.py"
        let schema =
            NSTemporaryDirectory() + "wayseal-schema-\(ProcessInfo.processInfo.processIdentifier).json"
        try Data(ManifestSchema.json).write(to: URL(fileURLWithPath: schema))
        defer { try? FileManager.default.removeItem(atPath: schema) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [script, schema] + paths.map { Fixtures.root + "/" + $0 }
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let verdicts = output.split(separator: "\n").map(String.init)
        try #require(verdicts.count == paths.count)
        for (path, verdict) in zip(paths, verdicts) {
            let text = try String(contentsOfFile: Fixtures.root + "/" + path, encoding: .isoLatin1)
            let result = try Fixtures.read(path)
            let errors = result.diagnostics.filter { $0.severity == .error }
            let isLater = !errors.isEmpty && errors.allSatisfy { ["not-yet", "file-not-found"].contains($0.code.id) }
            if verdict.hasPrefix("refused") {
                // Editors may never mark what the reader takes.
                #expect(result.site == nil && !isLater, "\(path): \(verdict)")
                #expect(!text.contains("# schema: accepts"), "\(path): \(verdict)")
            } else {
                // What only the reader can see is said in the fixture.
                #expect(
                    result.site != nil || isLater || text.contains("# schema: accepts"),
                    "\(path) is accepted by the schema")
            }
        }
    }
}
