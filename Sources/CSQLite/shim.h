// Variadic calls and macros that Swift can't import.
#pragma once
#include <sqlite3.h>

// SQL in a hostile file can't write to the schema's own tables or turn triggers into attacks (sqlite.org/security.html).
static inline int wayseal_sqlite_defend(sqlite3 *db) {
    int code = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    if (code == SQLITE_OK) code = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
    return code;
}

// No address means an empty string here, never NULL.
static inline int wayseal_sqlite_bind_text(sqlite3_stmt *s, int i, const char *text, int length) {
    return sqlite3_bind_text(s, i, text ? text : "", length, SQLITE_TRANSIENT);
}

static inline int wayseal_sqlite_bind_blob(sqlite3_stmt *s, int i, const void *bytes, int length) {
    return length == 0 ? sqlite3_bind_zeroblob(s, i, 0) : sqlite3_bind_blob(s, i, bytes, length, SQLITE_TRANSIENT);
}
