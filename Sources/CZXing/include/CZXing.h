/// Reads QR symbols through libzxing; its C++ exceptions end here.
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
/// Reads one QR or Micro QR symbol from an 8-bit grey image of `width` × `height` pixels.
/// `pure` says that the image is an undistorted rendering. Returns the number of bytes of the text, of which
/// at most `capacity` are written to `text`; −1 when nothing was read.
ptrdiff_t czxing_read(const uint8_t *pixels, int width, int height, int pure, uint8_t *text, size_t capacity);
#ifdef __cplusplus
}
#endif
