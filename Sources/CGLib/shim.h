#ifndef WAYSEAL_CGLIB_H
#define WAYSEAL_CGLIB_H
// GLib comes with pango. Of its headers only this one function is needed, so it is declared here.
#include <stddef.h>

char *g_utf8_normalize(const char *text, ptrdiff_t length, int mode);
void g_free(void *memory);

/// Unicode's NFKC of UTF-8 text, to be freed with g_free; NULL if it is not UTF-8. G_NORMALIZE_ALL_COMPOSE is 3.
static inline char *wayseal_nfkc(const char *text, size_t length) {
    return g_utf8_normalize(text, (ptrdiff_t)length, 3);
}
#endif
