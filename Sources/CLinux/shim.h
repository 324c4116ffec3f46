// Calls that glibc declares only under _GNU_SOURCE, which Swift's Glibc module doesn't set.
#pragma once
int syncfs(int fd);
