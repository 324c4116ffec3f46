internal import Codes

/// What the operators of all pages name: one dictionary, each thing in it once.
struct SheetResources {
    /// Entries by the part of the dictionary that they belong to.
    private(set) var categories: [(String, String)] = []
    private var forms = 0
    /// Resources of drawings that were met; drawings of one design have the same.
    private var known: [[PDFContent.Resource]] = []
    private var last = 0

    mutating func add(_ category: String, _ name: String, _ object: String) {
        let entry = "/\(name) \(object)"
        if let index = categories.firstIndex(where: { $0.0 == category }) {
            categories[index].1 += entry
        } else {
            categories.append((category, entry))
        }
    }

    /// The name of a form.
    mutating func addForm(_ number: Int) -> String {
        forms += 1
        add("XObject", "P\(forms)", "\(number) 0 R")
        return "P\(forms)"
    }

    /// A drawing's operators; what they name is written unless an equal drawing named it before.
    mutating func operators(of drawing: Drawing, _ objects: inout PDFObjects) -> [UInt8] {
        // The set that the drawing before had is likely to be its, too.
        var content = PDFContent(drawing, prefix: "D\(last)x")
        if content.resources.isEmpty { return content.operators }
        if last < known.count, Self.areSame(known[last], content.resources) { return content.operators }
        let index = known.firstIndex { Self.areSame($0, content.resources) } ?? known.count
        last = index
        content = PDFContent(drawing, prefix: "D\(index)x")
        guard index == known.count else { return content.operators }
        known.append(content.resources)
        for resource in content.resources {
            var object = resource.object
            if let mask = resource.mask {
                let number = objects.reserve()
                objects.write(number, mask)
                object = PDFWriter.replacing(PDFContent.maskPlace, by: "/SMask \(number) 0 R", in: object)
            }
            let number = objects.reserve()
            objects.write(number, object)
            add(resource.category, resource.name, "\(number) 0 R")
        }
        return content.operators
    }

    /// The same objects in the same order, whatever they are called.
    private static func areSame(_ a: [PDFContent.Resource], _ b: [PDFContent.Resource]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy { $0.category == $1.category && $0.object == $1.object && $0.mask == $1.mask }
    }
}
