#include "CZXing.h"
#include <ZXing/ReadBarcode.h>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

// Debian builds libzxing with its assertions, and some of them fail on pictures that are merely bad (a line that is fitted
// to no points): the process would end. A program's own __assert_fail takes the place of libc's in the libraries, too. Ours
// leaves the call, as if nothing had been found; what libzxing held by then is lost, a few kilobytes.
static thread_local std::jmp_buf *guard = nullptr;

extern "C" void __assert_fail(const char *assertion, const char *file, unsigned line,
                                           const char *function) noexcept {
    if (guard) std::longjmp(*guard, 1);
    std::fprintf(stderr, "%s:%u: %s: assertion '%s' failed\n", file, line, function ? function : "?", assertion);
    std::abort();
}

static int read_symbols(const uint8_t *pixels, int width, int height, int mode, czxing_receiver receiver,
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

extern "C" int czxing_read(const uint8_t *pixels, int width, int height, int mode, czxing_receiver receiver,
                           void *context) {
    std::jmp_buf here;
    if (setjmp(here)) {
        guard = nullptr;
        return -1;
    }
    guard = &here;
    const int count = read_symbols(pixels, width, height, mode, receiver, context);
    guard = nullptr;
    return count;
}
