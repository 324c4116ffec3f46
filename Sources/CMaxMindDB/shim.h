#ifndef WAYSEAL_CMAXMINDDB_H
#define WAYSEAL_CMAXMINDDB_H
#include <maxminddb.h>
#include <netinet/in.h>
#include <string.h>

/// Looks up sixteen bytes of an address (IPv4 as ::ffff:a.b.c.d).
static inline MMDB_lookup_result_s wayseal_mmdb_lookup(
    const MMDB_s *database, const unsigned char *bytes, int is_ipv4, int *error) {
    if (is_ipv4) {
        struct sockaddr_in v4;
        memset(&v4, 0, sizeof v4);
        v4.sin_family = AF_INET;
        memcpy(&v4.sin_addr, bytes + 12, 4);
        return MMDB_lookup_sockaddr(database, (const struct sockaddr *)&v4, error);
    }
    struct sockaddr_in6 v6;
    memset(&v6, 0, sizeof v6);
    v6.sin6_family = AF_INET6;
    memcpy(&v6.sin6_addr, bytes, 16);
    return MMDB_lookup_sockaddr(database, (const struct sockaddr *)&v6, error);
}

/// The text at a path of up to four keys, as pointer and length; NULL when there is none.
static inline const char *wayseal_mmdb_text(
    MMDB_lookup_result_s *result, const char *a, const char *b, const char *c, const char *d, unsigned *length) {
    const char *path[] = {a, b, c, d, NULL};
    MMDB_entry_data_s data;
    if (MMDB_aget_value(&result->entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
        data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return NULL;
    *length = data.data_size;
    return data.utf8_string;
}
#endif
