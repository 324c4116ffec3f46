import Codes
import QRCode

/// The QR code of a certificate's address.
struct CertificateCode {
    let symbol: Symbol

    init(url: String, encoder: inout QREncoder) throws(CertificateError) {
        do throws(QRCodeError) { symbol = try encoder.encode(url) } catch {
            throw .other("\(url) fits into no code: \(error)")
        }
    }

    /// As an SVG, with a title.
    func svg(title: String) throws(CertificateError) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(CodeFileError) {
            var writer = try SVGWriter()
            writer.append(symbol, title: title, to: &bytes)
        } catch { throw .other("\(error)") }
        return bytes
    }

    /// As a PNG.
    func png() throws(CertificateError) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(CodeFileError) {
            var writer = try PNGWriter(scale: 8)
            try writer.append(symbol, to: &bytes)
        } catch { throw .other("\(error)") }
        return bytes
    }
}
