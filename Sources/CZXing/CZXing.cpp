#include "CZXing.h"
#include <ZXing/ReadBarcode.h>
#include <algorithm>
#include <cstring>

extern "C" ptrdiff_t czxing_read(const uint8_t *pixels, int width, int height, int pure, uint8_t *text,
                                 size_t capacity) {
    try {
        ZXing::DecodeHints hints;
        hints.setFormats(ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::MicroQRCode);
        hints.setTryHarder(true).setTryRotate(!pure).setIsPure(pure != 0);
        auto result = ZXing::ReadBarcode({pixels, width, height, ZXing::ImageFormat::Lum}, hints);
        if (!result.isValid()) return -1;
        auto utf8 = result.text();
        std::memcpy(text, utf8.data(), std::min(capacity, utf8.size()));
        return static_cast<ptrdiff_t>(utf8.size());
    } catch (...) {
        return -1;
    }
}
