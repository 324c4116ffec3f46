/// libpng behind plain functions. Its errors leave by longjmp, which Swift can't take part in: the simplified
/// interface catches them inside libpng, the other calls are wrapped here.
#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

/// Reads the header of a PNG in memory. Answers 1 and the size in pixels, or 0.
static inline int cpng_read_size(const void *bytes, size_t count, uint32_t *width, uint32_t *height) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, bytes, count)) return 0;
    *width = image.width;
    *height = image.height;
    png_image_free(&image);
    return 1;
}

/// Reads a PNG in memory as 8-bit grey on white, into `width` × `height` pixels, the size its header tells.
/// Answers 1, or 0 with a message.
static inline int cpng_read_grey(const void *bytes, size_t count, uint32_t width, uint32_t height,
                                 uint8_t *pixels, char message[64]) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    png_color white = {255, 255, 255};
    int read = png_image_begin_read_from_memory(&image, bytes, count);
    if (read) {
        image.format = PNG_FORMAT_GRAY;
        image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
        read = image.width == width && image.height == height &&
               png_image_finish_read(&image, &white, pixels, (png_int_32)width, NULL);
    }
    memcpy(message, image.message, 64);
    message[63] = 0;
    png_image_free(&image);
    return read;
}

/// Reads a PNG in memory as red, green, blue and opacity, 8 bits each, into `width` × `height` pixels, the size its header
/// tells. Answers 1, or 0.
static inline int cpng_read_rgba(const void *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    int read = png_image_begin_read_from_memory(&image, bytes, count);
    if (read) {
        image.format = PNG_FORMAT_RGBA;
        // 16 bits that don't say what they mean are sRGB, as all design programs write them, not linear light.
        image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
        read = image.width == width && image.height == height &&
               png_image_finish_read(&image, NULL, pixels, (png_int_32)(4 * width), NULL);
    }
    png_image_free(&image);
    return read;
}

/// Where libpng writes to.
typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} cpng_buffer;

static inline void cpng_append(png_structp png, png_bytep bytes, size_t count) {
    cpng_buffer *buffer = (cpng_buffer *)png_get_io_ptr(png);
    if (buffer->capacity - buffer->count < count) png_error(png, "buffer too small");
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

static inline void cpng_flush(png_structp png) { (void)png; }

/// Writes a 1-bit grey PNG with libpng's defaults: the measure of our own writer. Rows have `stride` bytes.
/// Answers the number of bytes, 0 on any error.
static inline size_t cpng_write_bits(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                                     uint8_t *bytes, size_t capacity) {
    cpng_buffer buffer = {bytes, 0, capacity};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return 0;
    }
    png_set_write_fn(png, &buffer, cpng_append, cpng_flush);
    png_set_IHDR(png, info, width, height, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; ++y) png_write_row(png, rows + y * stride);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return buffer.count;
}
