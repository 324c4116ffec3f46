// libcurl's easy interface is variadic, which Swift can't call: one wrapper for each type of argument.
#pragma once
#include <curl/curl.h>

typedef size_t (*wayseal_curl_callback)(char *bytes, size_t size, size_t count, void *user);

static inline CURLcode wayseal_curl_set_long(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode wayseal_curl_set_offset(CURL *curl, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode wayseal_curl_set_string(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode wayseal_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode wayseal_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}
// For CURLOPT_WRITEFUNCTION, CURLOPT_READFUNCTION and CURLOPT_HEADERFUNCTION, which have one shape.
static inline CURLcode wayseal_curl_set_callback(CURL *curl, CURLoption option, wayseal_curl_callback value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode wayseal_curl_get_long(CURL *curl, CURLINFO info, long *value) {
    return curl_easy_getinfo(curl, info, value);
}
static inline CURLcode wayseal_curl_get_string(CURL *curl, CURLINFO info, char **value) {
    return curl_easy_getinfo(curl, info, value);
}
