#include "CMustache.h"
#include <cstdlib>
#include <cstring>
#include <kainjow/mustache.hpp>

using kainjow::mustache::data;
using kainjow::mustache::mustache;
using kainjow::mustache::list;

struct cmustache_data {
    data value{data::type::object};
};

extern "C" {
cmustache_data *cmustache_object(void) { return new cmustache_data; }
void cmustache_free(cmustache_data *d) { delete d; }
void cmustache_set_text(cmustache_data *d, const char *name, const char *value, size_t length) {
    d->value.set(name, data(std::string(value, length)));
}
void cmustache_set_flag(cmustache_data *d, const char *name) { d->value.set(name, data(true)); }
void cmustache_append(cmustache_data *d, const char *name, cmustache_data *item) {
    if (const data *existing = d->value.get(name); existing && existing->is_list()) {
        const_cast<data *>(existing)->push_back(item->value);
    } else {
        data items{data::type::list};
        items.push_back(item->value);
        d->value.set(name, std::move(items));
    }
    delete item;
}
char *cmustache_render(const char *text, size_t length, const cmustache_data *d, size_t *result_length) {
    try {
        mustache view{std::string(text, length)};
        if (!view.is_valid()) return nullptr;
        std::string out = view.render(d->value);
        if (!view.error_message().empty()) return nullptr;
        char *copy = static_cast<char *>(std::malloc(out.size() + 1));
        if (!copy) return nullptr;
        std::memcpy(copy, out.c_str(), out.size() + 1);
        *result_length = out.size();
        return copy;
    } catch (...) {
        return nullptr;
    }
}
}
