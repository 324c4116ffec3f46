/// Many texts sought at once: Aho and Corasick, "Efficient string matching" (1975), as a dense automaton over classes
/// of bytes. ASCII letters are folded.
struct AtomAutomaton: Sendable {
    private var classes = [UInt8](repeating: 0, count: 256)
    private var width = 1
    /// state × class → state.
    private var next: [UInt32] = []
    /// First atom that ends in a state, +1; 0: none.
    private var output: [UInt32] = []
    /// Next atom that ends in the same place, +1.
    private var chain: [UInt32] = []
    /// Nearest suffix state with an output.
    private var suffix: [UInt32] = []
    /// How many atoms.
    let count: Int

    /// An automaton for `atoms`; equal atoms keep their own numbers. Empty ones never match.
    init(_ atoms: [[UInt8]]) {
        count = atoms.count
        for atom in atoms {
            for byte in atom where classes[Int(lower(byte))] == 0 {
                classes[Int(lower(byte))] = UInt8(width)
                width += 1
            }
        }
        for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { classes[Int(byte)] = classes[Int(byte | 0x20)] }
        func addState() -> UInt32 {
            next.append(contentsOf: repeatElement(0, count: width))
            output.append(0)
            suffix.append(0)
            return UInt32(output.count - 1)
        }
        chain = [UInt32](repeating: 0, count: atoms.count)
        _ = addState()
        for (number, atom) in atoms.enumerated() where !atom.isEmpty {
            var state: UInt32 = 0
            for byte in atom {
                let at = Int(state) * width + Int(classes[Int(lower(byte))])
                if next[at] == 0 {
                    let new = addState()
                    next[at] = new
                }
                state = next[at]
            }
            chain[number] = output[Int(state)]
            output[Int(state)] = UInt32(number + 1)
        }
        // Breadth first: fall-backs become transitions.
        var fallback = [UInt32](repeating: 0, count: output.count)
        var queue: [UInt32] = []
        for c in 0..<width where next[c] != 0 { queue.append(next[c]) }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            let back = fallback[Int(state)]
            suffix[Int(state)] = output[Int(back)] != 0 ? back : suffix[Int(back)]
            for c in 0..<width {
                let at = Int(state) * width + c
                let other = next[Int(back) * width + c]
                if next[at] == 0 {
                    next[at] = other
                } else {
                    fallback[Int(next[at])] = other
                    queue.append(next[at])
                }
            }
        }
    }

    /// Marks every atom that occurs in `text` in `found`, which has ``count`` elements, and adds those that were not
    /// marked before to `hits`.
    /// - Complexity: O(length of the text + occurrences).
    func search(_ text: borrowing Span<UInt8>, _ found: inout [Bool], _ hits: inout [Int]) {
        var state = 0
        for i in 0..<text.count {
            state = Int(next[state * width + Int(classes[Int(text[i])])])
            var at = state
            while true {
                var atom = output[at]
                while atom != 0 {
                    if !found[Int(atom - 1)] {
                        found[Int(atom - 1)] = true
                        hits.append(Int(atom - 1))
                    }
                    atom = chain[Int(atom - 1)]
                }
                at = Int(suffix[at])
                if at == 0 { break }
            }
        }
    }
}
