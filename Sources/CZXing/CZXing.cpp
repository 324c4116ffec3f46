#include "CZXing.h"
#include <ZXing/ReadBarcode.h>

extern "C" int czxing_read(const uint8_t *pixels, int width, int height, int pure, czxing_receiver receiver,
                           void *context) {
    try {
        ZXing::DecodeHints hints;
        hints.setFormats(ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::MicroQRCode);
        hints.setTryHarder(true).setTryRotate(!pure).setIsPure(pure != 0);
        if (pure) hints.setBinarizer(ZXing::Binarizer::FixedThreshold).setMaxNumberOfSymbols(1);
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
            receiver(context, &symbol);
            ++count;
        }
        return count;
    } catch (...) {
        return -1;
    }
}
