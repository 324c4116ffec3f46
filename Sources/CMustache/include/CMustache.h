/// Renders mustache templates through kainjow's library; its C++ exceptions end here.
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
typedef struct cmustache_data cmustache_data;
/// A new object without members; freed with `cmustache_free` unless it was handed to another one.
cmustache_data *cmustache_object(void);
void cmustache_free(cmustache_data *data);
/// Sets a text member. Rendering escapes it for HTML with `{{name}}`.
void cmustache_set_text(cmustache_data *data, const char *name, const char *value, size_t length);
/// Sets a true member (a section `{{#name}}` shows).
void cmustache_set_flag(cmustache_data *data, const char *name);
/// Appends `item` to the list member `name` and takes it over.
void cmustache_append(cmustache_data *data, const char *name, cmustache_data *item);
/// Renders; the result is freed with `free`. NULL when the template does not parse.
char *cmustache_render(const char *text, size_t length, const cmustache_data *data, size_t *result_length);
#ifdef __cplusplus
}
#endif
