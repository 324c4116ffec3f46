// Expat reads XML as it comes, without a document in memory.
#pragma once
#include <expat.h>
