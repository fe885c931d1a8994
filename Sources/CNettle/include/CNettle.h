// SHA-256 of Nettle, the library behind GnuTLS: it keeps its state wherever the caller likes.
#pragma once
#include <nettle/sha2.h>
