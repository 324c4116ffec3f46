#include "CZBar.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <zbar.h>

// One pointer for each function that is called, with the type of the header's declaration.
#define FUNCTIONS(X)                                                                                         \
    X(zbar_image_scanner_create) X(zbar_image_scanner_destroy) X(zbar_image_scanner_set_config)              \
    X(zbar_image_create) X(zbar_image_destroy) X(zbar_image_set_format) X(zbar_image_set_size)               \
    X(zbar_image_set_data) X(zbar_scan_image) X(zbar_image_first_symbol) X(zbar_symbol_next)                 \
    X(zbar_symbol_get_data) X(zbar_symbol_get_data_length) X(zbar_symbol_get_loc_size)                       \
    X(zbar_symbol_get_loc_x) X(zbar_symbol_get_loc_y)

#define DECLARE(name) __typeof__(&name) name##_;
static struct {
    FUNCTIONS(DECLARE)
} library;
static int is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *handle = dlopen("libzbar.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!handle) return;
#define FIND(name)                                                                                           \
    if (!(library.name##_ = (__typeof__(&name))dlsym(handle, #name))) return;
    FUNCTIONS(FIND)
    is_loaded = 1;
}

struct czbar_scanner {
    zbar_image_scanner_t *scanner;
};

czbar_scanner *czbar_create(void) {
    pthread_once(&once, load);
    if (!is_loaded) return NULL;
    czbar_scanner *scanner = malloc(sizeof *scanner);
    if (!scanner) return NULL;
    scanner->scanner = library.zbar_image_scanner_create_();
    if (!scanner->scanner) {
        free(scanner);
        return NULL;
    }
    library.zbar_image_scanner_set_config_(scanner->scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    library.zbar_image_scanner_set_config_(scanner->scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    // Bytes as they are: zbar's guess at character sets is its own.
    library.zbar_image_scanner_set_config_(scanner->scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    return scanner;
}

void czbar_destroy(czbar_scanner *scanner) {
    if (!scanner) return;
    library.zbar_image_scanner_destroy_(scanner->scanner);
    free(scanner);
}

int czbar_read(czbar_scanner *scanner, const uint8_t *pixels, unsigned width, unsigned height,
               czbar_receiver receiver, void *context) {
    zbar_image_t *image = scanner ? library.zbar_image_create_() : NULL;
    if (!image) return 0;
    // "Y800", 8-bit grey. No clean-up handler: the pixels stay the caller's and outlive the image.
    library.zbar_image_set_format_(image, 0x30303859);
    library.zbar_image_set_size_(image, width, height);
    library.zbar_image_set_data_(image, pixels, (unsigned long)width * height, NULL);
    int count = 0;
    if (library.zbar_scan_image_(scanner->scanner, image) > 0) {
        const zbar_symbol_t *symbol = library.zbar_image_first_symbol_(image);
        for (; symbol; symbol = library.zbar_symbol_next_(symbol), ++count) {
            int box[4] = {INT_MAX, INT_MAX, 0, 0};
            for (unsigned i = 0; i < library.zbar_symbol_get_loc_size_(symbol); ++i) {
                const int x = library.zbar_symbol_get_loc_x_(symbol, i);
                const int y = library.zbar_symbol_get_loc_y_(symbol, i);
                if (x < box[0]) box[0] = x;
                if (y < box[1]) box[1] = y;
                if (x > box[2]) box[2] = x;
                if (y > box[3]) box[3] = y;
            }
            receiver(context, (const uint8_t *)library.zbar_symbol_get_data_(symbol),
                     library.zbar_symbol_get_data_length_(symbol), box);
        }
    }
    library.zbar_image_destroy_(image);
    return count;
}
