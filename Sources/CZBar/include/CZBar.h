/// Reads QR symbols through libzbar, which is loaded when it is first needed: it brings D-Bus, X11 and systemd along, and
/// a program that only redirects has no use for them.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A scanner that is made once; not for two threads at a time.
typedef struct czbar_scanner czbar_scanner;

/// Takes the bytes of one symbol and the box around it in pixels: left, top, right, bottom.
typedef void (*czbar_receiver)(void *context, const uint8_t *bytes, size_t count, const int box[4]);

/// A scanner of QR symbols and nothing else; NULL where libzbar is not installed.
czbar_scanner *czbar_create(void);
/// Frees it.
void czbar_destroy(czbar_scanner *scanner);
/// Reads the symbols of an 8-bit grey image; answers their number.
int czbar_read(czbar_scanner *scanner, const uint8_t *pixels, unsigned width, unsigned height,
               czbar_receiver receiver, void *context);
