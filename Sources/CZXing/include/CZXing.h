/// Reads QR symbols through libzxing; its C++ exceptions end here.
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
/// One symbol that was read. The pointers live as long as the call that hands it over.
typedef struct {
    /// The content as it stands in the symbol, without any conversion.
    const uint8_t *bytes;
    size_t byte_count;
    /// The content in UTF-8, from a guessed or designated character set.
    const uint8_t *text;
    size_t text_count;
    /// Place in a structured append sequence from 0, and its length; −1 when there is none.
    int sequence_index;
    int sequence_size;
    /// 1 for Micro QR.
    int is_micro;
    /// The four corners in pixels: x, y, from the symbol's top left one clockwise.
    int corners[8];
} czxing_symbol;

/// Takes one symbol.
typedef void (*czxing_receiver)(void *context, const czxing_symbol *symbol);

/// How a picture is looked at.
enum czxing_mode {
    /// A photo; dark and light are told apart by their neighbourhood.
    CZXING_LOCAL = 0,
    /// A photo; one threshold for the whole picture.
    CZXING_GLOBAL = 1,
    /// An undistorted, unrotated rendering of one symbol, which is faster.
    CZXING_PURE = 2,
};

/// Reads the QR and Micro QR symbols of an 8-bit grey image of `width` × `height` pixels.
/// Calls `receiver` for each symbol; answers their number, −1 when libzxing threw.
int czxing_read(const uint8_t *pixels, int width, int height, int mode, czxing_receiver receiver,
                void *context);
#ifdef __cplusplus
}
#endif
