// TXT records by glibc's resolver, whose parser is macros and whose state is a structure that Swift can't see whole.
#pragma once
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stddef.h>
#include <string.h>

/// The texts of a name, each with a zero byte after it; how many bytes were written. -1: there are none; -2: no usable answer.
/// `server` is an IPv4 address, or NULL for those of /etc/resolv.conf.
static inline long cresolv_txt(const char *name, const char *server, int port, unsigned char *out, size_t room) {
    struct __res_state state;
    unsigned char answer[16384];
    size_t used = 0;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -2;
    state.retrans = 3;
    state.retry = 2;
    if (server) {
        state.nscount = 1;
        memset(&state.nsaddr_list[0], 0, sizeof state.nsaddr_list[0]);
        state.nsaddr_list[0].sin_family = AF_INET;
        state.nsaddr_list[0].sin_port = htons((unsigned short)port);
        if (inet_pton(AF_INET, server, &state.nsaddr_list[0].sin_addr) != 1) {
            res_nclose(&state);
            return -2;
        }
    }
    int length = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof answer);
    int problem = state.res_h_errno;
    res_nclose(&state);
    if (length < 0) return problem == HOST_NOT_FOUND || problem == NO_DATA ? -1 : -2;
    ns_msg message;
    if ((size_t)length > sizeof answer || ns_initparse(answer, length, &message) != 0) return -2;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, i, &record) != 0) return -2;
        if (ns_rr_type(record) != ns_t_txt || ns_rr_class(record) != ns_c_in) continue;
        const unsigned char *data = ns_rr_rdata(record), *end = data + ns_rr_rdlen(record);
        while (data < end) {
            size_t count = *data++;
            if (count > (size_t)(end - data) || used + count + 1 > room) return -2;
            memcpy(out + used, data, count);
            used += count;
            data += count;
        }
        if (used + 1 > room) return -2;
        out[used++] = 0;
    }
    return used == 0 ? -1 : (long)used;
}
