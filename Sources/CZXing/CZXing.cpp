#include "CZXing.h"
#include <ZXing/ReadBarcode.h>

extern "C" int czxing_read(const uint8_t *pixels, int width, int height, int mode, czxing_receiver receiver,
                           void *context) {
    try {
        ZXing::DecodeHints hints;
        hints.setFormats(ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::MicroQRCode);
        const bool pure = mode == CZXING_PURE;
        hints.setTryHarder(true).setTryRotate(!pure).setIsPure(pure);
        if (pure) hints.setBinarizer(ZXing::Binarizer::FixedThreshold).setMaxNumberOfSymbols(1);
        if (mode == CZXING_GLOBAL) hints.setBinarizer(ZXing::Binarizer::GlobalHistogram);
        auto results = ZXing::ReadBarcodes({pixels, width, height, ZXing::ImageFormat::Lum}, hints);
        int count = 0;
        for (const auto &result : results) {
            if (!result.isValid()) continue;
            const auto &bytes = result.bytes();
            const auto text = result.text();
            czxing_symbol symbol{};
            symbol.bytes = bytes.data();
            symbol.byte_count = bytes.size();
            symbol.text = reinterpret_cast<const uint8_t *>(text.data());
            symbol.text_count = text.size();
            symbol.sequence_index = result.sequenceIndex();
            symbol.sequence_size = result.sequenceSize();
            symbol.is_micro = result.format() == ZXing::BarcodeFormat::MicroQRCode;
            for (int corner = 0; corner < 4; ++corner) {
                symbol.corners[2 * corner] = result.position()[corner].x;
                symbol.corners[2 * corner + 1] = result.position()[corner].y;
            }
            receiver(context, &symbol);
            ++count;
        }
        return count;
    } catch (...) {
        return -1;
    }
}
