// zlib's macros, which Swift can't import, as two calls from memory to memory.
#pragma once
#include <string.h>
#include <zlib.h>

// gzip (RFC 1952) without name and time: the same bytes for the same input. The length written, 0 when it does not fit.
static inline unsigned long wayseal_gzip(const void *in, unsigned long length, void *out, unsigned long room) {
    z_stream s;
    memset(&s, 0, sizeof s);
    if (deflateInit2(&s, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    s.next_in = (Bytef *)in;
    s.avail_in = (uInt)length;
    s.next_out = (Bytef *)out;
    s.avail_out = (uInt)room;
    int code = deflate(&s, Z_FINISH);
    unsigned long written = s.total_out;
    deflateEnd(&s);
    return code == Z_STREAM_END ? written : 0;
}

// zlib (RFC 1950). The length written, 0 when it does not fit.
static inline unsigned long wayseal_zlib(const void *in, unsigned long length, void *out, unsigned long room, int level) {
    uLongf written = room;
    return compress2((Bytef *)out, &written, (const Bytef *)in, length, level) == Z_OK ? written : 0;
}

// The length written; -1 when the input is not one whole gzip member or gives more than `room` bytes.
static inline long wayseal_gunzip(const void *in, unsigned long length, void *out, unsigned long room) {
    z_stream s;
    memset(&s, 0, sizeof s);
    if (inflateInit2(&s, 15 + 16) != Z_OK) return -1;
    s.next_in = (Bytef *)in;
    s.avail_in = (uInt)length;
    s.next_out = (Bytef *)out;
    s.avail_out = (uInt)room;
    int code = inflate(&s, Z_FINISH);
    long written = code == Z_STREAM_END && s.avail_in == 0 ? (long)s.total_out : -1;
    inflateEnd(&s);
    return written;
}

// inflateInit2 is a macro: for deflate data without a head (RFC 1951), as zip archives have it.
static inline int wayseal_inflate_raw(z_stream *s) {
    memset(s, 0, sizeof *s);
    return inflateInit2(s, -15);
}
