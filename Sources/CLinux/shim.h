// Calls that glibc declares only under _GNU_SOURCE, which Swift's Glibc module doesn't set.
#pragma once
#include <malloc.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

int syncfs(int fd);
int pipe2(int ends[2], int flags);
int prlimit(pid_t process, int resource, const struct rlimit *limit, struct rlimit *old);

/// Bounds another process: bytes of address space, seconds of processor time, and no file written at all.
static inline void clinux_bound(pid_t process, rlim_t memory, rlim_t seconds) {
    const struct rlimit space = {memory, memory}, time = {seconds, seconds}, files = {0, 0};
    prlimit(process, RLIMIT_AS, &space, NULL);
    prlimit(process, RLIMIT_CPU, &time, NULL);
    prlimit(process, RLIMIT_FSIZE, &files, NULL);
}

/// Blocks of this many bytes and more go back to the system when they are freed. Left alone, glibc raises the limit with
/// each block that is freed, up to 32 MiB, and keeps what is below it.
static inline void clinux_return_blocks(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }
