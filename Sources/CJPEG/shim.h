/// libjpeg-turbo behind plain functions: its errors leave by longjmp, which Swift can't take part in.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <jpeglib.h>
#include <jerror.h>

/// libjpeg's error handler, and where it jumps to.
typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf jump;
    char message[JMSG_LENGTH_MAX];
    /// Whether the file ended too early: libjpeg fills the rest with grey.
    int is_cut;
} cjpeg_failure;

static inline void cjpeg_exit(j_common_ptr info) {
    cjpeg_failure *failure = (cjpeg_failure *)info->err;
    failure->base.format_message(info, failure->message);
    longjmp(failure->jump, 1);
}

static inline void cjpeg_be_silent(j_common_ptr info, int level) {
    cjpeg_failure *failure = (cjpeg_failure *)info->err;
    if (level < 0 && failure->base.msg_code == JWRN_JPEG_EOF) failure->is_cut = 1;
}

/// A progressive file may ask for the same pixels thousands of times: nobody's camera makes more than a few dozen scans.
static inline void cjpeg_count_scans(j_common_ptr info) {
    if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > 200) {
        cjpeg_failure *failure = (cjpeg_failure *)info->err;
        strcpy(failure->message, "more than 200 scans");
        longjmp(failure->jump, 1);
    }
}

/// Reads a JPEG in memory, as 8-bit grey (`parts` 1) or red, green and blue (`parts` 3). With `pixels` NULL only its size;
/// otherwise into `width` × `height` × `parts` bytes, the size that was told before. Answers 1, or 0 with a message.
static inline int cjpeg_read(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, int parts,
                             uint8_t *pixels, char message[200]) {
    struct jpeg_decompress_struct info;
    struct jpeg_progress_mgr progress;
    cjpeg_failure failure;
    uint8_t *volatile row = NULL;
    memset(&info, 0, sizeof info);
    memset(&progress, 0, sizeof progress);
    failure.message[0] = 0;
    failure.is_cut = 0;
    info.err = jpeg_std_error(&failure.base);
    failure.base.error_exit = cjpeg_exit;
    failure.base.emit_message = cjpeg_be_silent;
    if (setjmp(failure.jump)) {
        jpeg_destroy_decompress(&info);
        free(row);
        strncpy(message, failure.message, 199);
        message[199] = 0;
        return 0;
    }
    jpeg_create_decompress(&info);
    progress.progress_monitor = cjpeg_count_scans;
    info.progress = &progress;
    info.mem->max_memory_to_use = 600L * 1000 * 1000;
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    if (!pixels) {
        *width = info.image_width;
        *height = info.image_height;
        jpeg_destroy_decompress(&info);
        return 1;
    }
    const int is_ink = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    info.out_color_space = is_ink ? JCS_CMYK : parts == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_start_decompress(&info);
    if (info.output_width != *width || info.output_height != *height) {
        strcpy(failure.message, "the size changed");
        longjmp(failure.jump, 1);
    }
    if (is_ink) row = malloc((size_t)info.output_width * 4);
    while (info.output_scanline < info.output_height) {
        uint8_t *target = pixels + (size_t)info.output_scanline * info.output_width * parts;
        JSAMPROW rows[1] = {is_ink && row ? row : target};
        if (is_ink && !row) break;
        jpeg_read_scanlines(&info, rows, 1);
        // Inks as Adobe writes them, 255 is none: black times the mean of the others.
        if (is_ink)
            for (JDIMENSION x = 0; x < info.output_width; ++x) {
                const uint8_t *ink = row + (size_t)x * 4;
                if (parts == 3)
                    for (int part = 0; part < 3; ++part) target[3 * x + part] = (uint8_t)(ink[part] * ink[3] / 255);
                else
                    target[x] = (uint8_t)((ink[0] + ink[1] + ink[2]) * ink[3] / 765);
            }
    }
    // Half a photo may hold a whole code, but nobody wants to show half an image.
    if (failure.is_cut && parts == 3) {
        strcpy(failure.message, "the file is cut off");
        longjmp(failure.jump, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    free(row);
    return 1;
}
