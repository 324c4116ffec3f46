import Support
import Testing

@Suite("CRC-32")
struct CRC32Tests {
    @Test("has the check value of its catalogue entry")
    func checkValue() {
        #expect(CRC32(Array("123456789".utf8)).value == 0xCBF4_3926)
        #expect(CRC32([]).value == 0)
    }

    @Test("is the same bit by bit, in one go, and in pieces of any size")
    func pieces() {
        let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 3) }
        for count in bytes.indices {
            var slow: UInt32 = 0xFFFF_FFFF
            for byte in bytes[..<count] {
                slow ^= UInt32(byte)
                for _ in 0..<8 { slow = slow >> 1 ^ (slow & 1) * 0xEDB8_8320 }
            }
            #expect(CRC32(Array(bytes[..<count])).value == ~slow)
            var crc = CRC32()
            crc.update(Array(bytes[..<(count / 3)]).span)
            crc.update(Array(bytes[(count / 3)..<count]).span)
            #expect(crc.value == ~slow)
        }
    }
}
