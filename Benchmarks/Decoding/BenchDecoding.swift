// How many of 360 bad pictures are read (degrade.py), and what it costs:
//   bench-decoding FOLDER
import Decoding
import Glibc
import Support

@main
struct BenchDecoding {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else { return }
        let folder = CommandLine.arguments[1]
        var reader = CodeReader()
        var (read, wrong, alone) = (0, 0, 0)
        var kinds: [(name: String, read: Int)] = []
        let start = clock()
        for line in String(decoding: try Files.read(folder + "/list.tsv"), as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "\t").map(String.init)
            let image = try Picture.read(Files.read("\(folder)/\(parts[0])"))
            let found = reader.read(image)
            let isRead = found.contains { $0.bytes.elementsEqual(parts[2].utf8) }
            if found.contains(where: { !$0.bytes.elementsEqual(parts[2].utf8) }) { wrong += 1 }
            if isRead { read += 1 }
            if ZXingReader.read(image).contains(where: { $0.bytes.elementsEqual(parts[2].utf8) }) { alone += 1 }
            if !kinds.contains(where: { $0.name == parts[1] }) { kinds.append((parts[1], 0)) }
            if isRead, let place = kinds.firstIndex(where: { $0.name == parts[1] }) { kinds[place].read += 1 }
        }
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        print(kinds.map { "\($0.name) \($0.read)" }.joined(separator: ", "))
        print("     libzxing alone: \(alone); CPU in all: \(Int(seconds)) s")
        print("\(read >= 310 ? "ok  " : "MISS") bad pictures read: \(read) of 360 (wanted 310)")
        print("\(wrong == 0 ? "ok  " : "MISS") texts that nobody wrote: \(wrong) (wanted 0)")
        if read < 310 || wrong > 0 { exit(1) }
    }
}
